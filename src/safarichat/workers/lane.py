"""One lane while we hold its lease: takes due messages, commits their attempts just before departure, sends them
concurrently, has the outcomes recorded. One message of a conversation at a time, so that their order is kept."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from safarichat import providers
from safarichat.ground.batching import Batcher
from safarichat.ground.outbound import aask, arun_talk
from safarichat.ground.sql import is_passing
from safarichat.media.handing import takes_file
from safarichat.messaging.lanes import LEASE_S, MARGIN_S, Leased
from safarichat.messaging.receiving import OPAQUE
from safarichat.messaging.sending import Departure, Due, Ended, Want, Withheld, brakes_lane
from safarichat.providers.errors import NO_ANSWER, NOT_SENT, NOT_UNDERSTOOD
from safarichat.providers.shapes import Later, Outcome, Outgoing, Problem, Refused, Unknown
from safarichat.workers.handing import Sender, hand_over
from safarichat.workers.pace import Pace

logger = logging.getLogger("safarichat.send")

IN_THE_AIR = 64  # also the most that a kill can leave unconfirmed
AHEAD_S = 0.05  # attempts are committed for what will depart within this time
READY = 200  # messages held in memory
IDLE_S = 5.0  # a lane with nothing to do is given back after this


class Work(Struct, frozen=True):
    """The verbs that all lanes of a process share, each with its own batch."""

    fetch: Batcher[Want, list[Due]]
    depart: Batcher[Departure, dict[int, int]]
    record: Batcher[Ended, None]


class Lane:
    def __init__(self, leased: Leased, sender: Sender, work: Work, *, held_from: float) -> None:
        """`held_from`: monotonic time before the lease was asked for."""
        self.leased, self.sender, self._work = leased, sender, work
        self.pace = Pace(leased.throughput_mps)
        self.held_from = held_from
        self.problem: Problem | None = None  # the credential does not work
        self._ready: deque[Due] = deque()
        self._cleared: deque[tuple[Due, int]] = deque()  # attempt committed, about to depart
        self._flights: set[asyncio.Task[None]] = set()
        self._handing: set[asyncio.Task[None]] = set()  # files on their way to the provider, before their messages
        self._stayed: dict[int, Refused | Later] = {}  # messages whose files could not be handed over
        self._busy: set[int] = set()  # conversations with a message in hand
        self._waiting = dict(leased.waiting)
        self._paused_until = 0.0
        self._stopping = False
        self._is_over = False  # nothing more will be cleared
        self._wake = asyncio.Event()
        self._turn = asyncio.Event()
        self._idle_since: float | None = None
        self._task: asyncio.Task[None] | None = None

    # --- what its keeper does with it ---

    def start(self, on_end: Callable[["Lane"], None]) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(lambda task: _end(self, task, on_end))

    def wake(self) -> None:
        """There may be something new to send."""
        self._wake.set()

    def stop(self) -> None:
        """Let nothing more depart, finish what is in the air, then end."""
        self._stopping = True
        self._wake.set()

    async def ended(self) -> None:
        if self._task:
            await asyncio.wait([self._task])

    @property
    def is_idle(self) -> bool:
        return self._idle_since is not None and time.monotonic() - self._idle_since > IDLE_S

    @property
    def is_held(self) -> bool:
        return time.monotonic() < self.held_from + LEASE_S - MARGIN_S

    @property
    def may_depart(self) -> bool:
        return self.is_held and not self._stopping and self.problem is None

    # --- its life ---

    async def _run(self) -> None:
        departures = asyncio.get_running_loop().create_task(self._depart())
        try:
            while self.may_depart:
                await self._step()
        finally:
            self.stop()
            self._is_over = True
            self._turn.set()
            await departures
            for task in self._handing:
                task.cancel()
            if self._flights:
                await asyncio.wait(self._flights)

    async def _step(self) -> None:
        now = time.monotonic()
        if now < self._paused_until:
            return await self._rest(self._paused_until - now)
        room = min(self._room(now), IN_THE_AIR - len(self._flights) - len(self._cleared))
        if room <= 0:
            return await self._rest(AHEAD_S / 2)
        if len(self._ready) < room:
            await self._refill()
        if self._ready:
            self._idle_since = None
            return await self._clear([self._ready.popleft() for _ in range(min(room, len(self._ready)))])
        if not (self._flights or self._cleared or self._handing) and self._idle_since is None:
            self._idle_since = now
        await self._rest(1.0)

    def _room(self, now: float) -> int:
        return self.pace.room(now, AHEAD_S) - len(self._cleared)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def _refill(self) -> None:
        now = datetime.now(UTC)
        self._waiting = {conversation: until for conversation, until in self._waiting.items() if until > now}
        busy = (*self._busy, *self._waiting)
        for due in await self._work.fetch.do(Want(self.leased.credential_id, READY, busy)):
            if due.conversation_id not in self._busy and due.conversation_id not in self._waiting:
                self._busy.add(due.conversation_id)
                if takes_file(due.body):
                    self._hand_over(due)
                else:
                    self._ready.append(due)

    def _hand_over(self, due: Due) -> None:
        """Before the message is claimed: an upload may take minutes, and a kill during it leaves nothing in doubt."""
        self._idle_since = None
        task = asyncio.get_running_loop().create_task(self._with_file(due))
        self._handing.add(task)
        task.add_done_callback(self._handing.discard)

    async def _with_file(self, due: Due) -> None:
        try:
            handed = await hand_over(due.account_id, due.body, self.sender)
        except Exception as error:
            logger.warning("message %d: its file waits (%s)", due.id, type(error).__name__, exc_info=error)
            handed = Later(NOT_SENT, "transient", 5.0)
        if isinstance(handed, Refused | Later):
            self._stayed[due.id] = handed
        else:
            due = replace(due, body=handed)
        self._ready.append(due)
        self._wake.set()

    async def _clear(self, batch: list[Due]) -> None:
        """Commit the attempts of those who are about to leave."""
        ids = tuple(due.id for due in batch)
        attempts = await self._work.depart.do(Departure(self.leased.credential_id, self.leased.lease, ids))
        for due in batch:
            if due.id in attempts:
                self._cleared.append((due, attempts[due.id]))
            else:
                self._busy.discard(due.conversation_id)  # cancelled, or not ours any more
        self._turn.set()

    async def _depart(self) -> None:
        """Let cleared messages go, each at its moment; what may not go any more returns to the queue."""
        while self._cleared or not self._is_over:
            if not self._cleared:
                self._turn.clear()
                await self._turn.wait()
                continue
            if (wait := self.pace.wait(time.monotonic())) and self.may_depart:
                await asyncio.sleep(wait)
                continue
            due, attempt = self._cleared.popleft()
            if self.may_depart:
                self.pace.take(time.monotonic())
                self._fly(self._send(due, attempt))
            else:
                self._fly(self._end(due, attempt, Withheld()))

    def _fly(self, flight: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(flight)
        self._flights.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._flights.discard(task)
        if len(self._flights) + len(self._cleared) < IN_THE_AIR:
            self._wake.set()

    async def _send(self, due: Due, attempt: int) -> None:
        message = Outgoing(opaque=f"{OPAQUE}{due.id}", to=due.phone, user_id=due.user_id, body=due.body)
        provider = providers.get(self.sender.provider)
        if stayed := self._stayed.pop(due.id, None):
            self._brake(due, stayed)
            return await self._end(due, attempt, stayed)
        try:
            outcome: Outcome = await arun_talk(provider.send(self.sender.number, message, self.sender.platform), aask)
        except Exception:  # a bug of ours; the request may have left, so it counts as such
            logger.exception("message %d: sending stumbled", due.id)
            outcome = Unknown(NO_ANSWER)
        self._brake(due, outcome)
        await self._end(due, attempt, outcome)

    def _brake(self, due: Due, outcome: Outcome) -> None:
        if not isinstance(outcome, Later):
            return
        if outcome.why == "credential":
            self.problem = outcome.problem
            self._wake.set()
        elif brakes_lane(outcome):
            self._paused_until = max(self._paused_until, time.monotonic() + outcome.after_s)

    async def _end(self, due: Due, attempt: int, outcome: Outcome | Withheld) -> None:
        ended = Ended(due, attempt, datetime.now(UTC), outcome)
        wait_s = 0.25
        while True:
            try:
                await self._work.record.do(ended)
                break
            except Exception as error:  # what came of it must not be forgotten
                wait_s = min(wait_s * 2, 5.0)
                logger.warning("message %d: outcome not recorded yet (%s)", due.id, type(error).__name__)
                if not is_passing(error):  # an id given twice, say: the provider's statuses will tell
                    ended = replace(ended, outcome=Unknown(NOT_UNDERSTOOD))
                await asyncio.sleep(wait_s)
        if isinstance(outcome, Later) and not brakes_lane(outcome):
            self._waiting[due.conversation_id] = datetime.fromtimestamp(time.time() + outcome.after_s, UTC)
        self._busy.discard(due.conversation_id)


def _end(lane: Lane, task: "asyncio.Task[None]", on_end: Callable[[Lane], None]) -> None:
    if task.cancelled():
        return  # the process ends while something is in the air: the lease runs out, and somebody else sees to it
    if error := task.exception():
        logger.warning("lane %d stopped: %s", lane.leased.credential_id, type(error).__name__, exc_info=error)
    on_end(lane)
