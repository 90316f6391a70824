"""The first file a hook touches after its signature: committed here before it is answered."""

import time
from collections.abc import Mapping, Sequence
from math import inf
from zlib import crc32

from django.db import transaction
from msgspec import Struct

from safarichat.ground.notify import wake_workers
from safarichat.ground.sql import columns, fetch
from safarichat.providers.cloud_api.past import is_past
from safarichat.providers.cloud_api.people import first_named

INBOX = "inbox"  # what workers wait for
LATE = f"{INBOX}:late"  # the same, and that they should leave the machine to those who keep
LATE_S = 0.06  # twice what a hook takes from its last byte to its commit while there is room for all
SHARDS = 8  # as many workers that are behind do not meet: see `understanding`


class Kept(Struct, frozen=True):
    """A verified call of a provider: to be kept byte for byte."""

    provider: str
    route: str
    body: bytes
    query: str = ""  # of the address it was sent to: some providers carry our own words there
    came_at: float = inf  # by the monotonic clock


def keep(hooks: Sequence[Kept]) -> list[None]:
    """Commit hooks, in order, and wake whoever understands them."""
    first_came_at = min((hook.came_at for hook in hooks), default=inf)
    with transaction.atomic():
        fetch(
            "INSERT INTO inbox (provider, route, body, query, is_patient, shard)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::text[], %s::boolean[], %s::smallint[])",
            *columns([_row(hook) for hook in hooks], 6),
        )
        transaction.on_commit(lambda: _wake(first_came_at), robust=True)
    return [None] * len(hooks)


def _wake(first_came_at: float) -> None:
    """Not in the transaction of the hooks: those that notify are written to the disk one after another, each with a
    turn of the disk of its own. Workers that were not woken look by themselves."""
    wake_workers(LATE if time.monotonic() - first_came_at > LATE_S else INBOX)


def _row(hook: Kept) -> tuple[object, ...]:
    return (hook.provider, hook.route, hook.body, hook.query, is_past(hook.body), shard(hook.body))


def shard(body: bytes) -> int:
    """The same for all hooks about one customer, as far as can be seen without reading them; 0 where none is seen."""
    return crc32(first_named(body)) % SHARDS


def count_refused(counts: Mapping[tuple[str, str], int]) -> None:
    """Add to this minute's counts of calls that were not let in, by provider and reason."""
    fetch(
        "INSERT INTO inbox_refused AS i (minute, provider, reason, count)"
        " SELECT date_trunc('minute', now()), p, r, c FROM unnest(%s::text[], %s::text[], %s::int[]) n (p, r, c)"
        " ORDER BY p, r ON CONFLICT (minute, provider, reason) DO UPDATE SET count = i.count + excluded.count",
        *columns([(provider, reason, count) for (provider, reason), count in counts.items()], 3),
    )
