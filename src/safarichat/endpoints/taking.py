"""Who delivers to which endpoint, and what is due. One worker holds an endpoint at a time, so that its order, its limit
and its rests are exact and need no talk between workers. As the owner role."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from msgspec import Struct

from safarichat.endpoints.models import Endpoint
from safarichat.ground.fields import opened
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.sql import JSON, columns, fetch

HOLD_S = 10
TRUSTED_FAILURES = 5  # in a row; then it rests, and after each rest one request goes first


class Held(Struct, frozen=True):
    """An endpoint that this worker delivers to. `former` is empty but for the overlap after a change of secrets."""

    id: int
    account_id: int
    url: str
    secret: str
    former: str
    failures: int

    def __repr__(self) -> str:
        return f"Held({self.id})"


class Want(Struct, frozen=True):
    """Room for so many requests, of others than are in the air, and not of these conversations."""

    endpoint_id: int
    most: int
    in_the_air: Collection[int] = ()
    busy: Collection[int] = ()


class Due(Struct, frozen=True):
    id: int
    account_id: int
    endpoint_id: int
    webhook_id: str
    tries: int
    until: datetime
    conversation: int | None
    waba_id: str
    field: str
    value: JSON


def take(holder: str, most: int, *, but: Collection[int] = ()) -> list[Held]:
    """Endpoints for which something is due and that nobody else holds, `but` those that are in hand already."""
    rows = fetch(
        """
        WITH due AS (
          SELECT p.id FROM endpoints p
          WHERE p.state = 'active' AND p.id <> ALL(%s::bigint[])
            AND (p.held_until IS NULL OR p.held_until < clock_timestamp() OR p.holder = %s)
            AND (p.rests_until IS NULL OR p.rests_until <= clock_timestamp())
            AND EXISTS (SELECT FROM endpoint_deliveries d
                        WHERE d.endpoint_id = p.id AND d.next_at <= clock_timestamp())
          ORDER BY p.held_until NULLS FIRST LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE endpoints p SET holder = %s, held_until = clock_timestamp() + make_interval(secs => %s)
        FROM due WHERE p.id = due.id RETURNING p.id
        """,
        list(but),
        holder,
        most,
        holder,
        HOLD_S,
    )
    return _read([row[0] for row in rows])


def renew(holder: str, ids: Collection[int]) -> list[Held]:
    """Hold on to these, as they are now. One that is missing is lost, resting, paused or gone."""
    rows = fetch(
        """
        WITH mine AS (
          SELECT id FROM endpoints WHERE id = ANY(%s::bigint[]) AND holder = %s AND held_until > clock_timestamp()
          ORDER BY id FOR NO KEY UPDATE)
        UPDATE endpoints p SET held_until = clock_timestamp() + make_interval(secs => %s) FROM mine
        WHERE p.id = mine.id AND p.state = 'active'
          AND (p.rests_until IS NULL OR p.rests_until <= clock_timestamp())
        RETURNING p.id
        """,
        list(ids),
        holder,
        HOLD_S,
    )
    return _read([row[0] for row in rows])


def release(holder: str, ids: Collection[int]) -> None:
    fetch(
        "WITH mine AS (SELECT id FROM endpoints WHERE id = ANY(%s::bigint[]) AND holder = %s ORDER BY id"
        " FOR NO KEY UPDATE)"
        " UPDATE endpoints p SET holder = '', held_until = NULL FROM mine WHERE p.id = mine.id",
        list(ids),
        holder,
    )


def due(wants: Sequence[Want]) -> Mapping[int, list[Due]]:
    """For each endpoint what is to be sent next, oldest first: one of each conversation."""
    busy = [(want.endpoint_id, one) for want in wants for one in want.busy]
    rows = fetch(
        """
        SELECT d.id, d.account_id, w.endpoint_id, d.webhook_id, d.tries, d.until, e.conversation, e.waba_id, e.field,
               e.value
        FROM unnest(%s::bigint[], %s::int[]) w (endpoint_id, most)
        CROSS JOIN LATERAL (
          SELECT * FROM endpoint_deliveries q
          WHERE q.endpoint_id = w.endpoint_id AND q.next_at <= clock_timestamp() AND q.id <> ALL(%s::bigint[])
            AND NOT EXISTS (
              SELECT FROM endpoint_events o JOIN unnest(%s::bigint[], %s::bigint[]) b (endpoint_id, conversation)
                ON b.endpoint_id = q.endpoint_id AND b.conversation = o.conversation
              WHERE o.id = q.event_id)
          ORDER BY q.next_at, q.id LIMIT w.most * 4) d
        JOIN endpoint_events e ON e.id = d.event_id
        ORDER BY w.endpoint_id, d.next_at, d.id
        """,
        [want.endpoint_id for want in wants],
        [want.most for want in wants],
        sorted({one for want in wants for one in want.in_the_air}),
        *columns(busy, 2),
    )
    found: dict[int, list[Due]] = {want.endpoint_id: [] for want in wants}
    begun: set[tuple[int, int]] = set()
    most = {want.endpoint_id: want.most for want in wants}
    for one in (Due(*row) for row in rows):
        if len(found[one.endpoint_id]) == most[one.endpoint_id]:
            continue
        if one.conversation is not None:
            if (one.endpoint_id, one.conversation) in begun:
                continue
            begun.add((one.endpoint_id, one.conversation))
        found[one.endpoint_id].append(one)
    return found


def _read(ids: Sequence[int]) -> list[Held]:
    """With opened secrets. One whose key is not here can't be delivered to: it stays as it is."""
    found = []
    for row in Endpoint.objects.filter(pk__in=ids).order_by("pk"):
        try:
            found.append(held(row))
        except CannotOpen:
            continue
    return found


def held(row: Endpoint) -> Held:
    is_former = row.former_until is not None and row.former_until > timezone.now()
    former = opened(row, "former_secret") if is_former else ""
    return Held(row.pk, row.account_id, row.url, opened(row, "secret"), former, row.failures)
