"""Keys as the edge believes them: a revoked one is refused within a second, by every process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import monotonic

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.edge.apikeys import ApiKeys
from safarichat.ground.batching import drop_connection
from safarichat.ground.listening import listen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keys() -> Iterator[ApiKeys]:
    made = ApiKeys()
    yield made
    made.close()


class Heard:
    """A process's keys, and the moment from which it hears."""

    def __init__(self, keys: ApiKeys) -> None:
        self.keys = keys
        self.is_ready = asyncio.Event()

    async def listen(self) -> None:
        await listen(apikeys.CHANNEL, heard=self.keys.heard, listening=self._stands, deaf=self.keys.deaf)

    def _stands(self) -> None:
        self.keys.listening()
        self.is_ready.set()


@asynccontextmanager
async def hearing(*keys: ApiKeys) -> AsyncIterator[None]:
    all_heard = [Heard(one) for one in keys]
    tasks = [asyncio.create_task(heard.listen()) for heard in all_heard]
    try:
        async with asyncio.timeout(10):
            for heard in all_heard:
                await heard.is_ready.wait()
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def in_a_thread(verb: object, *args: object) -> object:
    try:
        return verb(*args)  # type: ignore[operator]
    finally:
        drop_connection()


def test_a_revoked_key_is_refused_on_each_process_within_a_second(keys: ApiKeys, account: Account) -> None:
    row, shown = apikeys.make(account.pk, "Shop", ["send"])
    other = ApiKeys()

    async def run() -> float:
        async with hearing(keys, other):
            assert await keys.of(shown)
            assert await other.of(shown)
            begun = monotonic()
            await asyncio.to_thread(in_a_thread, apikeys.revoke, account.pk, row.pk, timezone.now())
            while await keys.of(shown) or await other.of(shown):
                assert monotonic() - begun < 1
                await asyncio.sleep(0.01)
            return monotonic() - begun

    assert asyncio.run(run()) < 1
    other.close()


def test_what_was_believed_is_forgotten_when_the_listener_comes_back(keys: ApiKeys, account: Account) -> None:
    """Its connection is cut, the key revoked meanwhile: nobody told us."""
    row, shown = apikeys.make(account.pk, "Shop", ["send"])

    async def run() -> None:
        async with hearing(keys):
            assert await keys.of(shown)
            await asyncio.to_thread(in_a_thread, cut_listeners)
            await asyncio.to_thread(in_a_thread, apikeys.revoke, account.pk, row.pk, timezone.now())
            begun = monotonic()
            while await keys.of(shown):
                assert monotonic() - begun < 1
                await asyncio.sleep(0.01)

    asyncio.run(run())


def cut_listeners() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname ="
            " current_database()"
        )


def test_a_look_that_began_before_a_change_is_not_believed(keys: ApiKeys, account: Account) -> None:
    _row, shown = apikeys.make(account.pk, "Shop", ["send"])

    async def run() -> None:
        keys.listening()
        asked = asyncio.ensure_future(keys.of(shown))
        await asyncio.sleep(0)
        keys.heard(apikeys.digest(shown))
        await asked
        assert keys._known == {}

    asyncio.run(run())


@pytest.mark.parametrize("shown", ["", "sc_short", "EAA" + "x" * 43, "sc_" + "é" * 43, "sc_" + "x" * 5000])
def test_what_can_be_no_key_costs_no_query(keys: ApiKeys, shown: str) -> None:
    async def run() -> object:
        return await keys.of(shown), keys._asked

    assert asyncio.run(run()) == (None, {})


def test_a_database_that_is_away_is_no_wrong_key(keys: ApiKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_digest: str) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(apikeys, "known", away)
    with pytest.raises(psycopg.OperationalError):
        asyncio.run(keys.of("sc_" + "x" * 43))
