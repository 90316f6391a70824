"""Telling open pages that something changed: one NOTIFY per batch, or as few as hold it, never one per row."""

from collections.abc import Iterable, Mapping

from django.db import connection

from safarichat.ground.sql import fetch

CHANNEL = "safarichat"
WORK_CHANNEL = "safarichat_work"
MAX_PAYLOAD = 7900  # PostgreSQL refuses 8,000 bytes and more


def announce(account_id: int, *topics: str) -> None:
    """Announce topics to the account's open pages when the transaction commits."""
    announce_all({account_id: topics})


def announce_all(topics: Mapping[int, Iterable[str]], *, work: str = "") -> None:
    """As `announce`, for many accounts at once: payload `account_id:topic,topic;account_id:…`, which `told` reads.
    `work`: as `wake_workers`, with it."""
    payloads = _packed(topics)
    channels = [CHANNEL] * len(payloads) + [WORK_CHANNEL] * bool(work)
    fetch(
        "SELECT pg_notify(c, p) FROM unnest(%s::text[], %s::text[]) n (c, p)",
        channels,
        payloads + [work] * bool(work),
    )


def told(payload: str) -> list[tuple[int, list[str]]]:
    """Accounts with their topics."""
    parts = (said.partition(":") for said in payload.split(";"))
    return [(int(account_id), topics.split(",")) for account_id, _, topics in parts]


def wake_workers(what: str) -> None:
    """Wake the workers that wait for `what` (inbox, outbox) when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [WORK_CHANNEL, what])


def _packed(topics: Mapping[int, Iterable[str]]) -> list[str]:
    payloads = [""]
    for account_id, names in topics.items():
        said = _said(account_id, names)
        if payloads[-1] and len(payloads[-1]) + len(said) < MAX_PAYLOAD:
            payloads[-1] += f";{said}"
        else:
            payloads.append(said)
    return payloads[1:]


def _said(account_id: int, topics: Iterable[str]) -> str:
    said = f"{account_id}:{','.join(dict.fromkeys(topics))}"
    return said if said.isascii() and len(said) <= MAX_PAYLOAD else f"{account_id}:resync"
