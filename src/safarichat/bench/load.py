"""A load generator for webhooks, a process of its own: raw sockets, bodies signed before the clock starts.

`python -m safarichat.bench.load '{"port": …, …}'` prints one JSON line. With a `rate` it is an open loop: what could
not be sent in time is sent late and its waiting counted.
"""

import asyncio
import hashlib
import hmac
import random
import sys
import time
from collections import deque

import msgspec
import uvloop


class Plan(msgspec.Struct):
    port: int
    secret: str = ""
    numbers: list[str] = []
    connections: int = 128
    count: int = 50_000
    rate: float = 0  # a second; 0: as fast as answers come
    customers: int = 20_000
    seed: int = 1


class Result(msgspec.Struct):
    answered: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float


def requests(plan: Plan) -> list[bytes]:
    dice = random.Random(plan.seed)
    return [_request(plan, n, dice) for n in range(plan.count)]


def _request(plan: Plan, n: int, dice: random.Random) -> bytes:
    customer = dice.randrange(plan.customers)
    phone = f"2547{customer:08}"
    message = {
        "from": phone,
        "from_user_id": f"KE.{customer:020}",
        "id": f"wamid.HBgM{plan.seed:04}{n:012}{dice.getrandbits(128):032X}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": f"Message {n} " + "lorem ipsum dolor "[:18] * dice.randint(4, 14)},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "254700000000",
            "phone_number_id": plan.numbers[customer % len(plan.numbers)],
        },
        "contacts": [{"profile": {"name": f"Customer {customer}"}, "wa_id": phone, "user_id": f"KE.{customer:020}"}],
        "messages": [message],
    }
    change = {"value": value, "field": "messages"}
    body = msgspec.json.encode(
        {"object": "whatsapp_business_account", "entry": [{"id": "200000000000001", "changes": [change]}]}
    )
    mac = hmac.new(plan.secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhooks/meta HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"x-hub-signature-256: sha256={mac}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Caller(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.due_at = 0.0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.load.idle(self)

    def call(self, request: bytes, due_at: float) -> None:
        self.due_at = due_at
        self.transport.write(request)  # type: ignore[attr-defined]  # uvloop's own class

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < told_length(head):
            return
        self.buffer = b""
        self.load.answered(head.startswith(b"HTTP/1.1 200"), time.perf_counter() - self.due_at)
        self.load.idle(self)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.load.done.is_set() and self.due_at:
            self.load.answered(False, 0)


class Load:
    def __init__(self, plan: Plan, requests: list[bytes]) -> None:
        self.plan = plan
        self.requests = requests
        self.latencies: list[float] = []
        self.refused = 0
        self.next = 0
        self.free: deque[Caller] = deque()
        self.done = asyncio.Event()
        self.started_at = 0.0

    async def run(self) -> Result:
        loop = asyncio.get_running_loop()
        for _ in range(self.plan.connections):
            await loop.create_connection(lambda: Caller(self), "127.0.0.1", self.plan.port)
        self.started_at = time.perf_counter()
        while self.next < self.plan.count:
            self._send_due()
            await asyncio.sleep(0.001)
        await asyncio.wait_for(self.done.wait(), 60)
        seconds = time.perf_counter() - self.started_at
        slowest_last = sorted(self.latencies)
        at = [percentile(slowest_last, share) for share in (0.5, 0.99, 1)]
        return Result(len(slowest_last), self.refused, seconds, *(round(seconds * 1000, 1) for seconds in at))

    def idle(self, caller: Caller) -> None:
        self.free.append(caller)
        if self.started_at:
            self._send_due()

    def _send_due(self) -> None:
        now = time.perf_counter()
        while self.free and self.next < self.plan.count:
            due_at = self.started_at + self.next / self.plan.rate if self.plan.rate else now
            if due_at > now:
                return
            self.free.popleft().call(self.requests[self.next], due_at)
            self.next += 1

    def answered(self, is_kept: bool, seconds: float) -> None:
        if is_kept:
            self.latencies.append(seconds)
        else:
            self.refused += 1
        if len(self.latencies) + self.refused == self.plan.count:
            self.done.set()


def told_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def percentile(sorted_values: list[float], share: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))] if sorted_values else 0.0


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.argv[1], type=Plan)
    found = uvloop.run(Load(asked, requests(asked)).run())
    print(msgspec.json.encode(found).decode())
