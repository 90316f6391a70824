"""Sending a message and telling that one was read (reference §4.1, §4.5)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.errors import classify
from safarichat.providers.cloud_api.sending import accepted, message_body, path_of, read_body
from safarichat.providers.meta.graph import app_of, ask, graph, is_ok, token_of
from safarichat.providers.shapes import JSON, Accepted, Call, Number, Outcome, Outgoing, Platform, Talk


def send(number: Number, message: Outgoing, platform: Platform) -> Talk[Outcome]:
    answer = yield from ask(_messages_call(number, platform, "send", message_body(message), path_of(message)))
    return accepted(answer) if is_ok(answer) else classify(answer)


def mark_read(
    number: Number, provider_message_id: str, platform: Platform, *, is_typing: bool = False
) -> Talk[Outcome]:
    """Marks this message, and with it the earlier ones of its conversation, as read."""
    body = read_body(provider_message_id, is_typing=is_typing)
    answer = yield from ask(_messages_call(number, platform, "mark read", body))
    return Accepted(provider_message_id=provider_message_id) if is_ok(answer) else classify(answer)


def _messages_call(
    number: Number, platform: Platform, name: str, body: Mapping[str, JSON], path: str = "messages"
) -> Call:
    """(!) Where several partners share a number, the business account (since 2026: messaging account) says for whom."""
    path = f"{number.phone_number_id}/{path}"
    if number.waba_id:
        body = {**body, "messaging_account_id": number.waba_id}
    return graph(platform, name, "POST", path, token_of(number), json=body, app_id=app_of(number), is_routine=True)
