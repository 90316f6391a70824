"""Throttles that the provider tells afterwards, in a message's status: each slows its own bucket, the number, the pair
or the portfolio, as one told at once does. The message itself has failed; what comes after it waits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from safarichat.ground.notify import wake_workers
from safarichat.ground.sql import as_json, columns, fetch
from safarichat.messaging.lanes import pause
from safarichat.messaging.portfolios import quota, throttle
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.recording import known_facts
from safarichat.providers.shapes import Problem

BRAKES = "brakes"  # what the holder of a lane waits for; behind a colon a list of them as JSON
LATE = timedelta(minutes=1)  # on top of its own time: who is told later than that has paused long enough
MOST_TOLD = 25  # of 250 bytes at most each: a notification holds 8,000


class Throttled(Struct, frozen=True):
    """A status just learnt says that this message was too much."""

    message_id: int
    problem: Problem
    at: datetime


class Brake(Struct, frozen=True, kw_only=True):
    """`age_s`: how long ago the message left that was too much."""

    credential_id: int
    conversation_id: int
    scope: str
    rests_s: float
    age_s: float
    portfolio: str = ""


def slow(throttled: Sequence[Throttled]) -> None:
    """In the caller's transaction; the conversations are locked."""
    now = datetime.now(UTC)
    told = {
        one.message_id: one.problem
        for one in throttled
        if one.problem.rests_s and one.at > now - timedelta(seconds=one.problem.rests_s) - LATE
    }
    if not told:
        return
    brakes = _brakes(told)
    _hold_pairs([brake for brake in brakes if brake.scope == "recipient"], told)
    throttle({brake.portfolio: brake.rests_s for brake in brakes if brake.portfolio})
    for brake in sorted(brakes, key=lambda brake: brake.credential_id):
        if brake.scope not in ("recipient", "portfolio"):
            pause(brake.credential_id, brake.rests_s)
    for first in range(0, len(brakes), MOST_TOLD):
        wake_workers(f"{BRAKES}:{msgspec.json.encode(brakes[first : first + MOST_TOLD]).decode()}")


def told(payload: str) -> list[Brake]:
    """What a worker was woken with."""
    return msgspec.json.decode(payload, type=list[Brake])


def _brakes(told: dict[int, Problem]) -> list[Brake]:
    """One for each bucket, by the message that left last."""
    rows = fetch(
        "SELECT m.id, m.credential_id, m.conversation_id, extract(epoch FROM clock_timestamp() - coalesce("
        " (SELECT max(started_at) FROM attempts a WHERE a.message_id = m.id), m.at))::float8 age_s"
        " FROM messages m WHERE m.id = ANY(%s::bigint[]) ORDER BY age_s DESC",
        list(told),
    )
    portfolios = _portfolios({row[1] for row in rows if told[row[0]].scope == "portfolio"})
    found: dict[tuple[str, int | str], Brake] = {}
    for message_id, credential_id, conversation_id, age_s in rows:
        problem = told[message_id]
        portfolio = portfolios.get(credential_id, "") if problem.scope == "portfolio" else ""
        bucket = portfolio or (conversation_id if problem.scope == "recipient" else credential_id)
        found[problem.scope, bucket] = Brake(
            credential_id=credential_id,
            conversation_id=conversation_id,
            scope=problem.scope,
            rests_s=problem.rests_s,
            age_s=max(0.0, age_s),
            portfolio=portfolio,
        )
    return list(found.values())


def _portfolios(credential_ids: set[int]) -> dict[int, str]:
    rows = OfficialWhatsappCredential.objects.filter(pk__in=credential_ids) if credential_ids else ()
    return {row.pk: quota(known_facts(row), row.pk).portfolio for row in rows}


def _hold_pairs(brakes: Sequence[Brake], told: dict[int, Problem]) -> None:
    """Also for a worker that takes the lane over: what is queued for this person says that it waits, and why."""
    if not brakes:
        return
    why = next(problem for problem in told.values() if problem.scope == "recipient")
    fetch(
        "UPDATE messages m SET problem = %s::jsonb,"
        " not_before = greatest(m.not_before, clock_timestamp() + make_interval(secs => n.rests_s))"
        " FROM unnest(%s::bigint[], %s::float8[]) n (conversation_id, rests_s)"
        " WHERE m.conversation_id = n.conversation_id AND m.is_waiting AND m.status = 'queued'",
        as_json(why),
        *columns([(brake.conversation_id, brake.rests_s) for brake in brakes], 2),
    )
