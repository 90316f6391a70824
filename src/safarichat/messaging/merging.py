"""Two contacts turn out to be one person: their conversations with each number become one, and what moved is kept."""

from collections.abc import Sequence

from safarichat.contacts.joining import Merge, forget, joinable
from safarichat.contacts.people import Naming, named_as, resolve_all
from safarichat.ground.notify import announce
from safarichat.ground.sql import fetch
from safarichat.messaging.changing import settle
from safarichat.messaging.climbing import Changed
from safarichat.messaging.conversing import lock_conversations


def merge(merges: Sequence[Merge]) -> list[Changed]:
    """Carry out what `contacts.people.resolve_all` found, in its transaction."""
    if not merges:
        return []
    joined = []
    for one in merges:
        _lock_of(one)
        joined += _join_doubles(one)
        _move_rest(one)
    settle(joined)
    forget(merges)
    rows = fetch(
        "SELECT account_id, id FROM conversations WHERE contact_id = ANY(%s::bigint[])", [one.into for one in merges]
    )
    return [Changed(account_id, conversation_id) for account_id, conversation_id in rows]


def join(account_id: int, merge_id: int) -> int | None:
    """A person takes back that these are two people: the contact that they are now. Inside `acting_for`."""
    pair = joinable(account_id, merge_id)
    if pair is None:
        return None
    resolved = resolve_all([Naming(account_id, named_as(pair))])
    changed = merge(resolved.merges)
    announce(account_id, "inbox", *(f"conversation:{one.conversation_id}" for one in changed))
    return resolved.contact_ids[0]


def _lock_of(one: Merge) -> None:
    rows = fetch("SELECT id FROM conversations WHERE contact_id IN (%s, %s)", one.source, one.into)
    lock_conversations([row[0] for row in rows])


def _join_doubles(one: Merge) -> list[int]:
    """Both had a conversation with the same number: the messages go into the one that stays."""
    doubles = fetch(
        "SELECT s.id, i.id FROM conversations s JOIN conversations i ON i.credential_id = s.credential_id"
        " WHERE s.contact_id = %s AND i.contact_id = %s",
        one.source,
        one.into,
    )
    for source, into in doubles:
        fetch(
            """
            WITH moved AS (UPDATE messages SET conversation_id = %s WHERE conversation_id = %s RETURNING id)
            INSERT INTO conversation_moves (account_id, merge_id, conversation_id, into_id, was, into_was, message_ids)
            SELECT s.account_id, %s, s.id, i.id, to_jsonb(s), to_jsonb(i),
                   coalesce((SELECT jsonb_agg(id) FROM moved), '[]')
            FROM conversations s, conversations i WHERE s.id = %s AND i.id = %s
            """,
            into,
            source,
            one.id,
            source,
            into,
        )
        fetch(
            "UPDATE drafts d SET conversation_id = %s WHERE conversation_id = %s AND NOT EXISTS"
            " (SELECT FROM drafts o WHERE o.conversation_id = %s AND o.user_id = d.user_id)",
            into,
            source,
            into,
        )
        fetch(
            """
            UPDATE conversations i SET
              window_closes_at = greatest(i.window_closes_at, s.window_closes_at),
              free_until = greatest(i.free_until, s.free_until),
              answered_at = greatest(i.answered_at, s.answered_at),
              unread_count = i.unread_count + s.unread_count,
              last_inbound_id = (SELECT id FROM messages WHERE id IN (i.last_inbound_id, s.last_inbound_id)
                                 ORDER BY at DESC, id DESC LIMIT 1)
            FROM conversations s WHERE i.id = %s AND s.id = %s
            """,
            into,
            source,
        )
        fetch("DELETE FROM conversations WHERE id = %s", source)
    return [into for _, into in doubles]


def _move_rest(one: Merge) -> None:
    fetch(
        """
        WITH moved AS (UPDATE conversations c SET contact_id = %s WHERE contact_id = %s
                       RETURNING account_id, id, to_jsonb(c) AS was)
        INSERT INTO conversation_moves (account_id, merge_id, conversation_id, was)
        SELECT account_id, %s, id, was FROM moved
        """,
        one.into,
        one.source,
        one.id,
    )
