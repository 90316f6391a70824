"""Whether this process is about to end: streams and loops watch it and end themselves.

`now` is called on the loop, by the signal handler of whoever runs it.
"""

import asyncio
from weakref import WeakKeyDictionary

_begun: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Event] = WeakKeyDictionary()


def now() -> None:
    _event().set()


def has_begun() -> bool:
    return _event().is_set()


async def begun() -> None:
    """Return when the process is asked to stop."""
    await _event().wait()


def _event() -> asyncio.Event:
    """The running loop's own: tests have one loop each."""
    return _begun.setdefault(asyncio.get_running_loop(), asyncio.Event())
