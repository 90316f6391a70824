"""The log of what programs asked: written in batches after the answers, bounded, kept for a week; no bodies."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from safarichat.accounts import apikeys
from safarichat.accounts.models import ApiCall
from safarichat.ground.sql import columns, fetch

KEPT_FOR = timedelta(days=7)
MOST_AT_ONCE = 200  # of one account in a batch: who asks more often sees the failures and a part of the rest
MOST_OF_ACCOUNT = 200_000
PAGE = 50


class Asked(Struct, frozen=True):
    """A call that was answered."""

    account_id: int
    key_id: int
    at: datetime
    ms: int
    method: str
    path: str
    status: int
    code: int
    said: str
    trace: str
    made: str
    address: str
    agent: str

    @property
    def row(self) -> tuple[object, ...]:
        told = (
            self.method[:10],
            self.path.replace("\x00", "")[:300],
            self.status,
            self.code,
            self.said[:500],
            self.trace[:64],
        )
        return (self.account_id, self.key_id, self.at, self.ms, *told, self.made[:255], self.address, self.agent[:200])


def keep(batch: Sequence[Asked]) -> None:
    """As the owner role. A key that is gone takes its calls along."""
    if not batch:
        return
    with transaction.atomic():
        apikeys.note_used({one.key_id for one in batch}, max(one.at for one in batch))
        fetch(
            """
            INSERT INTO api_calls (account_id, key_id, at, ms, method, path, status, code, said, trace, made, address,
                                   agent)
            SELECT n.* FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[], %s::text[], %s::text[],
                                   %s::smallint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[],
                                   %s::text[]) n (account_id, key_id, at, ms, method, path, status, code, said, trace,
                                                  made, address, agent)
            JOIN api_keys k ON k.account_id = n.account_id AND k.id = n.key_id
            """,
            *columns([one.row for one in _bounded(batch)], 13),
        )


def _bounded(batch: Sequence[Asked]) -> list[Asked]:
    counts: Counter[int] = Counter()
    kept = []
    for one in sorted(batch, key=lambda one: one.status < 400):  # failures first
        counts[one.account_id] += 1
        if counts[one.account_id] <= MOST_AT_ONCE:
            kept.append(one)
    return sorted(kept, key=lambda one: one.at)


def listed(account_id: int, *, outcome: str = "", key_id: int = 0, before: int = 0) -> list[ApiCall]:
    """The newest, or those before that one; one more than a page when there are more. Inside `acting_for`."""
    rows = ApiCall.objects.filter(account_id=account_id).select_related("key").defer("key__digest")
    if outcome:
        rows = rows.filter(status__lt=400) if outcome == "ok" else rows.filter(status__gte=400)
    if key_id:
        rows = rows.filter(key_id=key_id)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[: PAGE + 1])


def forget(now: datetime) -> int:
    """What is old, and of an account that asks all the time but the newest. How many went."""
    old = fetch("DELETE FROM api_calls WHERE at < %s RETURNING 1", now - KEPT_FOR)
    many = fetch(
        """
        WITH edges AS (
          SELECT a.id, (SELECT c.id FROM api_calls c WHERE c.account_id = a.id
                        ORDER BY c.id DESC OFFSET %s LIMIT 1) AS edge
          FROM accounts a)
        DELETE FROM api_calls c USING edges e WHERE c.account_id = e.id AND c.id <= e.edge RETURNING 1
        """,
        MOST_OF_ACCOUNT,
    )
    return len(old) + len(many)
