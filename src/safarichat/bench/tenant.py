"""A tenant's server that does nothing but answer and look at the clock: `python -m safarichat.bench.tenant PORT` prints
a line when it listens; `GET /stats` tells how many events came, how many of them twice, and how long after they were
sent, in milliseconds."""

import asyncio
import re
import sys
import time

import msgspec
import uvloop

from safarichat.bench.load import percentile
from safarichat.bench.standin import Connection, Seen

SENT = re.compile(rb"sent-(\d+)-(\d+)")  # number and nanoseconds, in the text of the message


class Told(Seen):
    def __init__(self) -> None:
        super().__init__()
        self.ms: dict[bytes, float] = {}
        self.again = 0

    def take(self, path: bytes, body: bytes) -> int:
        if found := SENT.search(body):
            self.again += found[1] in self.ms
            self.ms.setdefault(found[1], (time.time_ns() - int(found[2])) / 1e6)
        return len(self.ms)

    def stats(self) -> bytes:
        ms = sorted(self.ms.values())
        at = {
            name: round(percentile(ms, share), 1) for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99), ("max_ms", 1))
        }
        return msgspec.json.encode({"arrived": len(ms), "again": self.again, **at})


async def serve(port: int) -> None:
    told = Told()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(told, 0), "127.0.0.1", port, backlog=4096
    )
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
