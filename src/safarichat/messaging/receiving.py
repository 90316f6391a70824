"""What providers tell us about conversations: customers' messages and the statuses of ours. In any order, any number of
times: each verb may be repeated, and works on many at once in the caller's transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from safarichat.ground.sql import JSON, as_json, columns, fetch
from safarichat.messaging import changing
from safarichat.messaging.climbing import Changed, News, climb_all
from safarichat.messaging.consenting import learn_from_refusals
from safarichat.messaging.conversing import lock_conversations, open_conversations
from safarichat.messaging.echoing import Echo
from safarichat.messaging.echoing import store as store_echoes
from safarichat.messaging.entering import extend
from safarichat.messaging.past import COMPLETED, PAST, PLACEHOLDER
from safarichat.messaging.slowing import Throttled, slow
from safarichat.numbers.past import count as count_past
from safarichat.providers.shapes import Problem

WINDOW = timedelta(hours=24)
OPAQUE = "sc-"
INBOUND = "inbound"  # what the holder of a lane waits for, with the counts behind a colon


class Arrival(Struct, frozen=True, kw_only=True):
    """A message that came in for a number. `told_at` is the provider's own time, `at` its place in the thread."""

    account_id: int
    credential_id: int
    contact_id: int
    provider_message_id: str
    kind: str
    body: JSON
    text: str
    context_id: str
    told_at: datetime
    at: datetime
    problem: Problem | None = None
    is_note: bool = False  # the provider's own words about the customer: opens no window, waits for no answer
    is_past: bool = False  # from before the number came here: likewise


class Report(Struct, frozen=True, kw_only=True):
    """A status from the provider, for a message of ours: by our opaque id when it has one, else by the provider's."""

    account_id: int
    credential_id: int
    provider_message_id: str
    opaque: str
    status: str
    at: datetime
    problem: Problem | None = None
    price: JSON = None
    free_until: datetime | None = None  # end of the conversation's free entry window


def take_in(
    arrivals: Sequence[Arrival], reports: Sequence[Report], echoes: Sequence[Echo] = ()
) -> tuple[list[Changed], list[Report]]:
    """Store arrivals and echoes, let reports climb. Returns what changed, and the reports that match no message."""
    new: list[Arrival | Echo] = [*arrivals, *echoes]
    conversations = open_conversations({(one.credential_id, one.contact_id): one.account_id for one in new})
    targets = _targets(reports)
    locked = {*conversations.values(), *(conversation for _, conversation in targets.values())}
    lock_conversations([*locked])
    changed, fresh = _store(arrivals, conversations)
    written, echoed = store_echoes(echoes, conversations)
    changing.apply([*fresh, *echoed])
    changed += written
    if echoes:  # a report may be about one of them
        targets = {index: found for index, found in _targets(reports).items() if found[1] in locked}
    known = [(report, targets[index][0]) for index, report in enumerate(reports) if index in targets]
    slow(_note([(message_id, report) for report, message_id in known]))
    news = [_news(message_id, report) for report, message_id in known]
    changed += climb_all(news)
    learn_from_refusals(news)
    extend([(targets[i][1], one.free_until) for i, one in enumerate(reports) if i in targets and one.free_until])
    return changed, [report for index, report in enumerate(reports) if index not in targets]


# --- customers' messages ---


def _store(
    arrivals: Sequence[Arrival], conversations: dict[tuple[int, int], int]
) -> tuple[list[Changed], list[changing.Fresh]]:
    if not arrivals:
        return [], []
    # The same message may come twice at once: of two copies the one that says more is stored.
    by_id = {(one.credential_id, one.provider_message_id): one for one in sorted(arrivals, key=_says_more)}
    rows = fetch(
        f"""
        INSERT INTO messages AS m (account_id, credential_id, conversation_id, direction, kind, body, text, status,
                                   provider_message_id, context_id, at, problem, origin)
        SELECT account_id, credential_id, conversation_id, 'in', kind, body, text, 'received',
               provider_message_id, context_id, at, problem, origin
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::text[],
                    %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[])
             n (account_id, credential_id, conversation_id, kind, body, text, provider_message_id, context_id, at,
                problem, origin)
        ON CONFLICT (credential_id, provider_message_id) WHERE provider_message_id IS NOT NULL {COMPLETED}
        RETURNING id, credential_id, provider_message_id, conversation_id, at, xmax = 0
        """,  # noqa: S608 - our own words
        *columns([_columns(one, conversations) for one in by_id.values()], 11),
    )
    answered = _answered({row[3] for row in rows})
    brought: dict[int, _Fresh] = {}
    fresh = []
    past: Counter[tuple[int, int]] = Counter()
    for message_id, credential_id, provider_message_id, conversation_id, at, is_first in rows:
        arrival = by_id[credential_id, provider_message_id]
        fresh.append(
            changing.Fresh(credential_id, provider_message_id, conversation_id, arrival.kind, arrival.context_id)
        )
        entry = brought.setdefault(conversation_id, _Fresh(arrival.account_id, conversation_id))
        entry.add(message_id, at, arrival, answered.get(conversation_id))
        past[credential_id, arrival.account_id] += arrival.is_past and is_first
    count_past(+past)
    _advance([one for one in brought.values() if one.last_at])
    return [Changed(one.account_id, one.conversation_id) for one in brought.values()], fresh


def _says_more(arrival: Arrival) -> tuple[bool, bool]:
    return not arrival.is_past, arrival.kind != PLACEHOLDER


def _answered(conversation_ids: set[int]) -> dict[int, datetime]:
    rows = fetch(
        "SELECT id, answered_at FROM conversations WHERE id = ANY(%s::bigint[]) AND answered_at IS NOT NULL",
        list(conversation_ids),
    )
    return {row[0]: row[1] for row in rows}


