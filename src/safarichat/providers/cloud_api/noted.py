"""Webhooks that are understood and kept, and that nothing is done with yet: calls, groups, flows, copies of what
another partner's conversations say (reference §7.5, §11)."""

from collections.abc import Callable, Iterator, Mapping

from safarichat.providers.cloud_api.errors import problem_in
from safarichat.providers.cloud_api.loose import mappings, phone_number_id_of, text, unix_s
from safarichat.providers.shapes import JSON, Event, Noted, Problem

Value = Mapping[str, JSON]
# By field: the list in its value, and the key that names what each of its elements tells.
LISTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "calls": (("calls", "event"), ("statuses", "status"), ("errors", "title")),
    "group_lifecycle_update": (("groups", "type"),),
    "group_participants_update": (("groups", "type"),),
    "group_settings_update": (("groups", "type"),),
    "group_status_update": (("groups", "type"),),
    "messaging_handovers": (("messaging_handovers", "type"),),
    "user_id_update": (("user_id_update", "type"),),
}
# Each is one piece of news, named by the first of these that it has.
WHOLE = (
    "account_settings_update",
    "automatic_events",
    "consumer_profile",
    "flows",
    "partner_solutions",
    "standby",
    "tracking_events",
)
_NAMES = ("event", "type", "action", "event_name")
_PARTS = ("messages", "statuses", "message_echoes", "errors", "settings")


def read_list(field: str, value: Value, waba_id: str, at: int) -> Iterator[Event]:
    found = [(each, text(each, name)) for key, name in LISTS[field] for each in mappings(value, key)]
    if not found:
        yield from read_whole(field, value, waba_id, at)
    for each, event in found:
        told_at = unix_s(each, "timestamp") or at
        problem = _first_problem(each) or (problem_in(each) if "code" in each else None)
        yield _noted(field, event, value, waba_id, told_at, each, problem)


def read_whole(field: str, value: Value, waba_id: str, at: int) -> Iterator[Event]:
    event = next((told for name in _NAMES if (told := text(value, name))), "")
    part = next((part for part in _PARTS if part in value), "")
    yield _noted(field, event or part, value, waba_id, unix_s(value, "timestamp") or at, value, _first_problem(value))


def _first_problem(value: Value) -> Problem | None:
    errors = mappings(value, "errors")
    return problem_in(errors[0]) if errors and "code" in errors[0] else None


def _noted(field: str, event: str, value: Value, waba_id: str, at: int, told: Value, problem: Problem | None) -> Event:
    return Noted(
        field=field,
        event=event,
        waba_id=waba_id,
        phone_number_id=phone_number_id_of(value),
        at=at,
        value=told,
        problem=problem,
    )


Reader = Callable[[Value, str, int], Iterator[Event]]


def _of(field: str, read: Callable[[str, Value, str, int], Iterator[Event]]) -> Reader:
    return lambda value, waba_id, at: read(field, value, waba_id, at)


READERS: Mapping[str, Reader] = {
    **{field: _of(field, read_list) for field in LISTS},
    **{field: _of(field, read_whole) for field in WHOLE},
}
