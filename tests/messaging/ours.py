"""Messages of ours, in the state a test begins with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from safarichat.messaging.models import Attempt, Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.inbox.payloads import inbound, take

TEMPLATE = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}


def text(body: str = "hello") -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}


def now() -> datetime:
    return datetime.now(UTC)


def open_window(number: OfficialWhatsappCredential, wa_id: str = "14155550123") -> None:
    """The customer has just written."""
    at = int((now() - timedelta(minutes=1)).timestamp())
    take(inbound(f"wamid.OPEN{wa_id}", "hi", at=at, wa_id=wa_id, number=number.phone_number_id or ""))


def queued(number: OfficialWhatsappCredential, to: str = "14155550123", body: Any = None, **more: Any) -> Message:
    order = Order(credential_id=number.pk, to=to, body=body or TEMPLATE, **more)
    [answer] = queue(number.account_id, [order], now=now())
    assert isinstance(answer, Queued), answer
    return Message.objects.get(pk=answer.message_id)


def sent_out(number: OfficialWhatsappCredential, provider_message_id: str | None = "wamid.OUT1") -> Message:
    """Accepted by the provider, at its first attempt."""
    message = queued(number)
    status = "accepted" if provider_message_id else "sending"
    Attempt.objects.create(
        account_id=message.account_id,
        message=message,
        number=1,
        lease="00000000-0000-4000-8000-000000000001",
        provider_message_id=provider_message_id,
        outcome="accepted" if provider_message_id else "",
    )
    Message.objects.filter(pk=message.pk).update(
        status=status, attempt_count=1, provider_message_id=provider_message_id, status_at=now()
    )
    return Message.objects.get(pk=message.pk)
