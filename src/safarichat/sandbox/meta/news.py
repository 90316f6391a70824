"""A webhook of each kind that a provider may send without being asked, as the reference prints it (§7.9–§7.11, §11):
by field the value around it, and the word that tells its variants apart with what each says beside."""

from copy import deepcopy

from msgspec import Struct

from safarichat.sandbox.things import JSON, PhoneNumber

Value = dict[str, JSON]


class Kind(Struct, frozen=True):
    """`word` is the key that names the variant, where it stands: at the top, or in the only element of `within`."""

    word: str
    variants: dict[str, Value]
    common: Value = {}
    within: str = ""
    has_display: bool = False
    has_metadata: bool = False


TEMPLATE: Value = {
    "message_template_id": 806312974732579,
    "message_template_name": "hello_world",
    "message_template_language": "en_US",
}
LIMITS: Value = {"max_daily_conversations_per_business": "TIER_2K"}
GROUP: Value = {"group_id": "Y2FwaV9ncm91cDox", "request_id": "req-1"}
CALL: Value = {"id": "wacid.1", "direction": "USER_INITIATED"}


def _each(*words: str) -> dict[str, Value]:
    return {word: {} for word in words}


KINDS: dict[str, Kind] = {
    "account_update": Kind(
        "event",
        {
            **_each("ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED", "VERIFIED_ACCOUNT"),
            **_each("PARTNER_ADDED", "PARTNER_REMOVED", "PARTNER_APP_INSTALLED", "PARTNER_APP_UNINSTALLED"),
            **_each("MM_LITE_TERMS_SIGNED", "AD_ACCOUNT_LINKED"),
            "ACCOUNT_RESTRICTION": {
                "restriction_info": [
                    {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1790600000}
                ]
            },
            "ACCOUNT_VIOLATION": {"violation_info": {"violation_type": "SPAM"}},
            "DISABLED_UPDATE": {"ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "April 17, 2026"}},
            "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": {
                "partner_client_certification_info": {"status": "APPROVED", "rejection_reasons": ["NONE"]}
            },
            "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": {
                "auth_international_rate_eligibility": {"start_time": 1790000000, "exception_countries": []}
            },
            "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": {"country": "KE"},
            "VOLUME_BASED_PRICING_TIER_UPDATE": {
                "volume_tier_info": {
                    "tier_update_time": 1790000000,
                    "pricing_category": "UTILITY",
                    "tier": "25000001:50000000",
                    "effective_month": "2026-11",
                    "region": "India",
                }
            },
        },
    ),
    "account_review_update": Kind("decision", _each("APPROVED", "REJECTED", "PENDING", "DEFERRED")),
    "account_alerts": Kind(
        "entity_type",
        {
            word: {
                "entity_id": "1",
                "alert_info": {
                    "alert_severity": "WARNING",
                    "alert_status": "ACTIVE",
                    "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
                    "alert_description": "Your business was looked at.",
                },
            }
            for word in ("BUSINESS", "PHONE_NUMBER", "CURRENT_STATUS_ID")
        },
    ),
    "business_capability_update": Kind("", {"": {**LIMITS, "max_phone_numbers_per_business": 20}}),
    "phone_number_quality_update": Kind(
        "event", dict.fromkeys(("ONBOARDING", "THROUGHPUT_UPGRADE", "FLAGGED", "UNFLAGGED"), LIMITS), has_display=True
    ),
    "phone_number_name_update": Kind(
        "decision",
        _each("APPROVED", "REJECTED", "PENDING", "DEFERRED"),
        {"requested_verified_name": "Baraka Traders", "rejection_reason": None},
        has_display=True,
    ),
    "security": Kind("event", _each("PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_REQUEST_SUCCESS"), has_display=True),
    "business_username_updates": Kind(
        "status",
        {**_each("deleted"), "approved": {"username": "baraka"}, "reserved": {"username": "baraka"}},
        has_display=True,
    ),
    "payment_configuration_update": Kind(
        "status",
        _each("Active", "Needs Connecting", "Needs Testing"),
        {"configuration_name": "upi", "provider_name": "razorpay", "provider_mid": "m1"},
    ),
    "partner_solutions": Kind(
        "event", _each("SOLUTION_CREATED", "SOLUTION_UPDATED"), {"solution_id": "5", "solution_status": "ACTIVE"}
    ),
    "message_template_status_update": Kind(
        "event",
        {
            **_each("APPROVED", "ARCHIVED", "UNARCHIVED", "DELETED", "FLAGGED", "IN_APPEAL", "LIMIT_EXCEEDED"),
            **_each("LOCKED", "PENDING", "REINSTATED", "PENDING_DELETION"),
            "DISABLED": {"disable_info": {"disable_date": 1790000000}},
            "PAUSED": {"other_info": {"title": "FIRST_PAUSE", "description": "Paused for three hours."}},
            "REJECTED": {"reason": "INVALID_FORMAT"},
        },
        {**TEMPLATE, "reason": "NONE", "message_template_category": "UTILITY"},
    ),
    "message_template_quality_update": Kind(
        "new_quality_score", _each("GREEN", "YELLOW", "RED", "UNKNOWN"), {**TEMPLATE, "previous_quality_score": "GREEN"}
    ),
    "message_template_components_update": Kind("", {"": {**TEMPLATE, "message_template_element": "Hello {{1}}"}}),
    "template_category_update": Kind("new_category", {"MARKETING": {"previous_category": "UTILITY"}}, TEMPLATE),
    "user_preferences": Kind(
        "value",
        {**_each("stop", "resume"), "signup": {"signup_id": "s1"}},
        {"wa_id": "255712000001", "detail": "Asked for.", "category": "marketing_messages", "timestamp": 1790000000},
        within="user_preferences",
        has_metadata=True,
    ),
    "messaging_handovers": Kind(
        "type",
        _each("control_passed", "control_taken"),
        {"previous_owner_role": "ai_agent", "new_owner_role": "customer_service"},
        within="messaging_handovers",
        has_metadata=True,
    ),
    "group_lifecycle_update": Kind(
        "type", {"group_create": {"subject": "Bakers"}, "group_delete": {}}, GROUP, "groups", has_metadata=True
    ),
    "group_participants_update": Kind(
        "type",
        _each(
            "group_participants_add",
            "group_participants_remove",
            "group_join_request_created",
            "group_join_request_revoked",
        ),
        GROUP,
        "groups",
        has_metadata=True,
    ),
    "group_settings_update": Kind("type", _each("group_settings_update"), GROUP, "groups", has_metadata=True),
    "group_status_update": Kind(
        "type", _each("group_suspend", "group_suspend_cleared"), GROUP, "groups", has_metadata=True
    ),
    "calls": Kind("event", _each("connect", "terminate"), CALL, "calls", has_metadata=True),
    "flows": Kind(
        "event",
        {
            "FLOW_STATUS_CHANGE": {"old_status": "DRAFT", "new_status": "PUBLISHED"},
            **_each("CLIENT_ERROR_RATE", "ENDPOINT_ERROR_RATE", "ENDPOINT_LATENCY", "ENDPOINT_AVAILABILITY"),
            **_each("FLOW_VERSION_EXPIRY_WARNING"),
        },
        {"flow_id": "66", "message": "About your flow."},
    ),
    "message_echoes": Kind(
        "type",
        {"text": {"text": {"body": "From another partner"}}},
        {"to": "255712000001", "id": "wamid.ELSEWHERE", "timestamp": "1790000000"},
        "message_echoes",
        has_metadata=True,
    ),
    "standby": Kind(
        "type",
        {"text": {"text": {"body": "For another partner"}}},
        {"from": "255712000001", "id": "wamid.STANDBY", "timestamp": "1790000000"},
        "messages",
        has_metadata=True,
    ),
    "account_settings_update": Kind("", {"": {"settings": {"calling": {"status": "ENABLED"}}}}, has_metadata=True),
    "consumer_profile": Kind("", {"": {"contacts": [{"wa_id": "255712000001"}]}}, has_metadata=True),
    "automatic_events": Kind("event_name", _each("LeadSubmitted", "Purchase")),
    "tracking_events": Kind("", {"": {"events": []}}),
}


def listed() -> dict[str, list[str]]:
    """By field, the words of its variants; the first is told when none is named."""
    return {field: list(kind.variants) for field, kind in KINDS.items()}


def value_of(number: PhoneNumber, field: str, word: str, more: Value) -> Value:
    """KeyError: no such field, or no such variant of it. `more` goes over what is usual."""
    kind = KINDS[field]
    word = word or next(iter(kind.variants))
    item = deepcopy({**kind.common, **kind.variants[word]}) | ({kind.word: word} if kind.word else {}) | more
    if item.get("entity_type") == "PHONE_NUMBER":
        item["entity_id"] = number.id
    value: Value = {kind.within: [item]} if kind.within else item
    if kind.has_metadata:
        metadata = {"display_phone_number": number.phone, "phone_number_id": number.id}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {"display_phone_number": number.phone, **value} if kind.has_display else value
