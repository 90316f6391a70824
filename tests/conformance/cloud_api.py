"""Webhooks in the envelope of Meta's Cloud API, as its own app and those who host it send them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from safarichat.providers.shapes import Hook


def hook_of(case: Mapping[str, Any]) -> Hook:
    return hook(case.get("field", "messages"), value_of(case))


def hook(field: str, value: Any) -> Hook:
    entry = {"id": "2002001", "time": 1790000000, "changes": [{"field": field, "value": value}]}
    body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
    return Hook(method="POST", headers={}, query={}, body=body)


def value_of(case: Mapping[str, Any]) -> Any:
    """A case may give the whole value, or one message or status in the usual surroundings."""
    metadata = {"display_phone_number": "14155550100", "phone_number_id": "3003001"}
    if message := case.get("message"):
        contact = {
            "profile": {"name": "Ann", "username": "@ann.lee"},
            "wa_id": "14155550123",
            "user_id": "US.100000001",
        }
        usual = {"from": "14155550123", "from_user_id": "US.100000001", "id": "wamid.IN1", "timestamp": "1790000000"}
        return {"metadata": metadata, "contacts": [contact], "messages": [{**usual, **message}]}
    if status := case.get("status"):
        usual = {"id": "wamid.OUT1", "timestamp": "1790000002", "recipient_id": "14155550123"}
        return {"metadata": metadata, "statuses": [{**usual, "recipient_user_id": "US.100000001", **status}]}
    return case["value"]
