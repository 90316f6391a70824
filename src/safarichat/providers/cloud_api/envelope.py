"""The envelope of a webhook: entry × changes × what each brings (reference §7.4)."""

from collections.abc import Iterator

from safarichat.providers.cloud_api import accounts, conversations
from safarichat.providers.cloud_api.loose import clean, decode, mapping, text, unix_s
from safarichat.providers.shapes import JSON, Event, Unhandled, Unreadable

READERS = {
    "messages": conversations.read,
    "account_update": accounts.read_account,
    "phone_number_quality_update": accounts.read_quality,
    "phone_number_name_update": accounts.read_name,
}


def read(body: bytes) -> list[Event]:
    """All that a webhook says, in its order. What is not as documented is `Unreadable` by itself, beside the rest."""
    try:
        payload = decode(body)
    except ValueError as error:
        return [Unreadable(str(error), clean(body.decode("utf-8", "replace")))]
    entries = payload.get("entry") if isinstance(payload, dict) else None
    if not isinstance(entries, list):
        return [Unreadable("no list of entries", payload)]
    if (kind := text(payload, "object")) not in ("whatsapp_business_account", ""):
        return [Unhandled(field=kind, waba_id="", phone_number_id="", at=0, value=payload)]
    return [event for entry in entries for event in _read_entry(entry)]


def _read_entry(entry: JSON) -> Iterator[Event]:
    if not isinstance(entry, dict):
        yield Unreadable("an entry is not an object", entry)
        return
    changes = entry.get("changes")
    if changes is None and "field" in entry:  # one sample of the documentation has the change right in the entry
        changes = [entry]
    if not isinstance(changes, list):
        yield Unreadable("no list of changes", entry)
        return
    waba_id, at = text(entry, "id"), unix_s(entry, "time")
    for change in changes:
        yield from _read_change(change, waba_id, at)


def _read_change(change: JSON, waba_id: str, at: int) -> Iterator[Event]:
    field = text(change, "field")
    value = change.get("value") if isinstance(change, dict) else None
    if not field or not isinstance(value, dict):
        yield Unreadable("a change without a field and a value", change)
    elif reader := READERS.get(field):
        yield from reader(value, waba_id, at)
    else:
        phone_number_id = text(mapping(value, "metadata"), "phone_number_id")
        yield Unhandled(field=field, waba_id=waba_id, phone_number_id=phone_number_id, at=at, value=value)
