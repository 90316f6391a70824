"""A provider that does nothing but answer: every POST, after a while, with a message id. A process of its own.

`python -m safarichat.bench.standin PORT MILLISECONDS` prints a line when it listens; `GET /stats` tells how many
messages came, how many twice, and the most in any second per number.
"""

import asyncio
import re
import secrets
import sys
import time
from collections import Counter
from typing import cast

import msgspec
import uvloop

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
OPAQUE = re.compile(rb'"biz_opaque_callback_data": *"([^"]+)"')
PATH = re.compile(rb"(GET|POST) (\S+)")


class Seen:
    """What arrived."""

    def __init__(self) -> None:
        self.count = 0
        self.name = secrets.token_hex(8).encode()  # ids never come twice, also not from the next run
        self.opaque: Counter[bytes] = Counter()
        self.at: dict[bytes, list[float]] = {}

    def take(self, path: bytes, body: bytes) -> int:
        self.count += 1
        if found := OPAQUE.search(body):
            self.opaque[found[1]] += 1
        self.at.setdefault(path.partition(b"?")[0], []).append(time.monotonic())
        return self.count

    def stats(self) -> bytes:
        return msgspec.json.encode(
            {
                "accepted": self.count,
                "distinct": len(self.opaque),
                "duplicates": sum(count - 1 for count in self.opaque.values()),
                "most_in_a_second": {path.decode(): _most_in_a_second(times) for path, times in self.at.items()},
            }
        )


def _most_in_a_second(times: list[float]) -> int:
    most = start = 0
    for end, at in enumerate(times):
        while times[start] <= at - 1:
            start += 1
        most = max(most, end - start + 1)
    return most


class Connection(asyncio.Protocol):
    def __init__(self, seen: Seen, delay_s: float) -> None:
        self.seen, self.delay_s = seen, delay_s
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while request := self._next():
            path, body = request
            if path == b"/stats":
                self._answer(self.seen.stats())
                continue
            number = self.seen.take(path, body)
            payload = b'{"messaging_product":"whatsapp","contacts":[],"messages":[{"id":"wamid.%s%d"}]}' % (
                self.seen.name,
                number,
            )
            asyncio.get_running_loop().call_later(self.delay_s, self._answer, payload)

    def _next(self) -> tuple[bytes, bytes] | None:
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        told = LENGTH.search(head)
        length = int(told[1]) if told else 0
        if len(rest) < length:
            return None
        self.buffer = rest[length:]
        asked = PATH.match(head)
        return (asked[2] if asked else b""), rest[:length]

    def _answer(self, payload: bytes) -> None:
        self.transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            % (len(payload), payload)
        )


async def serve(port: int, delay_ms: int) -> None:
    seen = Seen()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(seen, delay_ms / 1000), "127.0.0.1", port, backlog=4096
    )
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
