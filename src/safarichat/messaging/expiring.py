"""How long a message is worth sending. What has not left by then fails, with its cause, and never arrives too late."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from safarichat.ground.sql import as_json, columns, fetch
from safarichat.messaging.climbing import News, climb_all
from safarichat.messaging.conversing import lock_conversations
from safarichat.messaging.failing import tell_failed
from safarichat.messaging.lanes import tell
from safarichat.messaging.models import Message
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

LIVES: Mapping[int, timedelta] = {  # by priority, where who queues says nothing
    Message.Priority.REPLY: timedelta(hours=24),
    Message.Priority.UTILITY: timedelta(hours=24),
    Message.Priority.BULK: timedelta(hours=72),
}
CHUNK = 1000

EXPIRED = Problem(
    key="expired",
    message=N_("It could not leave before its time was over, so it was not sent."),
    cure=N_("See on the number's page what held it up; then send it again if it still matters."),
    fault="us",
    scope="message",
)


def expires_at(priority: int, now: datetime) -> datetime:
    return now + LIVES.get(priority, LIVES[Message.Priority.BULK])


def expire() -> int:
    """For the schedule, as the owner role: let fail what is still queued after its time. How many."""
    gone = 0
    while found := _expire():
        gone += found
    return gone


@transaction.atomic
def _expire() -> int:
    rows = fetch(
        "SELECT id, conversation_id FROM messages"
        " WHERE is_waiting AND status = 'queued' AND expires_at <= clock_timestamp() LIMIT %s",
        CHUNK,
    )
    lock_conversations([conversation_id for _, conversation_id in rows])
    still = fetch(  # some may have left, or been cancelled, meanwhile
        "SELECT id, account_id, clock_timestamp() FROM messages WHERE id = ANY(%s::bigint[]) AND status = 'queued'"
        " ORDER BY id FOR NO KEY UPDATE",
        [message_id for message_id, _ in rows],
    )
    news = [News(message_id=one, status="failed", at=at, problem=EXPIRED) for one, _, at in still]
    tell(climb_all(news))
    tell_failed(news)
    note_ours([(account_id, one, "failed", at) for one, account_id, at in still], EXPIRED)
    return len(still)


def note_ours(said: list[tuple[int, int, str, datetime]], problem: Problem | None = None) -> None:
    """Into the timeline: account, message, status, when, and why. By us, and not in answer to the provider."""
    if not said:
        return
    fetch(
        "INSERT INTO message_events (account_id, message_id, status, at, source, problem)"
        " SELECT a, m, s, t, 'us', %s::jsonb"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[]) n (a, m, s, t)"
        " ON CONFLICT (message_id, status, at) DO NOTHING",
        as_json(problem),
        *columns(said, 4),
    )
