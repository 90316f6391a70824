"""Conversations as rows: one per number and contact, made when first needed, locked in one order by everybody."""

from collections.abc import Mapping, Sequence

from safarichat.ground.sql import columns, fetch
from safarichat.messaging.climbing import Changed

Pair = tuple[int, int]  # credential, contact


def open_conversations(pairs: Mapping[Pair, int], *, are_new: bool = False) -> dict[Pair, int]:
    """The conversation of each pair, made where there is none; `pairs` names each one's account. `are_new`: as far as
    one knows there is none of them."""
    found = {} if are_new else find_conversations(list(pairs))
    missing = sorted(pair for pair in pairs if pair not in found)
    if missing:
        made = fetch(
            "INSERT INTO conversations (account_id, credential_id, contact_id, last_message_at)"
            " SELECT a, c, p, to_timestamp(0) FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) n (a, c, p)"
            " ON CONFLICT (credential_id, contact_id) DO NOTHING RETURNING credential_id, contact_id, id",
            *columns([(pairs[pair], *pair) for pair in missing], 3),
        )
        found |= {(credential_id, contact_id): conversation_id for credential_id, contact_id, conversation_id in made}
        found |= find_conversations([pair for pair in missing if pair not in found])  # made by others meanwhile
    return found


def find_conversations(pairs: Sequence[Pair]) -> dict[Pair, int]:
    if not pairs:
        return {}
    rows = fetch(
        "SELECT c.credential_id, c.contact_id, c.id"
        " FROM unnest(%s::bigint[], %s::bigint[]) w (credential_id, contact_id)"
        " JOIN conversations c ON (c.credential_id, c.contact_id) = (w.credential_id, w.contact_id)",
        *columns(pairs, 2),
    )
    return {(credential_id, contact_id): conversation_id for credential_id, contact_id, conversation_id in rows}


def conversations_of(contact_ids: Sequence[int]) -> list[Changed]:
    """Where something of these contacts is to be seen."""
    if not contact_ids:
        return []
    rows = fetch("SELECT account_id, id FROM conversations WHERE contact_id = ANY(%s::bigint[])", list(contact_ids))
    return [Changed(account_id, conversation_id) for account_id, conversation_id in rows]


def lock_conversations(ids: Sequence[int]) -> None:
    """Always before messages, always in this order: then two workers never wait for each other."""
    if ids:
        fetch("SELECT FROM conversations WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE", sorted(set(ids)))


def lock_conversations_of(message_ids: Sequence[int]) -> None:
    """Of these messages, as they stand now: a conversation may have become part of another while one was in the air."""
    fetch(
        "SELECT FROM conversations WHERE id = ANY(ARRAY("
        "SELECT conversation_id FROM messages WHERE id = ANY(%s::bigint[]))) ORDER BY id FOR NO KEY UPDATE",
        list(message_ids),
    )
