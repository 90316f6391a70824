"""Telling open pages that something changed: one NOTIFY per batch and account, never one per row."""

from collections.abc import Iterable, Mapping

from django.db import connection

CHANNEL = "safarichat"
WORK_CHANNEL = "safarichat_work"
MAX_PAYLOAD = 7900  # PostgreSQL refuses 8,000 bytes and more


def announce(account_id: int, *topics: str) -> None:
    """Announce topics to the account's open pages when the transaction commits: payload `account_id:topic,topic`."""
    unique = list(dict.fromkeys(topics))
    payload = f"{account_id}:{','.join(unique)}"
    if len(payload.encode()) > MAX_PAYLOAD:
        payload = f"{account_id}:resync"
    _notify(CHANNEL, payload)


def wake_workers(what: str) -> None:
    """Wake the workers that wait for `what` (inbox, outbox) when the transaction commits."""
    _notify(WORK_CHANNEL, what)


def _notify(channel: str, payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])


def announce_all(topics: Mapping[int, Iterable[str]]) -> None:
    """As `announce`, for many accounts at once."""
    for account_id, names in topics.items():
        announce(account_id, *names)
