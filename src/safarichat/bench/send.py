"""Queued messages of many numbers, sent by worker processes to a stand-in that answers after 50 ms, recorded.

Compared with a bare loop of the same HTTP client, with as many requests in the air, in the same run.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from safarichat.bench.filling import fill
from safarichat.bench.ground import Site, free_port, say, say_durability, wait_for
from safarichat.bench.numbers import connect_numbers
from safarichat.bench.orders import orders_for
from safarichat.ground.outbound import ask
from safarichat.ground.sql import fetch
from safarichat.ground.talks import Call, Reply
from safarichat.messaging.queueing import queue
from safarichat.numbers.models import OfficialWhatsappCredential

BARE_S = 5.0
PATIENCE_S = 300


def run(site: Site, argv: Sequence[str]) -> int:
    options = _options(argv)
    say_durability()
    numbers = connect_numbers(options.numbers, throughput_mps=options.mps)
    fill(numbers, options.rows)
    for turn in range(options.runs):
        port = free_port()
        standin = site.start("safarichat.bench.standin", str(port), str(options.delay_ms))
        wait_for(port)
        bare = _bare(port, options)
        _queue(numbers, options.count // options.numbers, turn)
        seconds, first_s = _send(site, port, options)
        _report(options, port, bare, seconds, first_s, turn)
        standin.terminate()
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="safarichat bench send")
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--rows", type=int, default=0, help="messages in the tables before it begins")
    parser.add_argument("--numbers", type=int, default=60)
    parser.add_argument("--mps", type=int, default=1000, help="messages a second that each number may send")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--delay-ms", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args(argv)


def _queue(numbers: Sequence[OfficialWhatsappCredential], each: int, turn: int) -> None:
    for number in numbers:
        queue(number.account_id, orders_for(number, each, first=turn * 1_000_000), now=datetime.now(UTC))


def _send(site: Site, port: int, options: argparse.Namespace) -> tuple[float, float]:
    """Seconds from the first departure to the last record, and from the start to the first departure."""
    started = time.monotonic()
    workers = site.start_program("work", count=options.workers, env={"META_GRAPH_URL": f"http://127.0.0.1:{port}"})
    while not fetch("SELECT EXISTS (SELECT FROM attempts WHERE outcome = '')")[0][0]:
        time.sleep(0.02)
    first = time.monotonic()
    while fetch("SELECT EXISTS (SELECT FROM messages WHERE is_waiting)")[0][0]:
        if time.monotonic() - first > PATIENCE_S:
            raise TimeoutError("not everything was sent")
        time.sleep(0.25)
    ended = time.monotonic()
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.wait(15)
    return ended - first, first - started


def _report(options: argparse.Namespace, port: int, bare: float, seconds: float, first_s: float, turn: int) -> None:
    answer = ask(Call(name="stats", method="GET", url=f"http://127.0.0.1:{port}/stats"))
    assert isinstance(answer, Reply)
    arrived: dict[str, Any] = msgspec.json.decode(answer.body)
    rows = options.count // options.numbers * options.numbers
    recorded = fetch("SELECT count(*) FROM messages WHERE status = 'accepted'")[0][0]
    per_second = rows / seconds
    say(
        bench="send",
        numbers=options.numbers,
        workers=options.workers,
        per_second=round(per_second),
        bare_client_per_second=round(bare),
        share_of_bare=round(per_second / bare, 2),
        first_departure_s=round(first_s, 1),
        most_in_a_second_of_one_number=max(
            most for path, most in arrived["most_in_a_second"].items() if "bare" not in path
        ),
        duplicates=arrived["duplicates"],
        arrived_equal_recorded=arrived["distinct"] == rows and recorded == rows * (turn + 1),
    )


# --- the bare loop ---


def _bare(port: int, options: argparse.Namespace) -> float:
    """The same client in as many processes, each with 256 requests in the air, nothing stored."""
    loops = [
        subprocess.Popen(
            [sys.executable, "-m", "safarichat.bench.bare", str(port), str(BARE_S)], stdout=subprocess.PIPE
        )
        for _ in range(options.workers)
    ]
    return sum(float(loop.communicate()[0]) for loop in loops)
