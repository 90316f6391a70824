"""How much went in and out lately. Called inside `acting_for`."""

from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import fetch


class Counts(Struct, frozen=True):
    """Of one number, or of all, since some time."""

    received: int = 0
    sent: int = 0
    failed: int = 0
    unconfirmed: int = 0


class Waiting(Struct, frozen=True):
    """What has not left yet."""

    oldest_at: datetime
    count: int  # no further than MOST
    is_more: bool


MOST = 1000


def since(account_id: int, start: datetime) -> dict[int, Counts]:
    """By number. Goes through the conversations in use since then: an old account pays for today only."""
    rows = fetch(
        "SELECT m.credential_id,"
        " count(*) FILTER (WHERE m.direction = 'in'),"
        " count(*) FILTER (WHERE m.direction = 'out' AND m.status <> 'cancelled'),"
        " count(*) FILTER (WHERE m.status = 'failed'),"
        " count(*) FILTER (WHERE m.status = 'unconfirmed')"
        " FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.at >= %s"
        " WHERE c.account_id = %s AND c.last_message_at >= %s GROUP BY m.credential_id",
        start,
        account_id,
        start,
    )
    return {row[0]: Counts(*row[1:]) for row in rows}


def total(counts: dict[int, Counts]) -> Counts:
    every = counts.values()
    return Counts(
        received=sum(one.received for one in every),
        sent=sum(one.sent for one in every),
        failed=sum(one.failed for one in every),
        unconfirmed=sum(one.unconfirmed for one in every),
    )


def waiting(account_id: int, credential_ids: list[int]) -> dict[int, Waiting]:
    """By number: how long the oldest queued message waits, and how many wait, counted as far as it matters."""
    rows = fetch(
        "SELECT n.id, w.oldest_at, w.waiting FROM unnest(%s::bigint[]) n (id), LATERAL ("
        "  SELECT min(q.created_at), count(*) FROM ("
        "    SELECT m.created_at FROM messages m WHERE m.account_id = %s AND m.credential_id = n.id"
        "    AND m.is_waiting ORDER BY m.priority, m.id LIMIT %s"
        "  ) q"
        ") w (oldest_at, waiting) WHERE w.waiting > 0",
        credential_ids,
        account_id,
        MOST + 1,
    )
    return {row[0]: Waiting(row[1], min(row[2], MOST), row[2] > MOST) for row in rows}


def has_any(account_id: int, direction: str) -> bool:
    """Whether a message ever came in, or went out."""
    rows = fetch(
        "SELECT EXISTS (SELECT FROM conversations c WHERE c.account_id = %s AND EXISTS ("
        "SELECT FROM messages m WHERE m.conversation_id = c.id AND m.direction = %s))",
        account_id,
        direction,
    )
    return bool(rows[0][0])
