"""The webhook field `messages`: what customers wrote, what became of ours, and errors (reference §7.6, §7.7)."""

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_in
from safarichat.providers.cloud_api.loose import USER_ID, digits, mapping, mappings, person, text, unix_s
from safarichat.providers.cloud_api.previews import kind_of, preview, wrong_payload
from safarichat.providers.shapes import (
    JSON,
    AccountChanged,
    Event,
    Person,
    PersonChanged,
    Received,
    StatusChanged,
    Unhandled,
    Unreadable,
)

STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})
_CHANGES = ("user_changed_number", "user_changed_user_id", "customer_changed_number")
_FROM_TO = re.compile(r"changed from (\S+) to (\S+?)\.?\s*\Z")
Item = Mapping[str, JSON]


def read(value: Item, waba_id: str, at: int) -> Iterator[Event]:
    phone_number_id = text(mapping(value, "metadata"), "phone_number_id")
    readers = {"messages": _message, "statuses": _status, "errors": _error, "user_actions": _other}
    present = [name for name in readers if name in value]
    if not present:
        yield Unhandled(field="messages", waba_id=waba_id, phone_number_id=phone_number_id, at=at, value=value)
    for name in present:
        items = value[name]
        if not isinstance(items, list):
            yield Unreadable(f"{name} is not a list", value)
            continue
        contacts = _Contacts(mappings(value, "contacts"), len(items))
        for index, item in enumerate(items):
            if isinstance(item, dict):
                yield readers[name](item, _Place(waba_id, phone_number_id, at, contacts, index))
            else:
                yield Unreadable(f"one of {name} is not an object", item)


# --- messages --------------------------------------------------------------------------------------------------------


def _message(item: Item, place: "_Place") -> Event:
    kind = kind_of(item)
    if not (message_id := text(item, "id")):
        return Unreadable("a message without an id", item)
    if text(item, "group_id"):  # answering it to its writer alone would be wrong: kept for the day we know groups
        return _other(item, place)
    if fault := wrong_payload(item, kind):
        return Unreadable(fault, item)
    if kind == "system" and text(mapping(item, "system"), "type") in _CHANGES:
        return _person_changed(item, place, message_id)
    sender = place.sender(item)
    if not (sender.wa_id or sender.user_id):
        return Unreadable("a message without a sender", item)
    return Received(
        provider_message_id=message_id,
        phone_number_id=place.phone_number_id,
        waba_id=place.waba_id,
        sender=sender,
        at=unix_s(item, "timestamp"),
        kind=kind,
        body=item,
        text=preview(item, kind),
        context_id=_context_id(item),
        problem=problem_in(errors[0]) if (errors := mappings(item, "errors")) else None,
    )


def _context_id(item: Item) -> str:
    return (
        text(mapping(item, "reaction"), "message_id")
        or text(mapping(item, "edit"), "original_message_id")
        or text(mapping(item, "revoke"), "original_message_id")
        or text(mapping(item, "context"), "id")
    )


def _person_changed(item: Item, place: "_Place", message_id: str) -> Event:
    """(!) In spring 2026 the old id stood in the text only: “User Ann changed from OLD to NEW”."""
    system = mapping(item, "system")
    told = _FROM_TO.search(text(system, "body"))
    old, new = (person(told[1]), person(told[2])) if told else (Person(), Person())
    written = person(text(item, "from"), text(item, "from_user_id"))
    before = Person(
        wa_id=written.wa_id or old.wa_id,
        user_id=text(system, "previous_user_id") or old.user_id or written.user_id,
    )
    after = Person(
        wa_id=digits(text(system, "wa_id") or text(system, "new_wa_id")) or new.wa_id,
        user_id=text(system, "user_id") or new.user_id,
        parent_user_id=text(system, "parent_user_id"),
    )
    if not (before.wa_id or before.user_id) or not (after.wa_id or after.user_id):
        return _other(item, place)
    return PersonChanged(
        provider_message_id=message_id,
        phone_number_id=place.phone_number_id,
        waba_id=place.waba_id,
        before=before,
        after=after,
        at=unix_s(item, "timestamp"),
        body=item,
        text=text(system, "body"),
    )


# --- statuses and the rest -------------------------------------------------------------------------------------------


def _status(item: Item, place: "_Place") -> Event:
    message_id, status = text(item, "id"), text(item, "status").lower()
    if not message_id or not status:
        return Unreadable("a status without an id or a word", item)
    if status not in STATUSES:
        return _other(item, place)
    errors = mappings(item, "errors")
    return StatusChanged(
        provider_message_id=message_id,
        phone_number_id=place.phone_number_id,
        waba_id=place.waba_id,
        status=status,
        at=unix_s(item, "timestamp"),
        opaque=text(item, "biz_opaque_callback_data"),
        recipient=place.recipient(item),
        problem=problem_in(errors[0] if errors else {}) if status == "failed" else None,
        price=mapping(item, "pricing") or None,
    )


def _error(item: Item, place: "_Place") -> Event:
    return AccountChanged(
        field="messages",
        event="error",
        waba_id=place.waba_id,
        phone_number_id=place.phone_number_id,
        at=place.at,
        problem=problem_in(item),
        value=item,
    )


def _other(item: Item, place: "_Place") -> Event:
    at = unix_s(item, "timestamp") or place.at
    return Unhandled(field="messages", waba_id=place.waba_id, phone_number_id=place.phone_number_id, at=at, value=item)


# --- who --------------------------------------------------------------------------------------------------------------


class _Contacts:
    """The people of one change, found by any of their ids: with 1,000 of them one look each."""

    def __init__(self, contacts: list[Item], items: int) -> None:
        self._by_id = {text(each, key): each for each in contacts for key in ("wa_id", "user_id") if text(each, key)}
        self._in_order = contacts if len(contacts) == items else []

    def find(self, ids: tuple[str, ...], index: int) -> Item:
        """By id; else, where there is one for each message, by place: a WhatsApp id may differ from the number."""
        found = next((self._by_id[each] for each in ids if each in self._by_id), None)
        return found or (self._in_order[index] if self._in_order else {})


class _Place:
    """Where in a webhook an element stands."""

    def __init__(self, waba_id: str, phone_number_id: str, at: int, contacts: _Contacts, index: int) -> None:
        self.waba_id, self.phone_number_id, self.at = waba_id, phone_number_id, at
        self._contacts, self._index = contacts, index

    def sender(self, item: Item) -> Person:
        written = person(text(item, "from"), text(item, "from_user_id"), text(item, "from_parent_user_id"))
        return self._named(written, (text(item, "from"), text(item, "from_user_id")))

    def recipient(self, item: Item) -> Person:
        parent = text(item, "recipient_parent_user_id") or text(item, "parent_recipient_user_id")
        written = person(text(item, "recipient_id"), text(item, "recipient_user_id"), parent)
        return self._named(written, (text(item, "recipient_id"), text(item, "recipient_user_id")))

    def _named(self, written: Person, ids: tuple[str, ...]) -> Person:
        contact = self._contacts.find(ids, self._index)
        profile, given = mapping(contact, "profile"), text(contact, "wa_id")
        wa_id = "" if USER_ID.match(given) else digits(given)
        return replace(
            written,
            wa_id=wa_id or written.wa_id,
            phone=written.wa_id if wa_id and wa_id != written.wa_id else "",
            user_id=written.user_id or text(contact, "user_id") or (given if USER_ID.match(given) else ""),
            parent_user_id=written.parent_user_id or text(contact, "parent_user_id"),
            username=text(profile, "username").removeprefix("@"),
            name=text(profile, "name"),
        )
