"""Reads hooks and lays each piece of news on its pile, with the number it is about."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from msgspec import Struct, field
from msgspec.structs import replace

from safarichat import providers
from safarichat.ground.sql import JSON
from safarichat.inbox.cleaning import storable
from safarichat.numbers.platform import OPERATOR
from safarichat.numbers.routing import Route, by_phone_number_id, by_waba, of_connection
from safarichat.providers.shapes import (
    AccountChanged,
    ConsentChanged,
    Echoed,
    Event,
    Hook,
    Noted,
    PastTold,
    PersonChanged,
    PersonSaved,
    Received,
    StatusChanged,
    TemplateChanged,
    Unhandled,
    Unreadable,
)

UNKNOWN_NUMBER = "No number with the id "  # the id follows: replaying looks for it
OF_ACCOUNT = "of business account "  # likewise
NO_HOOK = 0  # among hooks' ids
MESSAGES, STATUSES, UNREADABLE = "messages", "statuses", "unreadable"


class ClaimedHook(Struct, frozen=True):
    id: int
    provider: str
    route: str
    body: bytes
    received_at: datetime
    query: str = ""


class Raw(Struct, frozen=True):
    """News that is shown as it came."""

    route: Route
    hook_id: int
    field: str
    value: JSON
    at: datetime
    event: str = ""
    reason: str = ""


class Told(Struct):
    """That a hook told something of a number."""

    at: datetime
    fields: dict[str, None] = field(default_factory=dict)
    reason: str = ""


class Pile(Struct):
    """What a batch of hooks says. `reasons` is why hooks have to be set aside."""

    received: list[tuple[Route, Received | PersonChanged, datetime]] = field(default_factory=list)
    statuses: list[tuple[Route, StatusChanged, int]] = field(default_factory=list)
    echoes: list[tuple[Route, Echoed, datetime]] = field(default_factory=list)
    account_news: list[tuple[Route, AccountChanged]] = field(default_factory=list)
    template_news: list[tuple[Route, TemplateChanged]] = field(default_factory=list)
    consents: list[tuple[Route, ConsentChanged, datetime]] = field(default_factory=list)
    saved: list[tuple[Route, PersonSaved, datetime]] = field(default_factory=list)
    past: list[tuple[Route, PastTold]] = field(default_factory=list)
    raw: list[Raw] = field(default_factory=list)
    heard: dict[Route, datetime] = field(default_factory=dict)  # numbers that were spoken of, and when last
    told: dict[tuple[int, Route], Told] = field(default_factory=dict)  # by hook and number
    reasons: dict[int, list[str]] = field(default_factory=dict)

    def set_aside(self, hook: ClaimedHook, reason: str) -> None:
        self.reasons.setdefault(hook.id, []).append(reason)

    def note(self, hook: ClaimedHook, route: Route, name: str, reason: str = "") -> None:
        """For the number's log; what the operator's own account is told is not the account's."""
        if hook.route == OPERATOR:
            return
        told = self.told.setdefault((hook.id, route), Told(hook.received_at))
        told.fields[name] = None
        told.reason = told.reason or reason


def sort(hooks: Sequence[ClaimedHook]) -> Pile:
    return sort_read([(hook, event) for hook in hooks for event in read_hook(hook)])


def sort_read(read: Sequence[tuple[ClaimedHook, Event]]) -> Pile:
    pile = Pile()
    routes = _Routes(read)
    holders = _Holders()
    for hook, event in read:
        if isinstance(event, Unreadable):
            pile.set_aside(hook, event.reason)
            for route in holders.of(hook):
                pile.note(hook, route, UNREADABLE, event.reason)
            continue
        found = routes.of(hook, event)
        if not found:
            pile.set_aside(hook, routes.why_not(event))
        for route in found:
            pile.heard[route] = max(pile.heard.get(route, hook.received_at), hook.received_at)
            pile.note(hook, route, field_of(event))
            _lay(pile, hook, route, event)
    return pile


def field_of(event: Event) -> str:
    """What a piece of news is about, as logs say it."""
    match event:
        case Received() | PersonChanged():
            return MESSAGES
        case StatusChanged():
            return STATUSES
        case Unreadable():
            return UNREADABLE
    return event.field


def lay_listed(pile: Pile, route: Route, phone_number_id: str, events: Sequence[Event], now: datetime) -> None:
    """What a provider lists of one number, beside what came by hooks. It is no hook, and so nothing was heard."""
    for event in events:
        if isinstance(event, Unreadable) or event.phone_number_id != phone_number_id:
            continue
        match event:
            case Received() | PersonChanged():
                pile.received.append((route, event, now))
            case StatusChanged():
                pile.statuses.append((route, event, NO_HOOK))
            case AccountChanged():
                pile.account_news.append((route, event))


