"""Reading a message object of which nothing is sure to be there, and what a bubble is given of it."""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Body = Mapping[str, Any]
Fact = tuple[str, str]


class Shown(Struct, frozen=True, kw_only=True):
    """The inside of a bubble. `facts` are label and value, `choices` are buttons the other side can tap."""

    icon: str = ""
    title: str = ""
    text: str = ""
    facts: tuple[Fact, ...] = ()
    choices: tuple[str, ...] = ()
    link: tuple[str, str] | None = None  # address, label
    raw: str = ""
    is_note: bool = False  # stands in the middle of the thread: nobody said it


def part(body: Any, *path: str) -> Body:
    """The object at the end of the path, or an empty one."""
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body if isinstance(body, Mapping) else {}


def parts(body: Any, name: str) -> list[Body]:
    """The objects of the list of that name."""
    found = body.get(name) if isinstance(body, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def word(body: Any, *path: str) -> str:
    """The text at the end of the path, or the empty one."""
    found = part(body, *path[:-1]).get(path[-1])
    return found if isinstance(found, str) else ""


def degrees(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def as_it_came(value: Any) -> str:
    """JSON for a person who wants to see it; what is nested without end is not shown."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)[:4000]
    except RecursionError:
        return "…"


def given(facts: list[Fact]) -> tuple[Fact, ...]:
    return tuple((label, value) for label, value in facts if value)
