"""A bare loop of the program's own HTTP client: `python -m safarichat.bench.bare PORT SECONDS` prints its rate."""

import asyncio
import sys
import time

import uvloop

from safarichat.ground.outbound import aask, aclose
from safarichat.ground.talks import Call, Reply

IN_THE_AIR = 256
BODY = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "+254700000000",
    "type": "template",
    "template": {"name": "hello_world", "language": {"code": "en_US"}},
}


async def measure(port: int, seconds: float) -> float:
    until = time.monotonic() + seconds
    call = Call(
        name="bare",
        method="POST",
        url=f"http://127.0.0.1:{port}/bare/messages",
        headers={"authorization": f"Bearer EAA{0:040}"},
        json=BODY,
        is_routine=True,
    )

    async def one_after_another() -> int:
        done = 0
        while time.monotonic() < until:
            done += isinstance(await aask(call), Reply)
        return done

    done = await asyncio.gather(*(one_after_another() for _ in range(IN_THE_AIR)))
    await aclose()
    return sum(done) / seconds


if __name__ == "__main__":
    print(uvloop.run(measure(int(sys.argv[1]), float(sys.argv[2]))))
