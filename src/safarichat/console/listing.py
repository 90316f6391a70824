"""The address of a place in the inbox: what is filtered, searched, and where a page begins."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from msgspec import Struct

from safarichat.messaging.reading import FILTERS, PAGE, Place, Wanted

MOST_AT_ONCE = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Asked(Struct, frozen=True, kw_only=True):
    """What the address of a list says."""

    filter: str = "all"
    number: int | None = None
    text: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        chosen, number = query.get("filter", ""), query.get("number", "")
        return cls(
            filter=chosen if chosen in FILTERS else "all",
            number=int(number) if number.isdecimal() and len(number) < 19 else None,
            text=query.get("q", "").replace("\x00", "")[:100],
        )

    @property
    def wanted(self) -> Wanted:
        return Wanted(filter=self.filter, credential_id=self.number, text=self.text)

    @property
    def is_narrowed(self) -> bool:
        return self != Asked()

    @property
    def query(self) -> str:
        """For links that keep the list as it is: empty, or `?filter=…`."""
        said = {"filter": self.filter if self.filter != "all" else "", "number": self.number, "q": self.text}
        kept = {name: value for name, value in said.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def how_many(query: QueryDict) -> int:
    """How many rows a page that is being refreshed has: it wants as many again."""
    asked = query.get("limit", "")
    return min(max(int(asked), PAGE), MOST_AT_ONCE) if asked.isdecimal() and len(asked) < 9 else PAGE


def place(query: QueryDict) -> Place | None:
    """Where a page of older rows begins, as `place_text` wrote it; None when it says nothing usable."""
    microseconds, _, row = query.get("before", "").partition("-")
    if not (microseconds.isdecimal() and row.isdecimal() and len(microseconds) < 17 and len(row) < 19):
        return None
    return EPOCH + timedelta(microseconds=int(microseconds)), int(row)


def place_text(place: Place) -> str:
    """Exact to the microsecond, as the database keeps it."""
    at, row = place
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{row}"
