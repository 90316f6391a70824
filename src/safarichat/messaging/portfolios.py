"""How many people the numbers of one portfolio may write to first, within any 24 hours.

A message that opens a conversation (a template, the customer's window closed) needs a place for its recipient. Who was
written to within 24 hours has one; for others a lane takes places from its block. Blocks come out of one row, under
its lock: places in use + places in blocks never exceed the limit. A lane that is freed gives its block back.

Recipients stand here as digests: the table belongs to no account, since Meta counts what several of them send together.
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from msgspec import Struct

from safarichat.ground.sql import JSON, as_json, columns, fetch
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

BLOCK = 64  # places a lane takes at a time; after a throttle it begins with one, and the next is twice as large
SHORTEST_WAIT_S = 60
LONGEST_WAIT_S = 900  # the limit may rise meanwhile
DAY = timedelta(hours=24, minutes=1)  # a little long: the provider's clock is not ours
_TIER = re.compile(r"(?:TIER_)?(\d+)(K?)")

FULL = Problem(
    key="portfolio_full",
    message=N_("Your business has written to as many new people today as Meta allows."),
    cure=N_("Nothing to do: it leaves as soon as there is room. Replies are not held up."),
    fault="business",
    scope="portfolio",
)


class Quota(Struct, frozen=True):
    """Who counts together, and how far: None without a limit."""

    portfolio: str
    limit: int | None


class Opening(Struct, frozen=True):
    """Messages of one lane that would open conversations, with their recipients."""

    lease: UUID
    quota: Quota
    recipients: tuple[tuple[int, str], ...]


class Admitted(Struct, frozen=True):
    """The messages that may leave; the others wait for so long."""

    message_ids: frozenset[int]
    wait_s: float = 0


def quota(facts: Mapping[str, JSON], credential_id: int) -> Quota:
    """From a number's facts. A limit that is not told is none: the provider will say."""
    portfolio = facts.get("business_id") or facts.get("waba_id") or f"number-{credential_id}"
    tier = _TIER.fullmatch(str(facts.get("messaging_limit") or ""))
    return Quota(str(portfolio)[:64], int(tier[1]) * (1000 if tier[2] else 1) if tier else None)


def slowed(portfolios: Collection[str]) -> set[str]:
    """Those that the provider has asked of late to write to fewer people."""
    rows = fetch("SELECT key FROM portfolios WHERE key = ANY(%s::text[]) AND block < %s", list(portfolios), BLOCK)
    return {row[0] for row in rows}


def admit(asked: Sequence[Opening]) -> list[Admitted]:
    """For each lane the messages whose recipients have, or get, a place."""
    return [_admit(one) for one in asked]


@transaction.atomic
def _admit(one: Opening) -> Admitted:
    digest_of = {message_id: _digest(recipient) for message_id, recipient in one.recipients}
    counted = _counted(one.quota.portfolio, set(digest_of.values()))
    fresh = [digest for digest in dict.fromkeys(digest_of.values()) if digest not in counted]
    places = _take_places(one, len(fresh))
    placed = counted | set(fresh[:places])
    _note(one.quota.portfolio, placed)
    admitted = frozenset(message_id for message_id, digest in digest_of.items() if digest in placed)
    return Admitted(admitted, _defer(one.quota.portfolio, sorted(digest_of.keys() - admitted)))


def _digest(recipient: str) -> str:
    return hashlib.blake2b(recipient.encode(), digest_size=12).hexdigest()


def _counted(portfolio: str, digests: set[str]) -> set[str]:
    rows = fetch(
        "SELECT p.recipient FROM portfolio_recipients p JOIN portfolios k ON k.key = p.portfolio"
        " WHERE p.portfolio = %s AND p.recipient = ANY(%s::text[])"
        " AND p.last_at > clock_timestamp() - %s AND coalesce(k.paused_until <= clock_timestamp(), true)",
        portfolio,
        sorted(digests),
        DAY,
    )
    return {row[0] for row in rows}


