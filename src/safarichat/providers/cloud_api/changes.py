"""Webhooks in Meta's envelope, taken apart for programs: nothing added, nothing left out (reference §7.4)."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from safarichat.providers.changes import MESSAGES, STATUSES, Change
from safarichat.providers.cloud_api.loose import decode, digits, mappings, phone_number_id_of, text
from safarichat.providers.cloud_api.people import Contacts
from safarichat.providers.shapes import JSON

_PARTS = (MESSAGES, STATUSES, "errors", "user_actions", "message_echoes")
_IDS = ("from", "from_user_id", "recipient_id", "recipient_user_id", "to", "to_user_id")


def changes(body: bytes) -> list[Change]:
    """In its order; what is not in Meta's envelope is not told on."""
    try:
        payload = decode(body)
    except ValueError:
        return []
    return [
        told
        for entry in mappings(payload, "entry")
        for change in mappings(entry, "changes")
        if text(change, "field") and isinstance(change.get("value"), dict)
        for told in _apart(text(change, "field"), change["value"], text(entry, "id"), text(entry, "time"))
    ]


def _apart(field: str, value: Mapping[str, JSON], waba_id: str, time: str) -> Iterator[Change]:
    """A webhook may bring a thousand messages at once."""
    present = [name for name in _PARTS if isinstance(value.get(name), list)] if field != "history" else []
    if not present:
        yield _change(field, "", value, waba_id, key=_digest(value, time))
    around = {name: told for name, told in value.items() if name not in (*_PARTS, "contacts")}
    for name in present:
        items = mappings(value, name)
        contacts = Contacts(mappings(value, "contacts"), len(items))
        for index, item in enumerate(items):
            contact = contacts.find(tuple(text(item, key) for key in _IDS if text(item, key)), index)
            told = {**around, **({"contacts": [contact]} if contact else {}), name: [item]}
            yield _change(field, name, told, waba_id, key=_key(name, item, time))


def _change(field: str, kind: str, value: Mapping[str, JSON], waba_id: str, *, key: str) -> Change:
    phone_number_id = phone_number_id_of(value)
    return Change(
        field=field,
        kind=kind,
        value=value,
        key=f"{field}:{key}",
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        phone_number="" if phone_number_id else digits(text(value, "display_phone_number")),
    )


def _key(name: str, item: Mapping[str, JSON], time: str) -> str:
    message_id = text(item, "id")
    if not message_id:
        return _digest(item, time)
    return key_of(name, message_id, text(item, "status") if name == STATUSES else "")


def key_of(part: str, message_id: str, status: str = "") -> str:
    return f"{part}:{message_id}:{status}"


def _digest(value: JSON, time: str) -> str:
    return hashlib.sha256(msgspec.json.encode([value, time], order="deterministic")).hexdigest()
