"""Onboarding at 360dialog, in its three ways; it goes on from where an earlier try stopped (reference §4, §5, §7)."""

import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import digits, mapping, mappings, text, texts
from safarichat.providers.cloud_api.numbers import facts_of_number
from safarichat.providers.dialog360 import problems
from safarichat.providers.dialog360.asking import ask, filters, is_ok, node, solution_of, to_hub, to_number
from safarichat.providers.dialog360.errors import classify, classify_hub, problem_of
from safarichat.providers.dialog360.signup import missing_settings
from safarichat.providers.errors import N_
from safarichat.providers.meta import problems as meta_problems
from safarichat.providers.meta.signup import FINISHED, stopped
from safarichat.providers.shapes import (
    JSON,
    Answer,
    Call,
    Connected,
    ConnectFailed,
    ConnectOutcome,
    Later,
    NeedsChoice,
    Platform,
    Problem,
    Progress,
    Refused,
    Signup,
    Talk,
)

Step = Talk[ConnectOutcome | None]  # None: the walk goes on
USABLE = ("running", "live")
GONE = ("cancelled", "terminated")
NUMBER_FIELDS = "health_status,display_phone_number,verified_name,name_status,quality_rating,id"
PROFILE_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"
LOOK_AGAIN_S = 15.0
CLOSED = Problem(
    key="cancelled",
    message=N_("360dialog's page was closed before a number was allowed."),
    cure=N_("Nothing was changed. Start again whenever you like."),
    fault="business",
)


def connect(signup: Signup, platform: Platform) -> Talk[ConnectOutcome]:
    if missing := missing_settings(platform, signup.mode):
        problem = replace(meta_problems.SETTINGS_MISSING, details=", ".join(missing))
        return ConnectFailed(step="started", problem=problem)
    if signup.event in ("CANCEL", "ERROR"):
        problem = stopped(signup.event, signup.data) if signup.mode == "hosted" else CLOSED
        return ConnectFailed(step="signed_in", problem=problem)
    walk = Walk(signup, platform)
    for step in (*_BEGINNINGS.get(signup.mode, _BEGINNINGS["signup"]), know_number, set_hook, read_profile):
        if outcome := (yield from step(walk)):
            return outcome
    return Connected(
        phone_number_id=walk.fact("phone_number_id"),
        waba_id=walk.fact("waba_id"),
        status="attention" if any(problem.number_status for problem in walk.warnings) else "connected",
        facts=walk.facts,
        warnings=tuple(walk.warnings),
    )


class Walk:
    def __init__(self, signup: Signup, platform: Platform) -> None:
        self.signup = signup
        self.platform = platform
        self.facts: dict[str, JSON] = dict(signup.known)
        self.key = signup.secrets.get("access_token", "")
        self.warnings: list[Problem] = []

    def has_done(self, step: str) -> bool:
        return step in self.signup.done

    def fact(self, name: str) -> str:
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""

    def with_key(self, name: str, method: str, path: str, **more: JSON) -> Call:
        return to_number(self.platform, name, method, path, self.key, address=self.fact("api_address"), **more)

    def progress(self, step: str, facts: Mapping[str, JSON] | None = None, **more: JSON) -> Progress:
        self.facts.update(facts or {})
        return Progress(step=step, facts=facts or {}, **more)

    def failed(self, step: str, answer: Answer, *, at_hub: bool = False) -> ConnectFailed:
        """Stopped by an answer. What a pause can cure may go on later; what needs a person's sign-in may not."""
        outcome = classify_hub(answer) if at_hub else classify(answer)
        needs_person = isinstance(outcome, Refused) or (isinstance(outcome, Later) and outcome.why == "credential")
        after_s = outcome.after_s if isinstance(outcome, Later) and not needs_person else 0
        return ConnectFailed(step=step, problem=outcome.problem, may_resume=not needs_person, after_s=after_s)


# --- from the sign-up to a channel -----------------------------------------------------------------------------------


def _sign_in(walk: Walk) -> Step:
    if walk.has_done("signed_in"):
        return None
    data, event = walk.signup.data, walk.signup.event
    if walk.signup.mode == "hosted" and event not in FINISHED:
        return ConnectFailed(step="signed_in", problem=problems.NO_NUMBER)
    if walk.signup.mode != "hosted" and not texts(data, "channels"):
        return ConnectFailed(step="signed_in", problem=problems.NO_NUMBER)
    client = {"client_id": told} if (told := text(data, "client")) else {}
    yield walk.progress("signed_in", {"session": {"event": event, **data}, **client})
    return None


