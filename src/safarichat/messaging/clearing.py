"""How long messages and their evidence are kept: as the operator says, dropped in small portions, oldest first."""

from safarichat.ground.sql import fetch

CHUNK = 5000
# What grows with each message, by the time at which its rows were made. Rows are looked at in the order of their ids,
# which is nearly that of their times, so that a run costs what it drops and not what is kept.
EVIDENCE = {"attempts": "started_at", "message_events": "learnt_at"}


def clear(*, evidence_days: int, message_days: int) -> int:
    """For the schedule, as the owner role. 0 days: kept for ever. How many rows went."""
    gone = sum(_clear(table, at, evidence_days) for table, at in EVIDENCE.items()) if evidence_days else 0
    return gone + (_clear("messages", "created_at", message_days) if message_days else 0)


def _clear(table: str, at: str, days: int) -> int:
    gone = 0
    while True:
        rows = fetch(
            f"WITH head AS (SELECT id, {at} AS at FROM {table} ORDER BY id LIMIT %s),"  # noqa: S608 - our own words
            f" gone AS (DELETE FROM {table} t USING head WHERE t.id = head.id"
            " AND head.at < now() - make_interval(days => %s) RETURNING 1) SELECT count(*) FROM gone",
            CHUNK,
            days,
        )
        gone += int(rows[0][0])
        if rows[0][0] < CHUNK:
            return gone
