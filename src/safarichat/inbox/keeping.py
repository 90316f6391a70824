"""The first file a hook touches after its signature: committed here before it is answered."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from msgspec import Struct

from safarichat.ground.notify import wake_workers
from safarichat.ground.sql import columns, fetch
from safarichat.providers.cloud_api.past import is_past

INBOX = "inbox"  # what workers wait for


class Kept(Struct, frozen=True):
    """A verified call of a provider: to be kept byte for byte."""

    provider: str
    route: str
    body: bytes
    query: str = ""  # of the address it was sent to: some providers carry our own words there


def keep(hooks: Sequence[Kept]) -> list[None]:
    """Commit hooks, in order, and wake whoever understands them."""
    with transaction.atomic():
        fetch(
            "INSERT INTO inbox (provider, route, body, query, is_patient)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::text[], %s::boolean[])",
            *columns([(hook.provider, hook.route, hook.body, hook.query, is_past(hook.body)) for hook in hooks], 5),
        )
        wake_workers(INBOX)
    return [None] * len(hooks)


def count_refused(counts: Mapping[tuple[str, str], int]) -> None:
    """Add to this minute's counts of calls that were not let in, by provider and reason."""
    fetch(
        "INSERT INTO inbox_refused AS i (minute, provider, reason, count)"
        " SELECT date_trunc('minute', now()), p, r, c FROM unnest(%s::text[], %s::text[], %s::int[]) n (p, r, c)"
        " ORDER BY p, r ON CONFLICT (minute, provider, reason) DO UPDATE SET count = i.count + excluded.count",
        *columns([(provider, reason, count) for (provider, reason), count in counts.items()], 3),
    )
