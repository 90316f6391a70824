"""An echo that overtook our own record: what the provider told of a message before we knew that it is ours stands there
as one written elsewhere. It becomes part of ours, whose id it has."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import JSON, columns, fetch


class Named(Struct, frozen=True):
    """A message of ours that takes this id of the provider."""

    message_id: int
    credential_id: int
    provider_message_id: str


class Twin(Struct, frozen=True):
    """An echo of that message, as far as it came."""

    message_id: int
    id: int
    account_id: int
    conversation_id: int
    status: str
    at: datetime
    problem: JSON
    price: JSON


def twins_of(named: Sequence[Named]) -> list[Twin]:
    if not named:
        return []
    rows = fetch(
        """
        SELECT n.message_id, t.id, t.account_id, t.conversation_id, t.status, coalesce(t.status_at, t.at), t.problem,
               t.price
        FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) n (message_id, credential_id, theirs)
        JOIN messages t ON t.credential_id = n.credential_id AND t.provider_message_id = n.theirs
          AND t.id <> n.message_id AND t.direction = 'out' AND t.origin <> ''
        ORDER BY t.id FOR UPDATE OF t
        """,
        *columns([(one.message_id, one.credential_id, one.provider_message_id) for one in named], 3),
    )
    return [Twin(*row) for row in rows]


def take_over(twins: Sequence[Twin]) -> None:
    """What was said of the echo was said of ours. Frees its id."""
    if not twins:
        return
    pairs = columns([(twin.id, twin.message_id) for twin in twins], 2)
    fetch(
        "INSERT INTO message_events (account_id, message_id, status, at, learnt_at, source, problem)"
        " SELECT e.account_id, n.ours, e.status, e.at, e.learnt_at, e.source, e.problem"
        " FROM unnest(%s::bigint[], %s::bigint[]) n (twin, ours) JOIN message_events e ON e.message_id = n.twin"
        " ON CONFLICT (message_id, status, at) DO NOTHING",
        *pairs,
    )
    fetch("DELETE FROM messages WHERE id = ANY(%s::bigint[])", pairs[0])
