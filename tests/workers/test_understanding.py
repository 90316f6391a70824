"""The worker's part of understanding: at once when something has come, out of the way when others need the machine."""

import asyncio
import time

import pytest

from safarichat.ground import giving_way
from safarichat.workers import understanding
from safarichat.workers.understanding import MOST, Understanding


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each began, on a machine where half a minute's rest is due after each."""
    monkeypatch.setattr(understanding, "with_fresh_connection", lambda: None)
    monkeypatch.setattr(giving_way, "rest_s", lambda _took_s, _waited_s: 30)
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


async def test_what_is_little_goes_at_once(batches: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    await run(MOST - 1, monkeypatch, batches, 0.5)
    assert len(batches) > 1
