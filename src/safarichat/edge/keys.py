"""What the key in a webhook's address opens: looked up in the database, believed for a few seconds."""

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from safarichat.ground.batching import drop_broken_connection, with_fresh_connection
from safarichat.numbers.connections import secrets_of_key

FRESH_S = 5.0
MOST = 10_000
LONGEST_KEY = 64


class Keys:
    """Strangers may guess as many as they like: they cost one short query each, and no memory for long."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, Mapping[str, str]]] = {}
        self._asked: dict[tuple[str, str], asyncio.Future[Mapping[str, str]]] = {}
        self._thread = ThreadPoolExecutor(1, "hook-keys")

    async def secrets(self, provider: str, key: str) -> Mapping[str, str]:
        if len(key) > LONGEST_KEY or not key.isalnum() or not key.isascii():
            return {}
        name = (provider, key)
        known = self._known.get(name)
        if known and known[0] > time.monotonic():
            return known[1]
        asked = self._asked.get(name)
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[name] = loop.run_in_executor(self._thread, _look_up, provider, key)
            asked.add_done_callback(lambda done: self._learn(name, done))
        return await asyncio.shield(asked)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _learn(self, name: tuple[str, str], done: "asyncio.Future[Mapping[str, str]]") -> None:
        self._asked.pop(name, None)
        if done.cancelled() or done.exception() is not None:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = (time.monotonic() + FRESH_S, done.result())


def _look_up(provider: str, key: str) -> Mapping[str, str]:
    with_fresh_connection()
    try:
        return secrets_of_key(provider, key)
    except Exception as error:
        drop_broken_connection(error)
        raise
