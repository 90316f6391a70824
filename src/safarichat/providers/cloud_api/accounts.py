"""Webhooks about a number or its business account (reference §7.10). A change is a hint: check the number after it."""

from collections.abc import Iterator, Mapping

from safarichat.providers.cloud_api.codes_access import SIGN_IN
from safarichat.providers.cloud_api.codes_messages import MANAGER
from safarichat.providers.cloud_api.loose import digits, mapping, mappings, text
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, AccountChanged, Event, Problem

RESTRICTED = Problem(
    key="account_restricted",
    message=N_("Meta has restricted what this business account may do."),
    cure=MANAGER,
    fault="business",
    scope="account",
    number_status="attention",
)
VIOLATION = Problem(
    key="policy_violation",
    message=N_("Meta says that this business account went against its policies."),
    cure=MANAGER,
    fault="business",
    scope="account",
    number_status="attention",
)
DISABLED = Problem(
    key="account_disabled",
    message=N_("Meta has disabled this business account."),
    cure=N_("Ask for a review in WhatsApp Manager under Account Quality."),
    fault="business",
    scope="account",
    number_status="suspended",
)
TO_BE_DISABLED = Problem(
    key="account_to_be_disabled",
    message=N_("Meta is going to disable this business account."),
    cure=N_("Ask for a review in WhatsApp Manager under Account Quality."),
    fault="business",
    scope="account",
    number_status="attention",
)
REMOVED = Problem(
    key="access_withdrawn",
    message=N_("The business withdrew our access to this account."),
    cure=SIGN_IN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
)
DELETED = Problem(
    key="account_deleted",
    message=N_("This business account was deleted at Meta."),
    cure=N_("Connect the number again with another business account."),
    fault="business",
    scope="account",
)
NAME_REFUSED = Problem(
    key="name_refused",
    message=N_("Meta did not accept the display name."),
    cure=N_("Choose another name in WhatsApp Manager that fits Meta's guidelines for display names."),
    fault="business",
    scope="number",
    number_status="attention",
)
FLAGGED = Problem(
    key="quality_flagged",
    message=N_("Meta has flagged this number because of its low quality."),
    cure=N_("Send only what people asked for; the flag goes when the quality stays better for seven days."),
    fault="business",
    scope="number",
    number_status="attention",
)

_EVENTS: Mapping[str, tuple[str, Problem | None]] = {
    "ACCOUNT_DELETED": ("disconnected", DELETED),
    "ACCOUNT_OFFBOARDED": ("disconnected", REMOVED),
    "ACCOUNT_RECONNECTED": ("connected", None),
    "ACCOUNT_RESTRICTION": ("attention", RESTRICTED),
    "ACCOUNT_VIOLATION": ("attention", VIOLATION),
    "PARTNER_REMOVED": ("reauth_required", REMOVED),
    "PARTNER_APP_UNINSTALLED": ("reauth_required", REMOVED),
}
_BANS: Mapping[str, tuple[str, Problem | None]] = {
    "DISABLE": ("suspended", DISABLED),
    "SCHEDULE_FOR_DISABLE": ("attention", TO_BE_DISABLED),
    "REINSTATE": ("connected", None),
}
_NAME_STATUSES = {
    "APPROVED": "APPROVED",
    "REJECTED": "DECLINED",
    "PENDING": "PENDING_REVIEW",
    "DEFERRED": "PENDING_REVIEW",
}
Value = Mapping[str, JSON]


def read_account(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`account_update`. (!) In partner events the entry's id is the partner's portfolio, not the account."""
    event = text(value, "event")
    status, problem = _EVENTS.get(event, ("", None))
    if event == "DISABLED_UPDATE":
        status, problem = _BANS.get(text(mapping(value, "ban_info"), "waba_ban_state"), ("", None))
    yield AccountChanged(
        field="account_update",
        event=event,
        waba_id=text(mapping(value, "waba_info"), "waba_id") or waba_id,
        phone_number=digits(text(value, "phone_number")),
        at=at,
        status=status,
        facts={"restrictions": told} if (told := _restrictions(value)) else {},
        problem=problem,
        value=value,
    )


def _restrictions(value: Value) -> list[str]:
    return [kind for each in mappings(value, "restriction_info") if (kind := text(each, "restriction_type"))]


def read_quality(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`phone_number_quality_update`: since 2026 about limits and speed; older events flag the quality."""
    event = text(value, "event")
    facts: dict[str, JSON] = {}
    if limit := text(value, "max_daily_conversations_per_business") or text(value, "current_limit"):
        facts["messaging_limit"] = limit
    if event == "THROUGHPUT_UPGRADE":
        facts["throughput_mps"] = 1000
    yield AccountChanged(
        field="phone_number_quality_update",
        event=event,
        waba_id=waba_id,
        phone_number=digits(text(value, "display_phone_number")),
        at=at,
        status="attention" if event == "FLAGGED" else "",
        facts=facts,
        problem=FLAGGED if event == "FLAGGED" else None,
        value=value,
    )


def read_name(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """`phone_number_name_update`: what became of a requested display name."""
    decision = text(value, "decision").upper()
    facts: dict[str, JSON] = {"name_status": _NAME_STATUSES[decision]} if decision in _NAME_STATUSES else {}
    if decision == "APPROVED" and (name := text(value, "requested_verified_name")):
        facts["verified_name"] = name
    yield AccountChanged(
        field="phone_number_name_update",
        event=decision,
        waba_id=waba_id,
        phone_number=digits(text(value, "display_phone_number")),
        at=at,
        facts=facts,
        problem=NAME_REFUSED if decision == "REJECTED" else None,
        value=value,
    )
