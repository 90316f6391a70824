"""For the processes of one drill: a clock on the wall that is set wrong, and right again, every three seconds, from the
moment at which the file that DRILL_CLOCK names is there: signing in at a provider takes a minute and lasts ten.

First on PYTHONPATH, so that it comes before everything else is imported. The monotonic clock runs on, as it does on a
machine whose time is set.
"""

import datetime
import os
import time

STEPS_S = (0, 3600, -3600, 7)
BEGINS = os.environ.get("DRILL_CLOCK", os.devnull)
_true, _plain = time.time, datetime.datetime


def _off_s() -> int:
    if not os.path.exists(BEGINS):
        return 0
    return STEPS_S[int(time.monotonic() / 3) % len(STEPS_S)]


class _AnyMoment(type):
    """What others made, or read from a database, is a moment as well."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, _plain)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _plain)


class Stepped(datetime.datetime, metaclass=_AnyMoment):
    __slots__ = ()

    def __new__(cls, *args: object, **more: object) -> "datetime.datetime":  # type: ignore[misc]  # always the plain kind
        return _plain(*args, **more)  # type: ignore[arg-type]  # whatever it takes

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "datetime.datetime":  # type: ignore[override]  # likewise
        return _plain.fromtimestamp(_true() + _off_s(), tz)


datetime.datetime = Stepped  # type: ignore[misc]  # that is the point
time.time = lambda: _true() + _off_s()
