"""Conversations to look at, put straight into the tables."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from safarichat.contacts.models import Contact
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential


def make_conversation(
    number: OfficialWhatsappCredential, name: str = "Peter Kamau", *, phone: str = "254711000001", **columns: Any
) -> Conversation:
    """With its window open for another 20 hours, unless told otherwise."""
    contact = Contact.objects.create(account=number.account, profile_name=name, phone=phone)
    open_until = timezone.now() + timedelta(hours=20)
    return Conversation.objects.create(
        **{
            "account": number.account,
            "credential": number,
            "contact": contact,
            "window_closes_at": open_until,
            **columns,
        }
    )


def make_message(
    conversation: Conversation,
    text: str = "Hello",
    *,
    direction: str = "in",
    kind: str = "text",
    body: dict[str, Any] | None = None,
    at: datetime | None = None,
    **columns: Any,
) -> Message:
    return Message.objects.create(
        **{
            "account": conversation.account,
            "credential": conversation.credential,
            "conversation": conversation,
            "direction": direction,
            "kind": kind,
            "body": body or {"type": "text", "text": {"body": text}},
            "text": text,
            "status": "received" if direction == "in" else "sent",
            "at": at or timezone.now(),
            **columns,
        }
    )


def texts_sent(conversation: Conversation) -> list[str]:
    return list(
        Message.objects.filter(conversation=conversation, direction="out").order_by("id").values_list("text", flat=True)
    )
