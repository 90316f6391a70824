"""One lane while we hold its lease: takes due messages, commits their attempts just before departure, sends them
concurrently, has the outcomes recorded. One message of a conversation at a time, so that their order is kept.

Three brakes, each pulled by its own refusals only: the number's pace, the pair's (one number, one person), and the
portfolio's places for people who have not written. What is more urgent overtakes what is held ready.
"""

import asyncio
import heapq
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from safarichat import providers
from safarichat.ground.batching import Batcher
from safarichat.ground.outbound import aask, arun_talk
from safarichat.ground.sql import is_passing
from safarichat.media.handing import takes_file
from safarichat.messaging.journal import Journal
from safarichat.messaging.lanes import LEASE_S, MARGIN_S, Leased
from safarichat.messaging.portfolios import Admitted, Opening
from safarichat.messaging.receiving import OPAQUE
from safarichat.messaging.sending import (
    Departure,
    Due,
    Ended,
    Want,
    Withheld,
    own_wait_s,
)
from safarichat.messaging.slowing import Brake
from safarichat.providers.errors import NO_ANSWER, NOT_SENT, NOT_UNDERSTOOD
from safarichat.providers.shapes import Accepted, Later, Outcome, Outgoing, Problem, Refused, Unknown
from safarichat.workers.handing import Sender, hand_over
from safarichat.workers.pace import Pace
from safarichat.workers.pairs import Pairs

logger = logging.getLogger("safarichat.send")

IN_THE_AIR = 64  # also the most that a kill can leave unconfirmed
IN_HAND = 4 * IN_THE_AIR  # about to leave, in the air, or answered and not yet recorded
AHEAD_S = 0.05  # attempts are committed for what will depart within this time
READY = 200  # messages held in memory
MOST_HANDING = 16  # of one lane, so that another's file is not far behind in line
LOOK_S = 0.1  # for something more urgent than those, at most so often
LOOK_AT = 50  # and at so many
MOST_EXCLUDED = 1000  # waiting conversations named to the database; of the rest we know ourselves
IDLE_S = 5.0  # a lane with nothing to do is given back after this


class Work(Struct, frozen=True):
    """The verbs that all lanes of a process share, each with its own batch."""

    fetch: Batcher[Want, list[Due]]
    admit: Batcher[Opening, Admitted]
    depart: Batcher[Departure, dict[int, int]]
    record: Batcher[Ended, None]
    journal: Journal


