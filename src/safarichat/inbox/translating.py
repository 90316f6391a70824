"""A provider's ids in a change, exchanged for those that programs know: of messages, of files, of people. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from safarichat.ground import ids
from safarichat.ground.sql import JSON
from safarichat.media.referring import KINDS
from safarichat.messaging.knowing import Known, Named
from safarichat.messaging.receiving import OPAQUE
from safarichat.providers.changes import MESSAGES, STATUSES
from safarichat.providers.cloud_api.loose import mapping, mappings, text

Value = dict[str, Any]
_REFERENCES = (
    ("context", "id"),
    ("reaction", "message_id"),
    ("edit", "original_message_id"),
    ("revoke", "original_message_id"),
)
_LISTS = (MESSAGES, STATUSES, "message_echoes")


def named(value: Mapping[str, JSON]) -> Iterator[str]:
    """The providers' ids of all messages that a change speaks of."""
    for item in _items(value):
        yield text(item, "id")
        for holder, key in _REFERENCES:
            yield text(mapping(item, holder), key)
        yield text(mapping(mapping(mapping(item, "edit"), "message"), "context"), "id")


def translated(value: Mapping[str, JSON], number: int, known: Mapping[Named, Known]) -> Value:
    """What nobody here knows passes unchanged."""
    told: Value = dict(value)
    for name in _LISTS:
        if isinstance(value.get(name), list):
            told[name] = [_item(item, number, known) for item in mappings(value, name)]
    if isinstance(value.get("history"), list):
        told["history"] = [_chunk(chunk, number, known) for chunk in mappings(value, "history")]
    return told


def about(value: Mapping[str, JSON], number: int, known: Mapping[Named, Known]) -> Known | None:
    """The one message that a change is about."""
    for name in _LISTS:
        for item in mappings(value, name)[:1]:
            return known.get((number, text(item, "id")))
    return None


def with_person(value: Value, message: Known) -> Value:
    """The customer's id stands in the contact and in the message, also where the provider tells none."""
    user_id = message.person.user_id
    contacts = mappings(value, "contacts") or [_contact(message)]
    told = {**value, "contacts": [{**contacts[0], "user_id": text(contacts[0], "user_id") or user_id}, *contacts[1:]]}
    for name, key in ((MESSAGES, "from_user_id"), (STATUSES, "recipient_user_id"), ("message_echoes", "to_user_id")):
        if name in value:
            told[name] = [{**item, key: text(item, key) or user_id} for item in mappings(value, name)]
    for status in told.get(STATUSES, ()):
        status.pop("biz_opaque_callback_data", None)
        if message.callback_data:
            status["biz_opaque_callback_data"] = message.callback_data
    return told


def _contact(message: Known) -> Value:
    profile = {"name": message.name} if message.name else {}
    return {"profile": profile, **({"wa_id": message.phone} if message.phone else {})}


def _items(value: Mapping[str, JSON]) -> Iterator[Mapping[str, JSON]]:
    for name in _LISTS:
        yield from mappings(value, name)
    for chunk in mappings(value, "history"):
        for thread in mappings(chunk, "threads"):
            yield from mappings(thread, "messages")


def _chunk(chunk: Mapping[str, JSON], number: int, known: Mapping[Named, Known]) -> Value:
    threads = [
        {**thread, "messages": [_item(item, number, known) for item in mappings(thread, "messages")]}
        for thread in mappings(chunk, "threads")
    ]
    return {**chunk, **({"threads": threads} if "threads" in chunk else {})}


def _item(item: Mapping[str, JSON], number: int, known: Mapping[Named, Known]) -> Value:
    told: Value = dict(item)
    if "id" in item:
        told["id"] = _id(text(item, "id"), number, known)
    for holder, key in _REFERENCES:
        if theirs := text(mapping(item, holder), key):
            told[holder] = {**item[holder], key: _id(theirs, number, known)}
    message = known.get((number, text(item, "id")))
    told = _with_file(told, message.file_id if message else None)
    if edited := mapping(mapping(told, "edit"), "message"):
        inner = dict(edited)
        if theirs := text(mapping(edited, "context"), "id"):
            inner["context"] = {**edited["context"], "id": _id(theirs, number, known)}
        told["edit"] = {**told["edit"], "message": _with_file(inner, None)}
    if text(item, "biz_opaque_callback_data").startswith(OPAQUE):
        del told["biz_opaque_callback_data"]
    return told


def _id(theirs: str, number: int, known: Mapping[Named, Known]) -> str:
    message = known.get((number, theirs))
    return ids.wamid(message.id) if message else theirs


def _with_file(item: Value, file_id: int | None) -> Value:
    """The provider's id and address of a file open nothing for a program. There are clients that need every word that
    Meta has for a file, also where the provider does not tell it."""
    kind = text(item, "type")
    if kind in KINDS and isinstance(item.get(kind), dict):
        return {**item, kind: _file(item[kind], file_id)}
    cards = mappings(item, kind) if kind == "contacts" else []
    if cards and (card := mapping(cards[0], "vcard")):
        return {**item, kind: [{**cards[0], "vcard": _file(card, file_id)}, *cards[1:]]}
    return item


def _file(content: Mapping[str, JSON], file_id: int | None) -> Value:
    kept = {name: told for name, told in content.items() if name not in ("id", "url")}
    return {**({"id": ids.number(file_id)} if file_id else {}), "mime_type": "", "sha256": "", **kept}
