"""What a phone app hands over when its number joins the API: earlier conversations (`history`) and its address book
(`smb_app_state_sync`); reference §2.11, §7.11."""

import re
from collections.abc import Iterator, Mapping

from safarichat.providers.cloud_api.errors import problem_in
from safarichat.providers.cloud_api.loose import (
    digits,
    mapping,
    mappings,
    person,
    phone_number_id_of,
    text,
    unix_s,
    whole,
)
from safarichat.providers.cloud_api.previews import context_id, kind_of, preview, wrong_payload
from safarichat.providers.shapes import (
    JSON,
    Echoed,
    Event,
    Noted,
    PastTold,
    PersonSaved,
    Received,
    StatusChanged,
    Unreadable,
)

Value = Mapping[str, JSON]
HISTORY, ADDRESS_BOOK = "history", "smb_app_state_sync"
_BECAME = {"DELIVERED": "delivered", "READ": "read", "PLAYED": "played", "ERROR": "failed"}
_PAST = re.compile(rb'"field"\s*:\s*"(?:history|smb_app_state_sync)"')  # no text of a customer's has bare quotes


def is_past(body: bytes) -> bool:
    """Whether a webhook brings what can wait: seen without reading it."""
    return _PAST.search(body) is not None


def read_history(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """Chunks of conversations, each with how far it all has come; files that follow one by one; or that the customer
    gave no leave."""
    chunks = mappings(value, "history")
    for chunk in chunks:
        for thread in mappings(chunk, "threads"):
            for message in mappings(thread, "messages"):
                yield from _message(message, text(thread, "id"), value, waba_id)
    for message in mappings(value, "messages"):
        yield from _message(message, "", value, waba_id)
    for chunk in chunks:
        yield _progress(chunk, value, waba_id, at)
    if not chunks and not mappings(value, "messages"):
        phone_number_id = phone_number_id_of(value)
        yield Noted(field=HISTORY, event="", waba_id=waba_id, phone_number_id=phone_number_id, at=at, value=value)


def _progress(chunk: Value, value: Value, waba_id: str, at: int) -> Event:
    about, errors = mapping(chunk, "metadata"), mappings(chunk, "errors")
    return PastTold(
        field=HISTORY,
        event="declined" if errors else f"phase_{text(about, 'phase')}",
        waba_id=waba_id,
        phone_number_id=phone_number_id_of(value),
        at=at,
        phase=min(max(whole(about, "phase") or 0, 0), 9),
        progress=min(max(whole(about, "progress") or 0, 0), 100),
        problem=problem_in(errors[0]) if errors else None,
        value={"errors": errors} if errors else {"metadata": about},
    )


def _message(item: Value, thread: str, value: Value, waba_id: str) -> Iterator[Event]:
    kind, message_id, told_at = kind_of(item), text(item, "id"), unix_s(item, "timestamp")
    phone_number_id = phone_number_id_of(value)
    business = digits(text(mapping(value, "metadata"), "display_phone_number"))
    writer, reader = text(item, "from"), text(item, "to")
    is_ours = bool(reader) or (thread != "" and writer != thread) or (business != "" and digits(writer) == business)
    customer = person(thread or (reader if is_ours else writer))
    if text(item, "group_id"):
        yield Noted(
            field=HISTORY, event="group", waba_id=waba_id, phone_number_id=phone_number_id, at=told_at, value=item
        )
    elif not message_id or not told_at:
        yield Unreadable("an earlier message without an id or a time", item)
    elif not (customer.wa_id or customer.user_id):
        yield Unreadable("an earlier message with nobody", item)
    elif fault := wrong_payload(item, kind):
        yield Unreadable(fault, item)
    elif is_ours:
        yield Echoed(
            field=HISTORY,
            event=kind,
            provider_message_id=message_id,
            waba_id=waba_id,
            phone_number_id=phone_number_id,
            recipient=customer,
            at=told_at,
            text=preview(item, kind),
            context_id=context_id(item),
            value=item,
            is_past=True,
        )
        if became := _BECAME.get(text(mapping(item, "history_context"), "status").upper()):
            yield StatusChanged(
                provider_message_id=message_id,
                phone_number_id=phone_number_id,
                waba_id=waba_id,
                status=became,
                at=told_at,
            )
    else:
        yield Received(
            provider_message_id=message_id,
            phone_number_id=phone_number_id,
            waba_id=waba_id,
            sender=customer,
            at=told_at,
            kind=kind,
            body=item,
            text=preview(item, kind),
            context_id=context_id(item),
            is_past=True,
        )


def read_address_book(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """Each entry, and each change of one."""
    phone_number_id = phone_number_id_of(value)
    found = mappings(value, "state_sync")
    if not found:
        yield Noted(field=ADDRESS_BOOK, event="", waba_id=waba_id, phone_number_id=phone_number_id, at=at, value=value)
    for each in found:
        contact = mapping(each, "contact")
        saved = person(text(contact, "phone_number"))
        if saved.wa_id or saved.user_id:
            yield PersonSaved(
                field=ADDRESS_BOOK,
                phone_number_id=phone_number_id,
                waba_id=waba_id,
                person=saved,
                name=text(contact, "full_name") or text(contact, "first_name"),
                is_removed=text(each, "action") == "remove",
                at=unix_s(mapping(each, "metadata"), "timestamp") or at,
            )
        else:
            yield Noted(
                field=ADDRESS_BOOK,
                event=text(each, "action"),
                waba_id=waba_id,
                phone_number_id=phone_number_id,
                at=at,
                value=each,
            )
