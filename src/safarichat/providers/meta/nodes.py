"""Reading a number's node and turning it into facts by the names of `Health.facts` (reference §3.2)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api import numbers
from safarichat.providers.cloud_api.loose import text
from safarichat.providers.meta.graph import ask, graph, is_ok
from safarichat.providers.shapes import JSON, Answer, Call, Platform, Talk

# What lists give by themselves, and what has to be asked for; a Graph version may not know one of the latter.
PLAIN_FIELDS = "id,verified_name,display_phone_number,code_verification_status,quality_rating,platform_type,status"
FIELDS = (
    f"{PLAIN_FIELDS},throughput,name_status,account_mode,is_official_business_account,is_on_biz_app,is_pin_enabled,"
    "new_display_name,new_name_status,health_status,whatsapp_business_manager_messaging_limit,webhook_configuration"
)


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


def facts_of_number(node: Mapping[str, JSON]) -> dict[str, JSON]:
    """A name that was asked for is told as long as it is not decided; then it is told no more."""
    facts = numbers.facts_of_number(node)
    if "name_status" in facts:
        facts["new_display_name"] = text(node, "new_display_name")
        facts["new_name_status"] = text(node, "new_name_status") or "NONE"
    return facts


def _names_a_field(answer: Answer) -> bool:
    """(#100) Tried accessing nonexisting field (…)"""
    return b"nonexisting field" in getattr(answer, "body", b"")


def is_registered(facts: Mapping[str, JSON]) -> bool:
    return facts.get("status") == "CONNECTED" and facts.get("platform_type") == "CLOUD_API"
