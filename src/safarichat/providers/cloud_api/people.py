"""Who the people of one webhook are: its `contacts` beside the ids that stand in its elements (reference §3.3)."""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import USER_ID, digits, mapping, person, text
from safarichat.providers.shapes import JSON, Person

Item = Mapping[str, JSON]
_DIGITS = re.compile(rb'\s*:\s*"(\d{1,20})"')


class Contacts:
    """The people of one change, found by any of their ids: with 1,000 of them one look each."""

    def __init__(self, contacts: list[Item], items: int) -> None:
        self._by_id = {text(each, key): each for each in contacts for key in ("wa_id", "user_id") if text(each, key)}
        self._in_order = contacts if len(contacts) == items else []

    def named(self, written: Person, ids: tuple[str, ...], index: int) -> Person:
        """The person that an element writes, with what the contacts tell of them."""
        contact = self.find(ids, index)
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

    def find(self, ids: tuple[str, ...], index: int) -> Item:
        """By id; else, where there is one for each element, by place: a WhatsApp id may differ from the number."""
        found = next((self._by_id[each] for each in ids if each in self._by_id), None)
        return found or (self._in_order[index] if self._in_order else {})


def whom(contacts: Contacts, item: Item, index: int, *keys: str) -> Person:
    """The person whose number, own id and parent id stand under these keys."""
    number, user_id, parent = (text(item, key) for key in keys)
    return contacts.named(person(number, user_id, parent), (number, user_id), index)


def first_named(body: bytes) -> bytes:
    """The digits of the first customer that a webhook tells of, seen without reading it; empty where none is."""
    for name in (b'"wa_id"', b'"recipient_id"'):
        at = body.find(name)
        if at >= 0 and (found := _DIGITS.match(body, at + len(name))):
            return found[1]
    return b""
