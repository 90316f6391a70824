"""`fields=a,b{c,d}`: what of an object is wanted, also of what is inside it (reference §0.2)."""

import re
from collections.abc import Mapping
from typing import TypeAlias

from safarichat.gateway.answers import Answer, Failed, error
from safarichat.ground.sql import JSON

Wanted: TypeAlias = "dict[str, Wanted]"
_WORD = re.compile(r"\s*([\w]+)((?:\.\w+\([^()]*\))*)\s*")  # limit and the like after a dot change nothing here
MOST = 200


def wanted(told: JSON) -> Wanted:
    """Empty when nothing is asked for in particular. Raises Failed."""
    text = (",".join(map(str, told)) if isinstance(told, list) else str(told or "")).strip()
    found, end = _list(text, 0, 0) if text else ({}, 0)
    if end != len(text):
        raise Failed(_unreadable(text))
    return found


def _list(text: str, at: int, depth: int) -> tuple[Wanted, int]:
    found: Wanted = {}
    while True:
        word = _WORD.match(text, at)
        if word is None or depth > 5 or len(found) > MOST:
            raise Failed(_unreadable(text))
        at = word.end()
        found[word[1]] = {}
        if text[at : at + 1] == "{":
            found[word[1]], at = _list(text, at + 1, depth + 1)
            if text[at : at + 1] != "}":
                raise Failed(_unreadable(text))
            at += 1
        if text[at : at + 1] != ",":
            return found, at
        at += 1


def _unreadable(text: str) -> Answer:
    return error(2500, f"(#2500) Syntax error in the field list: {text[:100]}", status=400)


def selected(node: Mapping[str, JSON], asked: Wanted, usual: tuple[str, ...]) -> dict[str, JSON]:
    """What is asked for, else what is usual, as far as it is known; the id always."""
    names = list(asked) or list(usual)
    found = {name: _inside(node[name], asked.get(name, {})) for name in names if name in node}
    return {**found, "id": node["id"]} if "id" in node else found


def _inside(value: JSON, asked: Wanted) -> JSON:
    if not asked:
        return value
    if isinstance(value, list):
        return [_inside(each, asked) for each in value]
    return (
        {name: _inside(value[name], asked[name]) for name in asked if name in value}
        if isinstance(value, dict)
        else value
    )


def page(nodes: list[dict[str, JSON]], limit: JSON, after: JSON) -> dict[str, JSON]:
    """One page of a short list; its cursors are ids."""
    ids = [str(node.get("id", "")) for node in nodes]
    first = ids.index(after) + 1 if isinstance(after, str) and after in ids else 0
    most = int(limit) if str(limit or "").isdigit() and 0 < int(limit) <= 1000 else 100
    shown = nodes[first : first + most]
    if not shown:
        return {"data": []}
    paging: dict[str, JSON] = {
        "cursors": {"before": str(shown[0].get("id", "")), "after": str(shown[-1].get("id", ""))}
    }
    return {"data": shown, "paging": paging}
