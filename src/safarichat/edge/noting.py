"""Answered calls on their way into the log: a moment later, many at once. A flood or a database that is away loses
lines of the log, never an answer."""

import asyncio
import logging
from collections.abc import Sequence

from safarichat.accounts.apicalls import Asked, keep
from safarichat.ground.batching import Batcher

logger = logging.getLogger("safarichat.gateway")

WRITE_EVERY_S = 1.0
MOST = 20_000  # lines that wait; beyond, they are dropped


class Noting:
    """One per process."""

    def __init__(self) -> None:
        self._new: list[Asked] = []
        self._writes: Batcher[list[Asked], None] = Batcher("api-calls", _write, most=1)
        self._task: asyncio.Task[None] | None = None

    def add(self, asked: Asked) -> None:
        if len(self._new) < MOST:
            self._new.append(asked)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_later())

    def close(self) -> None:
        self._writes.close()

    async def _write_later(self) -> None:
        while self._new:  # what came while the last ones were written
            await asyncio.sleep(WRITE_EVERY_S)
            batch, self._new = self._new, []
            try:
                await self._writes.do(batch)
            except Exception as error:
                logger.warning("%d calls are not in the log: %s", len(batch), type(error).__name__)


def _write(batches: Sequence[list[Asked]]) -> list[None]:
    for batch in batches:
        keep(batch)
    return [None] * len(batches)
