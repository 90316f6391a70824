"""Deliveries that are made once more, under the id that they had: one, those of a time, all that failed. Inside
`acting_for`, or as the owner role."""

import secrets
from collections.abc import Collection
from datetime import datetime

from safarichat.endpoints.telling import DELIVERIES, LIFE_DAYS, WANTS
from safarichat.ground.notify import announce, wake_workers
from safarichat.ground.sql import as_json, fetch

AGAIN = f"""
UPDATE endpoint_deliveries d SET state = 'waiting', next_at = clock_timestamp(),
  until = now() + interval '{LIFE_DAYS} days'
WHERE d.account_id = %s AND d.endpoint_id = %s
"""  # noqa: S608 - our own words


def replay(account_id: int, endpoint_id: int, delivery_ids: Collection[int]) -> int:
    """In whatever state they are. How many."""
    return _again(account_id, endpoint_id, "AND d.id = ANY(%s::bigint[])", list(delivery_ids))


def replay_between(account_id: int, endpoint_id: int, since: datetime, until: datetime) -> int:
    """Everything that happened in that time, also what was taken."""
    return _again(account_id, endpoint_id, "AND d.created_at >= %s AND d.created_at < %s", since, until)


def replay_failed(account_id: int, endpoint_id: int, since: datetime) -> int:
    """What has failed since, and what was given up."""
    return _again(account_id, endpoint_id, "AND d.state IN ('failed', 'dead') AND d.created_at >= %s", since)


def replay_last(account_id: int, endpoint_id: int) -> int | None:
    """The newest event that it wants, whether it was told it or not. The delivery's id; None when there is none."""
    rows = fetch(
        f"""
        INSERT INTO endpoint_deliveries AS d (account_id, event_id, endpoint_id, webhook_id, next_at, until)
        SELECT e.account_id, e.id, p.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), clock_timestamp(),
               now() + interval '{LIFE_DAYS} days'
        FROM endpoints p JOIN endpoint_events e ON {WANTS}
        WHERE p.account_id = %s AND p.id = %s ORDER BY e.id DESC LIMIT 1
        ON CONFLICT (account_id, event_id, endpoint_id) DO UPDATE
          SET state = 'waiting', next_at = clock_timestamp(), until = excluded.until
        RETURNING d.id
        """,  # noqa: S608 - our own words
        account_id,
        endpoint_id,
    )
    _wake(account_id, len(rows))
    return rows[0][0] if rows else None


def send_test(account_id: int, endpoint_id: int, now: datetime) -> int | None:
    """A message that nobody wrote, whatever the endpoint else wants to be told. The delivery's id; None when there is
    no such endpoint."""
    name = secrets.token_hex(8)
    rows = fetch(
        f"""
        WITH p AS (SELECT id, account_id, credential_ids FROM endpoints WHERE account_id = %s AND id = %s),
        n AS (
          SELECT n.id, n.waba_id, n.phone_number_id, n.phone_number FROM official_whatsapp_credentials n JOIN p
            ON n.account_id = p.account_id
          ORDER BY n.id = ANY(coalesce(p.credential_ids, '{{}}')) DESC, n.status = 'connected' DESC, n.id LIMIT 1),
        e AS (
          INSERT INTO endpoint_events (account_id, key, credential_ids, waba_id, field, kind, value)
          SELECT p.account_id, %s, coalesce(ARRAY[n.id], '{{}}'), coalesce(n.waba_id, '0'), 'messages', 'messages',
                 jsonb_set(%s::jsonb, '{{metadata}}', jsonb_build_object(
                   'display_phone_number', coalesce(n.phone_number, ''),
                   'phone_number_id', coalesce(n.phone_number_id, '')))
          FROM p LEFT JOIN n ON true RETURNING id, account_id)
        INSERT INTO endpoint_deliveries (account_id, event_id, endpoint_id, webhook_id, next_at, until)
        SELECT p.account_id, e.id, p.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), clock_timestamp(),
               now() + interval '{LIFE_DAYS} days' FROM e, p RETURNING id
        """,  # noqa: S608 - our own words
        account_id,
        endpoint_id,
        f"test:{name}",
        as_json(_sample(name, int(now.timestamp()))),
    )
    _wake(account_id, len(rows))
    return rows[0][0] if rows else None


def _sample(name: str, at: int) -> dict[str, object]:
    who, user_id = "16315550100", "US.100000000000100"
    message = {
        "from": who,
        "from_user_id": user_id,
        "id": f"wamid.TEST{name}",
        "timestamp": str(at),
        "type": "text",
        "text": {"body": "This is a test event from SafariChat."},
    }
    contact = {"profile": {"name": "Test"}, "wa_id": who, "user_id": user_id}
    return {"messaging_product": "whatsapp", "metadata": {}, "contacts": [contact], "messages": [message]}


def _again(account_id: int, endpoint_id: int, which: str, *values: object) -> int:
    rows = fetch(f"{AGAIN} {which} RETURNING 1", account_id, endpoint_id, *values)
    _wake(account_id, len(rows))
    return len(rows)


def _wake(account_id: int, count: int) -> None:
    if count:
        wake_workers(DELIVERIES)
        announce(account_id, "endpoints")
