"""What programs are told of a message beside the provider's words: our own ids, whose it is, what they gave along."""

from collections.abc import Collection, Mapping

from msgspec import Struct

from safarichat.contacts.identity import phone_key
from safarichat.ground import ids
from safarichat.ground.sql import columns, fetch
from safarichat.providers.shapes import Person

Named = tuple[int, str]  # a number, and the provider's id of a message


class Known(Struct, frozen=True):
    id: int
    conversation_id: int
    contact_id: int
    name: str
    phone: str
    user_id: str
    callback_data: str = ""
    file_id: int | None = None

    @property
    def person(self) -> Person:
        """With an id of ours where no provider gave one."""
        return Person(wa_id=self.phone, user_id=self.user_id or ids.user_id(self.contact_id), name=self.name)


SELECT = """
SELECT m.credential_id, m.provider_message_id, m.id, m.conversation_id, c.contact_id, p.profile_name, p.phone,
       p.user_id, coalesce(m.callback_data, ''), f.id
FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
LEFT JOIN files f ON f.credential_id = m.credential_id AND f.provider_message_id = m.provider_message_id
"""


def known(named: Collection[Named]) -> Mapping[Named, Known]:
    """By the provider's ids, as far as these messages are here."""
    if not named:
        return {}
    rows = fetch(
        f"{SELECT} JOIN unnest(%s::bigint[], %s::text[]) w (credential_id, theirs)"
        " ON m.credential_id = w.credential_id AND m.provider_message_id = w.theirs",
        *columns(sorted(named), 2),
    )
    return {(row[0], row[1]): Known(*row[2:]) for row in rows}


def known_by_id(message_ids: Collection[int]) -> Mapping[int, tuple[int, Known]]:
    """By our own ids: the number, and the message."""
    rows = fetch(f"{SELECT} WHERE m.id = ANY(%s::bigint[])", list(message_ids))
    return {row[2]: (row[0], Known(*row[2:])) for row in rows}


def user_ids(account_id: int, phones: Collection[str]) -> Mapping[str, str]:
    """Of people who are known here by these numbers: what programs know them by."""
    keys = {phone: phone_key(phone) for phone in phones}
    rows = fetch(
        "SELECT i.value, p.id, p.user_id FROM contact_identities i JOIN contacts p ON p.id = i.contact_id"
        " WHERE i.account_id = %s AND i.kind = 'phone' AND i.value = ANY(%s::text[])",
        account_id,
        list(set(keys.values())),
    )
    found = {value: user_id or ids.user_id(contact_id) for value, contact_id, user_id in rows}
    return {phone: found[key] for phone, key in keys.items() if key in found}
