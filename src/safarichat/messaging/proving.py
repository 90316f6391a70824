"""Does a newly connected number really send and receive? Read inside `acting_for`."""

from datetime import datetime

from django.db.models import QuerySet
from msgspec import Struct

from safarichat.messaging.models import Conversation, Message, MessageEvent
from safarichat.providers.shapes import JSON

ARRIVED = ("delivered", "read", "played")
LOOKED_AT = 20


class Sent(Struct, frozen=True):
    """The newest message that went out. `delivered_ms`: from our queue to the customer, as far as we learnt it."""

    message_id: int
    conversation_id: int
    status: str
    problem: JSON
    delivered_ms: int | None

    @property
    def has_arrived(self) -> bool:
        return self.status in ARRIVED


class Received(Struct, frozen=True):
    """The newest message that came in."""

    conversation_id: int
    text: str
    at: datetime


def newest_sent(credential_id: int, since: datetime) -> Sent | None:
    message = _newest(credential_id, since, Message.Direction.OUT).first()
    if message is None:
        return None
    learnt = MessageEvent.objects.filter(message=message, status__in=ARRIVED).order_by("learnt_at").first()
    took = learnt.learnt_at - message.created_at if learnt else None
    return Sent(
        message_id=message.pk,
        conversation_id=message.conversation_id,
        status=message.status,
        problem=message.problem,
        delivered_ms=round(took.total_seconds() * 1000) if took is not None else None,
    )


def newest_received(credential_id: int, since: datetime) -> Received | None:
    message = _newest(credential_id, since, Message.Direction.IN).first()
    return Received(message.conversation_id, message.text, message.created_at) if message else None


def _newest(credential_id: int, since: datetime, direction: str) -> QuerySet[Message]:
    """By way of the conversations last used, since messages have no index by number and time."""
    recent = Conversation.objects.filter(credential_id=credential_id).order_by("-last_message_at")[:LOOKED_AT]
    found = Message.objects.filter(conversation_id__in=[conversation.pk for conversation in recent])
    return found.filter(direction=direction, created_at__gte=since).order_by("-id")
