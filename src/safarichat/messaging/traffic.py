"""What a number's messages of late say about its connection. As the owner role, or acting for the account."""

from datetime import datetime, timedelta

from django.utils import timezone
from msgspec import Struct

from safarichat.ground.sql import fetch

SILENT_AFTER = timedelta(minutes=15)


class Traffic(Struct, frozen=True):
    """`unheard_since`: the first of the messages that the provider took in the last day and said nothing about for
    a quarter of an hour; `waiting_since`: the oldest that could leave now and has not; `last_sent_at`: when one last
    left."""

    unheard_since: datetime | None
    waiting_since: datetime | None
    last_sent_at: datetime | None
    frozen_at: datetime | None
    paused_until: datetime | None


class Day(Struct, frozen=True):
    """What became of the messages that were to go out on one day."""

    day: datetime
    sent: int
    failed: int
    unconfirmed: int


def lately(account_id: int, credential_id: int) -> Traffic:
    now = timezone.now()
    ((unheard, waiting, last, frozen, paused),) = fetch(
        "SELECT (SELECT min(u.at) FROM (SELECT m.at FROM conversations c JOIN messages m ON m.conversation_id = c.id"
        "   WHERE c.credential_id = %s AND c.account_id = %s AND c.last_message_at > %s AND m.direction = 'out'"
        "   AND m.status = 'accepted' AND m.at BETWEEN %s AND %s LIMIT 50) u),"
        " (SELECT min(m.created_at) FROM messages m WHERE m.account_id = %s AND m.credential_id = %s AND m.is_waiting"
        "   AND (m.not_before IS NULL OR m.not_before < %s)),"
        " l.last_departure_at, l.frozen_at, l.paused_until"
        " FROM (SELECT 1) one LEFT JOIN lanes l ON l.credential_id = %s",
        credential_id,
        account_id,
        now - timedelta(days=1),
        now - timedelta(days=1),
        now - SILENT_AFTER,
        account_id,
        credential_id,
        now,
        credential_id,
    )
    return Traffic(unheard, waiting, last, frozen, paused)


def days(account_id: int, credential_id: int, since: datetime) -> list[Day]:
    """Day by day in UTC, oldest first; days without messages are left out."""
    rows = fetch(
        "SELECT date_trunc('day', m.at),"
        " count(*) FILTER (WHERE m.status IN ('accepted', 'sent', 'delivered', 'read', 'played')),"
        " count(*) FILTER (WHERE m.status = 'failed'), count(*) FILTER (WHERE m.status = 'unconfirmed')"
        " FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.at >= %s AND m.direction = 'out'"
        " WHERE c.account_id = %s AND c.credential_id = %s AND c.last_message_at >= %s GROUP BY 1 ORDER BY 1",
        since,
        account_id,
        credential_id,
        since,
    )
    return [Day(*row) for row in rows]
