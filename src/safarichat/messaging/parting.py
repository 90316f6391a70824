"""A person says that one contact is two people after all: conversations and messages go back to where they were, and
what customers wrote since goes to who wrote it. What we sent since stays with the contact that it was sent to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from safarichat.contacts.joining import part
from safarichat.contacts.models import ContactMerge
from safarichat.contacts.people import find
from safarichat.ground.notify import announce
from safarichat.ground.sql import columns, fetch
from safarichat.messaging.changing import SAID, settle
from safarichat.messaging.conversing import lock_conversations, open_conversations


def undo(account_id: int, merge_id: int, *, by: int, now: datetime) -> int | None:
    """The contact that is there again; None when there is nothing to undo. Inside `acting_for`."""
    merge = part(account_id, merge_id, by=by, now=now)
    if merge is None:
        return None
    joint = _of_contact(merge.contact_id)
    lock_conversations(joint)
    _restore(merge)
    written = _written_since(merge, joint)
    _hand_over(account_id, merge, written)
    parted = sorted({*joint, *_of_contact(merge.source_id), *_of_contact(merge.contact_id)})
    _count_anew(merge, parted)
    settle(parted)
    announce(account_id, "inbox", "overview", *(f"conversation:{conversation_id}" for conversation_id in parted))
    return merge.source_id


def _of_contact(contact_id: int) -> list[int]:
    return [row[0] for row in fetch("SELECT id FROM conversations WHERE contact_id = %s", contact_id)]


def _restore(merge: ContactMerge) -> None:
    """As they were: conversations that only changed hands, and those whose messages went into another."""
    fetch(
        "UPDATE conversations c SET contact_id = %s FROM conversation_moves m WHERE m.merge_id = %s"
        " AND m.into_id IS NULL AND c.id = m.conversation_id AND c.contact_id = %s",
        merge.source_id,
        merge.pk,
        merge.contact_id,
    )
    fetch(
        """
        INSERT INTO conversations (id, account_id, credential_id, contact_id, window_closes_at, last_message_at,
                                   read_at, answered_at, created_at)
        SELECT m.conversation_id, m.account_id, w.credential_id, %s, w.window_closes_at, w.last_message_at,
               greatest(w.read_at, i.read_at), w.answered_at, w.created_at
        FROM conversation_moves m JOIN conversations i ON i.id = m.into_id,
             jsonb_populate_record(NULL::conversations, m.was) w
        WHERE m.merge_id = %s
        """,
        merge.source_id,
        merge.pk,
    )
    fetch(
        "UPDATE messages x SET conversation_id = m.conversation_id FROM conversation_moves m,"
        " jsonb_array_elements_text(m.message_ids) one (id)"
        " WHERE m.merge_id = %s AND x.id = one.id::bigint AND x.conversation_id = m.into_id",
        merge.pk,
    )


def _written_since(merge: ContactMerge, joint: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Customers' messages since the merge, by the contact they are known to be from now: number and contact."""
    rows = fetch(
        "SELECT id, credential_id, coalesce(body ->> 'from', ''), coalesce(body ->> 'from_user_id', '') FROM messages"
        " WHERE conversation_id = ANY(%s::bigint[]) AND direction = 'in' AND created_at >= %s",
        list(joint),
        merge.merged_at,
    )
    phones = sorted({row[2] for row in rows if row[2]})
    user_ids = sorted({row[3] for row in rows if row[3]})
    whose = dict(zip([*phones, *user_ids], find(merge.account_id, phones, user_ids=user_ids), strict=True))
    found = {}
    for message_id, credential_id, phone, user_id in rows:
        contact_id = whose.get(user_id) or whose.get(phone)  # a number may have a new owner, an id not
        if contact_id in (merge.source_id, merge.contact_id):
            found[message_id] = (credential_id, contact_id)
    return found


def _hand_over(account_id: int, merge: ContactMerge, written: Mapping[int, tuple[int, int]]) -> None:
    opened = open_conversations(dict.fromkeys(written.values(), account_id))
    fetch(
        "UPDATE messages x SET conversation_id = n.conversation_id FROM unnest(%s::bigint[], %s::bigint[])"
        " n (id, conversation_id) WHERE x.id = n.id AND x.conversation_id <> n.conversation_id",
        *columns([(message_id, opened[pair]) for message_id, pair in written.items()], 2),
    )


def _count_anew(merge: ContactMerge, conversation_ids: Sequence[int]) -> None:
    """From the messages that are now in each: the window they opened, the last to mark as read, what is unread."""
    fetch(
        f"""
        UPDATE conversations c SET
          window_closes_at = greatest(w.before, (
            SELECT date_trunc('second', max(m.at)) + interval '24 hours' FROM messages m
            WHERE m.conversation_id = c.id AND {SAID})),
          last_inbound_id = (SELECT m.id FROM messages m WHERE m.conversation_id = c.id AND {SAID}
                             AND m.kind <> 'reaction' ORDER BY m.at DESC, m.id DESC LIMIT 1),
          unread_count = (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id AND {SAID}
                          AND m.created_at > coalesce(c.read_at, '-infinity')
                          AND m.at > coalesce(c.answered_at, '-infinity'))
        FROM conversations x LEFT JOIN LATERAL (
          SELECT (CASE WHEN m.conversation_id = x.id THEN m.was ELSE m.into_was END ->> 'window_closes_at')::timestamptz
                   AS before
          FROM conversation_moves m WHERE m.merge_id = %s AND x.id IN (m.conversation_id, m.into_id)) w ON true
        WHERE c.id = x.id AND c.id = ANY(%s::bigint[])
        """,  # noqa: S608 - our own words
        merge.pk,
        list(conversation_ids),
    )
