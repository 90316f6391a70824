"""Driving a provider's talk within a time that a person waits for, and within the provider's narrow limits."""

import time
from collections.abc import Callable

from msgspec.structs import replace

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.ground import outbound
from safarichat.ground.talks import Answer, Call, Lost
from safarichat.numbers import calls

OUT_OF_TIME = "no time left"
LOOK_AGAIN_S = 1.0


def within(seconds: float, note: calls.Note | None = None) -> Callable[[Call], Answer]:
    """Asks as long as the time lasts; a call for which none is left surely never leaves, and is not noted."""
    deadline = time.monotonic() + seconds

    def asked(call: Call) -> Answer:
        if call.budget and not _is_my_turn(call.budget, deadline):
            return Lost(OUT_OF_TIME, may_have_arrived=False)
        left = deadline - time.monotonic()
        if left < 0.2:
            return Lost(OUT_OF_TIME, may_have_arrived=False)
        ask = calls.noted(outbound.ask, note) if note else outbound.ask
        return ask(replace(call, timeout_s=min(call.timeout_s, left)))

    return asked


def _is_my_turn(budget: str, deadline: float) -> bool:
    """Wait for a place among all processes of the installation, as long as there is time."""
    limit, per_s = providers.BUDGETS[budget]
    while wait_s := throttles.allow(f"budget:{budget}", limit=limit, per_s=per_s):
        if time.monotonic() + min(wait_s, LOOK_AGAIN_S) > deadline:
            return False
        time.sleep(min(wait_s, LOOK_AGAIN_S))
    return True
