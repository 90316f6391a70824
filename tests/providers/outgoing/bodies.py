"""A good message of every kind, and a way to spoil one part of it."""

import copy
from collections.abc import Mapping
from typing import Any

from safarichat.providers import meta
from safarichat.providers.cloud_api.outgoing import Checked, check

LINK = "https://files.example/a.jpg"


def interactive(kind: str, action: Any, **more: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "Karibu"}, "action": action} | more}


def reply(place: int) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": f"b{place}", "title": f"Choice {place}"}}


def row(place: int) -> dict[str, Any]:
    return {"id": f"r{place}", "title": f"Row {place}", "description": "More"}


def card(place: int) -> dict[str, Any]:
    link = {"name": "cta_url", "parameters": {"display_text": "Buy", "url": "https://shop.example/1"}}
    header = {"type": "image", "image": {"link": LINK}}
    return {"card_index": place, "type": "cta_url", "header": header, "body": {"text": "Coffee"}, "action": link}


def amount(value: int) -> dict[str, int]:
    return {"value": value, "offset": 100}


ORDER = {
    "reference_id": "A-17",
    "type": "physical-goods",
    "payment_type": "upi",
    "currency": "INR",
    "total_amount": amount(11500),
    "order": {
        "status": "pending",
        "items": [{"retailer_id": "sku", "name": "Coffee", "amount": amount(10000), "quantity": 1}],
        "subtotal": amount(10000),
        "tax": amount(1000),
        "shipping": amount(1000),
        "discount": amount(500),
    },
}
PERSON = {"name": {"formatted_name": "Ann Lee", "first_name": "Ann"}, "phones": [{"phone": "+1 415 555 0100"}]}
SECTIONS = [{"title": "Drinks", "product_items": [{"product_retailer_id": "sku"}]}]
PRODUCT = {"catalog_id": "1", "product_retailer_id": "sku"}
FLOW = {"flow_message_version": "3", "flow_id": "123", "flow_cta": "Book", "flow_action": "navigate"}

BODIES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "text", "text": {"body": "Habari", "preview_url": True}},
    "image": {"type": "image", "image": {"id": "900", "caption": "Sea"}},
    "video": {"type": "video", "video": {"link": "https://files.example/a.mp4"}},
    "audio": {"type": "audio", "audio": {"id": "901", "voice": True}},
    "document": {"type": "document", "document": {"id": "902", "filename": "a.pdf", "caption": "Bill"}},
    "sticker": {"type": "sticker", "sticker": {"id": "903"}},
    "location": {"type": "location", "location": {"latitude": -6.16, "longitude": "39.19", "name": "Shop"}},
    "contacts": {"type": "contacts", "contacts": [PERSON]},
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": "👍"}},
    "button": interactive("button", {"buttons": [reply(0), reply(1)]}, header={"type": "text", "text": "Hi"}),
    "list": interactive("list", {"button": "Menu", "sections": [{"rows": [row(0), row(1)]}]}, footer={"text": "Bye"}),
    "cta_url": interactive(
        "cta_url", {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://shop.example"}}
    ),
    "location_request_message": interactive("location_request_message", {"name": "send_location"}),
    "address_message": interactive("address_message", {"name": "address_message", "parameters": {"country": "IN"}}),
    "flow": interactive("flow", {"name": "flow", "parameters": FLOW}),
    "product": interactive("product", PRODUCT),
    "product_list": interactive(
        "product_list", {"catalog_id": "1", "sections": SECTIONS}, header={"type": "text", "text": "Shop"}
    ),
    "catalog_message": interactive("catalog_message", {"name": "catalog_message"}),
    "carousel": interactive("carousel", {"cards": [card(0), card(1)]}),
    "voice_call": interactive("voice_call", {"name": "voice_call", "parameters": {"display_text": "Call us"}}),
    "call_permission_request": interactive("call_permission_request", {"name": "call_permission_request"}),
    "request_contact_info": interactive("request_contact_info", {"name": "request_contact_info"}),
    "order_details": interactive("order_details", {"name": "review_and_pay", "parameters": ORDER}),
    "order_status": interactive(
        "order_status",
        {"name": "review_order", "parameters": {"reference_id": "A-17", "order": {"status": "shipped"}}},
    ),
    "template": {
        "type": "template",
        "template": {
            "name": "order_update",
            "language": {"code": "en_US"},
            "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"id": "900"}}]},
                {"type": "body", "parameters": [{"type": "text", "text": "Ann"}]},
                {"type": "button", "sub_type": "URL", "index": 0, "parameters": [{"type": "text", "text": "a"}]},
            ],
        },
    },
}


def changed(kind: str, path: str, value: Any) -> dict[str, Any]:
    """The good message with another value at `path`; `...` takes the part away."""
    body = copy.deepcopy(BODIES[kind])
    at: Any = body
    *way, last = path.split(".")
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at.setdefault(name, {})
    if value is ...:
        del at[last]
    elif isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return body


def judged(body: Any) -> Checked:
    return check(body, meta.abilities)


def told(body: Any) -> tuple[int | None, str] | None:
    """Code and field of what is wrong."""
    problem = judged(body).problem
    if problem is None:
        return None
    assert problem.message
    return problem.code, problem.details
