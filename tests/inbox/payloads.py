"""Webhooks as the Cloud API sends them (reference §7), small enough to read."""

import json
from typing import Any

from safarichat.inbox.importing import import_next
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.understanding import understand

JSON = Any
PHONE_NUMBER_ID = "300000000000001"  # tests.fixtures.make_number
WABA_ID = "200000000000001"
ANN = "14155550123"
SHOP = "254700000001"
AT = 1_790_000_000


def hook(value: JSON, *, field: str = "messages", waba: str = WABA_ID) -> bytes:
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba, "changes": [{"field": field, "value": value}]}],
    }
    return json.dumps(body).encode()


def value(
    *,
    messages: list[JSON] | None = None,
    statuses: list[JSON] | None = None,
    contacts: list[JSON] | None = None,
    number: str = PHONE_NUMBER_ID,
) -> JSON:
    found: JSON = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "254700000001", "phone_number_id": number},
    }
    parts = {"messages": messages, "statuses": statuses, "contacts": contacts}
    return found | {name: part for name, part in parts.items() if part is not None}


def inbound(
    id: str = "wamid.IN1",
    text: str = "hi",
    *,
    at: int = AT,
    wa_id: str = ANN,
    user_id: str = "",
    name: str = "Ann",
    number: str = PHONE_NUMBER_ID,
    **more: JSON,
) -> bytes:
    """A text message. Without `wa_id` its sender is known by `user_id` alone."""
    message: JSON = {"id": id, "timestamp": str(at), "type": "text", "text": {"body": text}, **more}
    contact: JSON = {"profile": {"name": name}}
    if wa_id:
        message["from"] = contact["wa_id"] = wa_id
    if user_id:
        message["from_user_id"] = contact["user_id"] = user_id
    return hook(value(messages=[message], contacts=[contact], number=number))


def status(
    id: str,
    kind: str,
    *,
    at: int = AT,
    opaque: str = "",
    wa_id: str = ANN,
    user_id: str = "",
    code: int = 0,
    number: str = PHONE_NUMBER_ID,
    **more: JSON,
) -> bytes:
    found: JSON = {"id": id, "status": kind, "timestamp": str(at), "recipient_id": wa_id, **more}
    if opaque:
        found["biz_opaque_callback_data"] = opaque
    if user_id:
        found["recipient_user_id"] = user_id
    if code:
        found["errors"] = [{"code": code, "title": "Refused", "message": "Refused", "error_data": {"details": "why"}}]
    return hook(value(statuses=[found], number=number))


def number_changed(id: str, before: str, after: str, *, at: int = AT) -> bytes:
    system = {"type": "user_changed_number", "wa_id": after, "body": f"User Ann changed from {before} to {after}"}
    return hook(value(messages=[{"id": id, "from": before, "timestamp": str(at), "type": "system", "system": system}]))


def edited(id: str, of: str, text: str, *, at: int = AT, **more: JSON) -> bytes:
    edit = {"original_message_id": of, "message": {"type": "text", "text": {"body": text}}}
    return _changed(id, "edit", edit, at, more)


def revoked(id: str, of: str, *, at: int = AT, **more: JSON) -> bytes:
    return _changed(id, "revoke", {"original_message_id": of}, at, more)


def reacted(id: str, to: str, emoji: str, *, at: int = AT, **more: JSON) -> bytes:
    """Taken back, in the newer way, without an emoji."""
    return _changed(id, "reaction", {"message_id": to} | ({"emoji": emoji} if emoji else {}), at, more)


def _changed(id: str, kind: str, change: JSON, at: int, more: JSON) -> bytes:
    message = {"from": ANN, "id": id, "timestamp": str(at), "type": kind, kind: change, **more}
    return hook(value(messages=[message], contacts=[{"profile": {"name": "Ann"}, "wa_id": ANN}]))


def echo(
    id: str = "wamid.EC1", text: str = "On my way", *, at: int = AT, field: str = "smb_message_echoes", **more: JSON
) -> bytes:
    """The business wrote on its phone."""
    usual = {"from": "254700000001", "to": ANN, "id": id, "timestamp": str(at), "type": "text", "text": {"body": text}}
    return hook(value() | {"message_echoes": [{**usual, **more}]}, field=field)


def theirs(id: str, text: str, *, at: int, **more: JSON) -> JSON:
    """A customer's message as the phone app hands it over."""
    message = {"from": ANN, "id": id, "timestamp": str(at), "type": "text", "text": {"body": text}}
    return {**message, "history_context": {"status": "READ"}, **more}


def ours(id: str, text: str, *, at: int, became: str = "READ", **more: JSON) -> JSON:
    ends = {"from": SHOP, "to": ANN}
    return {**theirs(id, text, at=at), **ends, "history_context": {"status": became}, **more}


def chunk(*messages: JSON, phase: int = 0, order: int = 1, progress: int = 100) -> bytes:
    about = {"phase": phase, "chunk_order": order, "progress": progress}
    threads = [{"id": ANN, "messages": list(messages)}]
    return hook(value() | {"history": [{"metadata": about, "threads": threads}]}, field="history")


def take(*bodies: bytes) -> None:
    """Kept and understood, as when a provider calls and a worker is there."""
    keep([Kept("meta", "", body) for body in bodies])
    while understand(500) or import_next():
        pass
