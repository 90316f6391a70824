"""What happened, laid down for every endpoint that wants it, in the transaction in which it happened."""

import hashlib
from collections.abc import Collection, Sequence

from msgspec import Struct

from safarichat.ground.notify import wake_workers
from safarichat.ground.sql import JSON, as_json, columns, fetch

DELIVERIES = "deliveries"  # what workers wait for
OURS = "safarichat_"  # how fields begin that Meta knows nothing of
LIFE_DAYS = 7

# Of an endpoint p and an event e: does it want it?
WANTS = f"""
p.account_id = e.account_id AND (p.credential_ids IS NULL OR p.credential_ids && e.credential_ids)
AND CASE WHEN p.fields IS NULL THEN NOT starts_with(e.field, '{OURS}') ELSE e.field = ANY(p.fields) END
AND (p.kinds IS NULL OR e.kind = '' OR e.kind = ANY(p.kinds))
"""


class News(Struct, frozen=True, kw_only=True):
    """One thing that programs are told: a change of Meta's envelope, with our ids in it. What has the same `key` is
    told once; what has the same `conversation` begins in its order."""

    account_id: int
    credential_ids: Sequence[int]
    field: str
    value: JSON
    key: str
    kind: str = ""
    waba_id: str = ""
    conversation: int | None = None


def listening(account_ids: Collection[int]) -> set[int]:
    """Which of these accounts have anybody to tell: the only price that the others pay."""
    if not account_ids:
        return set()
    rows = fetch("SELECT DISTINCT account_id FROM endpoints WHERE account_id = ANY(%s::bigint[])", list(account_ids))
    return {row[0] for row in rows}


def tell(news: Sequence[News]) -> None:
    """In the caller's transaction, in this order."""
    if not news:
        return
    rows = fetch(
        f"""
        WITH e AS MATERIALIZED (
          SELECT account_id, key, credential_ids::bigint[] AS credential_ids, waba_id, field, kind, conversation, value,
                 place
          FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
                      %s::jsonb[]) WITH ORDINALITY
               n (account_id, key, credential_ids, waba_id, field, kind, conversation, value, place)),
        told AS (
          INSERT INTO endpoint_events AS t (account_id, key, credential_ids, waba_id, field, kind, conversation, value)
          SELECT account_id, key, credential_ids, waba_id, field, kind, conversation, value FROM e
          WHERE EXISTS (SELECT FROM endpoints p WHERE {WANTS}) ORDER BY place
          ON CONFLICT (account_id, key) DO NOTHING
          RETURNING id, account_id, credential_ids, field, kind)
        INSERT INTO endpoint_deliveries (account_id, event_id, endpoint_id, webhook_id, next_at, until)
        SELECT e.account_id, e.id, p.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), clock_timestamp(),
               now() + interval '{LIFE_DAYS} days'
        FROM told e JOIN endpoints p ON {WANTS} ORDER BY e.id RETURNING 1
        """,  # noqa: S608 - our own words
        *columns([_columns(one) for one in {(one.account_id, one.key): one for one in news}.values()], 8),
    )
    if rows:
        wake_workers(DELIVERIES)


def _columns(one: News) -> tuple[object, ...]:
    numbers = "{" + ",".join(str(int(number)) for number in one.credential_ids) + "}"
    value = as_json(one.value)
    return (
        one.account_id,
        hashlib.sha256(one.key.encode()).hexdigest(),
        numbers,
        one.waba_id[:64],
        one.field[:64],
        one.kind[:64],
        one.conversation,
        value,
    )
