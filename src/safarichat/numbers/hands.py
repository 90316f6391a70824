"""Locks around what a provider has only one of: two walks that make a key for one channel would end each other's."""

import time
from collections.abc import Mapping
from types import TracebackType

from safarichat.ground.sql import JSON, fetch

ONE_AT_A_TIME = ("channel_id", "phone_number_id", "display_phone_number")
PATIENCE_S = 8.0
LOOK_AGAIN_S = 0.1


class Hands:
    """What one walk has in hand. Held by this thread's database connection: a process that dies holds nothing."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def __enter__(self) -> "Hands":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._held:
            fetch("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)

    def take(self, facts: Mapping[str, JSON]) -> bool:
        """Take what these facts name, and wait a little for it. False: somebody else has it in hand."""
        named = {f"walk on {name} {facts[name]}" for name in ONE_AT_A_TIME if facts.get(name)}
        until = time.monotonic() + PATIENCE_S
        for name in sorted(named - self._held):
            while not self._take(name):
                if time.monotonic() > until:
                    return False
                time.sleep(LOOK_AGAIN_S)
        return True

    def _take(self, name: str) -> bool:
        ((is_ours,),) = fetch("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name)
        if is_ours:
            self._held.add(name)
        return bool(is_ours)
