"""The life of one message: who said what of it, when it happened, when we learnt it.

Nothing is written for it that is not written anyway: a message's row says when it was queued, its attempts when it left
and what the provider answered, and `message_events` what came from elsewhere. All three are only ever added to.
Called inside `acting_for`.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import JSON
from safarichat.messaging.models import Attempt, Message, MessageEvent

# what came of an attempt → what the message became by it, and who said so
CAME_OF = {
    "accepted": ("accepted", "provider"),
    "refused": ("failed", "provider"),
    "later": ("queued", "provider"),
    "unknown": ("unconfirmed", "us"),
    "not_sent": ("queued", "us"),
}


class Moment(Struct, frozen=True, kw_only=True):
    """`said_by`: provider, us or person. `attempt` is the number of the attempt that it belongs to, 0 for none."""

    status: str
    said_by: str
    at: datetime
    learnt_at: datetime
    attempt: int = 0
    problem: dict[str, JSON] | None = None


class Life(Struct, frozen=True, kw_only=True):
    """One message with everything known of it."""

    message_id: int
    conversation_id: int
    credential_id: int
    direction: str
    status: str
    opaque: str
    provider_message_id: str
    price: dict[str, JSON]
    expires_at: datetime | None
    not_before: datetime | None
    moments: tuple[Moment, ...]


def life(account_id: int, message_id: int) -> Life | None:
    """None for a stranger's."""
    row = Message.objects.filter(account_id=account_id, pk=message_id).first()
    if row is None:
        return None
    is_queued = row.status == "queued"
    return Life(
        message_id=row.pk,
        conversation_id=row.conversation_id,
        credential_id=row.credential_id,
        direction=row.direction,
        status=row.status,
        opaque=row.opaque if row.direction == "out" else "",
        provider_message_id=row.provider_message_id or "",
        price=row.price if isinstance(row.price, dict) else {},
        expires_at=row.expires_at if is_queued else None,
        not_before=row.not_before if is_queued else None,
        moments=tuple(sorted(_moments(row), key=lambda one: one.learnt_at)),
    )


def _moments(row: Message) -> Iterator[Moment]:
    if row.direction == "in":
        yield Moment(status="received", said_by="provider", at=row.at, learnt_at=row.created_at)
    else:
        said_by = "person" if row.sent_by_id else "us"
        yield Moment(status="queued", said_by=said_by, at=row.created_at, learnt_at=row.created_at)
    for attempt in Attempt.objects.filter(account_id=row.account_id, message=row).order_by("number"):
        yield from _of_attempt(attempt)
    for event in MessageEvent.objects.filter(account_id=row.account_id, message=row).order_by("learnt_at", "id"):
        yield Moment(
            status=event.status,
            said_by=event.source,
            at=event.at,
            learnt_at=event.learnt_at,
            problem=event.problem,
        )


def _of_attempt(attempt: Attempt) -> Iterator[Moment]:
    began = attempt.started_at
    yield Moment(status="sending", said_by="us", at=began, learnt_at=began, attempt=attempt.number)
    if attempt.ended_at and attempt.outcome in CAME_OF:
        status, said_by = CAME_OF[attempt.outcome]
        yield Moment(
            status=status,
            said_by=said_by,
            at=attempt.ended_at,
            learnt_at=attempt.ended_at,
            attempt=attempt.number,
            problem=attempt.problem,
        )
