"""The log of what was asked of providers about a number: kept masked, shown to its account alone, for some days."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import Error, transaction
from msgspec import to_builtins

from safarichat.ground.evidence import Evidence, evidence
from safarichat.ground.notify import announce
from safarichat.ground.sql import fetch
from safarichat.ground.talks import Answer, Call
from safarichat.numbers.logged import LOOK_AT, Entry, Looked, Place, Wanted, bounds
from safarichat.numbers.models import ProviderCall

logger = logging.getLogger("safarichat.numbers")

Note = Callable[[Call, Answer, datetime], None]  # what was asked, what came, when it left
SOURCE = "calls"
MOST_OF_A_NUMBER = 5000
CHUNK = 5000


def topic(credential_id: int) -> str:
    return f"log:{credential_id}"


# --- keeping, as the owner role ---


def noting(account_id: int, credential_id: int, kind: str) -> Note:
    """Keeps each call of a talk when its answer has come. What the operator asks in their own name is not the
    account's."""

    def note(call: Call, answer: Answer, left_at: datetime) -> None:
        if call.is_operators:
            return
        ms = round((datetime.now(UTC) - left_at).total_seconds() * 1000)
        try:
            with transaction.atomic():
                _keep(account_id, credential_id, kind, call.name, evidence(call, answer), left_at, ms)
        except Error as error:  # the row is gone, or the database is away: what was asked goes on
            logger.warning("%s: the call is not in the log (%s)", call.name, type(error).__name__)

    return note


def noted(ask: Callable[[Call], Answer], note: Note) -> Callable[[Call], Answer]:
    """As `ask`, and each call is noted."""

    def asked(call: Call) -> Answer:
        left_at = datetime.now(UTC)
        answer = ask(call)
        note(call, answer, left_at)
        return answer

    return asked


def _keep(
    account_id: int, credential_id: int, kind: str, name: str, kept: Evidence, left_at: datetime, ms: int
) -> None:
    columns = {"kind": kind[:40], "name": name[:100], "at": left_at, "ms": max(ms, 0)}
    ProviderCall.objects.create(account_id=account_id, credential_id=credential_id, **columns, **to_builtins(kept))
    announce(account_id, topic(credential_id))


def forget(days: int) -> int:
    """For the worker: what is old, and of a number that is asked about all the time but the newest. How many went."""
    gone = 0
    while True:
        rows = fetch(
            "DELETE FROM provider_calls WHERE id IN"
            " (SELECT id FROM provider_calls WHERE at < now() - make_interval(days => %s) LIMIT %s) RETURNING id",
            days,
            CHUNK,
        )
        gone += len(rows)
        if len(rows) < CHUNK:
            break
    rows = fetch(
        """
        WITH edges AS (
          SELECT c.id, (SELECT at FROM provider_calls p WHERE p.credential_id = c.id
                        ORDER BY at DESC OFFSET %s LIMIT 1) AS at
          FROM official_whatsapp_credentials c),
        old AS (
          DELETE FROM provider_calls p USING edges e WHERE p.credential_id = e.id AND p.at <= e.at RETURNING 1)
        SELECT count(*) FROM old
        """,
        MOST_OF_A_NUMBER,
    )
    return gone + int(rows[0][0])


# --- reading, inside `acting_for` ---

COLUMNS = "id, at, kind, name, method, url, status, ms, problem"
LOOK = f"""
WITH looked AS MATERIALIZED (
  SELECT * FROM provider_calls
  WHERE credential_id = %s::bigint AND account_id = %s::bigint AND at >= %s AND (at, id) < (%s, %s)
  ORDER BY at DESC, id DESC LIMIT %s),
found AS (
  SELECT {COLUMNS} FROM looked
  WHERE (%s::text = '' OR kind = %s) AND (%s::text = '' OR (status BETWEEN 200 AND 299) = (%s = 'ok'))
    AND (%s::text = '' OR strpos(lower(concat_ws(E'\\n', name, url, problem, status, request, response,
                                                 response_headers)), lower(%s)) > 0)
  ORDER BY at DESC, id DESC LIMIT %s)
SELECT (SELECT count(*) FROM looked), (SELECT min(at) FROM looked), f.*
FROM (VALUES (1)) one LEFT JOIN found f ON true ORDER BY f.at DESC, f.id DESC
"""  # noqa: S608 - our own words


def look(wanted: Wanted, before: Place | None, most: int) -> Looked:
    """The newest entries before that place, of as many as one page looks through."""
    since, until, id_ = bounds(wanted, before, SOURCE)
    narrowed = bool(wanted.kind or wanted.outcome or wanted.text)
    rows = fetch(
        LOOK,
        *(wanted.credential_id, wanted.account_id, since, until, id_, LOOK_AT if narrowed else most),
        *(wanted.kind, wanted.kind, wanted.outcome, wanted.outcome, wanted.text, wanted.text, most),
    )
    count, oldest = rows[0][:2]
    entries = [_entry(*row[2:]) for row in rows if row[2] is not None]
    return Looked(entries, oldest if narrowed and count == LOOK_AT else None)


def _entry(
    id_: int, at: datetime, kind: str, name: str, method: str, url: str, status: int, ms: int, problem: str
) -> Entry:
    return Entry(
        source=SOURCE,
        id=id_,
        at=at,
        kinds=(kind,),
        label=name,
        is_ok=200 <= status < 300,
        status=status,
        ms=ms,
        method=method,
        url=url,
        problem=problem,
    )


def find(account_id: int, credential_id: int, call_id: int) -> ProviderCall | None:
    return ProviderCall.objects.filter(account_id=account_id, credential_id=credential_id, pk=call_id).first()


def newest_at(account_id: int, credential_id: int) -> datetime | None:
    mine = ProviderCall.objects.filter(account_id=account_id, credential_id=credential_id)
    return mine.order_by("-at", "-id").values_list("at", flat=True).first()
