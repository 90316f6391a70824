"""The evidence of each attempt, and the way back into the queue for what surely did not leave."""

from collections.abc import Sequence
from datetime import datetime

from safarichat.ground.sql import columns, fetch

# message, attempt, when it ended, outcome, problem as JSON, the provider's id
Ending = tuple[int, int, datetime, str, str | None, str | None]
# message, attempt, when, seconds to wait, problem as JSON
Return = tuple[int, int, datetime, float | None, str | None]


def end_attempts(endings: Sequence[Ending]) -> None:
    """What was recorded of an attempt stays, but for `unknown`: who knows better later may say so."""
    if not endings:
        return
    fetch(
        """
        UPDATE attempts a SET ended_at = n.at, outcome = n.outcome, problem = n.problem, provider_message_id = n.theirs
        FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[], %s::jsonb[], %s::text[])
             n (message_id, number, at, outcome, problem, theirs)
        WHERE a.message_id = n.message_id AND a.number = n.number AND a.outcome IN ('', 'unknown')
        """,
        *columns(endings, 6),
    )


def requeue(returns: Sequence[Return]) -> None:
    """It surely did not leave: back into the queue, also when somebody who took the lane over could not know that.
    Unless the provider has said meanwhile that it is on its way after all, or a person has tried again. A wait is
    counted by the database's clock, which ends it."""
    if not returns:
        return
    fetch(
        "UPDATE messages m SET status = 'queued', status_at = n.at, problem = n.problem,"
        " not_before = clock_timestamp() + make_interval(secs => n.wait_s)"
        " FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::float8[], %s::jsonb[])"
        " n (id, attempt, at, wait_s, problem)"
        " WHERE m.id = n.id AND m.attempt_count = n.attempt AND m.status IN ('sending', 'unconfirmed')",
        *columns(returns, 5),
    )
