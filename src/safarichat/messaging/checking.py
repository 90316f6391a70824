"""What a provider would refuse at once is refused here, with its codes and a sentence that names the field."""

import re
from collections.abc import Mapping
from datetime import datetime

from safarichat.ground.sql import JSON
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Abilities, Problem

LONGEST_TEXT = 4096
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,24}", re.ASCII)


def body_problem(body: Mapping[str, JSON], abilities: Abilities) -> Problem | None:
    """What is wrong with a Cloud API message object."""
    kind = body.get("type")
    if not isinstance(kind, str) or kind not in abilities.kinds:
        return _problem(
            "kind_not_carried", 131051, "type", N_("This number's provider can't carry a message of this kind.")
        )
    content = body.get(kind)
    if not content or not isinstance(content, Mapping | list):
        return _problem("missing_content", 131008, kind, N_("The message has no content."))
    if not _is_storable(body):
        return _problem("bad_characters", 131009, kind, N_("The message holds characters that can't be sent."))
    match kind:
        case "text":
            return _text_problem(content)
        case "template":
            return _template_problem(content)
    return None


def _text_problem(content: JSON) -> Problem | None:
    text = content.get("body") if isinstance(content, Mapping) else None
    if not isinstance(text, str) or not text.strip():
        return _problem("empty_text", 131008, "text.body", N_("The message is empty."))
    if len(text) > LONGEST_TEXT:
        return _problem(
            "text_too_long",
            100,
            "text.body",
            N_("A text message can hold at most 4,096 characters."),
            N_("Shorten it or send it in parts."),
        )
    return None


def _template_problem(content: JSON) -> Problem | None:
    template = content if isinstance(content, Mapping) else {}
    language = template.get("language")
    code = language.get("code") if isinstance(language, Mapping) else None
    if not template.get("name") or not isinstance(template["name"], str):
        return _problem("missing_template", 131008, "template.name", N_("The template's name is missing."))
    if not code or not isinstance(code, str):
        return _problem("missing_language", 131008, "template.language.code", N_("The template's language is missing."))
    return None


def recipient_problem(to: str) -> Problem | None:
    if _PHONE.fullmatch(to.strip()) and 7 <= len(phone_digits(to)) <= 15:
        return None
    return _problem(
        "bad_recipient",
        131009,
        "to",
        N_("This is not a phone number with its country code."),
        N_("Write it like +254 712 345678."),
    )


def phone_digits(to: str) -> str:
    return re.sub(r"[^0-9]", "", to)


def window_problem(kind: str, closes_at: datetime | None, now: datetime) -> Problem | None:
    """Free text travels only within 24 hours of the customer's last message."""
    if kind == "template" or (closes_at is not None and closes_at > now):
        return None
    return _problem(
        "window_closed",
        131047,
        "type",
        N_("More than 24 hours have passed since the customer last wrote."),
        N_("Send an approved template; when they answer, you can write freely."),
    )


def number_problem(may_send: bool) -> Problem | None:
    if may_send:
        return None
    return _problem(
        "number_not_ready",
        133010,
        "from",
        N_("This number can't send at the moment."),
        N_("Open the number's page: it says what is missing."),
    )


UNKNOWN_NUMBER = Problem(
    key="number_unknown", code=100, subcode=33, message=N_("This number does not exist."), fault="us", details="from"
)
UNKNOWN_RECIPIENT = Problem(
    key="recipient_unknown", code=131009, message=N_("This recipient does not exist."), fault="us", details="to"
)
UNKNOWN_MESSAGE = Problem(key="message_unknown", code=131009, message=N_("This message does not exist."), fault="us")
NOT_FAILED = Problem(
    key="not_failed", code=131009, message=N_("Only a message that failed can be tried again."), fault="us"
)
WRITTEN_ELSEWHERE = Problem(
    key="written_elsewhere",
    code=131009,
    message=N_("This message was not sent from here."),
    cure=N_("Write it again where it was written, or write a new one here."),
    fault="us",
)


def _problem(key: str, code: int, field: str, message: str, cure: str = "") -> Problem:
    return Problem(key=key, code=code, message=message, cure=cure, details=field, fault="business", scope="message")


def _is_storable(value: JSON) -> bool:
    match value:
        case str():
            return not _UNSTORABLE.search(value)
        case Mapping():
            return all(_is_storable(key) and _is_storable(item) for key, item in value.items())
        case list() | tuple():
            return all(_is_storable(item) for item in value)
    return True


def shown(body: Mapping[str, JSON]) -> str:
    """The words that a list shows for a message we send."""
    kind = str(body.get("type", ""))
    content = body.get(kind)
    if not isinstance(content, Mapping):
        return ""
    found = content.get({"text": "body", "template": "name", "reaction": "emoji"}.get(kind, "caption"))
    return found if isinstance(found, str) else ""
