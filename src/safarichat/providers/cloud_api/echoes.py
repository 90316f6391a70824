"""Messages that the business wrote elsewhere: on its phone (`smb_message_echoes`), or through another partner
(`message_echoes`); reference §7.11, 360dialog §16."""

from collections.abc import Iterator, Mapping

from safarichat.providers.cloud_api.loose import mappings, phone_number_id_of, text, unix_s
from safarichat.providers.cloud_api.people import Contacts, whom
from safarichat.providers.cloud_api.previews import context_id, kind_of, preview, wrong_payload
from safarichat.providers.shapes import JSON, Echoed, Event, Noted, Unreadable

Value = Mapping[str, JSON]
OF_PHONE, OF_PARTNER = "smb_message_echoes", "message_echoes"


def read_phone(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    return _read(OF_PHONE, value, waba_id, at)


def read_partner(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    return _read(OF_PARTNER, value, waba_id, at)


def _read(field: str, value: Value, waba_id: str, at: int) -> Iterator[Event]:
    echoes = value.get("message_echoes")
    if not isinstance(echoes, list):
        yield Unreadable("message_echoes is not a list", value)
        return
    contacts = Contacts(mappings(value, "contacts"), len(echoes))
    for index, echo in enumerate(echoes):
        if isinstance(echo, dict):
            yield _echo(field, echo, value, contacts, index, waba_id, at)
        else:
            yield Unreadable("one of message_echoes is not an object", echo)


def _echo(field: str, echo: Value, value: Value, contacts: Contacts, index: int, waba_id: str, at: int) -> Event:
    kind, message_id = kind_of(echo), text(echo, "id")
    phone_number_id, told_at = phone_number_id_of(value), unix_s(echo, "timestamp") or at
    if not message_id:
        return Unreadable("an echo without an id", echo)
    if fault := wrong_payload(echo, kind):
        return Unreadable(fault, echo)
    if text(echo, "group_id"):
        return Noted(
            field=field, event="group", waba_id=waba_id, phone_number_id=phone_number_id, at=told_at, value=echo
        )
    recipient = whom(contacts, echo, index, "to", "to_user_id", "to_parent_user_id")
    if not (recipient.wa_id or recipient.user_id):
        return Unreadable("an echo to nobody", echo)
    return Echoed(
        field=field,
        event=kind,
        provider_message_id=message_id,
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        recipient=recipient,
        at=told_at,
        text=preview(echo, kind),
        context_id=context_id(echo),
        value=echo,
    )
