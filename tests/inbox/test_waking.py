"""Whoever understands hooks is woken when they are committed, and told when they were kept late."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from safarichat.ground.notify import WORK_CHANNEL
from safarichat.inbox.keeping import INBOX, LATE, LATE_S, Kept, keep
from safarichat.inbox.models import Hook
from tests.workers.processes import database_url

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ears() -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url(), autocommit=True) as listener:
        listener.execute(f"LISTEN {WORK_CHANNEL}")
        yield listener


def heard(ears: psycopg.Connection) -> list[str]:
    return [one.payload for one in ears.notifies(timeout=1, stop_after=1)]


@pytest.mark.parametrize(("waited_s", "payload"), [(0.0, INBOX), (LATE_S * 2, LATE)])
def test_the_oldest_hook_of_a_batch_tells_whether_they_are_late(
    ears: psycopg.Connection, waited_s: float, payload: str
) -> None:
    now = time.monotonic()
    keep([Kept("meta", "", b"{}", "", now), Kept("meta", "", b"{}", "", now - waited_s)])
    assert heard(ears) == [payload]


def test_a_hook_is_kept_though_nobody_can_be_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str) -> None:
        raise psycopg.OperationalError("away")

    monkeypatch.setattr("safarichat.inbox.keeping.wake_workers", away)
    assert keep([Kept("meta", "", b"{}")]) == [None]
    connection.close()
    assert Hook.objects.count() == 1
