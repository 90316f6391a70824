"""A request's body, read to its end before anybody works on it: a slow sender holds no thread, and little memory."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class TooLarge(Exception):
    """The body is larger than may be."""


class TooSlow(Exception):
    """The body did not come within the time."""


class TooMany(Exception):
    """Unfinished bodies together hold all the memory that they may."""


class Disconnected(Exception):
    """The caller has gone before the end of the body."""


class Bodies:
    """At most `most` bytes each within `patience_s`; those that are not complete hold `together` bytes at most."""

    def __init__(self, *, most: int, together: int, patience_s: float) -> None:
        self.most = most
        self._together = together
        self._patience_s = patience_s
        self._held = 0

    async def whole(self, told_length: str, receive: Receive) -> bytes:
        """The body, or one of the exceptions above. `told_length`: the header, which may say anything."""
        self.refuse(told_length)
        return await self._in_time(receive)

    async def quickly(self, told_length: str, receive: Receive) -> bytes:
        """As `whole`, with a clock for what comes after the first message alone: most bodies are one."""
        self.refuse(told_length)
        first = await receive()
        if _is_all(first, told_length) and len(first.get("body", b"")) <= self.most:
            return bytes(first.get("body", b""))
        return await self._in_time(receive, first)

    def refuse(self, told_length: str) -> None:
        if told_length.isascii() and told_length.isdigit() and (len(told_length) > 18 or int(told_length) > self.most):
            raise TooLarge

    async def _in_time(self, receive: Receive, first: MutableMapping[str, Any] | None = None) -> bytes:
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._read(receive, first or await receive())
        except TimeoutError:
            raise TooSlow from None

    async def _read(self, receive: Receive, message: MutableMapping[str, Any]) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            while True:
                if message["type"] != "http.request":
                    raise Disconnected
                chunk = message.get("body", b"")
                size += len(chunk)
                self._held += len(chunk)
                chunks.append(chunk)
                if size > self.most:
                    raise TooLarge
                if not message.get("more_body"):
                    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
                if self._held > self._together:
                    raise TooMany
                message = await receive()
        finally:
            self._held -= size


def _is_all(first: MutableMapping[str, Any], told_length: str) -> bool:
    """Servers say that more may follow although they were told how much comes."""
    is_last = not first.get("more_body") or told_length == str(len(first.get("body", b"")))
    return first["type"] == "http.request" and is_last
