"""What a GET of an object shows, and lists of objects (reference §2.8, §3.2)."""

import re
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from safarichat.sandbox import phones
from safarichat.sandbox.things import JSON, App, PhoneNumber, Template, Waba
from safarichat.sandbox.world import World

NUMBER_DEFAULTS = [
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
    "last_onboarded_time",
]
WABA_DEFAULTS = ["name", "currency", "timezone_id", "message_template_namespace"]
TEMPLATE_DEFAULTS = ["name", "parameter_format", "components", "language", "status", "category", "sub_category"]
CURSORS = ("limit", "after", "before")
Read = Callable[[], JSON]


def number_node(world: World, number: PhoneNumber, fields: str) -> dict[str, JSON]:
    status = number.standing or ("CONNECTED" if number.registered else "PENDING")
    platform = "CLOUD_API" if number.registered else "NOT_APPLICABLE"
    score = number.quality
    reads: dict[str, Read] = {
        "verified_name": lambda: number.verified_name,
        "code_verification_status": lambda: number.verification,
        "display_phone_number": lambda: number.display,
        "quality_rating": lambda: score,
        "quality_score": lambda: {"score": score},
        "platform_type": lambda: platform,
        "throughput": lambda: {"level": number.throughput if number.registered else "NOT_APPLICABLE"},
        "webhook_configuration": lambda: _webhook_configuration(world, number),
        "last_onboarded_time": lambda: iso(number.onboarded_at) if number.onboarded_at else None,
        "name_status": lambda: number.name_status,
        "new_display_name": lambda: number.new_name or None,
        "new_name_status": lambda: number.new_name_status,
        "certificate": lambda: number.certificate or None,
        "status": lambda: "RESTRICTED" if number.restricted else status,
        "account_mode": lambda: number.account_mode,
        "country_code": lambda: phones.country(number.phone),
        "country_dial_code": lambda: phones.calling_code(number.phone),
        "is_official_business_account": lambda: False,
        "official_business_account": lambda: {"oba_status": "NOT_STARTED"},
        "is_pin_enabled": lambda: bool(number.pin),
        "is_on_biz_app": lambda: number.on_biz_app,
        "is_preverified_number": lambda: False,
        "messaging_limit_tier": lambda: number.messaging_limit,
        "whatsapp_business_manager_messaging_limit": lambda: number.messaging_limit,
        "search_visibility": lambda: "NON_VISIBLE",
        "host_platform": lambda: platform,
        "health_status": lambda: _health(world, number),
        "conversational_automation": lambda: number.automation | {"id": number.id},
    }
    return _chosen(number.id, reads, fields, NUMBER_DEFAULTS)


def waba_node(world: World, waba: Waba, fields: str) -> dict[str, JSON]:
    business = world.businesses.things[waba.business_id]
    owner = {"name": business.name, "id": business.id}
    reads: dict[str, Read] = {
        "name": lambda: waba.name,
        "currency": lambda: waba.currency,
        "timezone_id": lambda: waba.timezone_id,
        "message_template_namespace": lambda: f"{waba.id}_ns",
        "account_review_status": lambda: waba.review,
        "business_verification_status": lambda: "verified",
        "owner_business_info": lambda: owner,
        "on_behalf_of_business_info": lambda: owner | {"status": "APPROVED", "type": "SELF"},
        "primary_funding_id": lambda: "0",
        "ownership_type": lambda: "CLIENT_OWNED",
        "status": lambda: waba.status,
        "country": lambda: waba.country,
        "is_enabled_for_insights": lambda: False,
        "marketing_messages_lite_api_status": lambda: "INELIGIBLE",
        "whatsapp_business_manager_messaging_limit": lambda: "TIER_2K",
        "health_status": lambda: _waba_health(waba),
        "creation_time": lambda: waba.made_at,
        "phone_numbers": lambda: paged([number_node(world, n, "") for n in world.waba_numbers(waba.id)]),
    }
    return _chosen(waba.id, reads, fields, WABA_DEFAULTS)


def template_node(template: Template, fields: str) -> dict[str, JSON]:
    reads: dict[str, Read] = {
        "name": lambda: template.name,
        "parameter_format": lambda: template.parameter_format,
        "components": lambda: template.components,
        "language": lambda: template.language,
        "status": lambda: template.status,
        "category": lambda: template.category,
        "sub_category": lambda: None,
        "rejected_reason": lambda: template.rejected_reason,
        "quality_score": lambda: {"score": template.quality, "date": 0},
        "message_send_ttl_seconds": lambda: template.ttl_s or None,
    }
    return _chosen(template.id, reads, fields, TEMPLATE_DEFAULTS)


def made(template: Template) -> dict[str, JSON]:
    """What is told of a new one."""
    return {"id": template.id, "status": template.status, "category": template.category}


def app_node(app: App) -> dict[str, JSON]:
    return {"name": app.name, "link": f"https://www.facebook.com/games/?app_id={app.id}", "id": app.id}


def paged(
    items: Iterable[dict[str, JSON]], parameters: dict[str, JSON] | None = None, url: str = "", *, key: str = "id"
) -> dict[str, JSON]:
    """One page of a list. A cursor is the `key` of the item behind or before which to go on; `next` is absent on the
    last page, and repeats what was asked for with the token (as Graph does)."""
    every, asked = list(items), parameters or {}
    told = str(asked.get("limit") or "")
    limit = max(1, int(told)) if told.isdigit() else 25
    start, end = _bounds([str(item[key]) for item in every], limit, asked)
    page = every[start:end]
    if not page:
        return {"data": []}
    kept = {name: str(value) for name, value in asked.items() if name not in CURSORS and isinstance(value, str | int)}
    first, last = str(page[0][key]), str(page[-1][key])
    paging: dict[str, JSON] = {"cursors": {"before": first, "after": last}}
    if end < len(every):
        paging["next"] = f"{url}?{urlencode({**kept, 'limit': limit, 'after': last})}"
    if start > 0:
        paging["previous"] = f"{url}?{urlencode({**kept, 'limit': limit, 'before': first})}"
    return {"data": page, "paging": paging}


