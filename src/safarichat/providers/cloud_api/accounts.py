"""The webhook field `account_update` (reference §7.10). A change is a hint: check the number after it."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from safarichat.providers.cloud_api import account_problems as problems
from safarichat.providers.cloud_api.loose import digits, mapping, mappings, text, whole
from safarichat.providers.shapes import JSON, AccountChanged, Event, Problem, Side

Value = Mapping[str, JSON]
LONGEST_S = 30 * 24 * 3600  # Meta tells no end of some of it; our own judgement
_RESTRICTED_SIDES: Mapping[str, tuple[Side, ...]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": ("templates",),  # answers still go out
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": ("sending",),
    "RESTRICTED_UTILITY_TEMPLATES": ("templates",),
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": ("templates",),
}


def read(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """(!) In partner events the entry's id is the partner's portfolio, not the account."""
    event = text(value, "event").upper()
    yield AccountChanged(
        field="account_update",
        event=event,
        waba_id=text(mapping(value, "waba_info"), "waba_id") or waba_id,
        phone_number=digits(text(value, "phone_number")),
        at=at,
        value=value,
        **_effect(event, value, at),
    )


def _effect(event: str, value: Value, at: int) -> dict[str, Any]:
    """What it makes of the account's numbers: fields of AccountChanged."""
    match event:
        case "ACCOUNT_DELETED":
            return {"status": "disconnected", "problem": problems.DELETED}
        case "ACCOUNT_OFFBOARDED":  # its owner can take it back by ACCOUNT_RECONNECTED, without us
            return {"status": "suspended", "problem": problems.OFFBOARDED}
        case "ACCOUNT_RECONNECTED":
            return {"status": "connected", "ends": ("suspended", "attention")}
        case "ACCOUNT_RESTRICTION":
            return _restriction(value, at)
        case "ACCOUNT_VIOLATION":
            kind = text(mapping(value, "violation_info"), "violation_type")
            problem = replace(problems.VIOLATION, details=kind)
            return {"status": "attention", "problem": problem, "lasts_until": at + LONGEST_S}
        case "DISABLED_UPDATE":
            return _ban(mapping(value, "ban_info"), at)
        case "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED":
            return {"status": "reauth_required", "problem": _withdrawn(mapping(value, "disconnection_info"))}
        case "VERIFIED_ACCOUNT":
            return {"facts": {"is_business_verified": True}}
        case "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE" if country := text(value, "country"):
            return {"facts": {"country": country}}
    return {}


def _restriction(value: Value, at: int) -> dict[str, Any]:
    """Messages or calls: what a restriction does not touch goes on. Each kind may carry its own end and cure."""
    told = mappings(value, "restriction_info")
    kinds = [kind for each in told if (kind := text(each, "restriction_type"))]
    words = [word for each in told for key in ("restriction_type", "remediation") if (word := text(each, key))]
    hurts = tuple(dict.fromkeys(side for kind in kinds for side in _RESTRICTED_SIDES.get(kind, ())))
    ends = [whole(each, "expiration") or 0 for each in told]
    return {
        "status": "attention",
        "lasts_until": max(ends) if ends and all(ends) else at + LONGEST_S,
        "facts": {"restrictions": list(kinds)},
        "problem": replace(problems.RESTRICTED, details=", ".join(words)[:1000], hurts=hurts),
    }


def _ban(info: Value, at: int) -> dict[str, Any]:
    day = text(info, "waba_ban_date")
    match text(info, "waba_ban_state").upper():
        case "DISABLE":
            return {"status": "suspended", "problem": replace(problems.DISABLED, details=day)}
        case "SCHEDULE_FOR_DISABLE":
            problem = replace(problems.TO_BE_DISABLED, details=day)
            return {"status": "attention", "problem": problem, "lasts_until": at + LONGEST_S}
        case "REINSTATE":
            return {"status": "connected", "facts": {"restrictions": []}}
    return {}


def _withdrawn(info: Value) -> Problem:
    reason = text(info, "reason").upper()
    words = " ".join(word for word in (reason, text(info, "initiated_by")) if word)
    return replace(problems.CUT_OFF.get(reason, problems.REMOVED), details=words)
