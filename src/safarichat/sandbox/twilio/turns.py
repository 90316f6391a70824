"""One call to Twilio: who asks, for which account, and what they gave; and how lists are cut into pages."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

import msgspec
from msgspec import Struct

from safarichat.sandbox.things import JSON, Thing
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.things import Account, Key
from safarichat.sandbox.wire import Answer, Asked, as_json

Given = Mapping[str, Sequence[str]]
T = TypeVar("T", bound=Thing)
MOST_ON_A_PAGE = 1000
NOTHING = Answer(204, b"")


class Turn(Struct):
    """`account` is the one that the call is about, `caller` the one that signed it, `key` by which key if by one.
    `query` and `form` hold every value of a name."""

    asked: Asked
    path: str
    account: Account
    caller: Account
    key: Key | None
    query: Given
    form: Given

    def text(self, name: str, default: str = "") -> str:
        return first(self.form, name, default)

    def json(self) -> dict[str, JSON]:
        try:
            told = msgspec.json.decode(self.asked.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Refused(20001, "the body is no JSON") from None
        if not isinstance(told, dict):
            raise Refused(20001, "the body is no JSON object")
        return told


def values(text: str) -> Given:
    return parse_qs(text, keep_blank_values=True)


def first(given: Given, name: str, default: str = "") -> str:
    return (given.get(name) or [default])[0]


# --- deeds by their paths --------------------------------------------------------------------------------------------

Deed = Callable[..., Answer | Awaitable[Answer]]
Table = Sequence[tuple[str, str, Deed]]


def find(table: Table, method: str, path: str) -> tuple[Deed, tuple[str, ...]]:
    for known, pattern, deed in table:
        if known == method and (found := re.fullmatch(pattern, path)):
            return deed, found.groups()
    raise Refused(20404)


# --- pages -----------------------------------------------------------------------------------------------------------


class Page(Struct):
    """Part of a list. `next_query` and the others are what stands after the question mark; "" where there is none."""

    items: list[JSON]
    number: int
    size: int
    start: int
    query: str
    first_query: str
    next_query: str
    previous_query: str


def page(turn: Turn, things: Sequence[T], node: Callable[[T], JSON], default_size: int = 50) -> Page:
    """A token names the last thing of the page before, so what comes anew at the top moves nothing."""
    query = turn.query
    size = max(1, min(_number(first(query, "PageSize"), default_size), MOST_ON_A_PAGE))
    number, token = _number(first(query, "Page"), 0), first(query, "PageToken")
    ids = [thing.id for thing in things]
    after = token.removeprefix("PA")
    start = ids.index(after) + 1 if after in ids else number * size
    shown = things[start : start + size]
    more = shown and start + size < len(things)
    return Page(
        items=[node(thing) for thing in shown],
        number=number,
        size=size,
        start=start,
        query=_query(query, size, number, token),
        first_query=_query(query, size, 0, ""),
        next_query=_query(query, size, number + 1, f"PA{shown[-1].id}") if more else "",
        previous_query=_query(query, size, number - 1, "") if number > 0 else "",
    )


def by_uri(part: Page, key: str, uri: str) -> Answer:
    """A list of the core API: relative addresses beside the things."""

    def at(query: str) -> str | None:
        return f"{uri}?{query}" if query else None

    told: dict[str, JSON] = {key: part.items, "page": part.number, "page_size": part.size, "start": part.start}
    told |= {"end": part.start + max(0, len(part.items) - 1), "uri": at(part.query)}
    told |= {"first_page_uri": at(part.first_query), "next_page_uri": at(part.next_query)}
    return as_json(told | {"previous_page_uri": at(part.previous_query)})


def by_meta(part: Page, key: str, url: str) -> Answer:
    """A list of the newer APIs: whole addresses under `meta`."""

    def at(query: str) -> str | None:
        return f"{url}?{query}" if query else None

    meta: dict[str, JSON] = {"page": part.number, "page_size": part.size, "url": at(part.query), "key": key}
    meta |= {"first_page_url": at(part.first_query), "next_page_url": at(part.next_query)}
    return as_json({key: part.items, "meta": meta | {"previous_page_url": at(part.previous_query)}})


def _query(asked: Given, size: int, number: int, token: str) -> str:
    kept = [(name, value) for name, given in asked.items() if name not in PAGING for value in given]
    told = [*kept, ("PageSize", str(size)), ("Page", str(number))]
    return urlencode([*told, ("PageToken", token)] if token else told)


PAGING = ("PageSize", "Page", "PageToken")


def _number(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default


# --- times -----------------------------------------------------------------------------------------------------------


def rfc2822(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(at), UTC))


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
