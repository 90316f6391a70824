"""Sending a message and telling that one was read (reference §3, §10)."""

import json
from collections.abc import Mapping

from msgspec import Struct

from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.errors import NOT_UNDERSTOOD
from safarichat.providers.shapes import (
    Accepted,
    Answer,
    Later,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Refused,
    Talk,
    Unknown,
)
from safarichat.providers.twilio.addresses import bare, recipient_address, sender_address, user_id
from safarichat.providers.twilio.contents import Content, find_or_make, is_gone, name_of
from safarichat.providers.twilio.drafts import Draft
from safarichat.providers.twilio.errors import classify, told
from safarichat.providers.twilio.rest import Account, account_of, api, ask, is_ok, messaging, node
from safarichat.providers.twilio.templates import fill
from safarichat.providers.twilio.translating import draft_of, with_usual_losses
from safarichat.providers.twilio.webhooks import own_address


class _Ready(Struct, frozen=True, kw_only=True):
    """A draft with the content that it needs; `contents` is what the caller may keep of it."""

    draft: Draft
    content: Content | None = None
    variables: Mapping[str, str] = {}
    contents: Mapping[str, str] = {}


def send(number: Number, message: Outgoing, platform: Platform) -> Talk[Outcome]:
    account = account_of(platform)
    ready = yield from _ready(number, message, platform, account)
    if isinstance(ready, Refused | Later):
        return ready
    answer = yield from _send(number, message, platform, account, ready)
    if ready.content and number.contents and is_gone(answer, told(answer)[0]):  # refused, so surely not sent
        unknowing = Number(credential_id=number.credential_id, phone_number_id=number.phone_number_id)
        ready = yield from _ready(unknowing, message, platform, account)
        if isinstance(ready, Refused | Later):
            return ready
        answer = yield from _send(number, message, platform, account, ready)
    return _accepted(answer, message, ready) if is_ok(answer) else classify(answer)


def _ready(number: Number, message: Outgoing, platform: Platform, account: Account) -> Talk[_Ready | Refused | Later]:
    if text(message.body, "type") == "template":
        filled = yield from fill(number, platform, account, mapping(message.body, "template"))
        if isinstance(filled, Refused | Later):
            return filled
        kept = {filled.key: filled.content.packed()}
        draft = with_usual_losses(Draft(), message.body)
        return _Ready(draft=draft, content=filled.content, variables=filled.variables, contents=kept)
    draft_or_not = draft_of(message.body)
    if isinstance(draft_or_not, Refused) or draft_or_not.shape is None:
        return draft_or_not if isinstance(draft_or_not, Refused) else _Ready(draft=draft_or_not)
    shape = draft_or_not.shape
    name = name_of(shape)
    content: Content | Refused | Later = Content.unpacked(number.contents.get(name, ""))
    if isinstance(content, Content) and not content.sid:
        content = yield from find_or_make(platform, account, shape)
    if isinstance(content, Refused | Later):
        return content
    kept = {name: content.packed()}
    return _Ready(draft=draft_or_not, content=content, variables=shape.variables, contents=kept)


def _send(number: Number, message: Outgoing, platform: Platform, account: Account, ready: _Ready) -> Talk[Answer]:
    form = [("To", recipient_address(message)), ("From", sender_address(number)), *ready.draft.form]
    if ready.content:
        form.append(("ContentSid", ready.content.sid))
        if ready.variables:
            form.append(("ContentVariables", json.dumps(dict(ready.variables), ensure_ascii=False)))
    if platform.hook_url:
        form.append(("StatusCallback", own_address(platform.hook_url, message.opaque)))
    return (yield from ask(api(platform, account, "send", "POST", "/Messages.json", form=form, is_routine=True)))


def _accepted(answer: Answer, message: Outgoing, ready: _Ready) -> Outcome:
    payload = node(answer)
    sid = text(payload, "sid")
    if not sid:
        return Unknown(NOT_UNDERSTOOD)
    address = text(payload, "to") or recipient_address(message)
    known_id = user_id(address)
    return Accepted(
        provider_message_id=sid,
        wa_id="" if known_id else bare(address),
        user_id=known_id,
        message_status=text(payload, "status"),
        loss=ready.draft.loss,
        contents=ready.contents,
    )


def mark_read(
    number: Number, provider_message_id: str, platform: Platform, *, is_typing: bool = False
) -> Talk[Outcome]:
    """(!) Twilio marks a message as read by showing that an answer is being typed: there is no other way."""
    body = {"channel": "WHATSAPP", "messageId": provider_message_id}
    path = "v3/Indicators/Typing.json"
    answer = yield from ask(messaging(platform, account_of(platform), "mark read", "POST", path, json=body))
    return Accepted(provider_message_id=provider_message_id) if is_ok(answer) else classify(answer)
