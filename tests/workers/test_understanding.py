"""The worker's part of understanding: at once when something has come, out of the way when others need the machine."""

import asyncio
import time
from functools import partial

import pytest

from safarichat.ground import giving_way
from safarichat.ground.giving_way import LONGEST_S
from safarichat.workers import understanding
from safarichat.workers.understanding import CALM_S, MOST, Understanding


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each began, on a machine where the longest rest is due after each."""
    monkeypatch.setattr(understanding, "with_fresh_connection", lambda: None)
    monkeypatch.setattr(giving_way, "rest_s", lambda _took_s, _waited_s: LONGEST_S)
    return []


async def run(size: int, monkeypatch: pytest.MonkeyPatch, batches: list[float], seconds: float) -> float:
    """Seconds that it took to stop."""

    def batch(is_behind: bool) -> int:
        assert is_behind == (bool(batches) and size >= MOST)
        batches.append(time.monotonic())
        time.sleep(0.01)
        return size

    monkeypatch.setattr(understanding, "next_batch", batch)
    worker = Understanding()
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(seconds)
    began = time.monotonic()
    worker.stop()
    await running
    return time.monotonic() - began


async def test_with_more_waiting_it_rests_between_batches(
    batches: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_after_s = await run(MOST, monkeypatch, batches, 0.5)
    assert len(batches) == 1
    assert stopped_after_s < 10


async def test_little_is_not_kept_waiting_for_long(batches: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    await run(MOST // 20, monkeypatch, batches, 0.5)
    assert len(batches) > 3


def _one(began: list[float], _is_behind: bool) -> int:
    began.append(time.monotonic())
    time.sleep(0.01)
    return 1


async def test_while_hooks_are_kept_late_no_batch_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[float] = []
    late_until = time.monotonic() + 0.6
    monkeypatch.setattr(understanding, "with_fresh_connection", lambda: None)
    monkeypatch.setattr(giving_way, "rest_s", lambda _took_s, _waited_s: 0.0)
    monkeypatch.setattr(understanding, "next_batch", partial(_one, began))
    worker = Understanding()
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.05)
    while time.monotonic() < late_until:
        worker.give_way()
        await asyncio.sleep(0.05)
    resting = [at for at in began if late_until - 0.5 < at < late_until]
    await asyncio.sleep(CALM_S + 0.2)
    worker.stop()
    await running
    assert not resting
    assert began[-1] > late_until


async def test_hooks_that_stay_late_keep_nothing_waiting_for_more_than_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began: list[float] = []
    monkeypatch.setattr(understanding, "with_fresh_connection", lambda: None)
    monkeypatch.setattr(giving_way, "rest_s", lambda _took_s, _waited_s: 0.0)
    monkeypatch.setattr(understanding, "next_batch", partial(_one, began))
    worker = Understanding()
    worker.give_way()
    running = asyncio.create_task(worker.run())
    until = time.monotonic() + 1.5 * LONGEST_S
    while time.monotonic() < until:
        worker.give_way()
        await asyncio.sleep(0.05)
    worker.stop()
    await running
    assert len(began) == 2
