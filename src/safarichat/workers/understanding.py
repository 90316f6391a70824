"""Understands hooks as they come: woken by their commit, and looking by itself once a second."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from safarichat.ground import giving_way
from safarichat.ground.batching import with_fresh_connection
from safarichat.ground.sql import is_passing
from safarichat.inbox.importing import import_next
from safarichat.inbox.understanding import understand

logger = logging.getLogger("safarichat.understand")

MOST = 400
LOOK_EVERY_S = 1.0
AFTER_AN_ERROR_S = 0.5
CALM_S = 0.25  # without word of hooks that are kept late


class Understanding:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "understand")
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._is_behind = False
        self._late_until = 0.0

    def wake(self) -> None:
        self._wake.set()

    def give_way(self) -> None:
        """Hooks that arrive are kept late: no batch begins until that is over."""
        self._late_until = time.monotonic() + CALM_S
        self._wake.set()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()

    async def run(self) -> None:
        """Until told to stop; the batch in hand is finished."""
        while not self._stop.is_set():
            self._wake.clear()
            count, rest_s = await self._batch()
            self._is_behind = count >= MOST
            if not count:
                await _within(LOOK_EVERY_S, self._wake)
            else:
                await self._rest(rest_s * count / MOST)

    async def _rest(self, rest_s: float) -> None:
        """Hooks that arrive go first, on a crowded machine and while they are late; a few are not kept waiting long."""
        began = time.monotonic()
        while not self._stop.is_set():
            until = min(max(began + rest_s, self._late_until), began + giving_way.LONGEST_S)
            if (left_s := until - time.monotonic()) <= 0:
                return
            await _within(left_s, self._stop)

    async def _batch(self) -> tuple[int, float]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, _understand, self._is_behind)
        except Exception as error:
            level = logging.WARNING if is_passing(error) else logging.ERROR
            logger.log(level, "hooks wait: %s", type(error).__name__, exc_info=error)
            await asyncio.sleep(AFTER_AN_ERROR_S)
            return 0, 0


async def _within(seconds: float, event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _understand(is_behind: bool) -> tuple[int, float]:
    """How many there were, and for how many seconds to give way to others now."""
    with_fresh_connection()
    return giving_way.timed(partial(next_batch, is_behind))


def next_batch(is_behind: bool = False) -> int:
    """What is new goes first, always; a piece of the past takes a tenth of a second."""
    return understand(MOST, apart=is_behind) or import_next()
