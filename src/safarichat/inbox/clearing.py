"""How long hooks are kept, and the figures of the inbox."""

from collections.abc import Mapping

from safarichat.ground.sql import fetch

UNDERSTOOD_DAYS = 7  # as long as a provider repeats a hook; its messages are kept where they belong
SET_ASIDE_DAYS = 90
SHOWN_DAYS = 90
COUNTS_DAYS = 30
CHUNK = 5000
MOST_COUNTED = 200_000  # more than this is as bad


def clear(understood_days: int = UNDERSTOOD_DAYS) -> int:
    """Drop what is old, in small portions. How many rows went."""
    gone = 0
    for table, condition in (
        ("inbox", f"state = 1 AND received_at < now() - interval '{int(understood_days)} days'"),
        ("inbox", f"state = 2 AND received_at < now() - interval '{SET_ASIDE_DAYS} days'"),
        ("hook_events", f"at < now() - interval '{SHOWN_DAYS} days'"),
        ("inbox_refused", f"minute < now() - interval '{COUNTS_DAYS} days'"),
    ):
        gone += _clear(table, condition)
    gone += _clear_links("reason = ''", understood_days) + _clear_links("reason <> ''", SET_ASIDE_DAYS)
    return gone


def _clear_links(which: str, days: int) -> int:
    """What numbers' logs find hooks by."""
    rows = fetch(
        f"WITH old AS (DELETE FROM hooks_of_numbers WHERE {which} AND at < now() - make_interval(days => %s)"  # noqa: S608 - our own words
        " RETURNING 1) SELECT count(*) FROM old",
        days,
    )
    return int(rows[0][0])


def _clear(table: str, condition: str) -> int:
    gone = 0
    while True:
        rows = fetch(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT %s)"  # noqa: S608 - our own words
            " RETURNING id",
            CHUNK,
        )
        gone += len(rows)
        if len(rows) < CHUNK:
            return gone


def figures() -> Mapping[str, float]:
    """How many hooks wait to be understood, for how long the oldest has waited, how many are set aside."""
    rows = fetch(
        "SELECT (SELECT count(*) FROM (SELECT FROM inbox WHERE state = 0 LIMIT %s) w),"
        " coalesce(extract(epoch FROM now() - (SELECT received_at FROM inbox WHERE state = 0 AND NOT is_patient"
        " ORDER BY id LIMIT 1)), 0),"
        " (SELECT count(*) FROM (SELECT FROM inbox WHERE state = 2 LIMIT %s) a)",
        MOST_COUNTED,
        MOST_COUNTED,
    )
    waiting, age_s, aside = rows[0]
    return {"hooks_waiting": float(waiting), "hooks_oldest_seconds": float(age_s), "hooks_set_aside": float(aside)}
