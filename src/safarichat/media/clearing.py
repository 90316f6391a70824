"""How long files are kept: as long as their messages, or less where the operator says so."""

from safarichat.ground.sql import fetch
from safarichat.media.keeping import drop_bytes

CHUNK = 500


def clear(*, file_days: int, message_days: int) -> int:
    """For the schedule, as the owner role. 0 days: for ever. A file counts from the last message that took it along.
    First the rows, then the bytes: what is not dropped in between is an orphan, and found as such. How many went."""
    days = min((days for days in (file_days, message_days) if days), default=0)
    gone = 0
    while days:
        rows = fetch(
            """
            DELETE FROM files WHERE id IN (
              SELECT id FROM files WHERE coalesce(used_at, created_at) < now() - make_interval(days => %s)
                AND (origin = 'inbound' OR used_at IS NOT NULL)
              ORDER BY coalesce(used_at, created_at) LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING key
            """,
            days,
            CHUNK,
        )
        drop_bytes([key for (key,) in rows if key])
        gone += len(rows)
        if len(rows) < CHUNK:
            break
    return gone
