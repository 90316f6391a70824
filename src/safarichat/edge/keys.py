"""What the key in a webhook's address opens: looked up in the database, believed for a few seconds."""

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from safarichat.ground.batching import drop_broken_connection, drop_connection, with_fresh_connection
from safarichat.numbers.connections import secrets_of_key

FRESH_S = 5.0
JUST_NOW_S = 0.5
MOST = 10_000
LONGEST_KEY = 64


class Keys:
    """Strangers may guess as many as they like: they cost one short query each, and no memory for long."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, Mapping[str, str]]] = {}
        self._asked: dict[tuple[str, str], asyncio.Future[Mapping[str, str]]] = {}
        self._thread = ThreadPoolExecutor(1, "hook-keys")

    async def secrets(self, provider: str, key: str) -> Mapping[str, str]:
        """What verifies a call to this key; empty when nobody has it."""
        return await self._younger_than(FRESH_S, provider, key)

    async def newer(self, provider: str, key: str) -> Mapping[str, str]:
        """The same, as it is just now: who asks in vain again and again costs two queries a second."""
        return await self._younger_than(JUST_NOW_S, provider, key)

    async def _younger_than(self, age_s: float, provider: str, key: str) -> Mapping[str, str]:
        if len(key) > LONGEST_KEY or not key.isalnum() or not key.isascii():
            return {}
        name = (provider, key)
        known = self._known.get(name)
        if known and known[0] > time.monotonic() - age_s:
            return known[1]
        asked = self._asked.get(name)
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[name] = loop.run_in_executor(self._thread, _look_up, provider, key)
            asked.add_done_callback(lambda done: self._learn(name, done))
        return await asyncio.shield(asked)

    def close(self) -> None:
        """Let a question that is on its way end, then drop the thread and its connection."""
        self._thread.submit(drop_connection)
        self._thread.shutdown(wait=True)

    def _learn(self, name: tuple[str, str], done: "asyncio.Future[Mapping[str, str]]") -> None:
        self._asked.pop(name, None)
        if done.cancelled() or done.exception() is not None:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = (time.monotonic(), done.result())


def _look_up(provider: str, key: str) -> Mapping[str, str]:
    with_fresh_connection()
    try:
        return secrets_of_key(provider, key)
    except Exception as error:
        drop_broken_connection(error)
        raise
