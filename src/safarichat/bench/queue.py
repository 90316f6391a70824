"""Messages queued in batches: each checked, stored with its conversation, committed."""

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from safarichat.bench.filling import fill
from safarichat.bench.ground import Site, say, say_durability
from safarichat.bench.numbers import connect_numbers
from safarichat.bench.orders import orders_for
from safarichat.ground.sql import fetch
from safarichat.messaging.queueing import Queued, queue


def run(_site: Site, argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="safarichat bench queue")
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--rows", type=int, default=0, help="messages in the tables before it begins")
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(argv)
    numbers = connect_numbers(10, per_account=1)
    say_durability()
    fill(numbers, options.rows)
    before = fetch("SELECT count(*) FROM messages")[0][0]
    for turn in range(options.runs):
        started = time.monotonic()
        queued = 0
        for batch in range(options.count // options.batch):
            number = numbers[batch % len(numbers)]
            orders = orders_for(number, options.batch, first=(turn * options.count + batch * options.batch))
            answers = queue(number.account_id, orders, now=datetime.now(UTC))
            queued += sum(isinstance(one, Queued) for one in answers)
        seconds = time.monotonic() - started
        rows = fetch("SELECT count(*) FROM messages")[0][0]
        say(
            bench="queue",
            batch=options.batch,
            queued=queued,
            per_second=round(queued / seconds),
            rows_equal_queued=rows - before == (turn + 1) * queued,
        )
    return 0
