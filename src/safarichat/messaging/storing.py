"""Checked orders become rows: conversations where there is none yet, messages, lanes to send them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from safarichat.contacts.people import Naming, find_or_make
from safarichat.ground.sql import as_json, columns, fetch
from safarichat.media import keeping
from safarichat.media.referring import own_ids
from safarichat.message_templates.checking import count_uses
from safarichat.messaging.checking import refers_to
from safarichat.messaging.conversing import Pair, lock_conversations, open_conversations
from safarichat.messaging.expiring import expires_at
from safarichat.messaging.ordering import Answers, Queued, Token


def addressed(answers: Answers) -> dict[int, int]:
    """Place of an order → conversation, made where it is the first message."""
    orders = answers.open()
    named = [index for index, order in orders if order.conversation_id is None and order.contact_id is None]
    contacts = _resolved(answers, [index for index in named if index not in answers.contacts])  # before rows are locked
    contacts |= _still_there({index: answers.contacts[index] for index, _ in orders if index in answers.contacts})
    contacts |= _resolved(answers, [index for index in named if index not in contacts])  # just joined with others
    pairs: dict[int, Pair] = {
        index: (order.credential_id, order.contact_id or contacts[index])
        for index, order in orders
        if order.conversation_id is None
    }
    opened: dict[Pair, int] = {(number, contact): known for known, number, contact in answers.conversations.values()}
    new = {pair: answers.accounts[index] for index, pair in pairs.items() if pair not in opened}
    opened |= open_conversations(new, are_new=True)  # those that were there are in `answers`
    return {
        index: order.conversation_id if order.conversation_id is not None else opened[pairs[index]]
        for index, order in orders
    }


def _resolved(answers: Answers, places: Sequence[int]) -> dict[int, int]:
    namings = [Naming(answers.accounts[place], (answers.orders[place].person,)) for place in places]
    return dict(zip(places, find_or_make(namings), strict=True))


def _still_there(contacts: Mapping[int, int]) -> dict[int, int]:
    """Held until the end: nobody joins them with others meanwhile."""
    if not contacts:
        return {}
    rows = fetch(
        "SELECT id FROM contacts WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE", sorted(set(contacts.values()))
    )
    there = {row[0] for row in rows}
    return {index: contact_id for index, contact_id in contacts.items() if contact_id in there}


def insert(conversations: Mapping[int, int], now: datetime, answers: Answers) -> dict[Token, tuple[int, int]]:
    """Answers each order that became a row. Returns the messages of those whose form was quicker elsewhere."""
    if not conversations:
        return {}
    lock_conversations(list(conversations.values()))
    stored = fetch(
        """
        WITH new AS MATERIALIZED (
          SELECT nextval(s.name) AS id, n.*
          FROM (SELECT pg_get_serial_sequence('messages', 'id')::regclass AS name OFFSET 0) s,
               unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[],
                      %s::bigint[], %s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::boolean[], %s::text[],
                      %s::text[])
               n (place, conversation_id, account_id, credential_id, kind, body, text, sent_by, form_token, priority,
                  expires_at, context_id, is_unchecked, purpose, callback_data)),
        stored AS (
        INSERT INTO messages (id, account_id, credential_id, conversation_id, direction, kind, body, text, status, at,
                              status_at, sent_by_id, form_token, priority, expires_at, context_id, is_unchecked,
                              purpose, callback_data)
        SELECT n.id, n.account_id, n.credential_id, n.conversation_id, 'out', n.kind, n.body, n.text, 'queued', %s, %s,
               n.sent_by, n.form_token, n.priority, n.expires_at, n.context_id, n.is_unchecked, n.purpose,
               n.callback_data
        FROM new n
        ON CONFLICT (account_id, form_token) WHERE form_token IS NOT NULL DO NOTHING
        RETURNING id)
        SELECT place, id FROM stored JOIN new USING (id)
        """,
        *columns(
            [
                (place, conversation_id, answers.accounts[place], *_columns(answers, place, now))
                for place, conversation_id in conversations.items()
            ],
            15,
        ),
        now,
        now,
    )
    for place, message_id in stored:
        answers.found[place] = Queued(message_id, conversations[place])
    fresh = [place for place in conversations if place in answers.found]
    _use_files(answers, fresh, now)
    _advance({conversations[place]: answers.text_of(place)[:300] for place in fresh}, now)
    _open_lanes(
        {
            answers.orders[place].credential_id: answers.accounts[place]
            for place in fresh
            if answers.orders[place].credential_id not in answers.lanes
        }
    )
    count_uses([answers.templates[place] for place in fresh if place in answers.templates])
    return by_token(answers.tokens())


def _columns(answers: Answers, place: int, now: datetime) -> tuple[object, ...]:
    order = answers.orders[place]
    priority = answers.priority_of(place)
    return (
        order.credential_id,
        order.body["type"],
        as_json(order.body),
        answers.text_of(place),
        order.sent_by,
        order.form_token,
        priority,
        order.expires_at or expires_at(priority, now),
        refers_to(order.body),
        place in answers.unchecked,
        answers.purpose_of(place),
        order.callback_data,
    )


def _use_files(answers: Answers, fresh: Sequence[int], now: datetime) -> None:
    taken: dict[int, set[int]] = {}
    for place in fresh:
        if found := own_ids(answers.orders[place].body):
            taken.setdefault(answers.accounts[place], set()).update(found)
    for account_id, file_ids in taken.items():
        keeping.use(account_id, file_ids, now)


def _advance(texts: Mapping[int, str], now: datetime) -> None:
    """`texts`: the last of each conversation."""
    fetch(
        "UPDATE conversations c SET last_message_at = %s, last_text = n.text, last_direction = 'out',"
        " last_status = 'queued' FROM unnest(%s::bigint[], %s::text[]) n (id, text)"
        " WHERE c.id = n.id AND c.last_message_at <= %s",
        now,
        list(texts),
        list(texts.values()),
        now,
    )


def _open_lanes(numbers: Mapping[int, int]) -> None:
    """`numbers`: each with its account."""
    if not numbers:
        return
    fetch(
        "INSERT INTO lanes (credential_id, account_id) SELECT c, a FROM unnest(%s::bigint[], %s::bigint[]) n (c, a)"
        " ON CONFLICT DO NOTHING",
        *columns(sorted(numbers.items()), 2),
    )


def by_token(tokens: Sequence[Token]) -> dict[Token, tuple[int, int]]:
    if not tokens:
        return {}
    rows = fetch(
        "SELECT m.account_id, m.form_token, m.id, m.conversation_id FROM unnest(%s::bigint[], %s::text[]) n (a, token)"
        " JOIN messages m ON m.account_id = n.a AND m.form_token = n.token",
        *columns(tokens, 2),
    )
    return {
        (account_id, token): (message_id, conversation_id) for account_id, token, message_id, conversation_id in rows
    }
