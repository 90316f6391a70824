"""What a person typed into the form of a way to connect: looked at, and its secrets kept apart from the rest."""

import re
from collections.abc import Mapping

from msgspec import Struct

from safarichat.providers.shapes import JSON, Field, Way


class Typed(Struct, frozen=True):
    plain: Mapping[str, str]
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Typed({', '.join(self.plain)})"


def typed(way: Way, data: JSON) -> Typed | tuple[str, ...]:
    """The fields of this way that were filled in; or the names of those that can't be used."""
    given = data if isinstance(data, dict) else {}
    values = {field.name: _plain(given.get(field.name)) for field in way.fields}
    wrong = tuple(field.name for field in way.fields if not _fits(field, values[field.name]))
    if wrong:
        return wrong
    filled = {field: values[field.name] or "" for field in way.fields if values[field.name]}
    return Typed(
        {field.name: value for field, value in filled.items() if not field.is_secret},
        {field.name: value for field, value in filled.items() if field.is_secret},
    )


def _plain(value: JSON) -> str | None:
    """Text as it was meant: people paste with spaces around. None: not text."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else None


def _fits(field: Field, value: str | None) -> bool:
    if not value:
        return value is not None and not field.is_required
    return re.fullmatch(field.pattern, value) is not None
