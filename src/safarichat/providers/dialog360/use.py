"""The number in use: sending, telling that something was read, and its end (reference §8, §4.4)."""

from urllib.parse import quote, urlsplit, urlunsplit

from safarichat.providers.cloud_api.sending import accepted, message_body, path_of, read_body
from safarichat.providers.dialog360.asking import (
    MESSAGING,
    address_of,
    ask,
    is_of_partner,
    is_ok,
    key_of,
    to_hub,
    to_number,
)
from safarichat.providers.dialog360.errors import classify, classify_hub, problem_of
from safarichat.providers.errors import N_
from safarichat.providers.shapes import (
    JSON,
    Accepted,
    Call,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Progress,
    StepsDone,
    Talk,
)

LOOKASIDE = "lookaside.fbsbx.com"
NO_MORE = N_("360dialog delivers this number's messages here no more.")
NOTHING_LEFT = N_("We have no access to this number any more: there is nothing left to undo.")
KEY_ENDED = N_("The key that we made for this number is deleted at 360dialog.")


def call(number: Number, platform: Platform, name: str, method: str, path: str, **more: JSON) -> Call:
    return to_number(platform, name, method, path, key_of(number), address=address_of(number), **more)


def send(number: Number, message: Outgoing, platform: Platform) -> Talk[Outcome]:
    body = message_body(message)
    answer = yield from ask(call(number, platform, "send", "POST", path_of(message), json=body, is_routine=True))
    return accepted(answer) if is_ok(answer) else classify(answer)


def mark_read(
    number: Number, provider_message_id: str, platform: Platform, *, is_typing: bool = False
) -> Talk[Outcome]:
    body = read_body(provider_message_id, is_typing=is_typing)
    answer = yield from ask(call(number, platform, "mark read", "POST", "messages", json=body, is_routine=True))
    return Accepted(provider_message_id=provider_message_id) if is_ok(answer) else classify(answer)


def media_url(url: str, address: str = MESSAGING) -> str:
    """Where to fetch a media file with the number's key: Meta's own host would refuse it. Empty for any other host:
    what a provider sends as an address is not called unseen."""
    if url.startswith(f"{address.rstrip('/')}/"):
        return url
    parts, base = urlsplit(url), urlsplit(address)
    if parts.scheme != "https" or parts.netloc.lower() != LOOKASIDE:
        return ""
    return urlunsplit((base.scheme, base.netloc, f"{base.path.rstrip('/')}{parts.path}", parts.query, ""))


# --- the end ---------------------------------------------------------------------------------------------------------


def disconnect(number: Number, platform: Platform, *, deregister: bool, done: frozenset[str]) -> Talk[StepsDone]:
    """`deregister` has no meaning here: 360dialog registers numbers itself."""
    steps = [(yield from _clear_hook(number, platform, done))]
    yield steps[0]
    if is_of_partner(number, platform):
        steps.append((yield from _end_key(number, platform, done)))
        yield steps[-1]
    return StepsDone(tuple({"step": each.step, "state": each.state, "message": each.message} for each in steps))


def _clear_hook(number: Number, platform: Platform, done: frozenset[str]) -> Talk[Progress]:
    if "unsubscribed" in done:
        return Progress(step="unsubscribed", message=NO_MORE)
    answer = yield from ask(call(number, platform, "clear webhook", "POST", "v1/configs/webhook", json={"url": ""}))
    if is_ok(answer):
        return Progress(step="unsubscribed", message=NO_MORE)
    problem = problem_of(answer)
    if problem.key in ("key_replaced", "account_disabled"):
        return Progress(step="unsubscribed", state="skipped", message=NOTHING_LEFT)
    return Progress(step="unsubscribed", state="failed", message=problem.message)


def _end_key(number: Number, platform: Platform, done: frozenset[str]) -> Talk[Progress]:
    if "key_deleted" in done:
        return Progress(step="key_deleted", message=KEY_ENDED)
    channel_id = quote(str(number.facts["channel_id"]), safe="")
    answer = yield from ask(to_hub(platform, "delete key", "DELETE", f"/channels/{channel_id}/api_keys"))
    if is_ok(answer):
        return Progress(step="key_deleted", message=KEY_ENDED)
    problem = classify_hub(answer).problem
    if problem.key in ("permission_missing", "not_found"):
        return Progress(step="key_deleted", state="skipped", message=NOTHING_LEFT)
    return Progress(step="key_deleted", state="failed", message=problem.message)