def _bounds(keys: list[str], limit: int, asked: dict[str, JSON]) -> tuple[int, int]:
    before, after = str(asked.get("before") or ""), str(asked.get("after") or "")
    if before in keys and not after:
        end = keys.index(before)
        return max(0, end - limit), end
    start = keys.index(after) + 1 if after in keys else 0
    return start, min(start + limit, len(keys))


def iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(at))


def field_names(fields: str) -> list[str]:
    """Top-level names of `a,b{c,d},e.limit(3){f}`."""
    flat = re.sub(r"\([^()]*\)", "", fields)
    while "{" in flat and (smaller := re.sub(r"\{[^{}]*\}", "", flat)) != flat:
        flat = smaller
    return [name.split(".")[0].strip() for name in flat.split(",") if name.strip()]


def _chosen(id: str, reads: dict[str, Read], fields: str, defaults: list[str]) -> dict[str, JSON]:
    wanted = field_names(fields) or defaults
    shown = {name: reads[name]() for name in wanted if name in reads}
    return {name: value for name, value in shown.items() if value is not None} | {"id": id}


def unknown_field(kind: str, fields: str) -> str:
    """The first name Graph does not know, which it refuses with code 100; "" when all are known."""
    known = {"number": _NUMBER_FIELDS, "waba": _WABA_FIELDS}[kind]
    return next((name for name in field_names(fields) if name not in known), "")


def _webhook_configuration(world: World, number: PhoneNumber) -> dict[str, JSON]:
    waba = world.wabas.things[number.waba_id]
    shown: dict[str, JSON] = {}
    for app_id, override in waba.subscribed.items():
        app = world.apps.get(app_id)
        if override.url:
            shown["whatsapp_business_account"] = override.url
        if app is not None and app.subscription is not None:
            shown["application"] = app.subscription.callback_url
    if number.override.url:
        shown["phone_number"] = number.override.url
    return shown


def _health(world: World, number: PhoneNumber) -> dict[str, JSON]:
    problem = _number_problem(number)
    waba = world.wabas.things[number.waba_id]
    state = "BLOCKED" if problem else waba.blocked.get("PHONE_NUMBER", "AVAILABLE")
    entity: dict[str, JSON] = {"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": state}
    if problem:
        entity["errors"] = [problem]
    ids = {"WABA": waba.id, "BUSINESS": waba.business_id, "APP": world.app_of(number).id}
    entities = [entity, *(_entity(kind, id, waba) for kind, id in ids.items())]
    states = [str(each["can_send_message"]) for each in entities]
    worst = next((told for told in ("BLOCKED", "LIMITED") if told in states), "AVAILABLE")
    return {"can_send_message": worst, "entities": entities}


def _entity(kind: str, id: str, waba: Waba) -> dict[str, JSON]:
    state = waba.blocked.get(kind, "AVAILABLE")
    entity: dict[str, JSON] = {"entity_type": kind, "id": id, "can_send_message": state}
    if state != "AVAILABLE":
        entity["errors"] = [
            {
                "error_code": 141002,
                "error_description": f"The {kind.lower()} is {state.lower()}.",
                "possible_solution": "See Business Support Home.",
            }
        ]
    return entity


def _number_problem(number: PhoneNumber) -> dict[str, JSON] | None:
    if number.restricted:
        return {"error_code": 141010, "error_description": "The number is restricted.", "possible_solution": "Appeal."}
    if not number.registered:
        return {
            "error_code": 141000,
            "error_description": "The phone number is not registered.",
            "possible_solution": "Register it with the Cloud API.",
        }
    if not number.payment:
        return {
            "error_code": 141006,
            "error_description": "There is an error with the payment method.",
            "possible_solution": "Add a payment method in WhatsApp Manager.",
        }
    return None


def _waba_health(waba: Waba) -> dict[str, JSON]:
    entity = _entity("WABA", waba.id, waba)
    return {"can_send_message": entity["can_send_message"], "entities": [entity]}


_NUMBER_WORDS = (
    "account_mode certificate code_verification_status conversational_automation country_code country_dial_code "
    "display_phone_number eligibility_for_api_business_global_search health_status host_platform id "
    "is_official_business_account is_on_biz_app is_pin_enabled is_preverified_number last_onboarded_time "
    "messaging_limit_tier name_status new_certificate new_display_name new_name_status "
    "official_business_account platform_type quality_rating quality_score search_visibility status throughput "
    "username verified_name webhook_configuration whatsapp_business_account whatsapp_business_profile "
    "whatsapp_business_manager_messaging_limit"
)
_WABA_WORDS = (
    "account_review_status auth_international_rate_eligibility business_verification_status country creation_time "
    "currency health_status id is_enabled_for_insights marketing_messages_lite_api_status message_templates "
    "message_template_namespace name on_behalf_of_business_info owner_business_info ownership_type phone_numbers "
    "primary_business_location primary_funding_id status subscribed_apps timezone_id "
    "whatsapp_business_manager_messaging_limit"
)
_NUMBER_FIELDS, _WABA_FIELDS = frozenset(_NUMBER_WORDS.split()), frozenset(_WABA_WORDS.split())
