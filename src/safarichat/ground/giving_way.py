"""Work that can wait gives way to work that cannot: it rests while the machine has too little for both.

How crowded it is shows in how long a thread that could go on was kept from a processor. The system tells it for each
thread (Linux, `/proc/thread-self/schedstat`); where it does not, nothing rests. A priority would say the same, but not
to the database, which does half of the work; and a thread of low priority keeps its process's other threads waiting.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

ALONE = 0.12  # of its time it waits for a processor even while nothing else has much to do
SECONDS_FOR_ONE = 8  # of rest, for each that it waited beyond that
LONGEST_S = 1.0


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What the work returns, and for how many seconds its thread should rest now."""
    began, waited = time.monotonic(), kept_waiting_s()
    result = work()
    took, waited = time.monotonic() - began, kept_waiting_s() - waited
    return result, rest_s(took, waited)


def rest_s(took_s: float, waited_s: float) -> float:
    """Seconds to rest after work of `took_s`, for `waited_s` of which its thread was kept from a processor."""
    return min(max(0.0, SECONDS_FOR_ONE * (waited_s - ALONE * took_s)), LONGEST_S)


def kept_waiting_s() -> float:
    """For how long this thread was ready to run and did not, since it began; 0 where the system does not tell."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
