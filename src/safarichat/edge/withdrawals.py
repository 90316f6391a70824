"""What a provider posts when somebody takes back their leave there: /webhooks/{provider}/deauthorize, …/data-deletion.

Nothing but the provider's signature opens these, and all that is wrong is answered alike.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import msgspec
from msgspec import Struct

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.ground.batching import drop_broken_connection, drop_connection, with_fresh_connection
from safarichat.numbers import withdrawing
from safarichat.numbers.platform import address
from safarichat.providers.shapes import Hook, Withdrawal

PER_MINUTE = 60
JSON_TYPE = "application/json"
TEXT = "text/plain; charset=utf-8"


class Said(Struct, frozen=True):
    """What is answered."""

    status: int
    body: bytes = b""
    content_type: str = TEXT


def _take_back(provider: str, withdrawal: Withdrawal) -> Said:
    withdrawing.take_back(provider, withdrawal)
    return Said(200)


def _delete(provider: str, withdrawal: Withdrawal) -> Said:
    code = withdrawing.delete(provider, withdrawal).code
    told = {"url": f"{address()}/data-deletion/{code}", "confirmation_code": code}
    return Said(200, msgspec.json.encode(told), JSON_TYPE)


KINDS: Mapping[str, Callable[[str, Withdrawal], Said]] = {"deauthorize": _take_back, "data-deletion": _delete}


class Withdrawals:
    """One per process: a thread of their own, since they are rare and may take a moment."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "withdrawals")

    def close(self) -> None:
        self._thread.submit(drop_connection)
        self._thread.shutdown(wait=True)

    async def answer(self, provider: str, kind: str, hook: Hook, secrets: Mapping[str, str]) -> Said:
        """401 when it is not the provider who says it. Raises what the database raises."""
        withdrawal = providers.get(provider).withdrawn(hook, secrets)
        if withdrawal is None:
            return Said(401)
        return await asyncio.get_running_loop().run_in_executor(self._thread, _do, provider, kind, withdrawal)


def _do(provider: str, kind: str, withdrawal: Withdrawal) -> Said:
    with_fresh_connection()
    try:
        if throttles.allow(f"withdrawals:{provider}", limit=PER_MINUTE, per_s=60):
            return Said(429)
        return KINDS[kind](provider, withdrawal)
    except Exception as error:
        drop_broken_connection(error)
        raise
