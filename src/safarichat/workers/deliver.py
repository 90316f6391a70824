"""Delivers events to tenants' endpoints: those that this process holds, each at its own pace.

A slow endpoint has its own few requests in the air and nobody else's. Within a conversation one begins when the one
before it has had its first try. What is in the air when the process dies is due again for whoever takes the endpoint
next, under the same webhook-id: at least once, never lost.
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from msgspec import Struct, field

from safarichat.endpoints import posting
from safarichat.endpoints.recording import Tried, record, rest_s
from safarichat.endpoints.taking import TRUSTED_FAILURES, Due, Held, Want, due, release, renew, take
from safarichat.ground import outbound
from safarichat.ground.batching import Batcher, drop_broken_connection, drop_connection, with_fresh_connection
from safarichat.ground.sql import is_passing
from safarichat.ground.talks import Lost

logger = logging.getLogger("safarichat.deliver")

LOOK_EVERY_S = 1.0
RENEW_EVERY_S = 3.0
IDLE_S = 10.0  # an endpoint with nothing to do is given back after so long
AFTER_AN_ERROR_S = 0.5
EACH = 8  # requests in the air to one endpoint
MOST_ENDPOINTS = 500
RESOLVERS = 32  # names that nobody answers for hold up only their own endpoints
T = TypeVar("T")


class _Hand(Struct):
    """An endpoint in this worker's hands."""

    held: Held
    failures: int
    in_the_air: dict[int, Due] = field(default_factory=dict)
    with_former: bool = True  # as long as there are two secrets: which one the program took last
    used_at: float = 0.0
    rests_until: float = 0.0
    is_lost: bool = False  # what is in the air may end

    def room(self) -> int:
        if self.is_lost or time.monotonic() < self.rests_until:
            return 0
        return (1 if self.failures >= TRUSTED_FAILURES else EACH) - len(self.in_the_air)

    def want(self) -> Want:
        busy = {one.conversation for one in self.in_the_air.values() if one.conversation is not None}
        return Want(self.held.id, self.room(), tuple(self.in_the_air), tuple(busy))

    def note(self, tried: Tried) -> None:
        self.failures = 0 if tried.is_taken else self.failures + 1
        self.rests_until = time.monotonic() + rest_s(self.failures) if self.failures else 0.0
        if tried.status in posting.WRONG_SECRET and self.held.former:
            self.with_former = not self.with_former


class Delivering:
    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:32]}:{os.getpid()}:{uuid4().hex[:8]}"
        self._hands: dict[int, _Hand] = {}
        self._record: Batcher[Tried, None] = Batcher("delivered", record, most=200)
        self._thread = ThreadPoolExecutor(1, "deliver")
        self._guard = posting.guard()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._has_news = True
        self._stopping = False
        self._renewed_at = 0.0
        self._looked_at = 0.0

    def wake(self) -> None:
        """Something became due, for anybody."""
        self._has_news = True
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Until told to stop; what is in the air may end."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(RESOLVERS, "resolve"))
        while not self._stopping:
            self._wake.clear()
            try:
                await self._round()
            except Exception as error:
                logger.log(
                    logging.WARNING if is_passing(error) else logging.ERROR,
                    "deliveries wait: %s",
                    type(error).__name__,
                    exc_info=None if is_passing(error) else error,
                )
                await asyncio.sleep(AFTER_AN_ERROR_S)
            await self._rest()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._in_thread(lambda: release(self.holder, list(self._hands)))
        await self._in_thread(drop_connection)
        await asyncio.to_thread(self._record.close)

    async def _round(self) -> None:
        if time.monotonic() - self._renewed_at > RENEW_EVERY_S:
            await self._hold_on()
        if self._has_news or time.monotonic() - self._looked_at > LOOK_EVERY_S:
            await self._take_more()
        wants = [hand.want() for hand in self._hands.values() if hand.room() > 0]
        if wants:
            self._begin(await self._in_thread(lambda: due(wants)))

    async def _take_more(self) -> None:
        self._has_news, self._looked_at = False, time.monotonic()
        most, mine = MOST_ENDPOINTS - len(self._hands), list(self._hands)
        if most > 0:
            for held in await self._in_thread(lambda: take(self.holder, most, but=mine)):
                self._hands[held.id] = _Hand(held, held.failures, used_at=time.monotonic())

    async def _hold_on(self) -> None:
        """And let go of what is idle, or not ours any more."""
        now = time.monotonic()
        idle = [id for id, hand in self._hands.items() if not hand.in_the_air and now - hand.used_at > IDLE_S]
        if idle:
            await self._in_thread(lambda: release(self.holder, idle))
        for id in idle:
            del self._hands[id]
        still = {held.id: held for held in await self._in_thread(lambda: renew(self.holder, list(self._hands)))}
        for id in list(self._hands):
            hand = self._hands[id]
            hand.is_lost = id not in still
            hand.held = still.get(id, hand.held)
            if hand.is_lost and not hand.in_the_air:
                del self._hands[id]
        self._renewed_at = now

    def _begin(self, found: Mapping[int, Sequence[Due]]) -> None:
        for endpoint_id, deliveries in found.items():
            if hand := self._hands.get(endpoint_id):
                for one in deliveries:
                    self._send(hand, one)

    def _send(self, hand: _Hand, one: Due) -> None:
        hand.in_the_air[one.id] = one
        hand.used_at = time.monotonic()
        task = asyncio.get_running_loop().create_task(self._deliver(hand, one))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, hand: _Hand, one: Due) -> None:
        """Whatever becomes of it, its place is free again; unless it was recorded, it is due as before."""
        try:
            tried = await self._post(hand, one)
            hand.note(tried)
            await self._record.do(tried)
        except Exception as error:
            drop = logging.WARNING if is_passing(error) else logging.ERROR
            logger.log(drop, "delivery %d is not recorded: %s", one.id, type(error).__name__)
            await asyncio.sleep(AFTER_AN_ERROR_S)
        finally:
            hand.in_the_air.pop(one.id, None)
            self._wake.set()

    async def _post(self, hand: _Hand, one: Due) -> Tried:
        at = datetime.now(UTC)
        asked = posting.call(one, hand.held, with_former=hand.with_former)
        try:
            async with asyncio.timeout(posting.TIMEOUT_S + 1):  # a name may take longer to be resolved than that
                answer = await outbound.aask(asked, guard=self._guard)
        except TimeoutError:
            return posting.tried(one, asked, Lost("no answer in time", may_have_arrived=True), at)
        return posting.tried(one, asked, answer, at)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _in_thread(self, verb: Callable[[], T]) -> T:
        def run() -> T:
            with_fresh_connection()
            try:
                return verb()
            except Exception as error:
                drop_broken_connection(error)
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)
