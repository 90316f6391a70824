"""What the business wrote elsewhere, on its phone or through another partner: stored in the conversation it belongs to,
once by the provider's id, and never sent by us. Statuses that the provider tells of it climb as those of our own do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import JSON, as_json, columns, fetch
from safarichat.messaging.changing import SILENT, UNREAD, Fresh
from safarichat.messaging.climbing import Changed
from safarichat.messaging.past import COMPLETED, PLACEHOLDER
from safarichat.numbers.past import count as count_past

PHONE, PARTNER = "phone", "partner"
_ADDRESSING = frozenset({"from", "history_context", "id", "timestamp", "to", "to_parent_user_id", "to_user_id"})


class Echo(Struct, frozen=True, kw_only=True):
    """A message of the business that we learn of. `at` is its place in the thread, `origin` where it was written."""

    account_id: int
    credential_id: int
    contact_id: int
    provider_message_id: str
    kind: str
    body: Mapping[str, JSON]
    text: str
    context_id: str
    at: datetime
    origin: str
    is_past: bool = False  # from before the number came here


def store(echoes: Sequence[Echo], conversations: Mapping[tuple[int, int], int]) -> tuple[list[Changed], list[Fresh]]:
    """In the caller's transaction; the conversations are locked. Returns those in which something is new, and what."""
    if not echoes:
        return [], []
    by_id = {(one.credential_id, one.provider_message_id): one for one in sorted(echoes, key=_says_more)}
    rows = fetch(
        f"""
        INSERT INTO messages AS m (account_id, credential_id, conversation_id, direction, kind, body, text, status,
                                   provider_message_id, context_id, at, status_at, origin)
        SELECT account_id, credential_id, conversation_id, 'out', kind, body, text, 'sent',
               provider_message_id, context_id, at, at, origin
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::text[],
                    %s::text[], %s::timestamptz[], %s::text[])
             n (account_id, credential_id, conversation_id, kind, body, text, provider_message_id, context_id, at,
                origin)
        ON CONFLICT (credential_id, provider_message_id) WHERE provider_message_id IS NOT NULL {COMPLETED}
        RETURNING account_id, credential_id, provider_message_id, conversation_id, kind, context_id, at, text, origin,
                  xmax = 0
        """,  # noqa: S608 - our own words
        *columns([_columns(one, conversations) for one in by_id.values()], 10),
    )
    newest: dict[int, tuple[datetime, str]] = {}
    for row in sorted(rows, key=lambda row: row[6]):
        if row[4] not in SILENT:
            newest[row[3]] = (row[6], row[7][:300])
    _advance(newest)
    answered: dict[int, datetime] = {}
    for row in rows:
        if row[8] == PHONE:
            answered[row[3]] = max(answered.get(row[3], row[6]), row[6])
    _answer(answered)
    count_past(Counter((row[1], row[0]) for row in rows if row[9] and by_id[row[1], row[2]].is_past))
    return list({Changed(row[0], row[3]): None for row in rows}), [Fresh(*row[1:6]) for row in rows]


def _says_more(echo: Echo) -> bool:
    """Of two copies at once the one that has its file is stored."""
    return echo.kind != PLACEHOLDER


def _columns(one: Echo, conversations: Mapping[tuple[int, int], int]) -> tuple[object, ...]:
    return (
        one.account_id,
        one.credential_id,
        conversations[one.credential_id, one.contact_id],
        one.kind[:40],
        as_json({name: told for name, told in one.body.items() if name not in _ADDRESSING}),
        one.text,
        one.provider_message_id,
        one.context_id,
        one.at,
        one.origin,
    )


def _advance(newest: Mapping[int, tuple[datetime, str]]) -> None:
    if not newest:
        return
    fetch(
        """
        UPDATE conversations c SET
          last_message_at = greatest(c.last_message_at, n.at),
          last_text = CASE WHEN n.at >= c.last_message_at THEN n.text ELSE c.last_text END,
          last_direction = CASE WHEN n.at >= c.last_message_at THEN 'out' ELSE c.last_direction END,
          last_status = CASE WHEN n.at >= c.last_message_at THEN 'sent' ELSE c.last_status END
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) n (id, at, text) WHERE c.id = n.id
        """,
        *columns([(conversation_id, *told) for conversation_id, told in newest.items()], 3),
    )


def _answer(answered: Mapping[int, datetime]) -> None:
    """Who writes on the phone has read what the customer wrote before, and nothing that came after."""
    if not answered:
        return
    fetch(
        "UPDATE conversations c SET answered_at = greatest(c.answered_at, n.at)"
        " FROM unnest(%s::bigint[], %s::timestamptz[]) n (id, at) WHERE c.id = n.id",
        *columns(list(answered.items()), 2),
    )
    fetch(
        f"UPDATE conversations c SET unread_count = least(c.unread_count, ({UNREAD}))"  # noqa: S608 - our own words
        " WHERE c.id = ANY(%s::bigint[]) AND c.unread_count > 0",
        list(answered),
    )
