"""Webhooks from 360dialog: messages in Meta's envelope, and the hub's own about channels (reference §6, §11)."""

import hmac
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.changes import Change
from safarichat.providers.cloud_api import envelope, template_news
from safarichat.providers.cloud_api.changes import changes
from safarichat.providers.cloud_api.loose import clean, decode, digits, mapping, text
from safarichat.providers.cloud_api.parts import parts as envelope_parts
from safarichat.providers.dialog360 import problems
from safarichat.providers.dialog360.connecting import GONE, facts_of_channel
from safarichat.providers.shapes import JSON, AccountChanged, Event, Hook, Problem, Unhandled, Unreadable

HOOK_SECRET, PLATFORM_SECRET = "D360_HOOK_SECRET", "D360_PLATFORM_SECRET"
SIGNATURE = "x-360dialog-signature"


def authentic(hook: Hook, secrets: Mapping[str, str]) -> bool:
    """A number's own webhook proves itself by the header that we had it send; the partner's by its signature, or, where
    the hub has no platform secret, by the secret in its address alone."""
    if secrets.get(HOOK_SECRET):
        return _is_same(hook.headers.get("authorization", ""), f"Bearer {secrets[HOOK_SECRET]}")
    if not secrets.get(PLATFORM_SECRET):
        return bool(secrets.get("D360_PARTNER_API_KEY"))
    return _is_signed(hook, secrets[PLATFORM_SECRET])


def _is_signed(hook: Hook, secret: str) -> bool:
    given = hook.headers.get(SIGNATURE, "")
    expected = hmac.digest(secret.encode(), hook.body, "sha256").hex()
    return _is_same(given.strip().lower().removeprefix("sha256="), expected)


def _is_same(given: str, expected: str) -> bool:
    return given.isascii() and hmac.compare_digest(given.encode(), expected.encode())


def greet(hook: Hook, secrets: Mapping[str, str]) -> str | None:
    """360dialog has no handshake."""
    return None


# --- reading ---------------------------------------------------------------------------------------------------------


def read(hook: Hook) -> list[Event]:
    try:
        payload = decode(hook.body)
    except ValueError as error:
        return [Unreadable(str(error), clean(hook.body.decode("utf-8", "replace")))]
    events = payload if isinstance(payload, list) else [payload]
    if not any(isinstance(each, dict) and ("event" in each or "type" in each) and "data" in each for each in events):
        return envelope.read(hook.body)
    return [event for each in events for event in _read_event(each)]


def told(hook: Hook, at: int) -> list[Change]:
    """What the hub says of channels is for us alone."""
    return changes(hook.body)


def parts(hook: Hook) -> list[bytes]:
    """The hub tells one thing at a time."""
    return envelope_parts(hook.body)


def _read_event(told: JSON) -> Iterator[Event]:
    name = text(told, "event") or text(told, "type")
    data = mapping(told, "data")
    if not name or not data:
        yield Unreadable("a partner event without a name or its data", told)
        return
    if name == "waba_template_status_changed" and mapping(data, "template"):
        yield from _template(data)
        return
    channel = mapping(data, "channel") or data
    phone = digits(text(mapping(channel, "setup_info"), "phone_number") or text(channel, "phone_number"))
    waba_id = text(mapping(channel, "waba_account"), "external_id") or text(channel, "waba_external_id")
    status, problem, facts = _meaning(name, channel)
    if not waba_id and not phone:
        yield Unhandled(field=name, waba_id=text(channel, "id"), phone_number_id="", at=0, value=told)
        return
    yield AccountChanged(
        field=name,
        event=name.upper(),
        waba_id=waba_id,
        phone_number=phone,
        status=status,
        facts=facts,
        problem=problem,
        value=told,
    )


def _template(data: Mapping[str, JSON]) -> Iterator[Event]:
    """In the words of Meta's own news (reference §6); `data` is about the business account."""
    told = mapping(data, "template")
    value = {
        "event": text(told, "new_status"),
        "message_template_id": text(told, "external_id"),
        "message_template_name": text(told, "name"),
        "message_template_language": text(told, "language"),
        "reason": text(told, "rejected_reason"),
    }
    yield from template_news.read_status(value, text(data, "id"), 0)


def _meaning(name: str, channel: Mapping[str, JSON]) -> tuple[str, Problem | None, dict[str, JSON]]:
    """(status, problem, facts). A live channel lifts nothing by itself: its key may still be missing."""
    facts = facts_of_channel(channel)
    facts.pop("display_phone_number", None)
    match name:
        case "channel_permission_revoked":
            return "reauth_required", problems.NO_PERMISSION, facts
        case "cancellation_processed":
            return "suspended", problems.ENDED, facts
        case "account_restriction":
            details = text(channel, "violation_type")
            return "suspended", replace(problems.RESTRICTED, details=details), facts
        case "account_violation":
            return "attention", replace(problems.VIOLATION, details=text(channel, "violation_type")), facts
        case "template_messaging_disabled":
            return "attention", replace(problems.UNPAID, number_status="attention", hurts=("templates",)), facts
        case "template_messaging_enabled" | "channel_permission_granted":
            return "connected", None, facts
        case "phone_number_quality_changed" if facts.get("quality_rating") == "RED":
            return "attention", problems.QUALITY_LOW, facts
        case _ if str(facts.get("channel_status", "")).lower() in GONE:
            return "suspended", problems.ENDED, facts
    return "", None, facts
