"""How a number's standing changed with time. Called inside `acting_for`."""

from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import fetch
from safarichat.numbers.models import NumberHistory

KEPT_DAYS = 400
NEWEST = 100


class Change(Struct, frozen=True):
    at: datetime
    name: str  # status | quality_rating | messaging_limit | throughput_mps | name_status | verified_name
    value: str


def newest(credential_id: int, most: int = NEWEST) -> list[Change]:
    rows = NumberHistory.objects.filter(credential_id=credential_id).order_by("-at", "-id")[:most]
    return [Change(row.at, row.name, row.value) for row in rows]


def course(credential_id: int, name: str, since: datetime) -> list[Change]:
    """The values of one thing since then, oldest first, beginning with the one that held at that time."""
    mine = NumberHistory.objects.filter(credential_id=credential_id, name=name)
    before = mine.filter(at__lt=since).order_by("-at", "-id").first()
    changes = [Change(row.at, row.name, row.value) for row in mine.filter(at__gte=since).order_by("at", "id")[:1000]]
    return [*([Change(since, name, before.value)] if before else []), *changes]


def forget_old() -> int:
    """For the worker, as the owner role: history older than `KEPT_DAYS`, but for what holds still."""
    rows = fetch(
        "WITH old AS (DELETE FROM number_history h WHERE h.at < now() - make_interval(days => %s) AND EXISTS"
        " (SELECT FROM number_history n WHERE n.credential_id = h.credential_id AND n.name = h.name AND n.id > h.id"
        " AND n.at < now() - make_interval(days => %s)) RETURNING 1) SELECT count(*) FROM old",
        KEPT_DAYS,
        KEPT_DAYS,
    )
    return int(rows[0][0])
