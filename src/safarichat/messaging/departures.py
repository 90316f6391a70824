"""What a number sent, as its log shows it: from the attempts themselves, which are written before anything leaves."""

from collections.abc import Collection
from datetime import datetime

from safarichat.ground.sql import JSON, fetch
from safarichat.messaging.models import Attempt, Message
from safarichat.numbers.logged import LOOK_AT, Entry, Looked, Place, Wanted, bounds

SOURCE = "sends"
KIND = "send"
LOOK = """
WITH looked AS MATERIALIZED (
  SELECT a.id, a.started_at AS at, a.ended_at, a.outcome, a.problem, a.provider_message_id, a.message_id
  FROM attempts a
  WHERE a.credential_id = %s::bigint AND a.account_id = %s::bigint AND a.started_at >= %s
    AND (a.started_at, a.id) < (%s, %s)
  ORDER BY a.started_at DESC, a.id DESC LIMIT %s),
found AS (
  SELECT l.*, m.kind, p.phone FROM looked l
  JOIN messages m ON m.id = l.message_id JOIN conversations c ON c.id = m.conversation_id
  JOIN contacts p ON p.id = c.contact_id
  WHERE (%s::text = '' OR (l.outcome <> '' AND (l.outcome = 'accepted') = (%s = 'ok')))
    AND (%s::text = '' OR strpos(lower(concat_ws(E'\\n', l.provider_message_id, m.provider_message_id, 'sc-' || m.id,
                                                 m.text, m.kind, p.phone, l.problem::text)), lower(%s)) > 0)
  ORDER BY l.at DESC, l.id DESC LIMIT %s)
SELECT (SELECT count(*) FROM looked), (SELECT min(at) FROM looked), f.*
FROM (VALUES (1)) one LEFT JOIN found f ON true ORDER BY f.at DESC, f.id DESC
"""


def look(wanted: Wanted, before: Place | None, most: int) -> Looked:
    """The newest entries before that place, of as many as one page looks through. Inside `acting_for`."""
    if wanted.kind not in ("", KIND):
        return Looked([])
    since, until, id_ = bounds(wanted, before, SOURCE)
    text = wanted.text.removeprefix("+")
    narrowed = bool(text or wanted.outcome)
    rows = fetch(
        LOOK,
        *(wanted.credential_id, wanted.account_id, since, until, id_, LOOK_AT if narrowed else most),
        *(wanted.outcome, wanted.outcome, text, text, most),
    )
    count, oldest = rows[0][:2]
    entries = [_entry(*row[2:]) for row in rows if row[2] is not None]
    return Looked(entries, oldest if narrowed and count == LOOK_AT else None)


def _entry(
    id_: int,
    at: datetime,
    ended_at: datetime | None,
    outcome: str,
    problem: JSON,
    provider_message_id: str | None,
    message_id: int,
    kind: str,
    phone: str,
) -> Entry:
    return Entry(
        source=SOURCE,
        id=id_,
        at=at,
        kinds=(KIND,),
        label=f"{kind} {phone}".strip(),
        is_ok=outcome == "accepted" if outcome else None,
        ms=round((ended_at - at).total_seconds() * 1000) if ended_at else None,
        details={"outcome": outcome, "problem": problem, "provider_message_id": provider_message_id},
        message_id=message_id,
    )


def find(account_id: int, credential_id: int, attempt_id: int) -> Attempt | None:
    mine = Attempt.objects.filter(account_id=account_id, credential_id=credential_id, pk=attempt_id)
    return mine.select_related("message").first()


def newest_at(account_id: int, credential_id: int) -> datetime | None:
    mine = Attempt.objects.filter(account_id=account_id, credential_id=credential_id)
    return mine.order_by("-started_at", "-id").values_list("started_at", flat=True).first()


def known_as(account_id: int, credential_id: int, provider_message_ids: Collection[str]) -> dict[str, int]:
    """Our messages by the provider's ids, as far as they are here."""
    mine = Message.objects.filter(
        account_id=account_id, credential_id=credential_id, provider_message_id__in=list(provider_message_ids)
    )
    return {theirs: ours for theirs, ours in mine.values_list("provider_message_id", "id") if theirs}
