"""Many callers, one commit: what arrives while the last batch is being written makes the next one.

A verb is a plain function that takes many items and returns as many results, in their order, when they are committed.
`Batcher` runs it in a thread of its own for callers on the loop. One bad item does not fail the others: a failing batch
is halved until the bad one stands alone.
"""

import asyncio
import select
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.db import close_old_connections, connection

from safarichat.ground.sql import is_passing

Item = TypeVar("Item")
Result = TypeVar("Result")
Verb = Callable[[Sequence[Item]], Sequence[Result]]

LOOK_EVERY_S = 0.25
SEVERAL = 4


class Overloaded(Exception):
    """More is waiting than may wait; nothing was done."""


class Batcher(Generic[Item, Result]):
    """`await do(item)` returns the verb's result for it after the commit, or raises what went wrong with it."""

    def __init__(
        self,
        name: str,
        verb: Verb[Item, Result],
        *,
        most: int = 500,
        waiting: int = 5000,
        weight: Callable[[Item], int] = lambda _: 1,
        heaviest: int = 1 << 62,
        patience_s: float = 0,
        rest_s: float = 0,
        rest_below: int = 0,
    ) -> None:
        """At most `most` items and about `heaviest` weight a batch; `waiting` items and 4 × `heaviest` in all. With
        `patience_s`, `do` raises TimeoutError after about that time; the item may still be done. `rest_s` is for verbs
        that cost much however few items they get: between two batches, while several callers come, until `rest_below`
        wait."""
        self._verb, self._most, self.waiting_most = verb, most, waiting
        self._weight, self._heaviest = weight, heaviest
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._is_running = False
        self._resting: asyncio.TimerHandle | None = None
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._waiting_weight = 0
        self._patience_s, self._rest_s, self._rest_below = patience_s, rest_s, rest_below
        self._promised: deque[tuple[float, asyncio.Future[Result]]] = deque()
        self._watch: asyncio.TimerHandle | None = None

    async def do(self, item: Item) -> Result:
        weight = self._weight(item)
        if len(self._waiting) >= self.waiting_most or self._waiting_weight + weight > 4 * self._heaviest:
            raise Overloaded
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        self._waiting_weight += weight
        if not self._is_running:
            # In a moment, not at once: what the loop has already read from other sockets comes along.
            self._is_running = True
            loop.call_soon(self._start, loop)
        elif self._resting and len(self._waiting) >= self._rest_below:
            self._resting.cancel()
            self._resting = None
            loop.call_soon(self._start, loop)
        if self._patience_s:
            self._promised.append((loop.time() + self._patience_s, future))
            if self._watch is None:
                self._watch = loop.call_later(LOOK_EVERY_S, self._lose_patience, loop)
        return await future

    def _lose_patience(self, loop: asyncio.AbstractEventLoop) -> None:
        """One timer for all callers: one for each would cost more than the rest of a call."""
        now = loop.time()
        while self._promised and (self._promised[0][1].done() or self._promised[0][0] <= now):
            _, future = self._promised.popleft()
            if not future.done():
                future.set_exception(TimeoutError())
        self._watch = loop.call_later(LOOK_EVERY_S, self._lose_patience, loop) if self._promised else None

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._resting = None
        batch = self._next()
        self._is_running = bool(batch)
        if not batch:
            return
        work = loop.run_in_executor(self._thread, _in_thread, self._verb, [item for item, _ in batch])
        work.add_done_callback(lambda done: self._settle(loop, batch, done))

    def _next(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        weight = 0
        while self._waiting and len(batch) < self._most and weight < self._heaviest:
            item, future = self._waiting.popleft()
            self._waiting_weight -= self._weight(item)
            if not future.done():  # its caller has given up
                weight += self._weight(item)
                batch.append((item, future))
        return batch

    def _settle(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[tuple[Item, asyncio.Future[Result]]],
        done: "asyncio.Future[list[Result | BaseException]]",
    ) -> None:
        if self._rest_s and len(batch) >= SEVERAL and len(self._waiting) < self._rest_below:
            self._resting = loop.call_later(self._rest_s, self._start, loop)
        else:
            self._start(loop)  # the next batch leaves before this one's callers wake
        results: Sequence[Result | BaseException]
        try:
            results = done.result()
        except BaseException as error:
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    def close(self) -> None:
        """Let the running batch end, then drop the thread and its connection."""
        self._thread.submit(drop_connection)
        self._thread.shutdown(wait=True)


def _in_thread(verb: Verb[Item, Result], items: list[Item]) -> list[Result | BaseException]:
    with_fresh_connection()
    return each(verb, items)


def each(verb: Verb[Item, Result], items: Sequence[Item]) -> list[Result | BaseException]:
    """The verb's results, with an exception in the place of each item that can't be done. The verb commits all or
    nothing. When the database is away, all fail at once."""
    try:
        return list(verb(items))
    except Exception as error:
        drop_broken_connection(error)
        if len(items) == 1 or is_passing(error):
            return [error] * len(items)
    middle = len(items) // 2
    return each(verb, items[:middle]) + each(verb, items[middle:])


def drop_connection() -> None:
    connection.close()  # asked for in the thread whose it is


def with_fresh_connection() -> None:
    """A thread keeps its connection: let it be looked at before its next use, since PostgreSQL may have been away. When
    it went, it has closed its end, which is seen here; nobody need be asked."""
    close_old_connections()
    server = connection.connection
    if server is not None and not server.closed and not _may_be_read(server.fileno()):
        connection.health_check_done = True  # type: ignore[attr-defined]  # Django's, which its stubs do not know


def _may_be_read(file: int) -> bool:
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(0))


def drop_broken_connection(error: BaseException) -> None:
    """After an error of the database itself the thread's connection is not to be trusted."""
    if is_passing(error) and not connection.in_atomic_block:
        connection.close()
