"""The nodes of a number and of its business account, told from what we know of them, whoever carries the number."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from safarichat.gateway import fields
from safarichat.gateway.answers import SUCCESS, Answer, Failed, error, missing, not_there, outcome_told, told
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import number_for_a_deed, number_of, row_of, rows_of_waba
from safarichat.ground.sql import JSON
from safarichat.numbers import presenting, recording, registering, verification
from safarichat.numbers.models import OfficialWhatsappCredential, Status
from safarichat.numbers.platform import hook_address
from safarichat.providers.shapes import Deed, Done

USUAL = (
    "verified_name", "code_verification_status", "display_phone_number", "quality_rating", "platform_type",
    "throughput", "webhook_configuration", "last_onboarded_time",
)  # fmt: skip
USUAL_OF_ACCOUNT = ("name", "currency", "timezone_id", "message_template_namespace")
CAN_SEND: Mapping[str, str] = {Status.CONNECTED: "AVAILABLE", Status.ATTENTION: "LIMITED"}
STANDS: Mapping[str, str] = {
    Status.CONNECTED: "CONNECTED",
    Status.ATTENTION: "CONNECTED",
    Status.SUSPENDED: "RESTRICTED",
    Status.DISCONNECTED: "DISCONNECTED",
}


def look(call: Call) -> Answer:
    """`GET /{number}`."""
    row = row_of(call, number_of(call))
    return told(fields.selected(node(row), fields.wanted(call.told.get("fields")), USUAL))


def listed(call: Call) -> Answer:
    """`GET /{business account}/phone_numbers`."""
    asked = fields.wanted(call.told.get("fields"))
    nodes = [fields.selected(node(row), asked, USUAL) for row in rows_of_waba(call)]
    return told(fields.page(nodes, call.told.get("limit"), call.told.get("after")))


def account(call: Call) -> Answer:
    """`GET /{business account}`."""
    return told(
        fields.selected(account_node(rows_of_waba(call)), fields.wanted(call.told.get("fields")), USUAL_OF_ACCOUNT)
    )


def change(call: Call) -> Answer:
    """`POST /{number}`: its two-step PIN, or another name."""
    number = number_for_a_deed(call)
    if "webhook_configuration" in call.told:
        return error(100, details="webhook_configuration: Endpoints are added on the page “Developers” here.")
    if pin := call.told.get("pin"):
        return _done(call, registering.set_pin(number.account_id, number.credential_id, str(pin)))
    if name := call.told.get("new_display_name"):
        return _done(call, presenting.rename(number.account_id, number.credential_id, str(name)))
    return missing("pin")


def request_code(call: Call) -> Answer:
    number, method = number_for_a_deed(call), str(call.told.get("code_method", "")).lower()
    if method not in verification.METHODS:
        return missing("code_method")
    language = str(call.told.get("language") or "en_US")
    return _done(call, verification.request(number.account_id, number.credential_id, method=method, language=language))


def verify_code(call: Call) -> Answer:
    number, code = number_for_a_deed(call), str(call.told.get("code", "")).replace("-", "")
    return _done(call, verification.enter(number.account_id, number.credential_id, code)) if code else missing("code")


def register(call: Call) -> Answer:
    number, pin = number_for_a_deed(call), str(call.told.get("pin", ""))
    return _done(call, registering.register(number.account_id, number.credential_id, pin)) if pin else missing("pin")


def deregister(call: Call) -> Answer:
    number = number_for_a_deed(call)
    return _done(call, registering.deregister(number.account_id, number.credential_id))


def _done(call: Call, outcome: Deed | None) -> Answer:
    if outcome is None:
        raise Failed(not_there(call.place.parts[0], call.method))
    return SUCCESS if isinstance(outcome, Done) else outcome_told(outcome)


# --- what they are ---


def node(row: OfficialWhatsappCredential) -> dict[str, JSON]:
    facts = recording.known_facts(row)
    can_send = CAN_SEND.get(row.status, "BLOCKED")
    found: dict[str, JSON] = {
        "id": row.phone_number_id,
        "verified_name": row.verified_name,
        "display_phone_number": row.display_phone_number or f"+{row.phone_number}",
        "quality_rating": row.quality_rating or "UNKNOWN",
        "quality_score": {"score": row.quality_rating or "UNKNOWN"},
        "code_verification_status": facts.get("code_verification_status") or "VERIFIED",
        "platform_type": facts.get("platform_type") or "CLOUD_API",
        "throughput": {"level": "HIGH" if row.throughput_mps >= 1000 else "STANDARD"},
        "webhook_configuration": {"application": hook_address(row.api_provider)},
        "status": STANDS.get(row.status, "PENDING"),
        "account_mode": facts.get("account_mode") or "LIVE",
        "name_status": facts.get("name_status") or "NONE",
        "new_display_name": presenting.asked_name(row),
        "new_name_status": facts.get("new_name_status") or "NONE",
        "is_official_business_account": bool(facts.get("is_official_business_account")),
        "is_on_biz_app": bool(facts.get("is_on_phone_app")),
        "is_pin_enabled": bool(row.pin),
        "health_status": {
            "can_send_message": can_send,
            "entities": [{"entity_type": "PHONE_NUMBER", "id": row.phone_number_id, "can_send_message": can_send}],
        },
        "last_onboarded_time": _time(row.onboarding_completed_at),
    }
    if limit := facts.get("messaging_limit"):
        found |= {"whatsapp_business_manager_messaging_limit": limit, "messaging_limit_tier": limit}
    return {name: value for name, value in found.items() if value not in (None, "")}


def account_node(rows: Sequence[OfficialWhatsappCredential]) -> dict[str, JSON]:
    facts: dict[str, Any] = {}
    for row in rows:
        facts |= recording.known_facts(row)
    worst = min((CAN_SEND.get(row.status, "BLOCKED") for row in rows), key=["BLOCKED", "LIMITED", "AVAILABLE"].index)
    waba_id = rows[0].waba_id
    found: dict[str, JSON] = {
        "id": waba_id,
        "name": facts.get("waba_name") or rows[0].verified_name,
        "currency": facts.get("currency"),
        "timezone_id": facts.get("timezone_id") or "0",  # Meta's word for one that is not known
        "message_template_namespace": facts.get("message_template_namespace"),
        "account_review_status": facts.get("account_review_status"),
        "business_verification_status": facts.get("business_verification_status"),
        "health_status": {
            "can_send_message": worst,
            "entities": [{"entity_type": "WABA", "id": waba_id, "can_send_message": worst}],
        },
        "phone_numbers": {"data": [fields.selected(node(row), {}, USUAL) for row in rows]},
    }
    return {name: value for name, value in found.items() if value is not None}


def _time(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000") if at else ""
