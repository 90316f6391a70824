"""The envelope of a webhook: entry × changes × what each brings (reference §7.4)."""

from collections.abc import Callable, Iterator, Mapping

from safarichat.providers.cloud_api import (
    accounts,
    businesses,
    consent,
    conversations,
    echoes,
    noted,
    number_news,
    past,
    template_news,
)
from safarichat.providers.cloud_api.loose import clean, decode, phone_number_id_of, text, unix_s
from safarichat.providers.shapes import JSON, Event, Unhandled, Unreadable

Reader = Callable[[Mapping[str, JSON], str, int], Iterator[Event]]  # value, id and time of its entry
READERS: Mapping[str, Reader] = {
    "messages": conversations.read,
    "smb_message_echoes": echoes.read_phone,
    "message_echoes": echoes.read_partner,
    "user_preferences": consent.read,
    "message_template_status_update": template_news.read_status,
    "message_template_quality_update": template_news.read_quality,
    "message_template_components_update": template_news.read_components,
    "template_category_update": template_news.read_category,
    "account_update": accounts.read,
    "account_review_update": businesses.read_review,
    "account_alerts": businesses.read_alert,
    "business_capability_update": businesses.read_capability,
    "payment_configuration_update": businesses.read_payments,
    "phone_number_quality_update": number_news.read_quality,
    "phone_number_name_update": number_news.read_name,
    "security": number_news.read_security,
    "business_username_updates": number_news.read_username,
    "history": past.read_history,
    "smb_app_state_sync": past.read_address_book,
    **noted.READERS,
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
        yield Unhandled(field=field, waba_id=waba_id, phone_number_id=phone_number_id_of(value), at=at, value=value)
