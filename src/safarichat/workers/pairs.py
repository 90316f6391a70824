"""How often one number may write to one person. Pure: the clock is given.

WhatsApp gives each pair one message per six seconds, and lets a burst borrow from what is to come: up to 45 within six
seconds, paid back at six seconds each before the next may go (reference: meta-cloud-api §8).
"""

EACH_S = 6.0
BURST_S = 6.0
BURST = 45
SWEEP_EVERY_S = 30.0


class Pairs:
    def __init__(self) -> None:
        self._bursts: dict[int, tuple[float, int]] = {}  # conversation → when its burst began, how many so far
        self._swept_at = 0.0

    def free_at(self, conversation_id: int, now: float) -> float:
        """When the next message may go; `now` or earlier when it may at once."""
        began_at, count = self._bursts.get(conversation_id, (now, 0))
        may_borrow = count < BURST and now < began_at + BURST_S
        return now if may_borrow else began_at + count * EACH_S

    def take(self, conversation_id: int, now: float) -> None:
        """One departs now."""
        began_at, count = self._bursts.get(conversation_id, (now, 0))
        if now >= began_at + count * EACH_S:  # all is paid back
            began_at, count = now, 0
        self._bursts[conversation_id] = (began_at, count + 1)
        self._sweep(now)

    def exhaust(self, conversation_id: int, now: float, wait_s: float) -> None:
        """The provider says that this person has had enough for so long."""
        self._bursts[conversation_id] = (now + wait_s - BURST * EACH_S, BURST)

    def _sweep(self, now: float) -> None:
        if now < self._swept_at + SWEEP_EVERY_S:
            return
        self._swept_at = now
        self._bursts = {one: (at, count) for one, (at, count) in self._bursts.items() if at + count * EACH_S > now}
