"""A person decides about one message: try again what failed or was never confirmed, or stop what has not left."""

from datetime import datetime

from msgspec import Struct

from safarichat.ground.notify import announce
from safarichat.ground.sql import fetch
from safarichat.messaging.checking import NOT_FAILED, UNKNOWN_MESSAGE, WRITTEN_ELSEWHERE, number_problem, window_problem
from safarichat.messaging.consenting import MESSAGE_IS_WITHDRAWN, WITHDRAWN
from safarichat.messaging.conversing import lock_conversations
from safarichat.messaging.expiring import expires_at
from safarichat.messaging.lanes import wake
from safarichat.messaging.queueing import Queued, acting
from safarichat.numbers.models import SENDING
from safarichat.providers.shapes import Problem, Refused

MAY_BE_RETRIED = ("failed", "unconfirmed")
ON_ITS_WAY = ("queued", "sending")


class Locked(Struct, frozen=True):
    """A message that a decision is about; nobody else decides meanwhile."""

    id: int
    credential_id: int
    conversation_id: int
    kind: str
    status: str
    number_status: str
    window_closes_at: datetime | None
    origin: str
    now: datetime
    priority: int
    is_withdrawn: bool  # its recipient does not want it any more

    def problem(self) -> Problem | None:
        if self.status not in MAY_BE_RETRIED:
            return NOT_FAILED
        if self.origin:
            return WRITTEN_ELSEWHERE
        if self.is_withdrawn:
            return WITHDRAWN
        return number_problem(self.number_status in SENDING) or window_problem(
            self.kind, self.window_closes_at, self.now
        )


def retry(account_id: int, message_id: int, *, sent_by: int | None, source: str = "person") -> Queued | Refused:
    """Queue the same message for a new attempt. Asked twice, it is done once. `source`: who decided."""
    with acting(account_id):
        message = locked(account_id, message_id)
        if message is None:
            return Refused(UNKNOWN_MESSAGE)
        if message.status in ON_ITS_WAY:
            return Queued(message.id, message.conversation_id, repeated=True)
        if problem := message.problem():
            return Refused(problem)
        fetch(
            "UPDATE messages SET status = 'queued', status_at = now(), not_before = NULL, problem = NULL,"
            " provider_message_id = NULL, sent_by_id = coalesce(%s, sent_by_id), expires_at = %s WHERE id = %s",
            sent_by,
            expires_at(message.priority, message.now),
            message.id,
        )
        fetch(
            "INSERT INTO lanes (credential_id, account_id) SELECT credential_id, account_id FROM messages WHERE id = %s"
            " ON CONFLICT DO NOTHING",
            message.id,
        )
        note(account_id, message, "queued", source)
        wake({message.credential_id})
        return Queued(message.id, message.conversation_id)


def cancel(account_id: int, message_id: int) -> bool:
    """Stop a message that has not left. False: too late, or not there."""
    with acting(account_id):
        message = locked(account_id, message_id)
        if message is None or message.status != "queued":
            return False
        fetch("UPDATE messages SET status = 'cancelled', status_at = now() WHERE id = %s", message.id)
        note(account_id, message, "cancelled")
        return True


def locked(account_id: int, message_id: int) -> Locked | None:
    where = fetch(
        "SELECT conversation_id FROM messages WHERE account_id = %s AND id = %s AND direction = 'out'",
        account_id,
        message_id,
    )
    if not where:
        return None
    lock_conversations([where[0][0]])
    rows = fetch(
        "SELECT m.id, m.credential_id, m.conversation_id, m.kind, m.status, n.status, c.window_closes_at,"  # noqa: S608 - our own words
        f" m.origin, now(), m.priority, {MESSAGE_IS_WITHDRAWN}"
        " FROM messages m JOIN conversations c ON c.id = m.conversation_id"
        " JOIN official_whatsapp_credentials n ON n.id = m.credential_id WHERE m.id = %s FOR NO KEY UPDATE OF m",
        message_id,
    )
    return Locked(*rows[0]) if rows else None


def note(account_id: int, message: Locked, status: str, source: str = "person") -> None:
    fetch(
        "INSERT INTO message_events (account_id, message_id, status, at, source) VALUES (%s, %s, %s, now(), %s)"
        " ON CONFLICT DO NOTHING",
        account_id,
        message.id,
        status,
        source,
    )
    fetch(
        "UPDATE conversations c SET last_status = m.status FROM messages m"
        " WHERE m.id = %s AND c.id = m.conversation_id AND c.last_direction = 'out' AND c.last_message_at = m.at",
        message.id,
    )
    announce(account_id, "inbox", "overview", f"conversation:{message.conversation_id}")
