"""Who shows which API key: looked up once, believed until the database tells of a change, or for a few seconds while
nothing can be heard."""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from safarichat.accounts import apikeys
from safarichat.accounts.apikeys import Key
from safarichat.ground.batching import drop_broken_connection, drop_connection, with_fresh_connection
from safarichat.ground.listening import listen

MOST = 10_000
STRANGERS_FRESH_S = 2.0  # of a key that nobody has: guessing costs one short query each, and no memory for long
HEARING_FRESH_S = 15.0  # a connection that died in silence is noticed only after a while


class ApiKeys:
    """One per process."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Key | None]] = {}
        self._asked: dict[str, asyncio.Future[Key | None]] = {}
        self._changes = 0
        self._is_hearing = False
        self._thread = ThreadPoolExecutor(1, "api-keys")

    async def of(self, shown: str) -> Key | None:
        """Whose key it is; None when it opens nothing."""
        if len(shown) != apikeys.LENGTH or not shown.startswith(apikeys.MARK) or not shown.isascii():
            return None
        digest = apikeys.digest(shown)
        if (known := self._known.get(digest)) and known[0] > time.monotonic():
            return known[1]
        asked = self._asked.get(digest)
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[digest] = loop.run_in_executor(self._thread, _look_up, digest)
            changes = self._changes
            asked.add_done_callback(lambda done: self._learn(digest, changes, done))
        return await asyncio.shield(asked)

    def heard(self, digest: str) -> None:
        """A key has changed. What is just being looked up may have been read before."""
        self._changes += 1
        self._known.pop(digest, None)
        self._asked.pop(digest, None)

    def listening(self) -> None:
        """What was told before this moment was not heard."""
        self._changes += 1
        self._known.clear()
        self._asked.clear()
        self._is_hearing = True

    def deaf(self) -> None:
        """Nothing is believed until changes can be heard again."""
        self._is_hearing = False
        self._known.clear()

    def close(self) -> None:
        self._thread.submit(drop_connection)
        self._thread.shutdown(wait=True)

    def _learn(self, digest: str, changes: int, done: "asyncio.Future[Key | None]") -> None:
        if self._asked.get(digest) is done:
            del self._asked[digest]
        if done.cancelled() or done.exception() is not None or changes != self._changes or not self._is_hearing:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        key = done.result()
        self._known[digest] = (time.monotonic() + (HEARING_FRESH_S if key else STRANGERS_FRESH_S), key)


def _look_up(digest: str) -> Key | None:
    with_fresh_connection()
    try:
        return apikeys.known(digest)
    except Exception as error:
        drop_broken_connection(error)
        raise


api_keys = ApiKeys()


@asynccontextmanager
async def api_keys_lifetime() -> AsyncIterator[None]:
    """Listens while the web process runs."""
    hearing = listen(apikeys.CHANNEL, heard=api_keys.heard, listening=api_keys.listening, deaf=api_keys.deaf)
    task = asyncio.create_task(hearing)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
