"""Tells programs what a batch of hooks said: each change in Meta's envelope, with the ids that programs know."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from safarichat import providers
from safarichat.endpoints.telling import News, listening, tell
from safarichat.ground.sql import fetch
from safarichat.inbox.sorting import ClaimedHook, Pile, as_hook
from safarichat.inbox.translating import about, named, translated, with_person
from safarichat.messaging.knowing import Known, Named, known
from safarichat.numbers.routing import Route
from safarichat.providers.changes import Change
from safarichat.providers.cloud_api.loose import mapping
from safarichat.providers.cloud_api.retold import retold


class _Number(Struct, frozen=True):
    id: int
    account_id: int
    phone_number_id: str
    waba_id: str
    phone_number: str


class _Told(Struct, frozen=True):
    """A change, and the numbers of one account that it is about."""

    change: Change
    numbers: tuple[_Number, ...]


def retell(hooks: Sequence[ClaimedHook], pile: Pile) -> None:
    """In the caller's transaction, after all the rest is stored. Nearly free where nobody listens."""
    heard = listening({route.account_id for _, route in pile.told})
    routes = {route for _, route in pile.told if route.account_id in heard}
    if not routes:
        return
    numbers = _numbers(routes)
    of_hook: dict[int, list[_Number]] = {}
    for hook_id, route in pile.told:
        if route.credential_id in numbers:
            of_hook.setdefault(hook_id, []).append(numbers[route.credential_id])
    told = [
        one
        for hook in hooks
        if hook.id in of_hook
        for change in providers.get(hook.provider).told(as_hook(hook), int(hook.received_at.timestamp()))
        for one in _addressed(change, of_hook[hook.id])
    ]
    _tell(told)


def retell_listed(pile: Pile, now: datetime) -> None:
    """The same for what a provider listed of one number."""
    routes = {route for route, _, _ in pile.received} | {route for route, _, _ in pile.statuses}
    heard = listening({route.account_id for route in routes})
    numbers = _numbers({route for route in routes if route.account_id in heard})
    laid = [(route, event) for route, event, _ in pile.received] + [(route, event) for route, event, _ in pile.statuses]
    _tell(
        [
            _Told(change, (numbers[route.credential_id],))
            for route, event in laid
            if route.credential_id in numbers
            for change in retold([event], int(now.timestamp()))
        ]
    )


def _numbers(routes: set[Route]) -> dict[int, _Number]:
    if not routes:
        return {}
    rows = fetch(
        "SELECT id, account_id, coalesce(phone_number_id, ''), coalesce(waba_id, ''), coalesce(phone_number, '')"
        " FROM official_whatsapp_credentials WHERE id = ANY(%s::bigint[])",
        [route.credential_id for route in routes],
    )
    return {row[0]: _Number(*row) for row in rows}


def _addressed(change: Change, numbers: Sequence[_Number]) -> list[_Told]:
    """A business account's news is one thing for all its numbers in an account."""
    meant = [number for number in numbers if _is_about(change, number)]
    accounts = {number.account_id for number in meant}
    return [_Told(change, tuple(one for one in meant if one.account_id == account_id)) for account_id in accounts]


def _is_about(change: Change, number: _Number) -> bool:
    if change.phone_number_id:
        return change.phone_number_id == number.phone_number_id
    if change.phone_number and change.phone_number != number.phone_number:
        return False
    return change.waba_id == number.waba_id


def _tell(told: Sequence[_Told]) -> None:
    """Only changes about one number speak of messages."""
    wanted: set[Named] = {
        (one.numbers[0].id, theirs)
        for one in told
        if one.change.phone_number_id
        for theirs in named(one.change.value)
        if theirs
    }
    found = known(wanted)
    tell([_news(one, found) for one in told])


def _news(one: _Told, found: Mapping[Named, Known]) -> News:
    change, number = one.change, one.numbers[0]
    value = translated(change.value, number.id, found)
    message = about(change.value, number.id, found) if change.phone_number_id else None
    if message:
        value = with_person(value, message)
    if change.phone_number_id and not mapping(value, "metadata").get("display_phone_number"):
        value["metadata"] = {
            "display_phone_number": number.phone_number,
            "phone_number_id": number.phone_number_id,
        }
    return News(
        account_id=number.account_id,
        credential_ids=[each.id for each in one.numbers],
        field=change.field,
        kind=change.kind,
        value=value,
        key=f"{number.id if change.phone_number_id else change.waba_id}:{change.key}",
        waba_id=change.waba_id or number.waba_id or number.phone_number_id,
        conversation=message.conversation_id if message else None,
    )
