"""What of a hook is about one number. A hook may carry the news of many accounts; each sees, and may have understood
again, its own part only. As the owner role: tenants have no right to hooks."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from msgspec import Struct
from msgspec.structs import replace

from safarichat import providers
from safarichat.ground.sql import fetch
from safarichat.inbox.sorting import UNREADABLE, ClaimedHook, Pile
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import AccountChanged, Event, Hook, Unreadable


class Own(Struct, frozen=True):
    """`parts`: one or more whole hooks. `is_whole`: nothing else was in it."""

    hook: ClaimedHook
    parts: tuple[bytes, ...]
    events: tuple[Event, ...]
    is_whole: bool

    @property
    def hooks(self) -> list[ClaimedHook]:
        return [replace(self.hook, body=part) for part in self.parts]


def hooks_of(ids: Iterable[int], *, largest: int = 1 << 30) -> list[ClaimedHook]:
    """Those whose bytes are still kept, and are no more than so many."""
    rows = fetch(
        "SELECT id, provider, route, body, received_at, query FROM inbox"
        " WHERE id = ANY(%s::bigint[]) AND octet_length(body) <= %s",
        list(ids),
        largest,
    )
    return [ClaimedHook(*row) for row in rows]


def own(hook: ClaimedHook, row: OfficialWhatsappCredential, *, fields: Iterable[str]) -> Own:
    """Of a hook that told the number something when it was understood: `fields` are what."""
    provider = providers.get(hook.provider)
    takes_unreadable = UNREADABLE in fields
    found = [(part, provider.read(_as_hook(hook, part))) for part in provider.parts(_as_hook(hook, hook.body))]
    mine = [
        (part, events)
        for part, events in found
        if any(takes_unreadable if isinstance(event, Unreadable) else _is_about(event, row) for event in events)
    ]
    return Own(
        hook,
        parts=tuple(part for part, _ in mine),
        events=tuple(event for _, events in mine for event in events),
        is_whole=len(mine) == len(found),
    )


def _as_hook(hook: ClaimedHook, body: bytes) -> Hook:
    return Hook(method="POST", headers={}, query=dict(parse_qsl(hook.query)), body=body)


def _is_about(event: Event, row: OfficialWhatsappCredential) -> bool:
    """As hooks are routed, but by what the number is: it may not be live any more."""
    if isinstance(event, Unreadable):
        return False
    if event.phone_number_id:
        return event.phone_number_id == row.phone_number_id
    if isinstance(event, AccountChanged) and event.phone_number and event.phone_number != row.phone_number:
        return False
    return bool(event.waba_id) and event.waba_id == row.waba_id


def only(pile: Pile, route_of: tuple[int, int]) -> Pile:
    """What a pile says of one account's number; nothing that was laid on it for another."""

    def is_mine(route: Route) -> bool:
        return (route.account_id, route.credential_id) == route_of

    kept = Pile()
    for name in pile.__struct_fields__:
        laid = getattr(pile, name)
        if isinstance(laid, list):
            setattr(kept, name, [one for one in laid if is_mine(one[0] if isinstance(one, tuple) else one.route)])
    kept.heard = {route: at for route, at in pile.heard.items() if is_mine(route)}
    kept.told = {key: told for key, told in pile.told.items() if is_mine(key[1])}
    return kept
