"""What a number's log shows, whichever table it stands in: newest first, in pages, and how far a search has looked."""

from datetime import UTC, datetime

from msgspec import Struct

from safarichat.providers.shapes import JSON

SOURCES = ("calls", "hooks", "sends")  # their order where two happened at the same moment
LOOK_AT = 10_000  # entries of each source that one page looks through for what is wanted
_FIRST, _NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
HIGHEST = 10**18 - 1  # above any id


class Wanted(Struct, frozen=True, kw_only=True):
    """Of one number. `outcome`: ok | failed | empty for all; `kind` as in `Entry.kinds`."""

    account_id: int
    credential_id: int
    kind: str = ""
    outcome: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Place(Struct, frozen=True):
    """Where a page begins: after this entry."""

    at: datetime
    source: str
    id: int


class Entry(Struct, frozen=True, kw_only=True):
    """`is_ok` is None while it is not known. `label` is what was called or told, in the provider's words or ours;
    `status` an HTTP status, 0 for none."""

    source: str
    id: int
    at: datetime
    kinds: tuple[str, ...]
    label: str = ""
    is_ok: bool | None = None
    status: int = 0
    ms: int | None = None
    method: str = ""
    url: str = ""
    problem: str = ""
    details: JSON = None
    message_id: int = 0

    @property
    def place(self) -> Place:
        return Place(self.at, self.source, self.id)


class Looked(Struct, frozen=True):
    """`until`: everything newer was looked through; None when there is nothing older."""

    entries: list[Entry]
    until: datetime | None = None


def bounds(wanted: Wanted, before: Place | None, source: str) -> tuple[datetime, datetime, int]:
    """(from, before, and before which id at that moment) for one source's part of the page."""
    since = wanted.since or _FIRST
    if before is None:
        return since, wanted.until or _NEVER, 0
    mine, theirs = SOURCES.index(source), SOURCES.index(before.source)
    return since, before.at, before.id if mine == theirs else HIGHEST if mine > theirs else 0
