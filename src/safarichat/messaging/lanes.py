"""Who sends for which number. A lane's lease belongs to one worker at a time; nobody else sends for that number.

Rules:
- A lease holds for `LEASE_S` from the moment it was asked for. Its holder counts on its own monotonic clock, from
  before the question, and stops `MARGIN_S` early; the database counts on its own. So no two ever send at once.
- A message becomes `sending` only in a statement that also checks the lease (`sending.depart`). Whoever finds a lease
  that has run out therefore finds in `sending` exactly what may have left: it becomes `unconfirmed`, but for what the
  holder's journal knows better.
- A lane without a lease has nothing in `sending`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import Struct
from msgspec.structs import replace

from safarichat.ground.notify import announce_all, wake_workers
from safarichat.ground.sql import fetch
from safarichat.messaging.climbing import Changed, News, climb_all
from safarichat.messaging.conversing import lock_conversations
from safarichat.messaging.journal import Remains
from safarichat.messaging.trying import end_attempts, requeue
from safarichat.numbers.models import SENDING
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

LEASE_S = 15.0
MARGIN_S = 3.0
FROZEN_S = 60  # after a credential problem: how long until one message asks again
LONG_PAUSE_S = 60  # who must wait longer gives the lane back meanwhile; so does one that an operator pauses
ALIVE_S = 10  # a worker that has not been seen for so long counts no more

OUTBOX = "outbox"  # what workers wait for; behind a colon the numbers that have something new to send, if told
MOST_NAMED = 300

OUTCOME_OF = {"unconfirmed": "unknown", "accepted": "accepted"}
INTERRUPTED = Problem(
    key="interrupted",
    message=N_("This server was interrupted while the message was on its way: it may have arrived."),
    cure=N_("Wait for the provider's status. Send it again only if you know that it did not arrive."),
    fault="us",
    scope="message",
)


class Leased(Struct, frozen=True):
    """A lane of ours until further notice. `waiting`: conversations that may not go on yet, and for how long."""

    credential_id: int
    account_id: int
    lease: UUID
    throughput_mps: int
    waiting: Mapping[int, float]  # seconds


class Standing(Struct, frozen=True):
    """What renewing a lease told about its number. `changed_at` moves when its secrets may have changed."""

    may_send: bool
    throughput_mps: int
    changed_at: datetime


def wake(credential_ids: Collection[int]) -> None:
    """Tell workers, when the transaction commits, that these numbers have something to send."""
    wake_workers(to_wake(credential_ids))


def to_wake(credential_ids: Collection[int]) -> str:
    """What `wake` says."""
    named = ",".join(map(str, credential_ids)) if len(credential_ids) <= MOST_NAMED else ""
    return f"{OUTBOX}:{named}" if named else OUTBOX


def share(holder: str) -> int:
    """Say that we are alive, and how many lanes are ours to hold when all workers carry alike."""
    rows = fetch(
        """
        WITH me AS (INSERT INTO senders (holder, seen_at) VALUES (%s, now())
                    ON CONFLICT (holder) DO UPDATE SET seen_at = now())
        SELECT (SELECT count(*) FROM senders WHERE holder <> %s AND seen_at > now() - make_interval(secs => %s)) + 1,
               (SELECT count(*) FROM lanes l WHERE l.lease IS NOT NULL OR EXISTS (
                  SELECT FROM messages m
                  WHERE m.credential_id = l.credential_id AND m.is_waiting AND m.status = 'queued'))
        """,
        holder,
        holder,
        ALIVE_S,
    )
    alive, busy = rows[0]
    return int(-(-busy // alive))


def leave(holder: str) -> None:
    """We are about to end: the others may take our share at once. Drops those long gone as well."""
    fetch("DELETE FROM senders WHERE holder = %s OR seen_at < now() - interval '1 hour'", holder)


def lease(holder: str, most: int) -> list[Leased]:
    """Take up to `most` lanes that nobody holds and that have something to send."""
    rows = fetch(
        """
        WITH due AS (
          SELECT l.credential_id, c.throughput_mps
          FROM lanes l JOIN official_whatsapp_credentials c ON c.id = l.credential_id
          WHERE l.lease IS NULL AND c.status = ANY(%s::text[])
            AND (l.paused_until IS NULL OR l.paused_until <= clock_timestamp())
            AND (l.frozen_at IS NULL OR l.frozen_at < clock_timestamp() - make_interval(secs => %s)
                 OR l.frozen_at < c.onboarding_completed_at)
            AND EXISTS (SELECT FROM messages m WHERE m.credential_id = l.credential_id AND m.is_waiting
                        AND m.status = 'queued' AND (m.not_before IS NULL OR m.not_before <= clock_timestamp()))
          LIMIT %s FOR UPDATE OF l SKIP LOCKED)
        UPDATE lanes l SET holder = %s, lease = gen_random_uuid(), frozen_at = NULL, reserved = 0,
               leased_until = clock_timestamp() + make_interval(secs => %s)
        FROM due WHERE l.credential_id = due.credential_id
        RETURNING l.credential_id, l.account_id, l.lease, due.throughput_mps
        """,
        [status.value for status in SENDING],
        FROZEN_S,
        most,
        holder,
        LEASE_S,
    )
    waiting = _waiting([row[0] for row in rows])
    return [Leased(number, account, held, pace, waiting.get(number, {})) for number, account, held, pace in rows]


def _waiting(credentials: Sequence[int]) -> dict[int, dict[int, float]]:
    rows = fetch(
        "SELECT credential_id, conversation_id, extract(epoch FROM max(not_before) - clock_timestamp())::float8"
        " FROM messages"
        " WHERE credential_id = ANY(%s::bigint[]) AND is_waiting AND status = 'queued'"
        " AND not_before > clock_timestamp()"
        " GROUP BY credential_id, conversation_id",
        credentials,
    )
    found: dict[int, dict[int, float]] = {}
    for credential_id, conversation_id, seconds in rows:
        found.setdefault(credential_id, {})[conversation_id] = seconds
    return found


def renew(leases: Sequence[UUID]) -> dict[int, Standing]:
    """Hold on to lanes. One that is missing from the answer is lost: its lease had run out."""
    rows = fetch(
        """
        WITH held AS (
          SELECT credential_id FROM lanes WHERE lease = ANY(%s::uuid[]) AND leased_until > clock_timestamp()
          ORDER BY credential_id FOR NO KEY UPDATE)
        UPDATE lanes l SET leased_until = clock_timestamp() + make_interval(secs => %s)
        FROM held JOIN official_whatsapp_credentials c ON c.id = held.credential_id
        WHERE l.credential_id = held.credential_id
        RETURNING l.credential_id, c.status = ANY(%s::text[])
            AND coalesce(l.paused_until < clock_timestamp() + make_interval(secs => %s), true),
          c.throughput_mps, c.updated_at
        """,
        list(leases),
        LEASE_S,
        [status.value for status in SENDING],
        LONG_PAUSE_S,
    )
    return {credential_id: Standing(*rest) for credential_id, *rest in rows}


@transaction.atomic
def release(leases: Sequence[UUID]) -> None:
    """Give lanes back. What left under these leases has ended and is recorded, so what is still `sending` never left:
    its attempt was committed, but the answer to that commit was lost."""
    lanes = fetch(
        "WITH held AS (SELECT credential_id FROM lanes WHERE lease = ANY(%s::uuid[]) ORDER BY credential_id FOR UPDATE)"
        " UPDATE lanes l SET lease = NULL, holder = '', leased_until = NULL, reserved = 0 FROM held"
        " WHERE l.credential_id = held.credential_id RETURNING l.credential_id",
        list(leases),
    )
    fetch(
        """
        WITH stayed AS (
          UPDATE messages m SET status = 'queued', status_at = clock_timestamp() FROM attempts a
          WHERE m.credential_id = ANY(%s::bigint[]) AND m.is_waiting AND m.status = 'sending'
            AND a.message_id = m.id AND a.number = m.attempt_count AND a.lease = ANY(%s::uuid[])
          RETURNING m.id, m.attempt_count)
        UPDATE attempts a SET ended_at = clock_timestamp(), outcome = 'not_sent' FROM stayed
        WHERE a.message_id = stayed.id AND a.number = stayed.attempt_count
        """,
        [row[0] for row in lanes],
        list(leases),
    )


@transaction.atomic
def recover(dead: Mapping[str, Remains] | None = None) -> int:
    """Free lanes whose holder is gone: those of the `dead` at once, others when the lease has run out. What was on its
    way becomes unconfirmed, unless it is known to have been accepted, or never to have left. How many lanes."""
    known = dead or {}
    lanes = fetch(
        "WITH lost AS (SELECT credential_id, holder FROM lanes WHERE lease IS NOT NULL"
        " AND (leased_until < clock_timestamp() OR holder = ANY(%s::text[])) FOR UPDATE SKIP LOCKED)"
        " UPDATE lanes l SET lease = NULL, holder = '', leased_until = NULL, reserved = 0 FROM lost"
        " WHERE l.credential_id = lost.credential_id RETURNING l.credential_id, lost.holder",
        list(known),
    )
    if not lanes:
        return 0
    holder_of = dict(lanes)
    rows = [
        _Left(*row)
        for row in fetch(
            "SELECT id, credential_id, conversation_id, attempt_count, clock_timestamp() FROM messages"
            " WHERE credential_id = ANY(%s::bigint[]) AND is_waiting AND status = 'sending' ORDER BY id",
            list(holder_of),
        )
    ]
    stayed = [row for row in rows if row.surely_stayed(known.get(holder_of[row.credential_id]))]
    requeue([(row.message_id, row.attempt, row.at, None, None) for row in stayed])
    end_attempts([(row.message_id, row.attempt, row.at, "not_sent", None, None) for row in stayed])
    left = [(row, row.news(known.get(holder_of[row.credential_id]))) for row in rows if row not in stayed]
    lock_conversations([row.conversation_id for row, _ in left])
    changed = climb_all([news for _, news in left])
    end_attempts(
        [
            (row.message_id, row.attempt, row.at, OUTCOME_OF[news.status], None, news.provider_message_id or None)
            for row, news in left
        ]
    )
    tell(changed)
    return len(lanes)


class _Left(Struct, frozen=True):
    """A message that was being sent when its lane's holder went away."""

    message_id: int
    credential_id: int
    conversation_id: int
    attempt: int
    at: datetime

    def surely_stayed(self, remains: Remains | None) -> bool:
        return remains is not None and (self.message_id, self.attempt) not in remains.departed

    def news(self, remains: Remains | None) -> News:
        theirs = remains.accepted.get((self.message_id, self.attempt)) if remains else None
        news = News(message_id=self.message_id, status="unconfirmed", at=self.at, attempt=self.attempt)
        if theirs:
            return replace(news, status="accepted", provider_message_id=theirs)
        return replace(news, problem=INTERRUPTED)


