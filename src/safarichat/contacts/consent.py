"""Whether a customer wants messages: one state for each contact and purpose, whichever number or provider told of it.

    granted | withdrawn | unknown

- Purposes are those of templates: marketing, utility, authentication. Free text needs none: it travels only while the
  customer's own message keeps the window open.
- The state is what the newest event says, by the time it *happened*; of one moment, a withdrawal. A maximum knows no
  order and no repetition, so late or repeated news never changes the outcome, and joining two contacts is no case of
  its own: their events come together.
- Words, providers' preferences and refusals speak of marketing; what else a provider keeps back, it refuses itself. A
  person of the account may record any purpose by hand, with a reason.
- A withdrawn purpose is never sent: refused when it is queued and, since a STOP may come while it waits, looked at once
  more as it departs.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, Value
from msgspec import Struct

from safarichat.contacts.models import ConsentEvent
from safarichat.ground.sql import columns, fetch

MARKETING = ConsentEvent.Purpose.MARKETING.value
PURPOSES: tuple[str, ...] = tuple(ConsentEvent.Purpose.values)
LONGEST_DETAIL = 500
HISTORY = 50

# For statements of other rooms: whether what `contact` and `purpose` name is withdrawn.
IS_WITHDRAWN = """
(SELECT NOT e.is_granted FROM consent_events e WHERE e.contact_id = {contact} AND e.purpose = {purpose}
 ORDER BY e.happened_at DESC, e.is_granted LIMIT 1) IS TRUE
"""


class Choice(Struct, frozen=True, kw_only=True):
    """What was said once of one contact. `evidence` is the same each time it is told again."""

    account_id: int
    contact_id: int
    is_granted: bool
    source: str
    evidence: str
    happened_at: datetime
    purpose: str = MARKETING
    detail: str = ""
    told_by: int | None = None


class Said(Struct, frozen=True, kw_only=True):
    """An event as it is shown. `who` is the colleague, for what was recorded by hand."""

    purpose: str
    is_granted: bool
    source: str
    detail: str
    happened_at: datetime
    learnt_at: datetime
    who: str = ""


def record(choices: Sequence[Choice]) -> list[int]:
    """In the caller's transaction. What was told before is not written twice. Returns the contacts it is news about."""
    if not choices:
        return []
    rows = fetch(
        """
        INSERT INTO consent_events (account_id, contact_id, purpose, is_granted, source, detail, evidence, told_by_id,
                                    happened_at)
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::boolean[], %s::text[], %s::text[],
                             %s::text[], %s::bigint[], %s::timestamptz[])
        ON CONFLICT (account_id, purpose, source, evidence) DO NOTHING RETURNING contact_id
        """,
        *columns([_row(one) for one in sorted(choices, key=lambda one: (one.account_id, one.evidence))], 9),
    )
    return [row[0] for row in rows]


def _row(one: Choice) -> tuple[object, ...]:
    detail, evidence = one.detail[:LONGEST_DETAIL], one.evidence[:400]
    said = (one.account_id, one.contact_id, one.purpose, one.is_granted, one.source, detail, evidence)
    return (*said, one.told_by, one.happened_at)


def withdrawn(pairs: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of pairs of contact and purpose, those that may not be sent."""
    if not pairs:
        return set()
    rows = fetch(
        "SELECT n.contact_id, n.purpose FROM unnest(%s::bigint[], %s::text[]) n (contact_id, purpose) WHERE "  # noqa: S608 - our own words
        + IS_WITHDRAWN.format(contact="n.contact_id", purpose="n.purpose"),
        *columns(list(pairs), 2),
    )
    return {(contact_id, purpose) for contact_id, purpose in rows}


def states(account_id: int, contact_id: int) -> Mapping[str, Said]:
    """What counts now, by purpose; a purpose that is missing is unknown. Called inside `acting_for`."""
    rows = _said(account_id, contact_id).order_by("purpose", "-happened_at", "is_granted").distinct("purpose")
    return {row["purpose"]: Said(**row) for row in rows}


def history(account_id: int, contact_id: int) -> list[Said]:
    """Newest first, by when it happened. Called inside `acting_for`."""
    rows = _said(account_id, contact_id).order_by("-happened_at", "is_granted", "-id")
    return [Said(**row) for row in rows[:HISTORY]]


def _said(account_id: int, contact_id: int) -> QuerySet[ConsentEvent, dict[str, Any]]:
    before_at = Func(F("told_by__email"), Value("@"), Value(1), function="split_part", output_field=CharField())
    name = Func(F("told_by__name"), Value(""), function="nullif", output_field=CharField())
    who = Func(name, before_at, Value(""), function="coalesce", output_field=CharField())
    rows = ConsentEvent.objects.filter(account_id=account_id, contact_id=contact_id).annotate(who=who)
    names = ("purpose", "is_granted", "source", "detail", "happened_at", "learnt_at", "who")
    found: QuerySet[ConsentEvent, dict[str, Any]] = rows.values(*names)
    return found
