"""How deliveries go in the whole installation, for its metrics."""

from collections.abc import Mapping

from safarichat.ground.sql import fetch

MOST_COUNTED = 200_000  # more than this is as bad


def figures() -> Mapping[str, float]:
    """Deliveries that could go out now, for how long the oldest could, how many wait for another try, and endpoints
    that are off."""
    rows = fetch(
        """
        SELECT count(*) FILTER (WHERE wait_s <= 0), count(*) FILTER (WHERE wait_s > 0),
               greatest(-coalesce(min(wait_s), 0), 0), (SELECT count(*) FROM endpoints WHERE state = 'off')
        FROM (SELECT extract(epoch FROM d.next_at - clock_timestamp()) AS wait_s
              FROM endpoint_deliveries d JOIN endpoints p ON p.id = d.endpoint_id
              WHERE d.next_at IS NOT NULL AND p.state = 'active' LIMIT %s) w
        """,
        MOST_COUNTED,
    )
    due, later, age_s, off = rows[0]
    return {
        "deliveries_due": float(due),
        "deliveries_to_be_tried_again": float(later),
        "deliveries_oldest_seconds": float(age_s),
        "endpoints_off": float(off),
    }
