"""Sending a message and telling that one was read (reference §4.1, §4.5)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.errors import classify
from safarichat.providers.cloud_api.loose import mappings, text
from safarichat.providers.errors import NOT_UNDERSTOOD
from safarichat.providers.meta.graph import app_of, ask, graph, is_ok, node, token_of
from safarichat.providers.shapes import (
    JSON,
    Accepted,
    Answer,
    Call,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Talk,
    Unknown,
)


def send(number: Number, message: Outgoing, platform: Platform) -> Talk[Outcome]:
    body = {**message.body, "messaging_product": "whatsapp", "recipient_type": "individual", **_whom(message)}
    if message.opaque:
        body["biz_opaque_callback_data"] = message.opaque
    answer = yield from ask(_messages_call(number, platform, "send", body))
    return _accepted(answer) if is_ok(answer) else classify(answer)


def _whom(message: Outgoing) -> Mapping[str, JSON]:
    """(!) Without the plus sign Meta may put the business's own country code in front."""
    return {"to": f"+{message.to.lstrip('+')}"} if message.to else {"recipient": message.user_id}


def _accepted(answer: Answer) -> Outcome:
    payload = node(answer)
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


def mark_read(number: Number, provider_message_id: str, platform: Platform) -> Talk[Outcome]:
    """Marks this message, and with it the earlier ones of its conversation, as read."""
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_message_id}
    answer = yield from ask(_messages_call(number, platform, "mark read", body))
    return Accepted(provider_message_id=provider_message_id) if is_ok(answer) else classify(answer)


def _messages_call(number: Number, platform: Platform, name: str, body: Mapping[str, JSON]) -> Call:
    path = f"{number.phone_number_id}/messages"
    return graph(platform, name, "POST", path, token_of(number), json=body, app_id=app_of(number), is_routine=True)
