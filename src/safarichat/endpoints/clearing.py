"""How long it is kept what endpoints were told, and what becomes of what nobody took. Scheduled; as the owner role."""

from safarichat.endpoints.telling import LIFE_DAYS
from safarichat.ground.sql import fetch

KEPT_DAYS = 7  # after its end: a dead letter may be replayed for a week
CHUNK = 5000


def clear() -> int:
    """How many rows went."""
    _give_up()
    gone = _clear("endpoint_tries", f"at < now() - interval '{KEPT_DAYS} days'")
    old = f"next_at IS NULL AND created_at < now() - interval '{LIFE_DAYS} days'"
    gone += _clear("endpoint_deliveries", f"{old} AND until < now() - interval '{KEPT_DAYS} days'")
    gone += _clear("endpoint_deliveries", f"{old} AND state = 'delivered'")
    kept = "NOT EXISTS (SELECT FROM endpoint_deliveries d WHERE d.event_id = t.id)"
    return gone + _clear("endpoint_events", f"at < now() - interval '{LIFE_DAYS} days' AND {kept}")


def _give_up() -> None:
    """What no worker tries any more: its endpoint is paused, or off."""
    fetch("UPDATE endpoint_deliveries SET state = 'dead', next_at = NULL WHERE next_at IS NOT NULL AND until < now()")


def _clear(table: str, condition: str) -> int:
    gone = 0
    while True:
        rows = fetch(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} t WHERE {condition} LIMIT %s) RETURNING id",  # noqa: S608 - our own words
            CHUNK,
        )
        gone += len(rows)
        if len(rows) < CHUNK:
            return gone