def _share(walk: Walk) -> Step:
    """What Meta's window shared with our solution becomes a client and a channel."""
    if walk.has_done("exchanged") or walk.fact("channel_status"):
        return None
    session = mapping(walk.facts, "session")
    if not walk.fact("client_id"):
        contact = walk.signup.contact
        told = {"name": contact.get("name") or "SafariChat", "email": contact.get("email", "")}
        answer = yield from ask(to_hub(walk.platform, "make client", "POST", "/account_sharing/clients", json=told))
        client_id = text(node(answer), "client_id") or text(node(answer), "id")
        if not client_id:
            return walk.failed("inspected", answer, at_hub=True)
        yield walk.progress("inspected", {"client_id": client_id}, state="waiting")
    body = {
        "client_id": walk.fact("client_id"),
        "waba_external_id": text(session, "waba_id"),
        "solution_id": solution_of(walk.platform),
        "channel_external_id": text(session, "phone_number_id"),
        "waba_business_id": text(session, "business_id"),
    }
    body = {name: value for name, value in body.items() if value}
    answer = yield from ask(to_hub(walk.platform, "share number", "POST", "/account_sharing/numbers", json=body))
    if not is_ok(answer):
        return walk.failed("inspected", answer, at_hub=True)
    yield walk.progress("inspected", {"channel_status": "shared"}, state="waiting")
    return None


def _choose(walk: Walk) -> Step:
    """Which channel, as the hub's API tells it: what came through the browser is a hint only."""
    if walk.key or walk.has_done("exchanged"):
        return None
    query = filters(client_id=walk.fact("client_id"))
    answer = yield from ask(to_hub(walk.platform, "list channels", "GET", "/channels", query=query))
    if not is_ok(answer):
        return walk.failed("inspected", answer, at_hub=True)
    mine = [each for each in mappings(node(answer), "partner_channels") if _is_ours(walk, each)]
    wanted = texts(mapping(walk.facts, "session"), "channels")
    told = [each for each in mine if not wanted or text(each, "id") in wanted]
    if not told:
        problem = problems.NOT_LIVE if walk.signup.mode == "hosted" else problems.NOT_OURS
        may_resume = walk.signup.mode == "hosted"
        details = "" if may_resume else f"partner_payload: {walk.platform.tenant}"
        problem = replace(problem, details=details)
        return ConnectFailed(step="inspected", problem=problem, may_resume=may_resume, after_s=LOOK_AGAIN_S)
    chosen = _chosen(walk, told)
    if chosen is None:
        return NeedsChoice(tuple(_choice_of(each) for each in told))
    return (yield from _take(walk, chosen))


def _is_ours(walk: Walk, channel: Mapping[str, JSON]) -> bool:
    """Only a client that signed up through this account's own button carries its word; a shared number we made."""
    if text(channel, "client_id") != walk.fact("client_id"):
        return False
    payload = text(mapping(channel, "client"), "partner_payload")
    return walk.signup.mode == "hosted" or (bool(walk.platform.tenant) and payload == walk.platform.tenant)


def _chosen(walk: Walk, channels: list[Mapping[str, JSON]]) -> Mapping[str, JSON] | None:
    """The one there is, the one picked from several, or the number that is connected again."""
    phone, choice = walk.signup.phone_number, walk.signup.choice
    for each in channels:
        if choice and choice == text(each, "id"):
            return each
        if phone and phone == digits(text(mapping(each, "setup_info"), "phone_number")):
            return each
    return channels[0] if len(channels) == 1 else None


def _choice_of(channel: Mapping[str, JSON]) -> Mapping[str, JSON]:
    setup = mapping(channel, "setup_info")
    return {
        "phone_number_id": text(channel, "id"),
        "waba_id": text(mapping(channel, "waba_account"), "external_id"),
        "display_phone_number": f"+{digits(text(setup, 'phone_number'))}",
        "verified_name": text(setup, "phone_name"),
    }


def _take(walk: Walk, channel: Mapping[str, JSON]) -> Step:
    status = text(channel, "status").lower()
    facts = facts_of_channel(channel)
    yield walk.progress("inspected", facts)
    if status in GONE:
        return ConnectFailed(step="inspected", problem=problems.ENDED)
    if status not in USABLE:
        return ConnectFailed(step="inspected", problem=problems.NOT_LIVE, may_resume=True, after_s=LOOK_AGAIN_S)
    return None


def facts_of_channel(channel: Mapping[str, JSON]) -> dict[str, JSON]:
    setup, account = mapping(channel, "setup_info"), mapping(channel, "waba_account")
    phone = digits(text(setup, "phone_number"))
    told: dict[str, JSON] = {
        "channel_id": text(channel, "id"),
        "client_id": text(channel, "client_id"),
        "channel_status": text(channel, "status"),
        "waba_id": text(account, "external_id"),
        "waba_account_id": text(account, "id"),
        "business_id": text(account, "fb_business_id"),
        "display_phone_number": f"+{phone}" if phone else "",
        "verified_name": text(setup, "phone_name"),
        "quality_rating": text(channel, "current_quality_rating").upper(),
        "messaging_limit": text(channel, "current_limit"),
    }
    return {name: value for name, value in told.items() if value}


# --- the key ---------------------------------------------------------------------------------------------------------


