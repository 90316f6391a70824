"""Every address that Django answers, with an example of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from safarichat import providers

PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True)
class Route:
    pattern: str
    matches: re.Pattern[str]

    @property
    def places(self) -> list[str]:
        return [first or second for first, second in PLACE.findall(self.pattern)]

    def example(self, number: int = 1) -> str:
        """An address of this route; every place that names a row by number gets this one."""
        path = PLACE.sub(lambda found: self._fill(found[1] or found[2], number), self.pattern)
        return "/" + re.sub(r"/\?$", "", re.sub(r"[\^$]", "", path))

    def _fill(self, place: str, number: int) -> str:
        names = {"provider": providers.names()[0], "app_label": "accounts", "url": "nothing", "key": "unknown"}
        return str(number) if place.endswith("_id") or place == "pk" else names.get(place, "unknown")


def routes() -> list[Route]:
    return [Route(pattern, matches) for pattern, matches in _walk(get_resolver(), "", "")]


def pages() -> list[Route]:
    """Without the operator's admin, whose addresses are Django's own, and those of programs (see tests/api)."""
    return [route for route in routes() if not route.pattern.startswith(("admin/", "api/"))]


def _walk(resolver: URLResolver, pattern: str, regex: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    for part in resolver.url_patterns:
        below, begins = pattern + str(part.pattern), regex + _regex(part)
        if isinstance(part, URLResolver):
            yield from _walk(part, below, begins)
        else:
            yield below, re.compile(f"^/{begins}$")


def _regex(part: URLPattern | URLResolver) -> str:
    """The part's regular expression, whole, so that parts can be put together."""
    return re.sub(r"\?P<\w+>", "", part.pattern.regex.pattern.replace(r"\Z", "").strip("^$"))