def _take_places(one: Opening, needed: int) -> int:
    """How many of so many new people may be written to: from the lane's block, or from a new one."""
    held = fetch("SELECT reserved FROM lanes WHERE lease = %s FOR NO KEY UPDATE", one.lease)
    if not needed or not held or _is_paused(one.quota.portfolio):
        return 0
    has = held[0][0] + (_reserve(one.quota, needed) if held[0][0] < needed else 0)
    taken = min(has, needed)
    fetch(
        "UPDATE lanes SET reserved = %s, portfolio = %s WHERE lease = %s",
        has - taken,
        one.quota.portfolio,
        one.lease,
    )
    return int(taken)


def _is_paused(portfolio: str) -> bool:
    return bool(fetch("SELECT 1 FROM portfolios WHERE key = %s AND paused_until > clock_timestamp()", portfolio))


def _reserve(quota: Quota, needed: int) -> int:
    """A block of places, as large as there is room and need for."""
    fetch("INSERT INTO portfolios (key) VALUES (%s) ON CONFLICT DO NOTHING", quota.portfolio)
    [(block,)] = fetch("SELECT block FROM portfolios WHERE key = %s FOR NO KEY UPDATE", quota.portfolio)
    fetch("UPDATE portfolios SET block = least(block * 2, %s) WHERE key = %s", BLOCK, quota.portfolio)
    if quota.limit is None:
        return int(block)
    [(used,)] = fetch(
        "SELECT (SELECT count(*) FROM portfolio_recipients WHERE portfolio = %s"
        " AND last_at > clock_timestamp() - %s)"
        " + (SELECT coalesce(sum(reserved), 0) FROM lanes WHERE portfolio = %s AND lease IS NOT NULL)",
        quota.portfolio,
        DAY,
        quota.portfolio,
    )
    return max(0, min(int(block), quota.limit - int(used)))


def _note(portfolio: str, digests: set[str]) -> None:
    """Each is written to now, and so stays counted for another day."""
    fetch(
        "INSERT INTO portfolio_recipients (portfolio, recipient, last_at)"
        " SELECT %s, r, clock_timestamp() FROM unnest(%s::text[]) r"
        " ON CONFLICT (portfolio, recipient) DO UPDATE SET last_at = excluded.last_at",
        portfolio,
        sorted(digests),
    )


def _defer(portfolio: str, message_ids: Sequence[int]) -> float:
    """Let messages wait until as many have left the count as they are; the page says why. For how many seconds."""
    if not message_ids:
        return 0
    [(wait_s,)] = fetch(
        "SELECT greatest(%s, least(%s, extract(epoch FROM coalesce("
        "  (SELECT paused_until FROM portfolios WHERE key = %s AND paused_until > clock_timestamp()),"
        "  (SELECT last_at + %s FROM portfolio_recipients WHERE portfolio = %s"
        "   AND last_at > clock_timestamp() - %s ORDER BY last_at OFFSET %s LIMIT 1)) - clock_timestamp())))::float8",
        SHORTEST_WAIT_S,
        LONGEST_WAIT_S,
        portfolio,
        DAY,
        portfolio,
        DAY,
        len(message_ids) - 1,
    )
    fetch(
        "UPDATE messages SET not_before = clock_timestamp() + make_interval(secs => %s), problem = %s::jsonb"
        " WHERE id = ANY(%s::bigint[]) AND status = 'queued'",
        wait_s,
        as_json(FULL),
        list(message_ids),
    )
    return float(wait_s)


def throttle(waits: Mapping[str, float]) -> None:
    """The provider asks these portfolios to write to fewer new people: none for so many seconds, then ever more."""
    fetch(
        "INSERT INTO portfolios (key, paused_until, block)"
        " SELECT k, clock_timestamp() + make_interval(secs => s), 1 FROM unnest(%s::text[], %s::float8[]) n (k, s)"
        " ON CONFLICT (key) DO UPDATE SET paused_until = greatest(portfolios.paused_until, excluded.paused_until),"
        " block = 1",
        *columns(sorted(waits.items()), 2),
    )


def forget() -> int:
    """For the schedule: who was last written to more than a day ago counts no more."""
    rows = fetch(
        "WITH gone AS (DELETE FROM portfolio_recipients WHERE last_at < clock_timestamp() - %s RETURNING 1)"
        " SELECT count(*) FROM gone",
        DAY,
    )
    return int(rows[0][0])
