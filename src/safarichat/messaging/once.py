"""A program that did not hear our answer asks again under the same key: same answer, and one message leaves.

The key's row is written in the transaction of its message: of two who come at once, on whatever process, the second
waits for the first's commit and finds it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from safarichat.ground.sql import columns, fetch
from safarichat.messaging.ordering import Order, Queued
from safarichat.messaging.queueing import queue_all
from safarichat.numbers.reaching import Reached
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem, Refused

KEPT_FOR = timedelta(hours=24)
OTHER_BODY = Problem(
    key="idempotency_key_used",
    code=100,
    http_status=422,
    message=N_("This Idempotency-Key was used for another message."),
    cure=N_("Use a new key for each message, and the same one only to repeat it."),
    fault="business",
    details="Idempotency-Key",
)


class Once(Struct, frozen=True):
    """Which API key says it, its word for this message, and what the message is; both as digests."""

    key_id: int
    token: str
    digest: str


class Wanted(Struct, frozen=True):
    account_id: int
    order: Order
    once: Once | None = None

    @property
    def claim(self) -> "_Claim | None":
        return (self.account_id, self.once.key_id, self.once.token) if self.once else None


_Claim = tuple[int, int, str]


class _Known(Struct, frozen=True):
    digest: str
    found: Queued | Refused


def accept(
    wanted: Sequence[Wanted], *, now: datetime, numbers: Sequence[Reached] | None = None
) -> list[Queued | Refused]:
    """Queue messages of many accounts; the answers in their order. As the owner role. `numbers`: as for `queue_all`."""
    first: dict[_Claim, int] = {}
    for place, one in enumerate(wanted):
        if one.claim:
            first.setdefault(one.claim, place)
    with transaction.atomic():
        known = _claim({claim: wanted[place] for claim, place in first.items()}, now)
        fresh = [
            place
            for place, one in enumerate(wanted)
            if one.claim is None or (first[one.claim] == place and one.claim not in known)
        ]
        orders = [(wanted[place].account_id, wanted[place].order) for place in fresh]
        queued = queue_all(orders, now=now, numbers=numbers)
        found = dict(zip(fresh, queued, strict=True))
        claimed = {claim: found[place] for claim, place in first.items() if place in found}
        _settle(claimed)
    known |= {claim: _Known(_digest(wanted[first[claim]]), answer) for claim, answer in claimed.items()}
    return [found[place] if place in found else _again(one, known) for place, one in enumerate(wanted)]


def forget(now: datetime) -> int:
    """For the schedule, as the owner role."""
    return len(fetch("DELETE FROM sent_once WHERE at < %s RETURNING id", now - KEPT_FOR))


def _again(one: Wanted, known: Mapping[_Claim, _Known]) -> Queued | Refused:
    before = known[one.claim]  # type: ignore[index]  # who is not fresh has a claim
    if before.digest != _digest(one):
        return Refused(OTHER_BODY)
    found = before.found
    return Queued(found.message_id, found.conversation_id, repeated=True) if isinstance(found, Queued) else found


def _digest(one: Wanted) -> str:
    return one.once.digest if one.once else ""


def _claim(asked: Mapping[_Claim, Wanted], now: datetime) -> dict[_Claim, _Known]:
    """Those that were there before. Always in the same order: then no two wait for each other."""
    if not asked:
        return {}
    claims = sorted(asked)
    fetch(
        "DELETE FROM sent_once s USING unnest(%s::bigint[], %s::bigint[], %s::text[]) n (a, k, t)"
        " WHERE s.account_id = n.a AND s.key_id = n.k AND s.token = n.t AND s.at < %s",
        *columns(claims, 3),
        now - KEPT_FOR,
    )
    made = fetch(
        "INSERT INTO sent_once (account_id, key_id, token, digest, at)"
        " SELECT a, k, t, d, %s FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) n (a, k, t, d)"
        " ON CONFLICT (account_id, key_id, token) DO NOTHING RETURNING account_id, key_id, token",
        now,
        *columns([(*claim, _digest(asked[claim])) for claim in claims], 4),
    )
    there = [claim for claim in claims if claim not in set(made)]
    rows = fetch(
        "SELECT s.account_id, s.key_id, s.token, s.digest, m.id, m.conversation_id"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) n (a, k, t)"
        " JOIN sent_once s ON s.account_id = n.a AND s.key_id = n.k AND s.token = n.t"
        " JOIN messages m ON m.account_id = s.account_id AND m.id = s.message_id",
        *columns(there, 3),
    )
    return {(row[0], row[1], row[2]): _Known(row[3], Queued(row[4], row[5])) for row in rows}


def _settle(claimed: Mapping[_Claim, Queued | Refused]) -> None:
    """What was refused left nothing behind: it may be asked again."""
    if not claimed:
        return
    queued = [(*claim, found.message_id) for claim, found in sorted(claimed.items()) if isinstance(found, Queued)]
    fetch(
        "UPDATE sent_once s SET message_id = n.m"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[]) n (a, k, t, m)"
        " WHERE s.account_id = n.a AND s.key_id = n.k AND s.token = n.t",
        *columns(queued, 4),
    )
    fetch(
        "DELETE FROM sent_once s USING unnest(%s::bigint[], %s::bigint[], %s::text[]) n (a, k, t)"
        " WHERE s.account_id = n.a AND s.key_id = n.k AND s.token = n.t",
        *columns([claim for claim, found in sorted(claimed.items()) if isinstance(found, Refused)], 3),
    )
