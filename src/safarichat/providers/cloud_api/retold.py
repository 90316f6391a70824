"""The other way round: what we know as an event, as the Cloud API would tell it (reference §7.6, §7.7)."""

from collections.abc import Mapping

from safarichat.providers.changes import MESSAGES, STATUSES, Change
from safarichat.providers.cloud_api.changes import key_of
from safarichat.providers.cloud_api.errors import TABLE
from safarichat.providers.shapes import JSON, Event, Person, Problem, Received, StatusChanged

UNKNOWN_ERROR = 131000  # “Something went wrong”
_CODES = {known.key: code for code, known in TABLE.items()}


def retold(events: list[Event], at: int) -> list[Change]:
    """Messages and statuses; `at` (unix seconds) for those that do not tell their time."""
    found = []
    for event in events:
        if isinstance(event, Received):
            found.append(_message(event, event.at or at))
        elif isinstance(event, StatusChanged):
            found.append(_status(event, event.at or at))
    return found


def _message(event: Received, at: int) -> Change:
    message = {**event.body, "timestamp": str(at)}
    return Change(
        field=MESSAGES,
        kind=MESSAGES,
        value={**value_of(event.phone_number_id, event.sender), MESSAGES: [message]},
        key=f"{MESSAGES}:{key_of(MESSAGES, event.provider_message_id)}",
        waba_id=event.waba_id,
        phone_number_id=event.phone_number_id,
    )


def _status(event: StatusChanged, at: int) -> Change:
    told = status(event.provider_message_id, event.status, at, event.recipient, event.problem)
    if event.opaque:
        told["biz_opaque_callback_data"] = event.opaque
    if event.price:
        told["pricing"] = dict(event.price)
    return Change(
        field=MESSAGES,
        kind=STATUSES,
        value={**value_of(event.phone_number_id, event.recipient), STATUSES: [told]},
        key=f"{MESSAGES}:{key_of(STATUSES, event.provider_message_id, event.status)}",
        waba_id=event.waba_id,
        phone_number_id=event.phone_number_id,
    )


def value_of(phone_number_id: str, person: Person, display_phone_number: str = "") -> dict[str, JSON]:
    """What stands around a message or a status."""
    profile = {"name": person.name, "username": person.username}
    contact: Mapping[str, JSON] = {
        "profile": {name: told for name, told in profile.items() if told},
        "wa_id": person.wa_id,
        "user_id": person.user_id,
        "parent_user_id": person.parent_user_id,
    }
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": display_phone_number, "phone_number_id": phone_number_id},
        "contacts": [{name: told for name, told in contact.items() if told}],
    }


def status(message_id: str, word: str, at: int, person: Person, problem: Problem | None = None) -> dict[str, JSON]:
    told: dict[str, JSON] = {"id": message_id, "status": word, "timestamp": str(at)}
    told |= {"recipient_id": person.wa_id} if person.wa_id else {}
    told |= {"recipient_user_id": person.user_id} if person.user_id else {}
    return told | ({"errors": [_error(problem)]} if problem else {})


def _error(problem: Problem) -> dict[str, JSON]:
    """Under Meta's number for it, where Meta has one: clients know no others."""
    code = _CODES.get(problem.key) or (problem.code if problem.code in TABLE else None)
    theirs = "" if code or not problem.code else str(problem.code)
    details = ": ".join(part for part in (theirs, problem.details or problem.cure) if part)
    told: dict[str, JSON] = {"code": code or UNKNOWN_ERROR, "title": problem.message, "message": problem.message}
    return told | ({"error_data": {"details": details}} if details else {})
