"""How fast one number may go. Pure: the clock is given.

Never more than `limit` events in any second, customers' messages counted in, and evenly spread, so that the provider's
own counting, which starts its seconds elsewhere, finds no burst. The log of the last second is the hard rule; the
schedule only smooths, one percent slower than the limit: what is lost by waking late can be made good.
"""

from collections import deque

SECOND = 1.004  # a little long: between our look at the clock and the packet lies a moment
CATCH_UP_S = 0.02


class Pace:
    def __init__(self, limit: int) -> None:
        self.limit = max(1, limit)
        self._interval = 1 / (self.limit * 0.99)
        self._next_at = 0.0
        self._log: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until the next departure; 0 when it may be now."""
        self._forget(now)
        if len(self._log) >= self.limit:
            return max(self._log[-self.limit] + SECOND - now, 1e-4)
        return max(self._next_at - now, 0.0)

    def take(self, now: float) -> None:
        """One departs now."""
        self._log.append(now)
        self._next_at = max(self._next_at, now - CATCH_UP_S) + self._interval

    def spend(self, now: float, count: int) -> None:
        """So many customers' messages came in: they count, and nobody asked us."""
        for _ in range(min(count, 2 * self.limit)):
            self.take(now)

    def room(self, now: float, horizon_s: float) -> int:
        """About how many may depart within the next `horizon_s`."""
        self._forget(now)
        free = self.limit - len(self._log)
        soon = sum(1 for at in self._head() if at + SECOND <= now + horizon_s) if free < self.limit else 0
        by_schedule = int((now + horizon_s - max(self._next_at, now - CATCH_UP_S)) / self._interval) + 1
        return max(0, min(free + soon, by_schedule))

    def _head(self) -> list[float]:
        return [at for _, at in zip(range(64), self._log, strict=False)]

    def _forget(self, now: float) -> None:
        while self._log and self._log[0] + SECOND <= now:
            self._log.popleft()
