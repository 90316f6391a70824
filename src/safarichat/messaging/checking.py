"""What a provider would refuse at once is refused here, with its codes and a sentence that names the field."""

import re
from collections.abc import Mapping
from datetime import datetime

from safarichat.ground.sql import JSON
from safarichat.providers.cloud_api.loose import USER_ID, mapping, text
from safarichat.providers.cloud_api.outgoing import check
from safarichat.providers.cloud_api.previews import preview
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Abilities, Problem

LONGEST_USER_ID = 160  # a country, maybe a portfolio's word, and 128 letters and digits
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,24}", re.ASCII)


def body_problem(body: Mapping[str, JSON], abilities: Abilities) -> Problem | None:
    """What is wrong with a Cloud API message object."""
    return check(body, abilities).problem


def recipient_problem(to: str, recipient: str = "") -> Problem | None:
    """By phone or, where there is none, by the business-scoped id: `to` wins where both are given."""
    if not to and recipient:
        return None if USER_ID.match(recipient) and len(recipient) <= LONGEST_USER_ID else BAD_USER_ID
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
BAD_USER_ID = Problem(
    key="bad_recipient",
    code=131009,
    message=N_("This is not a business-scoped id of a customer."),
    cure=N_("Use the id as it came with the customer's message, like US.1234, or their phone number."),
    fault="business",
    scope="message",
    details="recipient",
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


def shown(body: Mapping[str, JSON]) -> str:
    """The words that a list shows for a message we send."""
    return preview(body, str(body.get("type", "")))


def refers_to(body: Mapping[str, JSON]) -> str:
    """The provider's id of the message that this one answers or reacts to."""
    reaction = mapping(body, "reaction")
    return text(reaction if body.get("type") == "reaction" else mapping(body, "context"), "message_id")
