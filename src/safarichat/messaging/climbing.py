"""Moves messages up the ladder, many at once: what providers report and what came of our own attempts."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, convert
from msgspec.structs import asdict

from safarichat.ground.sql import JSON, as_json, columns, fetch
from safarichat.messaging.changing import sum_up
from safarichat.messaging.ladder import climb, may_come_from_an_earlier_attempt
from safarichat.messaging.twins import Named, Twin, take_over, twins_of
from safarichat.providers.shapes import Problem


class News(Struct, frozen=True, kw_only=True):
    """A status of one message. `provider_message_id` may be new to us; `price` counts the first time it is told;
    `attempt` is the number of ours that it is about, 0 when only the provider's id can tell."""

    message_id: int
    status: str
    at: datetime
    attempt: int = 0
    provider_message_id: str = ""
    problem: Problem | None = None
    price: JSON = None


class Changed(Struct, frozen=True):
    """A conversation in which something is to be seen."""

    account_id: int
    conversation_id: int


class _Row(Struct):
    """A message while it climbs."""

    id: int
    account_id: int
    credential_id: int
    conversation_id: int
    status: str
    status_at: datetime | None
    provider_message_id: str | None
    problem: JSON
    price: JSON
    attempt_count: int
    earlier_ids: list[str]  # of attempts that were followed by another
    is_named: bool = False  # just now, with the provider's id
    is_named_anew: bool = False

    def named(self) -> Named:
        return Named(self.id, self.credential_id, self.provider_message_id or "")

    def hear(self, news: News) -> None:
        current = self.attempt_count + (self.status == "queued")  # queued: every attempt so far is an earlier one
        is_late = news.provider_message_id in self.earlier_ids or 0 < news.attempt < current
        if is_late and not may_come_from_an_earlier_attempt(news.status):
            return
        self.price = self.price or news.price
        if news.provider_message_id and not self.provider_message_id and not is_late:
            self.provider_message_id = news.provider_message_id
            self.is_named = True
            self.is_named_anew = not news.attempt  # else whoever records the attempt writes it there
        status = climb(self.status, news.status)
        if status == self.status:
            return
        self.status, self.status_at = status, news.at
        self.problem = asdict(news.problem) if news.problem else None


def climb_own(news: Sequence[News]) -> list[Changed]:
    """As `climb_all`, of what came of attempts: nearly all were accepted and are still as they left, which takes one
    statement. The others climb as usual."""
    plain = [one for one in news if one.status == "accepted" and one.attempt]
    taken = {row[0]: Changed(*row[1:]) for row in _accept(plain)}
    return [*taken.values(), *climb_all([one for one in news if one.message_id not in taken])]


def _accept(news: Sequence[News]) -> list[tuple[int, int, int]]:
    if not news:
        return []
    return fetch(
        """
        WITH taken AS (
          UPDATE messages m SET status = 'accepted', status_at = n.at, problem = NULL, provider_message_id = n.theirs
          FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[]) n (id, attempt, at, theirs)
          WHERE m.id = n.id AND m.status = 'sending' AND m.attempt_count = n.attempt AND m.provider_message_id IS NULL
            AND NOT EXISTS (
              SELECT FROM messages t WHERE t.credential_id = m.credential_id AND t.provider_message_id = n.theirs)
          RETURNING m.id, m.account_id, m.conversation_id, m.at),
        shown AS (
          UPDATE conversations c SET last_status = 'accepted' FROM taken
          WHERE c.id = taken.conversation_id AND c.last_direction = 'out' AND c.last_message_at = taken.at)
        SELECT id, account_id, conversation_id FROM taken
        """,
        *columns([(one.message_id, one.attempt, one.at, one.provider_message_id) for one in news], 4),
    )


def climb_all(news: Sequence[News]) -> list[Changed]:
    """Apply news in the caller's transaction; the messages' conversations are locked already. Returns what changed."""
    if not news:
        return []
    rows = _rows([one.message_id for one in news])
    before = {row.id: _state(row) for row in rows.values()}
    for one in news:
        if row := rows.get(one.message_id):
            row.hear(one)
    twins = twins_of([row.named() for row in rows.values() if row.is_named])
    for twin in twins:
        rows[twin.message_id].hear(_told_of(twin))
    take_over(twins)
    changed = [row for row in rows.values() if _state(row) != before[row.id]]
    _write(changed)
    sum_up({twin.conversation_id for twin in twins})  # the list showed the echo, perhaps
    seen: list[_Row | Twin] = [*changed, *twins]
    return [Changed(one.account_id, one.conversation_id) for one in seen]


def _told_of(twin: Twin) -> News:
    problem = convert(twin.problem, Problem) if twin.problem else None
    return News(message_id=twin.message_id, status=twin.status, at=twin.at, problem=problem, price=twin.price)


def _rows(ids: Sequence[int]) -> dict[int, _Row]:
    rows = fetch(
        """
        SELECT m.id, m.account_id, m.credential_id, m.conversation_id, m.status, m.status_at,
               m.provider_message_id, m.problem, m.price, m.attempt_count,
               CASE WHEN m.attempt_count > 1 OR m.status = 'queued' THEN ARRAY(
                 SELECT a.provider_message_id FROM attempts a WHERE a.message_id = m.id
                   AND a.number < m.attempt_count + (m.status = 'queued')::int AND a.provider_message_id IS NOT NULL)
               ELSE '{}' END
        FROM messages m WHERE m.id = ANY(%s::bigint[]) AND m.direction = 'out' ORDER BY m.id FOR NO KEY UPDATE OF m
        """,
        sorted(set(ids)),
    )
    return {row[0]: _Row(*row) for row in rows}


def _state(row: _Row) -> tuple[object, ...]:
    return (row.status, row.provider_message_id, row.problem, row.price)


def _write(rows: Sequence[_Row]) -> None:
    if not rows:
        return
    _name_attempts([row for row in rows if row.is_named_anew])
    fetch(
        """
        WITH climbed AS (
          UPDATE messages m SET status = n.status, status_at = n.status_at, problem = n.problem, price = n.price,
                 provider_message_id = n.provider_message_id
          FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::jsonb[], %s::jsonb[])
               n (id, status, status_at, provider_message_id, problem, price)
          WHERE m.id = n.id RETURNING m.conversation_id, m.at, m.status)
        UPDATE conversations c SET last_status = climbed.status FROM climbed
        WHERE c.id = climbed.conversation_id AND c.last_direction = 'out' AND c.last_message_at = climbed.at
        """,
        *columns(
            [
                (
                    row.id,
                    row.status,
                    row.status_at,
                    row.provider_message_id,
                    as_json(row.problem),
                    as_json(row.price),
                )
                for row in rows
            ],
            6,
        ),
    )


def _name_attempts(rows: Sequence[_Row]) -> None:
    """A status told the provider's id before our own record did: the attempt keeps it, for the time after a retry."""
    if rows:
        fetch(
            "UPDATE attempts a SET provider_message_id = n.theirs FROM unnest(%s::bigint[], %s::int[], %s::text[])"
            " n (message_id, number, theirs) WHERE a.message_id = n.message_id AND a.number = n.number"
            " AND a.provider_message_id IS NULL",
            *columns([(row.id, row.attempt_count, row.provider_message_id) for row in rows], 3),
        )