class Lane:
    def __init__(self, leased: Leased, sender: Sender, work: Work, pairs: Pairs, *, held_from: float) -> None:
        """`held_from`: monotonic time before the lease was asked for. `pairs` outlive the lane."""
        self.leased, self.sender, self._work = leased, sender, work
        self.pace, self._pairs = Pace(leased.throughput_mps), pairs
        self._is_rationed = sender.quota.limit is not None or sender.is_slowed
        self.held_from = held_from
        self.problem: Problem | None = None  # the credential does not work
        self._ready: list[tuple[int, int, Due]] = []  # a heap: what is urgent first, then what is old
        self._cleared: deque[tuple[Due, int]] = deque()  # attempt committed, about to depart
        self._flights: set[asyncio.Task[None]] = set()
        self._in_the_air = 0
        self._handing: set[asyncio.Task[None]] = set()  # files on their way to the provider, before their messages
        self._busy: set[int] = set()  # conversations with a message in hand
        # Counted from now: begun before the lease was asked for, a wait would end before the database's own does, and
        # what comes after a message that still waits would overtake it.
        self._waiting = {one: time.monotonic() + seconds for one, seconds in leased.waiting.items()}
        self._has_news = False
        self._looked_at = 0.0
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
        self._has_news = True
        self._wake.set()

    def is_of(self, portfolio: str) -> bool:
        return bool(portfolio) and self.sender.quota.portfolio == portfolio

    def slow(self, brake: Brake) -> None:
        now = time.monotonic()
        self._pull(brake.scope, brake.conversation_id, brake.rests_s, now, now - brake.age_s)

    def stop(self) -> None:
        """Let nothing more depart, finish what is in the air, then end."""
        self._stopping = True
        self._turn.set()
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
        room = min(self._room(now), IN_HAND - len(self._flights) - len(self._cleared))
        if room <= 0:
            return await self._rest(AHEAD_S / 2)
        if len(self._ready) < room or (self._has_news and now > self._looked_at + LOOK_S):
            await self._refill(now)
        if batch := self._next(room):
            self._idle_since = None
            return await self._clear(batch)
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

    async def _refill(self, now: float) -> None:
        self._has_news, self._looked_at = False, now
        self._waiting = {conversation: until for conversation, until in self._waiting.items() if until > now}
        busy = (*self._busy, *islice(self._waiting, MOST_EXCLUDED))
        most = max(READY - len(self._ready), LOOK_AT)
        found = await self._work.fetch.do(Want(self.leased.credential_id, most, busy))
        self._has_news |= len(found) == most and bool(self._ready) and found[-1].priority < max(self._ready)[0]
        for due in found:
            if due.conversation_id not in self._busy and due.conversation_id not in self._waiting:
                if not takes_file(due.body):
                    self._stand_in_line(due)
                elif len(self._handing) < MOST_HANDING:
                    self._hand_over(due)
        self._trim()

    def _stand_in_line(self, due: Due) -> None:
        self._busy.add(due.conversation_id)
        heapq.heappush(self._ready, (due.priority, due.id, due))

    def _trim(self) -> None:
        """Who came later but is more urgent took a place: the last in line stand back in the queue."""
        if len(self._ready) > READY:
            self._ready.sort()
            for _, _, due in self._ready[READY:]:
                self._busy.discard(due.conversation_id)
            del self._ready[READY:]

    def _next(self, most: int) -> list[Due]:
        """The next to leave. Who has just had too much stands back until it is their time."""
        batch: list[Due] = []
        now = time.monotonic()
        while self._ready and len(batch) < most:
            _, _, due = heapq.heappop(self._ready)
            free_at = self._pairs.free_at(due.conversation_id, now)
            if free_at > now:
                self._put_off(due, free_at)
            else:
                batch.append(due)
        return batch

    def _put_off(self, due: Due, until: float) -> None:
        self._waiting[due.conversation_id] = until
        self._busy.discard(due.conversation_id)

    def _hand_over(self, due: Due) -> None:
        """Before the message is claimed: an upload may take minutes, and a kill during it leaves nothing in doubt."""
        self._busy.add(due.conversation_id)
        self._idle_since = None
        task = asyncio.get_running_loop().create_task(self._with_file(due))
        self._handing.add(task)
        task.add_done_callback(self._handed)

    def _handed(self, task: "asyncio.Task[None]") -> None:
        self._handing.discard(task)
        self._wake.set()

    async def _with_file(self, due: Due) -> None:
        try:
            handed = await hand_over(due.account_id, due.body, self.sender)
        except Exception as error:
            logger.warning("message %d: its file waits (%s)", due.id, type(error).__name__, exc_info=error)
            handed = Later(NOT_SENT, "transient", 5.0)
        if isinstance(handed, Refused | Later):  # it takes its turn like the others, but does not leave
            due = replace(due, stays=handed, opens=False)
        else:
            due = replace(due, body=handed)
        self._stand_in_line(due)

    async def _clear(self, batch: list[Due]) -> None:
        """Commit the attempts of those who are about to leave."""
        if self._is_rationed and any(due.opens for due in batch):
            batch = await self._admitted(batch)
        ids = tuple(due.id for due in batch)
        attempts = await self._work.depart.do(Departure(self.leased.credential_id, self.leased.lease, ids))
        for due in batch:
            if due.id in attempts:
                self._cleared.append((due, attempts[due.id]))
            else:
                self._busy.discard(due.conversation_id)  # cancelled, or not ours any more
        self._turn.set()

    async def _admitted(self, batch: list[Due]) -> list[Due]:
        """Those for whose recipients the portfolio has a place; the others wait for one."""
        recipients = tuple((due.id, due.phone or due.user_id) for due in batch if due.opens)
        found = await self._work.admit.do(Opening(self.leased.lease, self.sender.quota, recipients))
        for due in batch:
            if due.opens and due.id not in found.message_ids:
                self._put_off(due, time.monotonic() + found.wait_s)
        return [due for due in batch if not due.opens or due.id in found.message_ids]

    async def _depart(self) -> None:
        """Let cleared messages go, each at its moment; what may not go any more returns to the queue."""
        while self._cleared or not self._is_over:
            if not self._cleared or (self._in_the_air >= IN_THE_AIR and self.may_depart):
                self._turn.clear()
                await self._turn.wait()
                continue
            if (wait := self.pace.wait(time.monotonic())) and self.may_depart:
                await asyncio.sleep(wait)
                continue
            due, attempt = self._cleared.popleft()
            if due.stays is not None:
                self._brake(due, due.stays, time.monotonic())
                self._fly(self._end(due, attempt, due.stays))
            elif self.may_depart:
                now = time.monotonic()
                self._in_the_air += 1
                self.pace.let_go(now)
                self._pairs.take(due.conversation_id, now)
                self._fly(self._send(due, attempt))
            else:
                self._fly(self._end(due, attempt, Withheld()))

    def _fly(self, flight: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(flight)
        self._flights.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._flights.discard(task)
        self._wake.set()

    async def _send(self, due: Due, attempt: int) -> None:
        message = Outgoing(opaque=f"{OPAQUE}{due.id}", to=due.phone, user_id=due.user_id, body=due.body)
        provider, departed_at = providers.get(self.sender.provider), time.monotonic()
        self.pace.gone(departed_at)
        self._work.journal.departed((due.id, attempt))
        try:
            outcome: Outcome = await arun_talk(provider.send(self.sender.number, message, self.sender.platform), aask)
        except Exception:  # a bug of ours; the request may have left, so it counts as such
            logger.exception("message %d: sending stumbled", due.id)
            outcome = Unknown(NO_ANSWER)
        if isinstance(outcome, Accepted):
            self._note_acceptance(due.id, attempt, outcome.provider_message_id)
        self._in_the_air -= 1
        self._turn.set()
        self._brake(due, outcome, departed_at)
        await self._end(due, attempt, outcome)

    def _note_acceptance(self, message_id: int, attempt: int, provider_message_id: str) -> None:
        """Those of one turn of the loop are written together."""
        if self._work.journal.accepted((message_id, attempt), provider_message_id):
            asyncio.get_running_loop().call_soon(self._work.journal.flush)

    def _brake(self, due: Due, outcome: Outcome, departed_at: float) -> None:
        if not isinstance(outcome, Later):
            return
        now = time.monotonic()
        if outcome.why == "credential":
            self.problem = outcome.problem
            self._wake.set()
        elif outcome.why == "throttled":
            self._pull(outcome.problem.scope, due.conversation_id, outcome.after_s, now, departed_at)

    def _pull(self, scope: str, conversation_id: int, rests_s: float, now: float, departed_at: float) -> None:
        """Each brake for its own bucket."""
        if scope == "portfolio":
            self._is_rationed = True
        elif scope == "recipient":
            self._pairs.exhaust(conversation_id, now, rests_s)
        else:
            self._paused_until = max(self._paused_until, now + rests_s)
            if scope == "number":
                self.pace.slow(now, departed_at)

    async def _end(self, due: Due, attempt: int, outcome: Outcome | Withheld) -> None:
        ended = Ended(due, attempt, datetime.now(UTC), outcome, self.sender.quota.portfolio)
        wait_s, stumbled = 0.25, False
        while True:
            try:
                await self._work.record.do(ended)
                self._work.journal.ended((due.id, attempt))
                break
            except Exception as error:  # what came of it must not be forgotten
                wait_s = min(wait_s * 2, 5.0)
                logger.warning("message %d: outcome not recorded yet (%s)", due.id, type(error).__name__)
                if stumbled and not is_passing(error):  # an id given twice, say: the provider's statuses will tell
                    ended = replace(ended, outcome=Unknown(NOT_UNDERSTOOD))
                stumbled |= not is_passing(error)  # once it may be an echo of it that was being written
                await asyncio.sleep(wait_s)
        if wait_s := own_wait_s(outcome, attempt):
            self._waiting[due.conversation_id] = time.monotonic() + wait_s
        self._busy.discard(due.conversation_id)


def _end(lane: Lane, task: "asyncio.Task[None]", on_end: Callable[[Lane], None]) -> None:
    if task.cancelled():
        return  # the process ends while something is in the air: the lease runs out, and somebody else sees to it
    if error := task.exception():
        logger.warning("lane %d stopped: %s", lane.leased.credential_id, type(error).__name__, exc_info=error)
    on_end(lane)