def _columns(one: Arrival, conversations: dict[tuple[int, int], int]) -> tuple[object, ...]:
    return (
        one.account_id,
        one.credential_id,
        conversations[one.credential_id, one.contact_id],
        one.kind[:40],
        as_json(one.body),
        one.text,
        one.provider_message_id,
        one.context_id,
        one.at,
        as_json(one.problem),
        PAST if one.is_past else "",
    )


class _Fresh(Struct):
    """What a batch brings to one conversation."""

    account_id: int
    conversation_id: int
    last_at: datetime | None = None
    last_text: str = ""
    last_id: int = 0
    closes_at: datetime | None = None
    inbound_id: int | None = None
    inbound_at: datetime | None = None
    unread: int = 0

    def add(self, message_id: int, at: datetime, arrival: Arrival, answered_at: datetime | None) -> None:
        if arrival.kind in changing.SILENT:
            return
        if self.last_at is None or (at, message_id) >= (self.last_at, self.last_id):
            self.last_at, self.last_text, self.last_id = at, arrival.text[:300], message_id
        if arrival.is_note or arrival.is_past:
            return
        is_said = arrival.kind != "reaction" or bool(arrival.text)  # to take a reaction back says nothing
        self.unread += is_said and (answered_at is None or at > answered_at)
        closes_at = arrival.told_at + WINDOW
        self.closes_at = max(self.closes_at, closes_at) if self.closes_at else closes_at
        if arrival.kind not in changing.KINDS and (self.inbound_at is None or at >= self.inbound_at):
            self.inbound_at, self.inbound_id = at, message_id


def _advance(fresh: Sequence[_Fresh]) -> None:
    fetch(
        """
        UPDATE conversations c SET
          window_closes_at = greatest(c.window_closes_at, n.closes_at),
          unread_count = c.unread_count + n.unread,
          -- the newest of all is the newest that they wrote: then the other need not be looked up
          last_inbound_id = CASE WHEN n.inbound_id IS NULL THEN c.last_inbound_id
            WHEN c.last_inbound_id IS NULL OR n.inbound_at >= c.last_message_at THEN n.inbound_id
            WHEN n.inbound_at >= (SELECT at FROM messages WHERE id = c.last_inbound_id) THEN n.inbound_id
            ELSE c.last_inbound_id END,
          last_message_at = greatest(c.last_message_at, n.last_at),
          last_text = CASE WHEN n.last_at >= c.last_message_at THEN n.last_text ELSE c.last_text END,
          last_direction = CASE WHEN n.last_at >= c.last_message_at THEN 'in' ELSE c.last_direction END,
          last_status = CASE WHEN n.last_at >= c.last_message_at THEN 'received' ELSE c.last_status END
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::bigint[], %s::timestamptz[],
                    %s::int[]) n (id, last_at, last_text, closes_at, inbound_id, inbound_at, unread)
        WHERE c.id = n.id
        """,
        *columns(
            [
                (
                    one.conversation_id,
                    one.last_at,
                    one.last_text,
                    one.closes_at,
                    one.inbound_id,
                    one.inbound_at,
                    one.unread,
                )
                for one in fresh
            ],
            7,
        ),
    )


# --- statuses of our messages ---


def _targets(reports: Sequence[Report]) -> dict[int, tuple[int, int]]:
    """Index of a report → (message, conversation) of that very number."""
    if not reports:
        return {}
    rows = fetch(
        """
        SELECT w.index, coalesce(o.id, p.id), coalesce(o.conversation_id, p.conversation_id)
        FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::text[]) w (index, credential_id, own_id, provider_id)
        LEFT JOIN messages o ON o.id = w.own_id AND o.credential_id = w.credential_id AND o.direction = 'out'
        LEFT JOIN messages p ON o.id IS NULL AND p.credential_id = w.credential_id
          AND p.provider_message_id = w.provider_id AND p.direction = 'out'
        WHERE o.id IS NOT NULL OR p.id IS NOT NULL
        """,
        *columns(
            [
                (index, one.credential_id, own_id(one.opaque), one.provider_message_id)
                for index, one in enumerate(reports)
            ],
            4,
        ),
    )
    return {index: (message_id, conversation_id) for index, message_id, conversation_id in rows}


def own_id(opaque: str) -> int | None:
    """The message that our own id names; None when it is not one of ours."""
    digits = opaque.removeprefix(OPAQUE)
    is_ours = opaque.startswith(OPAQUE) and digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(digits) if is_ours else None


def _note(known: Sequence[tuple[int, Report]]) -> list[Throttled]:
    """The timeline keeps everything that was said, also what comes too late to count. Returns what asks us, for the
    first time, to slow down."""
    if not known:
        return []
    said = {(message_id, report.status, report.at): report for message_id, report in known}
    rows = fetch(
        "INSERT INTO message_events (account_id, message_id, status, at, source, problem)"
        " SELECT a, m, s, t, 'provider', p"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::jsonb[]) n (a, m, s, t, p)"
        " ON CONFLICT (message_id, status, at) DO NOTHING RETURNING message_id, status, at",
        *columns([(said[key].account_id, *key, as_json(said[key].problem)) for key in sorted(said)], 5),
    )
    new = [(message_id, said[message_id, status, at].problem, at) for message_id, status, at in rows]
    return [Throttled(message_id, problem, at) for message_id, problem, at in new if problem and problem.rests_s]


def _news(message_id: int, report: Report) -> News:
    return News(
        message_id=message_id,
        status=report.status,
        at=report.at,
        provider_message_id=report.provider_message_id,
        problem=report.problem,
        price=report.price,
    )
