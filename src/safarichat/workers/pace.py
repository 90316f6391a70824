"""How fast one number may go. Pure: the clock is given.

Never more than `limit` events in any second, customers' messages counted in, and evenly spread, so that the provider's
own counting, which starts its seconds elsewhere, finds no burst. The log of the last second is the hard rule; the
schedule only smooths, one percent slower than the limit: what is lost by waking late can be made good.

When the provider says that it was too fast after all, the schedule goes at half the pace and comes back bit by bit.
What had left before that word was heard says nothing new.
"""

from collections import deque

SECOND = 1.004  # a little long: between our look at the clock and the packet lies a moment
CATCH_UP_S = 0.02
RECOVERY_S = 60.0  # from standing still to the whole pace
SLOWEST = 0.05  # of the whole pace


class Pace:
    def __init__(self, limit: int) -> None:
        self.limit = max(1, limit)
        self._whole_interval = 1 / (self.limit * 0.99)
        self._slowed_at = float("-inf")
        self._share = 1.0  # of the whole pace, when it was last slowed
        self._next_at = 0.0
        self._about_to = 0  # let go, and not yet gone
        self._log: deque[float] = deque()  # of the last second, both directions
        self._inbound: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until the next departure; 0 when it may be now."""
        self._forget(now)
        too_many = len(self._log) + self._about_to - self._most() + 1
        if too_many > len(self._log):
            return 1e-3
        if too_many > 0:
            return max(self._log[too_many - 1] + SECOND - now, 1e-4)
        return max(self._next_at - now, 0.0)

    def take(self, now: float) -> None:
        """One departs now."""
        self.let_go(now)
        self.gone(now)

    def let_go(self, now: float) -> None:
        """One is about to depart: from now on it counts."""
        self._about_to += 1
        self._next_at = max(self._next_at, now - CATCH_UP_S) + self._interval(now)

    def gone(self, now: float) -> None:
        """One that was let go has departed. The loop may have been busy between: this is its true moment."""
        self._about_to -= 1
        self._log.append(now)

    def spend(self, now: float, count: int) -> None:
        """So many customers' messages came in: they count, and nobody asked us."""
        for _ in range(min(count, 2 * self.limit)):
            self.take(now)
            self._inbound.append(now)

    def slow(self, now: float, departed_at: float) -> bool:
        """The provider found us too fast, by what left then. False: that was before we last slowed down."""
        if departed_at < self._slowed_at:
            return False
        self._share, self._slowed_at = max(self.share(now) / 2, SLOWEST), now
        return True

    def share(self, now: float) -> float:
        """How much of the whole pace we go at."""
        return min(1.0, self._share + (now - self._slowed_at) / RECOVERY_S)

    def _interval(self, now: float) -> float:
        return self._whole_interval / self.share(now)

    def room(self, now: float, horizon_s: float) -> int:
        """About how many may depart within the next `horizon_s`."""
        self._forget(now)
        free = self._most() - len(self._log) - self._about_to
        for at in self._log:
            if at + SECOND > now + horizon_s:
                break
            free += 1
        by_schedule = int((now + horizon_s - max(self._next_at, now - CATCH_UP_S)) / self._interval(now)) + 1
        return max(0, min(free, by_schedule))

    def _most(self) -> int:
        """Where customers write, the next of them must find a place that is free: we can't make them wait."""
        return max(1, self.limit - -(-len(self._inbound) // 100))

    def _forget(self, now: float) -> None:
        for log in (self._log, self._inbound):
            while log and log[0] + SECOND <= now:
                log.popleft()
