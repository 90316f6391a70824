"""A number's node turned into facts by the names of `Health.facts` (reference §3.2)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import digits, mapping, mappings, text
from safarichat.providers.shapes import JSON

_QUALITIES = frozenset({"GREEN", "YELLOW", "RED"})
_SPEEDS = {"STANDARD": 80, "HIGH": 1000}
COEXISTENCE_MPS = 20


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
        facts["entities"] = entities_of(node)
    return facts


def _level(node: Mapping[str, JSON]) -> str:
    return text(mapping(node, "throughput"), "level").upper()


def blocking_reasons(node: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
    """The errors in `health_status` of each entity that keep messages from going out."""
    entities = mappings(mapping(node, "health_status"), "entities")
    blocked = [each for each in entities if text(each, "can_send_message") in ("BLOCKED", "LIMITED")]
    return [error for each in blocked for error in mappings(each, "errors")]


def entities_of(node: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
    """Who may send, as `health_status` tells it: [{entity_type, id, can_send_message, errors}]."""
    kept: list[Mapping[str, JSON]] = []
    for each in mappings(mapping(node, "health_status"), "entities"):
        errors = [
            {name: text(error, name) for name in ("error_code", "error_description", "possible_solution")}
            for error in mappings(each, "errors")
        ]
        told = {name: text(each, name) for name in ("entity_type", "id", "can_send_message")}
        kept.append({**told, "errors": errors})
    return kept
