"""Many callers, one commit; one bad item, one failure."""

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest
from django.db import OperationalError, connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.errors import AdminShutdown

from safarichat.ground.batching import Batcher, Overloaded, drop_connection, each, with_fresh_connection
from safarichat.ground.sql import fetch


class Verb:
    """Doubles numbers; negative ones are bad."""

    def __init__(self, hold: threading.Event | None = None) -> None:
        self.batches: list[list[int]] = []
        self.hold = hold

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        if self.hold:
            self.hold.wait(5)
        if any(item < 0 for item in items):
            raise ValueError(f"bad in {len(items)}")
        return [item * 2 for item in items]


async def test_what_arrives_while_a_batch_commits_makes_the_next_one() -> None:
    hold = threading.Event()
    verb = Verb(hold)
    batcher = Batcher("test", verb)
    first = asyncio.create_task(batcher.do(1))
    await asyncio.sleep(0.05)
    others = [asyncio.create_task(batcher.do(n)) for n in range(2, 50)]
    await asyncio.sleep(0.05)
    hold.set()
    assert await asyncio.gather(first, *others) == [n * 2 for n in range(1, 50)]
    assert [len(batch) for batch in verb.batches] == [1, 48]
    batcher.close()


async def test_callers_of_the_same_moment_share_their_first_batch() -> None:
    verb = Verb()
    batcher = Batcher("test", verb)
    await asyncio.gather(*(batcher.do(n) for n in range(20)))
    assert len(verb.batches) == 1
    batcher.close()


async def test_between_batches_of_several_callers_it_rests_and_after_a_lone_one_it_does_not() -> None:
    verb = Verb()
    batcher = Batcher("test", verb, rest_s=0.2, rest_below=10)
    begun = time.monotonic()
    for n in range(3):
        await batcher.do(n)
    assert time.monotonic() - begun < 0.2
    await asyncio.gather(*(batcher.do(n) for n in range(5)))
    begun = time.monotonic()
    first = asyncio.create_task(batcher.do(10))
    await asyncio.sleep(0.05)
    assert list(await asyncio.gather(first, batcher.do(11))) == [20, 22]
    assert time.monotonic() - begun > 0.1
    assert [len(batch) for batch in verb.batches] == [1, 1, 1, 5, 2]
    batcher.close()


async def test_many_who_wait_are_not_let_rest() -> None:
    verb = Verb()
    batcher = Batcher("test", verb, most=8, rest_s=30, rest_below=8)
    assert await asyncio.gather(*(batcher.do(n) for n in range(24))) == [n * 2 for n in range(24)]
    batcher.close()


async def test_a_rest_ends_when_many_wait() -> None:
    verb = Verb()
    batcher = Batcher("test", verb, rest_s=30, rest_below=6)
    await asyncio.gather(*(batcher.do(n) for n in range(5)))
    await asyncio.sleep(0.05)
    assert await asyncio.gather(*(batcher.do(n) for n in range(6))) == [n * 2 for n in range(6)]
    assert [len(batch) for batch in verb.batches] == [5, 6]
    batcher.close()


async def test_a_bad_item_fails_alone() -> None:
    batcher = Batcher("test", Verb())
    found = await asyncio.gather(*(batcher.do(n) for n in [1, -2, 3, 4, -5, 6]), return_exceptions=True)
    assert [type(one) for one in found] == [int, ValueError, int, int, ValueError, int]
    batcher.close()


async def test_more_than_may_wait_is_refused_at_once() -> None:
    hold = threading.Event()
    batcher = Batcher("test", Verb(hold), waiting=2)
    first = asyncio.create_task(batcher.do(0))
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(batcher.do(n)) for n in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await batcher.do(3)
    hold.set()
    assert await asyncio.gather(first, *waiting) == [0, 2, 4]
    batcher.close()


async def test_heavy_items_make_small_batches_and_too_much_weight_is_refused() -> None:
    hold = threading.Event()
    verb = Verb(hold)
    batcher = Batcher("test", verb, weight=lambda item: item, heaviest=10)
    tasks = [asyncio.create_task(batcher.do(item)) for item in (1, 9, 9, 9)]
    await asyncio.sleep(0.05)
    with pytest.raises(Overloaded):
        await batcher.do(50)
    hold.set()
    await asyncio.gather(*tasks)
    assert verb.batches == [[1, 9], [9, 9]]
    batcher.close()


async def test_patience_ends_the_waiting_and_not_the_work() -> None:
    hold = threading.Event()
    verb = Verb(hold)
    batcher = Batcher("test", verb, patience_s=0.2)
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        await batcher.do(1)
    assert time.monotonic() - started < 1
    hold.set()
    assert await batcher.do(2) == 4
    batcher.close()


async def test_who_gave_up_before_their_batch_began_costs_nothing() -> None:
    hold = threading.Event()
    verb = Verb(hold)
    batcher = Batcher("test", verb)
    first = asyncio.create_task(batcher.do(1))
    await asyncio.sleep(0.05)
    gone = asyncio.create_task(batcher.do(2))
    await asyncio.sleep(0.01)
    gone.cancel()
    hold.set()
    await first
    assert await batcher.do(3) == 6
    assert [2] not in verb.batches
    batcher.close()


def test_while_the_database_is_away_nobody_looks_for_a_culprit() -> None:
    calls = 0

    def away(items: Sequence[int]) -> list[int]:
        nonlocal calls
        calls += 1
        raise OperationalError from AdminShutdown()

    found = each(away, list(range(100)))
    assert calls == 1
    assert all(isinstance(one, OperationalError) for one in found)


@given(st.lists(st.integers(-3, 50), max_size=40))
def test_whatever_is_bad_the_others_are_done_and_the_order_kept(items: list[int]) -> None:
    found = each(Verb(), items) if items else []
    assert [one if isinstance(one, int) else None for one in found] == [n * 2 if n >= 0 else None for n in items]


@pytest.mark.django_db(transaction=True)
async def test_a_connection_that_was_closed_behind_our_back_is_made_anew() -> None:
    def work() -> list[tuple[int]]:
        try:
            with_fresh_connection()
            assert fetch("SELECT 1") == [(1,)]
            connection.connection.close()
            with_fresh_connection()
            return fetch("SELECT 2")
        finally:
            drop_connection()

    assert await asyncio.to_thread(work) == [(2,)]
