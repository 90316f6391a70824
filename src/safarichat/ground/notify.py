"""Telling open pages that something changed: one NOTIFY per batch and account, never one per row."""

from collections.abc import Iterable, Mapping

from django.db import connection

CHANNEL = "safarichat"
WORK_CHANNEL = "safarichat_work"
MAX_PAYLOAD = 7900  # PostgreSQL refuses 8,000 bytes and more


def announce(account_id: int, *topics: str) -> None:
    """Announce topics to the account's open pages when the transaction commits: payload `account_id:topic,topic`."""
    announce_all({account_id: topics})


def announce_all(topics: Mapping[int, Iterable[str]]) -> None:
    """As `announce`, for many accounts at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, said) FROM unnest(%s::text[]) said",
            [CHANNEL, [_payload(account_id, names) for account_id, names in topics.items()]],
        )


def wake_workers(what: str) -> None:
    """Wake the workers that wait for `what` (inbox, outbox) when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [WORK_CHANNEL, what])


def _payload(account_id: int, topics: Iterable[str]) -> str:
    payload = f"{account_id}:{','.join(dict.fromkeys(topics))}"
    return payload if len(payload.encode()) <= MAX_PAYLOAD else f"{account_id}:resync"
