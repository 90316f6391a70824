"""Free entry: a customer who came by an advertisement, or by a page's button, and is answered within 24 hours.

For 72 hours from that answer nothing that is delivered to them costs anything. What may be written stays as it was:
free text needs the 24-hour window, templates do not (reference: meta-cloud-api §8). The provider's own word on when it
ends counts, and may be later; until it has told, or where it never does, the end follows from the messages themselves,
in whatever order they came.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from safarichat.ground.sql import columns, fetch

ANSWER_WITHIN = timedelta(hours=24)
LASTS = timedelta(hours=72)
ARRIVED = ("sent", "delivered", "read", "played")


class Entry(Struct, frozen=True, kw_only=True):
    """`free_until`: the end of the open window. `answer_before`: when an answer would open one, until when."""

    free_until: datetime | None = None
    answer_before: datetime | None = None


def entry(account_id: int, conversation_id: int, now: datetime) -> Entry:
    """Called inside `acting_for`."""
    rows = fetch(
        """
        SELECT c.free_until, r.at, (
            SELECT min(o.at) FROM messages o WHERE o.conversation_id = c.id AND o.direction = 'out'
              AND o.at >= r.at AND o.at < r.at + %s AND o.status = ANY(%s::text[]))
        FROM conversations c LEFT JOIN messages r ON r.conversation_id = c.id AND r.direction = 'in' AND r.at > %s
          AND r.body ? 'referral'
        WHERE c.account_id = %s AND c.id = %s
        """,
        ANSWER_WITHIN,
        list(ARRIVED),
        now - ANSWER_WITHIN - LASTS,
        account_id,
        conversation_id,
    )
    ends = [told for told, _, _ in rows if told] + [answered_at + LASTS for _, _, answered_at in rows if answered_at]
    waits = [came_at + ANSWER_WITHIN for _, came_at, answered_at in rows if came_at and not answered_at]
    free_until, answer_before = max(ends, default=now), max(waits, default=now)
    if free_until > now:
        return Entry(free_until=free_until)
    return Entry(answer_before=answer_before) if answer_before > now else Entry()


def extend(told: Sequence[tuple[int, datetime]]) -> None:
    """Conversations and the ends of their windows, as the provider told them: the latest counts."""
    if told:
        fetch(
            "UPDATE conversations c SET free_until = greatest(c.free_until, n.until)"
            " FROM (SELECT id, max(until) AS until FROM unnest(%s::bigint[], %s::timestamptz[]) n (id, until)"
            "       GROUP BY id) n WHERE c.id = n.id AND n.until > coalesce(c.free_until, '-infinity')",
            *columns(told, 2),
        )
