"""Driving a provider's talk within a time that a person waits for."""

import time
from collections.abc import Callable

from msgspec.structs import replace

from safarichat.ground import outbound
from safarichat.ground.talks import Answer, Call, Lost

OUT_OF_TIME = "no time left"


def within(seconds: float) -> Callable[[Call], Answer]:
    """Asks as long as the time lasts; a call for which none is left surely never leaves."""
    deadline = time.monotonic() + seconds

    def asked(call: Call) -> Answer:
        left = deadline - time.monotonic()
        if left < 0.2:
            return Lost(OUT_OF_TIME, may_have_arrived=False)
        return outbound.ask(replace(call, timeout_s=min(call.timeout_s, left)))

    return asked