def _make_key(walk: Walk) -> Step:
    """(!) Making a key ends the one before and clears the webhook: once, and never again when one is stored."""
    if walk.key:
        return None
    channel_id = quote(walk.fact("channel_id"), safe="")
    answer = yield from ask(to_hub(walk.platform, "make key", "POST", f"/channels/{channel_id}/api_keys", json={}))
    key = text(node(answer), "api_key")
    if not key:
        failed = walk.failed("exchanged", answer, at_hub=True)
        if failed.problem.key == problems.REFUSED.key:  # so early it is refused even where the channel runs already
            failed = replace(failed, problem=replace(problems.NOT_LIVE, details=failed.problem.details))
        if failed.problem.key in (problems.NOT_LIVE.key, problems.NO_PERMISSION.key):  # given in the hub: we look again
            return replace(failed, may_resume=True, after_s=2 * LOOK_AGAIN_S)
        return failed
    walk.key = key
    facts = {"api_address": address} if (address := text(node(answer), "address")) else {}
    yield walk.progress("exchanged", facts, secrets={"access_token": key})
    return None


def _take_key(walk: Walk) -> Step:
    """The person's own, kept at once: it is not to be typed again when 360dialog is away at this moment."""
    if not walk.key:
        return ConnectFailed(step="exchanged", problem=problems.KEY_INVALID)
    if not walk.has_done("exchanged"):
        yield walk.progress("exchanged", secrets={"access_token": walk.key})
    return None


# --- the number ------------------------------------------------------------------------------------------------------


def know_number(walk: Walk) -> Step:
    if walk.has_done("number_chosen"):
        return None
    answer = yield from ask(walk.with_key("read number", "GET", "health_status", query={"fields": NUMBER_FIELDS}))
    if not is_ok(answer):
        return _as_typed(walk, walk.failed("number_chosen", answer))
    told = node(answer)
    if not text(told, "id"):
        return ConnectFailed(step="number_chosen", problem=problems.NUMBER_UNKNOWN, may_resume=True, after_s=60)
    facts = {**facts_of_number(told), "phone_number_id": text(told, "id"), **_account_of(walk, told)}
    yield walk.progress("number_chosen", facts)
    yield walk.progress("verified", message=N_("360dialog has verified the number."))
    return None


def _as_typed(walk: Walk, failed: ConnectFailed) -> ConnectFailed:
    """A key that somebody has just pasted was never good here: nothing replaced it."""
    if walk.signup.mode != "keys" or failed.problem.key != problems.KEY_INVALID.key:
        return failed
    return replace(failed, problem=replace(problems.KEY_WRONG, details=failed.problem.details))


def _account_of(walk: Walk, told: Mapping[str, JSON]) -> dict[str, JSON]:
    """The business account's id stands among the entities of the health status."""
    entities = mappings(mapping(told, "health_status"), "entities")
    found = next((text(each, "id") for each in entities if text(each, "entity_type") == "WABA"), "")
    return {"waba_id": found} if found and not walk.fact("waba_id") else {}


# --- its webhook -----------------------------------------------------------------------------------------------------


def set_hook(walk: Walk) -> Step:
    if walk.has_done("subscribed"):
        return None
    if problem := address_problem(walk.platform.hook_url):
        walk.warnings.append(replace(problem, number_status="attention"))
        yield walk.progress("subscribed", state="failed", message=problem.message)
        return None
    secret = hook_secret(walk.key, walk.platform.hook_url)
    yield walk.progress("subscribed", state="waiting", secrets={"D360_HOOK_SECRET": secret})
    answer = yield from ask(
        walk.with_key("set webhook", "POST", "v1/configs/webhook", json=hook_body(walk.platform, secret))
    )
    if not is_ok(answer):
        return walk.failed("subscribed", answer)
    yield walk.progress("subscribed", {"hook_url": walk.platform.hook_url, "is_subscribed": True})
    message = N_("360dialog registers the number itself.")
    yield walk.progress("registered", state="skipped", message=message)
    return None


def hook_secret(key: str, hook_url: str) -> str:
    """Known to us and 360dialog only; made from the number's key, since a talk has no dice of its own."""
    return hmac.digest(key.encode(), hook_url.encode(), "sha256").hex()


def hook_body(platform: Platform, secret: str) -> Mapping[str, JSON]:
    return {"url": platform.hook_url, "headers": {"Authorization": f"Bearer {secret}"}}


def address_problem(url: str) -> Problem | None:
    """360dialog's rules for an address. A laptop's own address is the sandbox's business."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1", "testserver"):
        return None
    if parts.scheme != "https" or parts.port or "_" in host:
        return replace(problems.ADDRESS_REFUSED, details=url)
    return None


# --- what it is ------------------------------------------------------------------------------------------------------


def read_profile(walk: Walk) -> Step:
    """Nothing here can undo a connection."""
    query = {"fields": PROFILE_FIELDS}
    answer = yield from ask(walk.with_key("read profile", "GET", "whatsapp_business_profile", query=query))
    told = mappings(node(answer), "data")
    profile = {name: value for name, value in told[0].items() if name != "messaging_product"} if told else {}
    if not is_ok(answer):
        walk.warnings.append(problem_of(answer))
    yield walk.progress("profile_read", {"profile": profile} if profile else {})
    return None


_BEGINNINGS = {
    "signup": (_sign_in, _choose, _make_key),
    "hosted": (_sign_in, _share, _choose, _make_key),
    "keys": (_take_key,),
}