def pause(credential_id: int, seconds: float) -> None:
    """The provider asks this number to slow down: nothing leaves for so long, whoever holds the lane."""
    fetch(
        "UPDATE lanes SET paused_until = greatest(paused_until, clock_timestamp() + make_interval(secs => %s))"
        " WHERE credential_id = %s",
        seconds,
        credential_id,
    )


def freeze(credential_id: int) -> None:
    """The number's credential does not work: queued messages stay until it does."""
    fetch("UPDATE lanes SET frozen_at = clock_timestamp() WHERE credential_id = %s", credential_id)


def figures() -> Mapping[str, float]:
    """How many messages wait to be sent, how long the oldest has waited, and how the lanes stand."""
    rows = fetch(
        """
        SELECT (SELECT count(*) FROM (SELECT FROM messages WHERE is_waiting LIMIT 200000) w),
               coalesce(extract(epoch FROM now() - min(head.created_at)), 0),
               count(*) FILTER (WHERE l.lease IS NOT NULL), count(*) FILTER (WHERE l.frozen_at IS NOT NULL),
               count(*) FILTER (WHERE l.paused_until > now())
        FROM lanes l LEFT JOIN LATERAL (
          SELECT m.created_at FROM messages m WHERE m.credential_id = l.credential_id AND m.is_waiting
          ORDER BY m.priority, m.id LIMIT 1) head ON true
        """
    )
    names = ("messages_waiting", "messages_oldest_seconds", "lanes_held", "lanes_frozen", "lanes_paused")
    return dict(zip(names, map(float, rows[0]), strict=True))


def tell(changed: Sequence[Changed]) -> None:
    """Announce changes to open pages: once per account."""
    topics: dict[int, dict[str, None]] = {}
    for one in changed:
        account = topics.setdefault(one.account_id, {"inbox": None, "overview": None})
        account[f"conversation:{one.conversation_id}"] = None
    announce_all(topics)
