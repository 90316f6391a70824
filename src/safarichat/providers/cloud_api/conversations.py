"""The webhook field `messages`: what customers wrote, what became of ours, and errors (reference §7.6, §7.7)."""

import re
from collections.abc import Iterator, Mapping

from safarichat.providers.cloud_api.errors import problem_in
from safarichat.providers.cloud_api.loose import digits, mapping, mappings, person, phone_number_id_of, text, unix_s
from safarichat.providers.cloud_api.people import Contacts, whom
from safarichat.providers.cloud_api.previews import context_id, kind_of, preview, wrong_payload
from safarichat.providers.shapes import (
    JSON,
    AccountChanged,
    Event,
    Noted,
    Person,
    PersonChanged,
    Received,
    StatusChanged,
    Unhandled,
    Unreadable,
)

STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})
FREE_ENTRY = "referral_conversion"
_UNUSED = frozenset({"deleted", "warning"})  # told by older platforms and by those who host this one
_CHANGES = ("user_changed_number", "user_changed_user_id", "customer_changed_number")
_FROM_TO = re.compile(r"changed from (\S+) to (\S+?)\.?\s*\Z")
Item = Mapping[str, JSON]


def read(value: Item, waba_id: str, at: int) -> Iterator[Event]:
    phone_number_id = phone_number_id_of(value)
    readers = {"messages": _message, "statuses": _status, "errors": _error, "user_actions": _action}
    present = [name for name in readers if name in value]
    if not present:
        yield Unhandled(field="messages", waba_id=waba_id, phone_number_id=phone_number_id, at=at, value=value)
    for name in present:
        items = value[name]
        if not isinstance(items, list):
            yield Unreadable(f"{name} is not a list", value)
            continue
        contacts = Contacts(mappings(value, "contacts"), len(items))
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
        return _noted("group_message", item, place)
    if fault := wrong_payload(item, kind):
        return Unreadable(fault, item)
    if kind == "system" and text(mapping(item, "system"), "type") in _CHANGES:
        return _person_changed(item, place, message_id)
    sender = place.sender(item)
    if not (sender.wa_id or sender.user_id):
        if kind == "system":  # the provider's own words, about nobody that it names
            return _noted(text(mapping(item, "system"), "type") or kind, item, place)
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
        context_id=context_id(item),
        problem=problem_in(errors[0]) if (errors := mappings(item, "errors")) else None,
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
        return _noted(text(system, "type"), item, place)
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
    if status in _UNUSED:
        return _noted(status, item, place)
    if status not in STATUSES:
        at = unix_s(item, "timestamp") or place.at
        return Unhandled(
            field="messages", waba_id=place.waba_id, phone_number_id=place.phone_number_id, at=at, value=item
        )
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
        free_until=_free_until(mapping(item, "conversation")),
    )


def _free_until(conversation: Item) -> int:
    """(!) Until v24 every conversation was told; only those that began at an advertisement are free."""
    is_free = text(mapping(conversation, "origin"), "type") == FREE_ENTRY
    return unix_s(conversation, "expiration_timestamp") if is_free else 0


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


def _action(item: Item, place: "_Place") -> Event:
    """What a customer did with a marketing message (reference §7.8)."""
    return _noted(text(item, "action_type"), item, place)


def _noted(event: str, item: Item, place: "_Place") -> Event:
    return Noted(
        field="messages",
        event=event,
        waba_id=place.waba_id,
        phone_number_id=place.phone_number_id,
        at=unix_s(item, "timestamp") or place.at,
        value=item,
    )


# --- who --------------------------------------------------------------------------------------------------------------


class _Place:
    """Where in a webhook an element stands."""

    def __init__(self, waba_id: str, phone_number_id: str, at: int, contacts: Contacts, index: int) -> None:
        self.waba_id, self.phone_number_id, self.at = waba_id, phone_number_id, at
        self._contacts, self._index = contacts, index

    def sender(self, item: Item) -> Person:
        return whom(self._contacts, item, self._index, "from", "from_user_id", "from_parent_user_id")

    def recipient(self, item: Item) -> Person:
        """Whom a status is about; in a group the member (!) whose id has been spelt both ways."""
        parent = "recipient_parent_user_id" if "recipient_parent_user_id" in item else "parent_recipient_user_id"
        keys = ("recipient_id", "recipient_user_id", parent)
        if text(item, "recipient_type") == "group":
            member = "recipient_participant_id" if "recipient_participant_id" in item else "participant_recipient_id"
            keys = (member, "recipient_participant_user_id", "")
        return whom(self._contacts, item, self._index, *keys)
