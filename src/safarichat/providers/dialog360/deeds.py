"""What can be done with a number: its webhook, its key, its profile (reference §4.4, §11.1, §12)."""

from collections.abc import Mapping
from urllib.parse import quote

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, mappings, text
from safarichat.providers.dialog360 import problems
from safarichat.providers.dialog360.asking import ask, is_of_partner, is_ok, key_of, node, to_hub, to_number
from safarichat.providers.dialog360.connecting import PROFILE_FIELDS, address_problem, hook_body, hook_secret
from safarichat.providers.dialog360.errors import classify, classify_hub
from safarichat.providers.dialog360.use import call
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Act, Deed, Done, Number, Platform, Progress, Refused, Talk


def set_hook(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    if problem := address_problem(platform.hook_url):
        return Refused(problem)
    return (yield from _set_hook(number, platform, key_of(number)))


def _set_hook(number: Number, platform: Platform, key: str, secrets: Mapping[str, str] | None = None) -> Talk[Deed]:
    secret = hook_secret(key, platform.hook_url)
    yield Progress(step="subscribed", state="waiting", secrets={"D360_HOOK_SECRET": secret, **(secrets or {})})
    renewed = to_number(
        platform, "set webhook", "POST", "v1/configs/webhook", key, json=hook_body(platform, secret),
        address=str(number.facts.get("api_address") or ""),
    )  # fmt: skip
    answer = yield from ask(renewed)
    if not is_ok(answer):
        return classify(answer)
    return Done(message=N_("360dialog delivers here again."), facts={"hook_url": platform.hook_url})


def new_key(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """For a number of our own partner account: a fresh key, and the webhook that went with the old one."""
    if not is_of_partner(number, platform):
        return Refused(replace(problems.KEY_INVALID, repair=""))
    path = f"/channels/{quote(str(number.facts['channel_id']), safe='')}/api_keys"
    answer = yield from ask(to_hub(platform, "make key", "POST", path, json={}))
    key = text(node(answer), "api_key")
    if not key:
        return classify_hub(answer)
    done = yield from _set_hook(number, platform, key, {"access_token": key})
    if isinstance(done, Done):
        return replace(done, message=N_("A new key is in use."), secrets={"access_token": key})
    return done


def read_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    query = {"fields": PROFILE_FIELDS}
    answer = yield from ask(call(number, platform, "read profile", "GET", "whatsapp_business_profile", query=query))
    if not is_ok(answer):
        return classify(answer)
    told = mappings(node(answer), "data")
    profile = {name: value for name, value in told[0].items() if name != "messaging_product"} if told else {}
    return Done(facts={"profile": profile})


def write_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    body = {"messaging_product": "whatsapp", **mapping(given, "profile")}
    answer = yield from ask(call(number, platform, "write profile", "POST", "whatsapp_business_profile", json=body))
    if not is_ok(answer):
        return classify(answer)
    return (yield from read_profile(number, platform, {}))


DEEDS: Mapping[str, Act] = {
    "set_hook": set_hook,
    "new_key": new_key,
    "read_profile": read_profile,
    "write_profile": write_profile,
}