def read_hook(hook: ClaimedHook) -> list[Event]:
    provider = providers.get(hook.provider)
    return provider.read(as_hook(hook))


def as_hook(hook: ClaimedHook) -> Hook:
    return Hook(method="POST", headers={}, query=dict(parse_qsl(hook.query)), body=storable(hook.body))


def _lay(pile: Pile, hook: ClaimedHook, route: Route, event: Event) -> None:
    match event:
        case Received() | PersonChanged():
            pile.received.append((route, event, hook.received_at))
        case StatusChanged():
            pile.statuses.append((route, _timed(event, hook.received_at), hook.id))
        case AccountChanged():
            pile.account_news.append((route, event))
            pile.raw.append(Raw(route, hook.id, event.field, event.value, hook.received_at, event.event))
        case Echoed():
            pile.echoes.append((route, event, hook.received_at))
        case PersonSaved():
            pile.saved.append((route, event, hook.received_at))
        case PastTold():
            pile.past.append((route, event))
            if event.problem:
                pile.raw.append(Raw(route, hook.id, event.field, event.value, hook.received_at, event.event))
        case TemplateChanged():
            pile.template_news.append((route, event))
            pile.raw.append(Raw(route, hook.id, event.field, event.value, hook.received_at, event.event))
        case ConsentChanged():
            pile.consents.append((route, event, hook.received_at))
            pile.raw.append(Raw(route, hook.id, event.field, event.value, hook.received_at, event.event))
        case Noted():
            pile.raw.append(Raw(route, hook.id, event.field, event.value, hook.received_at, event.event))
        case Unhandled():
            pile.raw.append(Raw(route, hook.id, event.field, event.value, hook.received_at))


def _timed(event: StatusChanged, received_at: datetime) -> StatusChanged:
    """Not every provider tells when it happened."""
    return event if event.at else replace(event, at=int(received_at.timestamp()))


class _Routes:
    """The numbers that a batch is about, found with two queries per provider."""

    def __init__(self, read: Sequence[tuple[ClaimedHook, Event]]) -> None:
        self._numbers: dict[tuple[str, str], Route] = {}
        self._wabas: dict[tuple[str, str], list[Route]] = {}
        for provider in {hook.provider for hook, _ in read}:
            mine = [event for hook, event in read if hook.provider == provider]
            numbers = by_phone_number_id(provider, set(_named(mine, lambda event: event.phone_number_id)))
            wabas = by_waba(
                provider, set(_named(mine, lambda event: event.waba_id if not event.phone_number_id else ""))
            )
            self._numbers |= {(provider, name): route for name, route in numbers.items()}
            self._wabas |= {(provider, name): routes for name, routes in wabas.items()}

    def of(self, hook: ClaimedHook, event: "Routable") -> list[Route]:
        if event.phone_number_id:
            route = self._numbers.get((hook.provider, event.phone_number_id))
            return [route] if route and _may_tell(hook, route) else []
        routes = [route for route in self._wabas.get((hook.provider, event.waba_id), []) if _may_tell(hook, route)]
        if isinstance(event, AccountChanged) and event.phone_number:
            return [route for route in routes if route.phone_number == event.phone_number]
        return routes

    def why_not(self, event: "Routable") -> str:
        if event.phone_number_id:
            return f"{UNKNOWN_NUMBER}{event.phone_number_id} is connected here."
        if isinstance(event, AccountChanged) and event.phone_number:
            return f"No number ending in {event.phone_number[-4:]} {OF_ACCOUNT}{event.waba_id} is connected here."
        return f"No number {OF_ACCOUNT}{event.waba_id} is connected here."


class _Holders:
    """Whose numbers it must be about, when nothing in it can be read: those of the address it came to."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[Route]] = {}

    def of(self, hook: ClaimedHook) -> list[Route]:
        if hook.route in ("", OPERATOR):
            return []
        address = hook.provider, hook.route
        if address not in self._known:
            self._known[address] = of_connection(*address)
        return self._known[address]


def _may_tell(hook: ClaimedHook, route: Route) -> bool:
    """A connection's webhooks speak of its own numbers only; the operator's own account of all."""
    return hook.route in ("", OPERATOR, route.connection_key)


Routable = (
    Received
    | StatusChanged
    | AccountChanged
    | PersonChanged
    | TemplateChanged
    | ConsentChanged
    | Echoed
    | PastTold
    | PersonSaved
    | Noted
    | Unhandled
)


def _named(events: Sequence[Event], name: Callable[[Routable], str]) -> Iterator[str]:
    return (found for event in events if not isinstance(event, Unreadable) and (found := name(event)))
