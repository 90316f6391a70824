"""Reading a number's node and turning it into facts by the names of `Health.facts` (reference §3.2)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import digits, mapping, mappings, text
from safarichat.providers.meta.graph import ask, graph, is_ok
from safarichat.providers.shapes import JSON, Answer, Call, Platform, Talk

# What lists give by themselves, and what has to be asked for; a Graph version may not know one of the latter.
PLAIN_FIELDS = "id,verified_name,display_phone_number,code_verification_status,quality_rating,platform_type,status"
FIELDS = (
    f"{PLAIN_FIELDS},throughput,name_status,account_mode,is_official_business_account,is_on_biz_app,health_status,"
    "whatsapp_business_manager_messaging_limit,webhook_configuration"
)
_QUALITIES = frozenset({"GREEN", "YELLOW", "RED"})
_SPEEDS = {"STANDARD": 80, "HIGH": 1000}
COEXISTENCE_MPS = 20


def ask_for_number(platform: Platform, phone_number_id: str, token: str, app_id: str = "") -> Talk[Answer]:
    """The number's node with all that this Graph version tells."""
    for fields in (FIELDS, PLAIN_FIELDS):
        answer = yield from ask(_number_call(platform, phone_number_id, token, app_id, fields))
        if is_ok(answer) or not _names_a_field(answer):
            break
    return answer


def _number_call(platform: Platform, phone_number_id: str, token: str, app_id: str, fields: str) -> Call:
    query = {"fields": fields}
    return graph(platform, "read number", "GET", phone_number_id, token, query=query, app_id=app_id)


def _names_a_field(answer: Answer) -> bool:
    """(#100) Tried accessing nonexisting field (…)"""
    return b"nonexisting field" in getattr(answer, "body", b"")


def facts_of_number(node: Mapping[str, JSON]) -> dict[str, JSON]:
    """Only what the node tells, so that a short answer erases nothing."""
    facts: dict[str, JSON] = {
        name: told
        for name in (
            "display_phone_number", "verified_name", "name_status", "code_verification_status", "platform_type",
            "account_mode", "status",
        )
        if (told := text(node, name))
    }  # fmt: skip
    if phone_number := digits(text(node, "display_phone_number")):
        facts["phone_number"] = phone_number
    if "quality_rating" in node:
        rating = text(node, "quality_rating").upper()
        facts["quality_rating"] = rating if rating in _QUALITIES else "UNKNOWN"
    if isinstance(node.get("is_on_biz_app"), bool):
        facts["is_on_phone_app"] = node["is_on_biz_app"]
    if speed := COEXISTENCE_MPS if node.get("is_on_biz_app") is True else _SPEEDS.get(_level(node)):
        facts["throughput_mps"] = speed
    if limit := text(node, "whatsapp_business_manager_messaging_limit"):
        facts["messaging_limit"] = limit
    if isinstance(node.get("is_official_business_account"), bool):
        facts["is_official_business_account"] = node["is_official_business_account"]
    if can_send := text(mapping(node, "health_status"), "can_send_message"):
        facts["can_send"] = can_send
    return facts


def _level(node: Mapping[str, JSON]) -> str:
    return text(mapping(node, "throughput"), "level").upper()


def is_registered(facts: Mapping[str, JSON]) -> bool:
    return facts.get("status") == "CONNECTED" and facts.get("platform_type") == "CLOUD_API"


def blocking_reasons(node: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
    """The errors in `health_status` of each entity that keep messages from going out."""
    entities = mappings(mapping(node, "health_status"), "entities")
    blocked = [each for each in entities if text(each, "can_send_message") in ("BLOCKED", "LIMITED")]
    return [error for each in blocked for error in mappings(each, "errors")]
