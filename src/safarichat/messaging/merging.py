"""Two contacts turn out to be one person: their conversations with each number become one."""

from collections.abc import Sequence

from safarichat.contacts.people import Merge, forget
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
        fetch("UPDATE messages SET conversation_id = %s WHERE conversation_id = %s", into, source)
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
    fetch("UPDATE conversations SET contact_id = %s WHERE contact_id = %s", one.into, one.source)
