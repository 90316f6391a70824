"""Driving a provider's talk within a time that a person waits for, and within the calls that a provider allows."""

import time
from collections.abc import Callable

from msgspec.structs import replace

from safarichat.accounts import throttles
from safarichat.ground import outbound
from safarichat.ground.talks import Answer, Budget, Call, Lost

OUT_OF_TIME = "no time left"
LEAST_S = 0.2


def within(seconds: float) -> Callable[[Call], Answer]:
    """Asks as long as the time lasts; a call for which none is left, or no turn comes, surely never leaves."""
    deadline = time.monotonic() + seconds

    def asked(call: Call) -> Answer:
        if call.budget is not None and not _got_a_turn(call.budget, deadline):
            return Lost(OUT_OF_TIME, may_have_arrived=False)
        left = deadline - time.monotonic()
        if left < LEAST_S:
            return Lost(OUT_OF_TIME, may_have_arrived=False)
        return outbound.ask(replace(call, timeout_s=min(call.timeout_s, left)))

    return asked


def _got_a_turn(budget: Budget, deadline: float) -> bool:
    """Counted in the database, so that all processes share one budget; whoever waits here holds nothing."""
    while wait_s := throttles.allow(f"calls:{budget.name}", limit=budget.calls, per_s=budget.per_s):
        if time.monotonic() + wait_s > deadline - LEAST_S:
            return False
        time.sleep(wait_s)
    return True
