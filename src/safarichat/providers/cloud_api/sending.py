"""A message as the Cloud API takes it, and its answer (reference §4.1, §4.5)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import decode, mappings, text
from safarichat.providers.cloud_api.outgoing.envelope import MARKETING
from safarichat.providers.errors import NOT_UNDERSTOOD
from safarichat.providers.shapes import JSON, Accepted, Answer, Lost, Outcome, Outgoing, Unknown


def message_body(message: Outgoing) -> dict[str, JSON]:
    body = {**message.body, "messaging_product": "whatsapp", "recipient_type": "individual", **_whom(message)}
    if message.opaque:
        body["biz_opaque_callback_data"] = message.opaque
    return body


def path_of(message: Outgoing) -> str:
    """Where it goes below the number: fields that only the marketing endpoint knows are for that one (§4.6)."""
    return "marketing_messages" if not MARKETING.isdisjoint(message.body) else "messages"


def _whom(message: Outgoing) -> Mapping[str, JSON]:
    """(!) Without the plus sign Meta may put the business's own country code in front."""
    return {"to": f"+{message.to.lstrip('+')}"} if message.to else {"recipient": message.user_id}


def losses(body: Mapping[str, JSON]) -> tuple[str, ...]:
    """None: whoever speaks the Cloud API takes a message as it is."""
    return ()


def read_body(provider_message_id: str, *, is_typing: bool) -> dict[str, JSON]:
    body: dict[str, JSON] = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_message_id}
    return {**body, "typing_indicator": {"type": "text"}} if is_typing else body


def accepted(answer: Answer) -> Outcome:
    """What a success says; one that names no message proves nothing."""
    payload = _payload(answer)
    messages, contacts = mappings(payload, "messages"), mappings(payload, "contacts")
    message_id = text(messages[0], "id") if messages else ""
    if not message_id:
        return Unknown(NOT_UNDERSTOOD)
    contact = contacts[0] if contacts else {}
    return Accepted(
        provider_message_id=message_id,
        wa_id=text(contact, "wa_id"),
        user_id=text(contact, "user_id"),
        message_status=text(messages[0], "message_status"),
    )


def _payload(answer: Answer) -> Mapping[str, JSON]:
    try:
        payload = {} if isinstance(answer, Lost) else decode(answer.body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}
