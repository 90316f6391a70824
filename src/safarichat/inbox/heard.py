"""Which hooks told something of which number: written when they are understood, read by the number's log."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_noop
from msgspec import Struct

from safarichat.ground.sql import columns, fetch
from safarichat.inbox.models import FieldSeen
from safarichat.inbox.sorting import Pile

SOURCE = "hooks"
STUMBLED = gettext_noop("It made us stumble.")
STALE = "5 seconds"  # a busy number's row is touched no more often


class Seen(Struct, frozen=True):
    field: str
    last_at: datetime
    hook_id: int


def note(pile: Pile) -> None:
    """In the caller's transaction. Hooks that come again, or are understood again, stay one row."""
    if not pile.told:
        return
    rows = sorted(
        (route.credential_id, told.at, hook_id, route.account_id, ",".join(told.fields)[:255], told.reason)
        for (hook_id, route), told in pile.told.items()
    )
    fetch(
        "INSERT INTO hooks_of_numbers AS h (credential_id, at, hook_id, account_id, fields, reason)"
        " SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])"
        " ON CONFLICT (credential_id, at, hook_id) DO UPDATE SET fields = excluded.fields, reason = excluded.reason",
        *columns(rows, 6),
    )
    last = _last(pile)
    fetch(
        f"""
        INSERT INTO fields_seen AS s (credential_id, field, account_id, last_at, hook_id)
        SELECT n.* FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[], %s::bigint[])
          n (credential_id, field, account_id, last_at, hook_id)
        LEFT JOIN fields_seen f ON f.credential_id = n.credential_id AND f.field = n.field
        WHERE f.last_at IS NULL OR n.last_at > f.last_at + interval '{STALE}'
        ORDER BY n.credential_id, n.field
        ON CONFLICT (credential_id, field) DO UPDATE SET last_at = excluded.last_at, hook_id = excluded.hook_id
        WHERE s.last_at < excluded.last_at
        """,  # noqa: S608 - our own words
        *columns([(*key, *values) for key, values in last.items()], 5),
    )


def note_stumble(pile: Pile, reason: str) -> None:
    """What could be sorted and not be told: its numbers shall see that it came."""
    for told in pile.told.values():
        told.reason = reason
    note(pile)


def _last(pile: Pile) -> Mapping[tuple[int, str], tuple[int, datetime, int]]:
    last: dict[tuple[int, str], tuple[int, datetime, int]] = {}
    for (hook_id, route), told in pile.told.items():
        for field in told.fields:
            key = route.credential_id, field[:64]
            if key not in last or last[key][1] < told.at:
                last[key] = route.account_id, told.at, hook_id
    return last


def seen(account_id: int, credential_id: int) -> list[Seen]:
    """When the number was last told of each field, the newest first. Inside `acting_for`."""
    rows = FieldSeen.objects.filter(account_id=account_id, credential_id=credential_id)
    return [Seen(row.field, row.last_at, row.hook_id) for row in rows.order_by("-last_at", "field")]
