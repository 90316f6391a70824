"""For the processes of one drill: a clock on the wall that is set wrong, and right again, every three seconds.

First on PYTHONPATH, so that it comes before everything else is imported. The monotonic clock runs on, as it does on a
machine whose time is set.
"""

import datetime
import time

STEPS_S = (0, 3600, -3600, 7)
_true = time.time


def _off_s() -> int:
    return STEPS_S[int(time.monotonic() / 3) % len(STEPS_S)]


class Stepped(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "datetime.datetime":  # type: ignore[override]  # the plain kind
        return _plain.fromtimestamp(_true() + _off_s(), tz)


_plain = datetime.datetime
datetime.datetime = Stepped  # type: ignore[misc]  # that is the point
time.time = lambda: _true() + _off_s()
