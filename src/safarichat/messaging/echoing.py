"""What the business wrote elsewhere, on its phone or through another partner: stored in the conversation it belongs to,
once by the provider's id, and never sent by us. Statuses that the provider tells of it climb as those of our own do."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import JSON, as_json, columns, fetch
from safarichat.messaging.climbing import Changed

PHONE, PARTNER = "phone", "partner"
_ADDRESSING = frozenset({"from", "id", "timestamp", "to", "to_parent_user_id", "to_user_id"})


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


def store(echoes: Sequence[Echo], conversations: Mapping[tuple[int, int], int]) -> list[Changed]:
    """In the caller's transaction; the conversations are locked. Returns those in which something is new."""
    if not echoes:
        return []
    rows = fetch(
        """
        INSERT INTO messages (account_id, credential_id, conversation_id, direction, kind, body, text, status,
                              provider_message_id, context_id, at, status_at, origin)
        SELECT account_id, credential_id, conversation_id, 'out', kind, body, text, 'sent',
               provider_message_id, context_id, at, at, origin
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::text[],
                    %s::text[], %s::timestamptz[], %s::text[])
             n (account_id, credential_id, conversation_id, kind, body, text, provider_message_id, context_id, at,
                origin)
        ON CONFLICT (credential_id, provider_message_id) WHERE provider_message_id IS NOT NULL DO NOTHING
        RETURNING account_id, conversation_id, at, text, origin
        """,
        *columns([_columns(one, conversations) for one in echoes], 10),
    )
    newest: dict[int, tuple[datetime, str, str]] = {}
    for _, conversation_id, at, text, origin in sorted(rows, key=lambda row: row[2]):
        newest[conversation_id] = (at, text[:300], origin)
    _advance(newest)
    return list({Changed(row[0], row[1]): None for row in rows})


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


def _advance(newest: Mapping[int, tuple[datetime, str, str]]) -> None:
    """Who answers on the phone has read what the customer wrote before."""
    fetch(
        """
        UPDATE conversations c SET
          unread_count = CASE WHEN n.origin = 'phone' AND n.at >= coalesce(
            (SELECT at FROM messages WHERE id = c.last_inbound_id), n.at) THEN 0 ELSE c.unread_count END,
          last_message_at = greatest(c.last_message_at, n.at),
          last_text = CASE WHEN n.at >= c.last_message_at THEN n.text ELSE c.last_text END,
          last_direction = CASE WHEN n.at >= c.last_message_at THEN 'out' ELSE c.last_direction END,
          last_status = CASE WHEN n.at >= c.last_message_at THEN 'sent' ELSE c.last_status END
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[]) n (id, at, text, origin)
        WHERE c.id = n.id
        """,
        *columns([(conversation_id, *told) for conversation_id, told in newest.items()], 4),
    )
