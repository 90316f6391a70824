"""How a number stands at Meta, by its node: status, registration, name, and who may send (reference §3.2)."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, mappings, text, whole
from safarichat.providers.meta import causes
from safarichat.providers.shapes import JSON, Number, Problem

BY_STATUS = {
    "BANNED": causes.BANNED,
    "RESTRICTED": causes.RESTRICTED,
    "RATE_LIMITED": causes.LIMIT_REACHED,
    "FLAGGED": causes.QUALITY_LOW,
    "MIGRATED": causes.HELD_ELSEWHERE,
    "DELETED": causes.HELD_ELSEWHERE,
}
UNREGISTERED = frozenset({"DISCONNECTED", "PENDING", "UNVERIFIED"})
NOT_PAID = 141006  # stands only in the health status
BLOCKED = {
    "PHONE_NUMBER": causes.CANNOT_SEND,
    "WABA": causes.ACCOUNT_BLOCKED,
    "BUSINESS": causes.BUSINESS_BLOCKED,
    "APP": causes.APP_BLOCKED,
}


def standing_problem(node: Mapping[str, JSON], known: Number) -> Problem | None:
    """What keeps the number from working as a whole; the first cause, since the others follow from it."""
    status = text(node, "status")
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status not in UNREGISTERED:
        return None
    if node.get("is_on_biz_app") is True or known.facts.get("is_on_phone_app") is True:
        return causes.COMPANION_INACTIVE
    if text(node, "code_verification_status") in ("NOT_VERIFIED", "UNVERIFIED"):
        return causes.UNVERIFIED
    is_locked = node.get("is_pin_enabled") is True and not known.secrets.get("pin")
    return causes.PIN_MISMATCH if is_locked or known.facts.get("pin_is_set") is True else causes.NOT_REGISTERED


def sending_problems(node: Mapping[str, JSON]) -> Iterator[Problem]:
    """Meta's own words on what keeps the number from sending, each by whom it is about; limited is not blocked."""
    health = mapping(node, "health_status")
    found = [each for each in mappings(health, "entities") if text(each, "can_send_message") in ("BLOCKED", "LIMITED")]
    for entity in found:
        yield replace(_cause_of(entity), details=_reasons(entity))
    if not found:
        overall = {"BLOCKED": causes.CANNOT_SEND, "LIMITED": causes.SENDING_LIMITED}
        yield from (overall[told] for told in [text(health, "can_send_message")] if told in overall)


def _cause_of(entity: Mapping[str, JSON]) -> Problem:
    if NOT_PAID in [whole(error, "error_code") for error in mappings(entity, "errors")]:
        return causes.PAYMENT_MISSING
    if text(entity, "can_send_message") == "LIMITED":
        return causes.SENDING_LIMITED
    return BLOCKED.get(text(entity, "entity_type"), causes.CANNOT_SEND)


def _reasons(entity: Mapping[str, JSON]) -> str:
    errors = [text(error, "error_description") for error in mappings(entity, "errors")]
    more = entity.get("additional_info")
    told = [*errors, *(more if isinstance(more, list) else [])]
    return " ".join(reason for reason in told if isinstance(reason, str) and reason)


def name_problem(facts: Mapping[str, JSON]) -> Problem | None:
    """The name that is shown, and the one that was asked for in its place."""
    if facts.get("name_status") == "DECLINED":
        return causes.NAME_DECLINED
    if "PENDING_REVIEW" in (facts.get("name_status"), facts.get("new_name_status")):
        return causes.NAME_IN_REVIEW
    if facts.get("new_name_status") == "DECLINED":  # the old one is shown as before
        return replace(causes.NAME_DECLINED, hurts=(), number_status="")
    return None
