"""`POST /v25.0/{number}/messages` with the keys of several accounts, each message committed before its answer.

A third are templates to people who were never written to, two thirds are answers to people who have just written.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from safarichat.accounts import apikeys
from safarichat.bench.asking import Asking
from safarichat.bench.filling import fill
from safarichat.bench.ground import Site, free_port, say, say_durability, wait_for
from safarichat.bench.load import Result
from safarichat.bench.numbers import connect_numbers
from safarichat.bench.orders import orders_for
from safarichat.ground.sql import fetch
from safarichat.messaging.queueing import queue
from safarichat.numbers.models import OfficialWhatsappCredential

CUSTOMERS = 2000  # of each number, with an open window


def run(site: Site, argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="safarichat bench accept")
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--rows", type=int, default=0, help="messages in the tables before it begins")
    parser.add_argument("--keys", type=int, default=10)
    parser.add_argument("--web", type=int, default=2)
    parser.add_argument("--connections", type=int, default=512)
    parser.add_argument("--rate", type=float, default=0, help="a second; 0: as fast as answers come")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(argv)
    numbers = connect_numbers(options.keys, per_account=1)
    senders = [(number.phone_number_id or "", _key(number)) for number in numbers]
    say_durability()
    _open_windows(numbers)
    fill(numbers, options.rows)
    port = free_port()
    site.start_program("web", "--port", str(port), count=options.web)
    wait_for(port)
    time.sleep(3)  # both listen, and the first imports are done
    before = _rows()
    total = 0
    for turn in range(options.runs):
        plan = Asking(
            port=port,
            senders=senders,
            connections=options.connections,
            count=options.count,
            rate=options.rate,
            customers=CUSTOMERS,
            seed=turn + 1,
        )
        result = _load(plan)
        total += result.answered
        say(
            bench="accept",
            web=options.web,
            keys=options.keys,
            rate=options.rate,
            answered=result.answered,
            refused=result.refused,
            per_second=round(result.answered / result.seconds),
            p50_ms=result.p50_ms,
            p99_ms=result.p99_ms,
            max_ms=result.max_ms,
            rows_equal_answered=_rows() - before == total,
        )
    return 0


def _key(number: OfficialWhatsappCredential) -> str:
    return apikeys.make(number.account_id, "Bench", ["send"])[1]


def _open_windows(numbers: Sequence[OfficialWhatsappCredential]) -> None:
    now = datetime.now(UTC)
    for number in numbers:
        queue(number.account_id, orders_for(number, CUSTOMERS), now=now)
    fetch("UPDATE conversations SET window_closes_at = %s", now + timedelta(days=1))


def _rows() -> int:
    return int(fetch("SELECT count(*) FROM messages WHERE direction = 'out'")[0][0])


def _load(plan: Asking) -> Result:
    done = subprocess.run(
        [sys.executable, "-m", "safarichat.bench.asking", msgspec.json.encode(plan).decode()],
        check=True,
        stdout=subprocess.PIPE,
    )
    return msgspec.json.decode(done.stdout, type=Result)
