"""Webhooks about a business account as a whole: review, alerts, limits, payments (reference §7.10)."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api import account_problems as problems
from safarichat.providers.cloud_api.limits import limit_in
from safarichat.providers.cloud_api.loose import mapping, text, whole
from safarichat.providers.shapes import JSON, AccountChanged, Event

Value = Mapping[str, JSON]


def read_review(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`account_review_update`: what Meta decided about a new account."""
    decision = text(value, "decision").upper()
    yield AccountChanged(
        field="account_review_update",
        event=decision,
        waba_id=waba_id,
        at=at,
        status={"APPROVED": "connected", "REJECTED": "suspended"}.get(decision, ""),
        ends=("in_review",),
        facts={"account_review_status": decision} if decision else {},
        problem=problems.REVIEW_REJECTED if decision == "REJECTED" else None,
        value=value,
    )


def read_alert(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`account_alerts`: (!) the alert's own keys stand in `alert_info`, older events have them right in the value."""
    info = mapping(value, "alert_info") or value
    kind, severity = text(info, "alert_type").upper(), text(info, "alert_severity").upper()
    is_of_number = text(value, "entity_type").upper() == "PHONE_NUMBER"
    is_over = text(info, "alert_status").upper() == "NONE"
    problem = replace(problems.alert(kind), details=text(info, "alert_description")[:1000])
    yield AccountChanged(
        field="account_alerts",
        event=kind,
        waba_id=waba_id,
        phone_number_id=text(value, "entity_id") if is_of_number else "",
        at=at,
        status="attention" if severity == "CRITICAL" and not is_over else "",
        facts={"is_official_business_account": True} if kind == "OBA_APPROVED" and is_of_number else {},
        problem=None if is_over or severity == "INFORMATIONAL" else problem,
        value=value,
    )


def read_capability(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`business_capability_update`: since 2025-10 the limit is the portfolio's, so it holds for all of its numbers."""
    facts: dict[str, JSON] = {}
    if limit := limit_in(value, "max_daily_conversations_per_business", "max_daily_conversation_per_phone"):
        facts["messaging_limit"] = limit
    for key in ("max_phone_numbers_per_business", "max_phone_numbers_per_waba"):
        if (most := whole(value, key)) is not None:
            facts[key] = most
    yield AccountChanged(
        field="business_capability_update",
        event="CAPABILITY_UPDATE",
        waba_id=waba_id,
        at=at,
        facts=facts,
        shared=tuple(name for name in facts if name != "max_phone_numbers_per_waba"),
        value=value,
    )


def read_payments(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`payment_configuration_update`: whether money can be asked for in chats."""
    names = ("configuration_name", "provider_name", "status")
    yield AccountChanged(
        field="payment_configuration_update",
        event=text(value, "status").upper().replace(" ", "_"),
        waba_id=waba_id,
        at=at,
        facts={"payment_configuration": {name: told for name in names if (told := text(value, name))}},
        value=value,
    )
