"""Webhooks about one number: quality and speed, display name, two-step PIN, username (reference §7.10, §3.3)."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api import account_problems as problems
from safarichat.providers.cloud_api.limits import limit_in
from safarichat.providers.cloud_api.loose import digits, text
from safarichat.providers.shapes import JSON, AccountChanged, Event

_NAME_STATUSES = {
    "APPROVED": "APPROVED",
    "REJECTED": "DECLINED",
    "PENDING": "PENDING_REVIEW",
    "DEFERRED": "PENDING_REVIEW",
}
Value = Mapping[str, JSON]


def read_quality(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`phone_number_quality_update`: since 2026 about limits and speed; older events flag the quality."""
    event = text(value, "event").upper()
    facts: dict[str, JSON] = {}
    if limit := limit_in(value, "max_daily_conversations_per_business", "current_limit"):
        facts["messaging_limit"] = limit
    if event == "THROUGHPUT_UPGRADE":
        facts["throughput_mps"] = 1000
    is_of_business = bool(text(value, "max_daily_conversations_per_business"))
    yield replace(
        _news("phone_number_quality_update", event, value, waba_id, at),
        status="attention" if event == "FLAGGED" else "",
        facts=facts,
        shared=("messaging_limit",) if is_of_business else (),
        problem=problems.FLAGGED if event == "FLAGGED" else None,
    )


def read_name(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`phone_number_name_update`: what became of a requested display name."""
    decision = text(value, "decision").upper()
    facts: dict[str, JSON] = {"name_status": _NAME_STATUSES[decision]} if decision in _NAME_STATUSES else {}
    if decision == "APPROVED" and (name := text(value, "requested_verified_name")):
        facts["verified_name"] = name
    refused = replace(problems.NAME_REFUSED, details=text(value, "rejection_reason"))
    yield replace(
        _news("phone_number_name_update", decision, value, waba_id, at),
        facts=facts,
        problem=refused if decision == "REJECTED" else None,
    )


def read_security(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`security`: (!) PIN_REQUEST_SUCCESS is probably a slip for PIN_RESET_SUCCESS; both tell that the PIN is gone."""
    event = text(value, "event").upper()
    asked = replace(problems.PIN_RESET_ASKED, details=text(value, "requester"))
    yield replace(_news("security", event, value, waba_id, at), problem=asked if event == "PIN_RESET_REQUEST" else None)


def read_username(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`business_username_updates`: (!) documented with @ first, later samples without."""
    status = text(value, "status").lower()
    username = "" if status == "deleted" else text(value, "username").removeprefix("@")
    is_taken_away = text(value, "context").lower() == "revoked"
    yield replace(
        _news("business_username_updates", status.upper(), value, waba_id, at),
        facts={"username": username, "username_status": status},
        problem=problems.USERNAME_REVOKED if is_taken_away else None,
    )


def _news(field: str, event: str, value: Value, waba_id: str, at: int) -> AccountChanged:
    phone_number = digits(text(value, "display_phone_number"))
    return AccountChanged(field=field, event=event, waba_id=waba_id, phone_number=phone_number, at=at, value=value)
