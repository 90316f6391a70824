"""The rows' side of sending: what is due, what departs, what came of it. Each verb takes many, of many lanes."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import Error, transaction
from msgspec import Struct
from msgspec.structs import replace

from safarichat.contacts.identity import phone_key
from safarichat.contacts.people import Naming, resolve_all
from safarichat.ground.batching import drop_broken_connection
from safarichat.ground.sql import JSON, as_json, columns, fetch
from safarichat.messaging.climbing import News, climb_own
from safarichat.messaging.consenting import MESSAGE_IS_WITHDRAWN, learn_from_refusals, let_fail
from safarichat.messaging.conversing import lock_conversations_of
from safarichat.messaging.expiring import note_ours
from safarichat.messaging.failing import tell_failed
from safarichat.messaging.lanes import freeze, pause, tell
from safarichat.messaging.merging import merge
from safarichat.messaging.naming import with_references
from safarichat.messaging.portfolios import throttle
from safarichat.messaging.trying import end_attempts, requeue
from safarichat.providers.shapes import Accepted, Later, Outcome, Person, Problem, Refused, Unknown

logger = logging.getLogger("safarichat.send")


class Want(Struct, frozen=True):
    """A lane has room for `most` messages, of other conversations than these."""

    credential_id: int
    most: int
    busy: tuple[int, ...] = ()


class Due(Struct, frozen=True):
    """A queued message and whom it is for."""

    id: int
    account_id: int
    credential_id: int
    conversation_id: int
    body: Mapping[str, JSON]
    phone: str
    user_id: str
    priority: int = 0
    opens: bool = False  # the customer has not written for a day: it counts against the portfolio's limit
    stays: Refused | Later | None = None  # what it takes along could not be handed to the provider


class Departure(Struct, frozen=True):
    """Messages of one lane that are about to leave, under its lease."""

    credential_id: int
    lease: UUID
    message_ids: tuple[int, ...]


class Withheld(Struct, frozen=True):
    """The attempt was written but the message stayed: lease or process ended first. Back to the queue."""


class Ended(Struct, frozen=True):
    """What came of one attempt."""

    due: Due
    attempt: int
    at: datetime
    outcome: Outcome | Withheld
    portfolio: str = ""


IN_DOUBT_S = 20  # the provider's status tells within a second or two what became of a lost answer, or not so soon
NARROW = ("recipient", "portfolio")  # throttles that leave the number's other messages alone
PATIENCE = 5  # 4^5 s: about a quarter of an hour

# --- before departure ---


def fetch_due(wants: Sequence[Want]) -> list[list[Due]]:
    """For each lane its next messages, replies before bulk, oldest first. One whose answer was lost may still be on its
    way: for a while what comes after it in its conversation waits for its fate."""
    rows = fetch(
        """
        SELECT m.id, m.account_id, m.credential_id, m.conversation_id, m.body, p.phone, p.user_id,
               m.priority, m.kind = 'template' AND coalesce(c.window_closes_at <= clock_timestamp(), true)
        FROM unnest(%s::bigint[], %s::int[]) w (credential_id, most)
        CROSS JOIN LATERAL (
          SELECT id, account_id, credential_id, conversation_id, body, priority, kind FROM messages q
          WHERE credential_id = w.credential_id AND is_waiting AND status = 'queued'
            AND (not_before IS NULL OR not_before <= clock_timestamp())
            AND (expires_at IS NULL OR expires_at > clock_timestamp())
            AND conversation_id NOT IN (SELECT unnest(%s::bigint[]))
            AND NOT EXISTS (
              SELECT FROM messages d WHERE d.conversation_id = q.conversation_id AND d.is_unconfirmed
                AND abs(extract(epoch FROM clock_timestamp() - d.status_at)) < %s)
          ORDER BY priority, id LIMIT w.most) m
        JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
        ORDER BY m.credential_id, m.priority, m.id
        """,
        [want.credential_id for want in wants],
        [want.most for want in wants],
        sorted({conversation_id for want in wants for conversation_id in want.busy}),
        IN_DOUBT_S,
    )
    referring = with_references([(row[1], row[0], row[4]) for row in rows])
    found: dict[int, list[Due]] = {}
    for row in rows:
        due = Due(*row)
        found.setdefault(due.credential_id, []).append(
            replace(due, body=referring[due.id]) if due.id in referring else due
        )
    return [found.get(want.credential_id, []) for want in wants]


def depart(departures: Sequence[Departure]) -> list[dict[int, int]]:
    """Commit attempts, in one statement with the check of each lease. The messages that may leave, with their attempt's
    number: those whose lease has run out, or that were cancelled meanwhile, are missing, and those that their recipient
    does not want any more: these fail."""
    flat = [(one.credential_id, one.lease, message_id) for one in departures for message_id in one.message_ids]
    rows = fetch(
        f"""
        WITH asked AS (
          SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) n (credential_id, lease, message_id)),
        mine AS (
          SELECT l.credential_id, l.lease FROM lanes l
          WHERE (l.credential_id, l.lease) IN (SELECT credential_id, lease FROM asked)
            AND l.leased_until > clock_timestamp()
          ORDER BY l.credential_id FOR NO KEY UPDATE),
        held AS (
          UPDATE lanes l SET last_departure_at = clock_timestamp() FROM mine
          WHERE l.credential_id = mine.credential_id RETURNING l.credential_id, mine.lease),
        gone AS (
          UPDATE messages m SET status = 'sending', status_at = clock_timestamp(), attempt_count = m.attempt_count + 1
          FROM asked a JOIN held h ON h.credential_id = a.credential_id
          WHERE m.id = a.message_id AND m.credential_id = h.credential_id AND m.status = 'queued'
            AND (m.expires_at IS NULL OR m.expires_at > clock_timestamp()) AND NOT {MESSAGE_IS_WITHDRAWN}
          RETURNING m.id, m.account_id, m.credential_id, m.attempt_count, h.lease)
        INSERT INTO attempts (account_id, message_id, credential_id, number, lease)
        SELECT account_id, id, credential_id, attempt_count, lease FROM gone RETURNING message_id, number
        """,  # noqa: S608 - our own words
        *columns(flat, 3),
    )
    gone = dict(rows)
    if stayed := [message_id for _, _, message_id in flat if message_id not in gone]:
        _let_fail(stayed)
    return [
        {message_id: gone[message_id] for message_id in one.message_ids if message_id in gone} for one in departures
    ]


def _let_fail(message_ids: Sequence[int]) -> None:
    """Whatever goes wrong here, the others have departed and must be told so; these are looked at again."""
    try:
        let_fail(message_ids)
    except Error as error:
        drop_broken_connection(error)
        logger.warning("unwanted messages stay queued for another look: %s", type(error).__name__)


# --- after ---


def record(ended: Sequence[Ended]) -> list[None]:
    """Write what came of attempts: statuses climb, brakes are pulled, identities are learnt."""
    with transaction.atomic():
        merged = merge(resolve_all(_learnt(ended)).merges)
        lock_conversations_of([one.due.id for one in ended])
        end_attempts([(one.due.id, one.attempt, one.at, *_evidence(one.outcome)) for one in ended])
        given_up = _given_up(ended)
        news = [news for one in ended if (news := _news(one, given_up)) is not None]
        changed = climb_own(news)
        learn_from_refusals(news)
        tell_failed(news)
        note_ours([(one.due.account_id, one.due.id, "failed", one.at) for one in ended if one.due.id in given_up])
        _note_losses(ended)
        stayed = [one for one in ended if isinstance(one.outcome, Later | Withheld) and one.due.id not in given_up]
        requeue([(one.due.id, one.attempt, one.at, *_wait(one)) for one in stayed])
        _brake(ended)
        tell([*changed, *merged])
    return [None] * len(ended)


def _learnt(ended: Sequence[Ended]) -> list[Naming]:
    """The provider knows the person we dialled by another id than the number says: the same person from now on."""
    learnt = []
    for one in ended:
        if not isinstance(one.outcome, Accepted):
            continue
        wa_id, user_id = one.outcome.wa_id, one.outcome.user_id
        told = Person(wa_id=wa_id, user_id=user_id)
        before = Person(wa_id=one.due.phone, user_id=one.due.user_id)
        if (wa_id and phone_key(wa_id) != phone_key(one.due.phone)) or (user_id and user_id != one.due.user_id):
            learnt.append(Naming(one.due.account_id, (told, before)))
    return learnt


def _evidence(outcome: Outcome | Withheld) -> tuple[str, str | None, str | None]:
    match outcome:
        case Accepted():
            return "accepted", None, outcome.provider_message_id
        case Refused():
            return "refused", as_json(outcome.problem), None
        case Later():
            return "later", as_json(outcome.problem), None
        case Unknown():
            return "unknown", as_json(outcome.problem), None
        case Withheld():
            return "not_sent", None, None


def _note_losses(ended: Sequence[Ended]) -> None:
    """What the provider does not carry of a message is said with it."""
    lost = [
        (one.due.id, as_json(one.outcome.loss))
        for one in ended
        if isinstance(one.outcome, Accepted) and one.outcome.loss
    ]
    if lost:
        fetch(
            "UPDATE messages m SET loss = n.loss FROM unnest(%s::bigint[], %s::jsonb[]) n (id, loss) WHERE m.id = n.id",
            *columns(lost, 2),
        )


def _given_up(ended: Sequence[Ended]) -> dict[int, Problem]:
    """Messages whose tries are used up: only those since a person last asked count."""
    limited = {one.due.id: one.outcome for one in ended if isinstance(one.outcome, Later) and one.outcome.tries}
    if not limited:
        return {}
    rows = fetch(
        "SELECT a.message_id, count(*) FROM attempts a WHERE a.message_id = ANY(%s::bigint[]) AND a.outcome = 'later'"
        " AND a.started_at > coalesce((SELECT max(e.learnt_at) FROM message_events e WHERE e.message_id = a.message_id"
        " AND e.source = 'person'), '-infinity') GROUP BY a.message_id",
        list(limited),
    )
    return {message_id: limited[message_id].problem for message_id, count in rows if count >= limited[message_id].tries}


def _news(one: Ended, given_up: Mapping[int, Problem]) -> News | None:
    news = News(message_id=one.due.id, status="", at=one.at, attempt=one.attempt)
    match one.outcome:
        case Accepted(provider_message_id=theirs):
            return replace(news, status="accepted", provider_message_id=theirs)
        case Refused(problem):
            return replace(news, status="failed", problem=problem)
        case Unknown(problem):
            return replace(news, status="unconfirmed", problem=problem)
        case Later() if one.due.id in given_up:
            return replace(news, status="failed", problem=given_up[one.due.id])
        case _:
            return None


def _wait(one: Ended) -> tuple[float | None, str | None]:
    if not isinstance(one.outcome, Later):
        return None, None
    return own_wait_s(one.outcome, one.attempt) or None, as_json(one.outcome.problem)


def own_wait_s(outcome: Outcome | Withheld, attempt: int) -> float:
    """How long this message alone waits. A brake on the whole lane holds it as well, without a time of its own; who has
    had too much is left alone for ever longer (reference: meta-cloud-api §8, 4^X seconds)."""
    match outcome:
        case Later(why="throttled", after_s=after_s, problem=Problem(scope="recipient")):
            return max(after_s, 4.0 ** min(attempt - 1, PATIENCE))
        case Later(why="throttled", after_s=after_s, problem=Problem(scope="portfolio")):
            return after_s
        case Later(why="transient", after_s=after_s):
            return after_s
    return 0.0


def brakes_lane(outcome: Outcome | Withheld) -> bool:
    """Whether the provider's answer concerns every message of the number."""
    if not isinstance(outcome, Later):
        return False
    return outcome.why == "credential" or (outcome.why == "throttled" and outcome.problem.scope not in NARROW)


def _brake(ended: Sequence[Ended]) -> None:
    _slow_portfolios(ended)
    pauses: dict[int, float] = {}
    for one in sorted(ended, key=lambda one: one.due.credential_id):
        if not isinstance(one.outcome, Later) or not brakes_lane(one.outcome):
            continue
        if one.outcome.why == "credential":
            freeze(one.due.credential_id)
        else:
            pauses[one.due.credential_id] = max(pauses.get(one.due.credential_id, 0), one.outcome.after_s)
    for credential_id, seconds in pauses.items():
        pause(credential_id, seconds)


def _slow_portfolios(ended: Sequence[Ended]) -> None:
    waits: dict[str, float] = {}
    for one in ended:
        if isinstance(one.outcome, Later) and slows_portfolio(one.outcome) and one.portfolio:
            waits[one.portfolio] = max(waits.get(one.portfolio, 0), one.outcome.after_s)
    if waits:
        throttle(waits)


def slows_portfolio(outcome: Outcome | Withheld) -> bool:
    """Whether the provider wants fewer new people to be written to; replies go on."""
    return isinstance(outcome, Later) and outcome.why == "throttled" and outcome.problem.scope == "portfolio"
