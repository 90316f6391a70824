"""Keeps this process's lanes: takes its fair share of them, renews their leases, gives them back."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from safarichat.ground.batching import Batcher, drop_broken_connection, drop_connection, with_fresh_connection
from safarichat.messaging import lanes
from safarichat.messaging.journal import Journal, of_the_dead
from safarichat.messaging.portfolios import admit, quota, slowed
from safarichat.messaging.sending import depart, fetch_due, record
from safarichat.messaging.slowing import Brake
from safarichat.numbers.health import credential_failed
from safarichat.numbers.use import senders
from safarichat.workers.handing import Sender
from safarichat.workers.lane import Lane, Work
from safarichat.workers.pairs import Pairs

logger = logging.getLogger("safarichat.send")

TICK_S = 1.0
SPACING_S = 0.02
RENEW_EVERY_S = 4.0
MOST_LANES = 500  # a process can't carry more, whatever its share
T = TypeVar("T")


class Sending:
    def __init__(self, directory: Path) -> None:
        """`directory`: where this machine's sending processes keep their journals."""
        self._directory = directory
        self.holder = f"{socket.gethostname()[:32]}:{os.getpid()}:{uuid4().hex[:8]}"
        self.lanes: dict[int, Lane] = {}
        self._changed_at: dict[int, datetime] = {}
        self._pairs: dict[int, Pairs] = {}  # a lane that is given back for a moment forgets nobody
        self._work = Work(
            fetch=Batcher("fetch", fetch_due, most=MOST_LANES),
            admit=Batcher("admit", admit, most=MOST_LANES),
            depart=Batcher("depart", depart, most=MOST_LANES),
            record=Batcher("record", record, most=1000, waiting=64 * MOST_LANES),
            journal=Journal(directory, self.holder),
        )
        self._keeper = ThreadPoolExecutor(1, "lanes")
        self._wake = asyncio.Event()
        self._stopping = False
        self._renewed_at = 0.0

    def wake(self, credential_ids: Collection[int] = ()) -> None:
        """Something was queued: for these numbers, or for any."""
        for credential_id in credential_ids or list(self.lanes):
            if lane := self.lanes.get(credential_id):
                lane.wake()
            else:
                self._wake.set()
        if not credential_ids:
            self._wake.set()

    def count_inbound(self, counts: Mapping[int, int]) -> None:
        for credential_id, count in counts.items():
            if lane := self.lanes.get(credential_id):
                lane.pace.spend(time.monotonic(), count)

    def slow(self, brakes: Sequence[Brake]) -> None:
        """The provider has told afterwards that it was too much."""
        for brake in brakes:
            for lane in self.lanes.values():
                if lane.leased.credential_id == brake.credential_id or lane.is_of(brake.portfolio):
                    lane.slow(brake)

    async def run(self) -> None:
        """Send until told to stop; then everything in the air is recorded and every lane given back."""
        while not self._stopping:
            try:
                await self._tick()
            except Exception as error:
                logger.warning("lanes could not be looked after: %s", type(error).__name__, exc_info=error)
            await self._rest()
        await self._leave()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(TICK_S):
                await self._wake.wait()
        except TimeoutError:
            pass
        await asyncio.sleep(SPACING_S)  # a thousand who queue at once wake us once
        self._wake.clear()

    async def _tick(self) -> None:
        await self._db(self._recover)
        if time.monotonic() - self._renewed_at > RENEW_EVERY_S:
            await self._renew()
        share = min(await self._db(lambda: lanes.share(self.holder)), MOST_LANES)
        self._give_back(share)
        if len(self.lanes) < share:
            await self._lease(share - len(self.lanes))

    def _recover(self) -> None:
        with of_the_dead(self._directory) as dead:
            lanes.recover(dead)

    async def _renew(self) -> None:
        asked_at = time.monotonic()
        held = dict(self.lanes)
        standing = await self._db(lambda: lanes.renew([lane.leased.lease for lane in held.values()]))
        self._renewed_at = asked_at
        for credential_id, lane in held.items():
            found = standing.get(credential_id)
            if found is None or not found.may_send:
                lane.stop()
                continue
            lane.held_from = asked_at
            if self._changed_at.setdefault(credential_id, found.changed_at) != found.changed_at:
                lane.stop()  # another token, another pace: the next lease begins with them

    def _give_back(self, share: int) -> None:
        surplus = len(self.lanes) - share
        for lane in sorted(self.lanes.values(), key=lambda lane: not lane.is_idle):
            if lane.is_idle or surplus > 0:
                lane.stop()
                surplus -= 1

    async def _lease(self, most: int) -> None:
        asked_at = time.monotonic()
        leased = await self._db(lambda: lanes.lease(self.holder, most))
        if not leased:
            return
        known = await self._db(lambda: _senders([one.credential_id for one in leased]))
        for one in leased:
            if one.credential_id not in known:
                logger.error("number %d can't send: its secrets can't be opened", one.credential_id)
                await self._db(partial(lanes.freeze, one.credential_id))
                await self._db(partial(lanes.release, [one.lease]))
                continue
            pairs = self._pairs.setdefault(one.credential_id, Pairs())
            lane = Lane(one, known[one.credential_id], self._work, pairs, held_from=asked_at)
            self.lanes[one.credential_id] = lane
            lane.start(self._ended)

    def _ended(self, lane: Lane) -> None:
        """The lane has nothing in the air any more."""
        self.lanes.pop(lane.leased.credential_id, None)
        self._changed_at.pop(lane.leased.credential_id, None)
        asyncio.get_running_loop().create_task(self._release(lane))

    async def _release(self, lane: Lane) -> None:
        credential_id, problem = lane.leased.credential_id, lane.problem
        try:
            if problem is not None:
                await self._db(lambda: credential_failed(credential_id, problem))
            await self._db(lambda: lanes.release([lane.leased.lease]))
        except Exception as error:  # its lease runs out by itself
            logger.warning("lane %d could not be given back: %s", credential_id, type(error).__name__)
        self._wake.set()

    async def _leave(self) -> None:
        for lane in list(self.lanes.values()):
            lane.stop()
        await asyncio.gather(*(lane.ended() for lane in list(self.lanes.values())))
        await asyncio.sleep(0)  # let the last lanes ask to be released
        self._work.journal.close()
        await self._db(lambda: lanes.leave(self.holder))

    def close(self) -> None:
        """Drop the threads and their connections, once all has ended."""
        for batcher in (self._work.fetch, self._work.admit, self._work.depart, self._work.record):
            batcher.close()
        self._keeper.submit(drop_connection)
        self._keeper.shutdown()

    async def _db(self, verb: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._keeper, _fresh, verb)


def _senders(credential_ids: Sequence[int]) -> dict[int, Sender]:
    """All at once: a lane that begins must not wait for those that have begun and are busy."""
    known = senders(credential_ids)
    quotas = {one: quota(number.facts, one) for one, (_, number, _) in known.items()}
    slow = slowed({one.portfolio for one in quotas.values()})
    return {
        one: Sender(provider, number, platform, quotas[one], quotas[one].portfolio in slow)
        for one, (provider, number, platform) in known.items()
    }


def _fresh(verb: Callable[[], T]) -> T:
    with_fresh_connection()
    try:
        return verb()
    except Exception as error:
        drop_broken_connection(error)
        raise
