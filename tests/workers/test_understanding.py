"""The worker's part of understanding: at once when something has come, out of the way when others need the machine."""

import asyncio
import time
from collections.abc import Callable

import pytest

from safarichat.ground import giving_way
from safarichat.workers import understanding
from safarichat.workers.understanding import MOST, Understanding


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each began."""
    monkeypatch.setattr(understanding, "with_fresh_connection", lambda: None)
    monkeypatch.setattr(giving_way, "kept_waiting_s", time.monotonic)  # kept from a processor all the time
    monkeypatch.setattr(giving_way, "rest_s", lambda _took_s, waited_s: 30 if waited_s else 0)
    return []


async def run(size: Callable[[], int], monkeypatch: pytest.MonkeyPatch, batches: list[float], seconds: float) -> float:
    """Seconds that it took to stop."""

    def batch(is_behind: bool) -> int:
        assert is_behind == (bool(batches) and size() >= MOST)
        batches.append(time.monotonic())
        time.sleep(0.01)
        return size()

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
    stopped_after_s = await run(lambda: MOST, monkeypatch, batches, 0.5)
    assert len(batches) == 1
    assert stopped_after_s < 10


async def test_what_is_little_goes_at_once(batches: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    await run(lambda: MOST - 1, monkeypatch, batches, 0.5)
    assert len(batches) > 1
