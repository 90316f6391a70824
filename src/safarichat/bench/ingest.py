"""Signed webhooks over 128 connections into two web processes, each committed before its 200.

`--workers N` starts workers as well and holds a rate instead of pushing; the seconds until all is understood follow.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

import msgspec

from safarichat.bench.filling import fill
from safarichat.bench.ground import Site, free_port, say, say_durability, wait_for
from safarichat.bench.load import Plan, Result
from safarichat.bench.numbers import connect_numbers, phone_number_ids
from safarichat.ground.sql import fetch

DRAIN_PATIENCE_S = 300


def run(site: Site, argv: Sequence[str]) -> int:
    options = _options(argv)
    connected = connect_numbers(50)
    numbers = phone_number_ids(connected)
    say_durability()
    fill(connected, options.rows)
    port = free_port()
    site.start_program("web", "--port", str(port), count=options.web)
    wait_for(port)
    if options.workers:
        site.start_program("work", count=options.workers)
    time.sleep(3)  # both listen, and the first imports are done
    total = 0
    for turn in range(options.runs):
        plan = Plan(
            port=port,
            secret=os.environ["META_APP_SECRET"],
            numbers=numbers,
            count=int(options.rate * options.seconds) if options.rate else options.count,
            rate=options.rate,
            seed=turn + 1,
        )
        result = _load(plan)
        total += result.answered
        _report(options, result, total)
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="safarichat bench ingest")
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--rows", type=int, default=0, help="messages in the tables before it begins")
    parser.add_argument("--web", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--rate", type=float, help="a second, held for --seconds (3300 with workers)")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(argv)
    if options.rate is None:
        options.rate = 3300 if options.workers else 0
    return options


def _load(plan: Plan) -> Result:
    done = subprocess.run(
        [sys.executable, "-m", "safarichat.bench.load", msgspec.json.encode(plan).decode()],
        check=True,
        stdout=subprocess.PIPE,
    )
    return msgspec.json.decode(done.stdout, type=Result)


def _report(options: argparse.Namespace, result: Result, total: int) -> None:
    rows = fetch("SELECT count(*) FROM inbox")[0][0]
    facts: dict[str, object] = {
        "bench": "ingest",
        "web": options.web,
        "workers": options.workers,
        "answered": result.answered,
        "refused": result.refused,
        "per_second": round(result.answered / result.seconds),
        "p50_ms": result.p50_ms,
        "p99_ms": result.p99_ms,
        "max_ms": result.max_ms,
        "rows_equal_answered": rows == total,
    }
    if options.workers:
        facts["backlog_at_end"] = fetch("SELECT count(*) FROM inbox WHERE state = 0")[0][0]
        facts["drained_after_s"] = _drain()
        messages = fetch("SELECT count(*) FROM messages WHERE direction = 'in'")[0][0] - options.rows // 2
        facts["messages_equal_answered"] = messages == total
    say(**facts)


def _drain() -> float:
    started = time.monotonic()
    while time.monotonic() - started < DRAIN_PATIENCE_S:
        if not fetch("SELECT EXISTS (SELECT FROM inbox WHERE state = 0)")[0][0]:
            return round(time.monotonic() - started, 1)
        time.sleep(0.1)
    raise TimeoutError("the backlog is not drained")
