"""A number's log: what went out to its provider and what came in, from three tables put together by their time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from msgspec import Struct

from safarichat.console.listing import EPOCH
from safarichat.ground.tenancy import acting_for
from safarichat.inbox import browsing
from safarichat.messaging import departures
from safarichat.messaging.timeline import Life
from safarichat.numbers import calls
from safarichat.numbers.logged import HIGHEST, SOURCES, Entry, Looked, Place, Wanted
from safarichat.numbers.models import OfficialWhatsappCredential

PAGE = 50
OUT, IN = "out", "in"
OUTCOMES = ("ok", "failed")


class Asked(Struct, frozen=True, kw_only=True):
    """What the address of a log says. `kind` begins with its side: `out:check`, `in:messages`."""

    side: str = ""
    kind: str = ""
    outcome: str = ""
    day: date | None = None
    text: str = ""
    before: Place | None = None

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        side, kind, outcome = query.get("side", ""), query.get("kind", ""), query.get("outcome", "")
        return cls(
            side=side if side in (OUT, IN) else "",
            kind=_clean(kind)[:80] if kind.startswith((f"{OUT}:", f"{IN}:")) else "",
            outcome=outcome if outcome in OUTCOMES else "",
            day=_day(query.get("day", "")),
            text=_clean(query.get("q", "")).strip()[:200],
            before=read_place(query.get("before", "")),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.side or self.kind or self.outcome or self.day or self.text)

    def query(self, before: Place | None = None) -> str:
        """For links that keep what is asked, and begin a page elsewhere."""
        said = {
            "side": self.side,
            "kind": self.kind,
            "outcome": self.outcome,
            "day": self.day.isoformat() if self.day else "",
            "q": self.text,
            "before": place_text(before) if before else "",
        }
        kept = {name: value for name, value in said.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def wanted(self, row: OfficialWhatsappCredential) -> Wanted:
        since, until = _bounds(self.day) if self.day else (None, None)
        return Wanted(
            account_id=row.account_id,
            credential_id=row.pk,
            kind=self.kind.partition(":")[2],
            outcome=self.outcome,
            text=self.text,
            since=since,
            until=until,
        )

    def takes(self, side: str) -> bool:
        return self.side in ("", side) and (not self.kind or self.kind.startswith(side))


class Page(Struct, frozen=True, kw_only=True):
    """`next_before`: where the next page begins, None at the end. `looked_until`: so far back was searched."""

    entries: list[Entry]
    next_before: Place | None = None
    looked_until: datetime | None = None


def page(row: OfficialWhatsappCredential, asked: Asked) -> Page:
    """No transaction is open around it: hooks are read in two roles."""
    wanted, most = asked.wanted(row), PAGE + 1
    looked: list[Looked] = []
    if asked.takes(IN):
        looked.append(browsing.look(row, wanted, asked.before, most))
    if asked.takes(OUT):
        with acting_for(row.account_id):
            looked += [each.look(wanted, asked.before, most) for each in (calls, departures)]
    return _together(looked)


def _together(looked: list[Looked]) -> Page:
    """What is as old as the place to which every source has been looked through, or older, comes with the next page."""
    entries = sorted((entry for each in looked for entry in each.entries), key=_order)
    until = max((each.until for each in looked if each.until), default=None)
    if until is not None:
        entries = [entry for entry in entries if entry.at > until]
    if len(entries) > PAGE:
        shown = entries[:PAGE]
        return Page(entries=shown, next_before=shown[-1].place)
    if until is not None:
        return Page(entries=entries, next_before=Place(until, SOURCES[0], HIGHEST), looked_until=until)
    return Page(entries=entries)


def _order(entry: Entry) -> tuple[float, int, int]:
    return -((entry.at - EPOCH) / timedelta(microseconds=1)), SOURCES.index(entry.source), -entry.id


def newest(row: OfficialWhatsappCredential) -> dict[str, datetime | None]:
    """When something last went out, and came in. Inside `acting_for`."""
    finders: tuple[Callable[[int, int], datetime | None], ...] = (calls.newest_at, departures.newest_at)
    out = [at for find in finders if (at := find(row.account_id, row.pk))]
    return {OUT: max(out, default=None), IN: browsing.newest_at(row.account_id, row.pk)}


def about(life: Life) -> str:
    """The query that finds a message in its number's log: by the provider's id or ours, from the day it was known."""
    day = timezone.localdate(life.moments[0].learnt_at) if life.moments else None
    return Asked(text=life.provider_message_id or life.opaque, day=day).query()


# --- the address's own words ---


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 9000 else None


def _bounds(day: date) -> tuple[datetime, datetime]:
    zone = timezone.get_current_timezone()
    return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)


def place_text(place: Place) -> str:
    return f"{(place.at - EPOCH) // timedelta(microseconds=1)}-{place.source}-{place.id}"


def read_place(text: str) -> Place | None:
    microseconds, _, rest = text.partition("-")
    source, _, row = rest.partition("-")
    if not (microseconds.isdecimal() and row.isdecimal() and len(microseconds) < 17 and len(row) < 19):
        return None
    return Place(EPOCH + timedelta(microseconds=int(microseconds)), source, int(row)) if source in SOURCES else None
