"""Whether the hot ways stay flat as the tables grow: the same work on tables of each size, in this one process.

`--rows 10000,1000000`: milliseconds per message to queue, to send (find, attempt, record) and to understand, and per
page of a thread and of the inbox, at each size in turn.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from safarichat.bench.filling import fill
from safarichat.bench.ground import Site, say, say_durability
from safarichat.bench.load import Plan, requests
from safarichat.bench.numbers import connect_numbers, phone_number_ids
from safarichat.bench.orders import orders_for
from safarichat.ground.sql import fetch
from safarichat.ground.tenancy import acting_for
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.understanding import understand
from safarichat.messaging import lanes
from safarichat.messaging.queueing import queue
from safarichat.messaging.reading import Wanted, conversations
from safarichat.messaging.sending import Departure, Ended, Want, depart, fetch_due, record
from safarichat.messaging.thread import thread
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Accepted

COUNT = 2000
BATCH = 200
READS = 200


def run(_site: Site, argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="safarichat bench growth")
    parser.add_argument("--rows", default="10000,1000000")
    options = parser.parse_args(argv)
    numbers = connect_numbers(10, per_account=1)
    say_durability()
    there = 0
    for turn, size in enumerate(int(one) for one in options.rows.split(",")):
        fill(numbers, size - there)
        there = size
        _measure(numbers, turn)  # once to warm up
        say(bench="growth", rows=size, **_measure(numbers, turn + 100))
    return 0


def _measure(numbers: Sequence[OfficialWhatsappCredential], turn: int) -> dict[str, float]:
    return {
        "queue_ms": _each(COUNT, lambda: _queue(numbers, turn)),
        "send_ms": _each(COUNT, lambda: _send(turn)),
        "ingest_ms": _each(COUNT, _hooks(numbers, turn)),
        "thread_ms": _each(READS, _threads),
        "inbox_ms": _each(READS, lambda: _inboxes(numbers)),
    }


def _each(count: int, deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return round((time.perf_counter() - started) * 1000 / count, 3)


def _queue(numbers: Sequence[OfficialWhatsappCredential], turn: int) -> None:
    for place in range(COUNT // BATCH):
        number = numbers[place % len(numbers)]
        orders = orders_for(number, BATCH, first=turn * 100_000 + place * BATCH)
        queue(number.account_id, orders, now=datetime.now(UTC))


def _send(turn: int) -> None:
    left = COUNT
    for lane in lanes.lease("bench", 100):
        while due := fetch_due([Want(lane.credential_id, BATCH)])[0]:
            attempts = depart([Departure(lane.credential_id, lane.lease, tuple(one.id for one in due))])[0]
            now = datetime.now(UTC)
            taken = [Accepted(provider_message_id=f"wamid.{turn}.{one.id}", wa_id=one.phone) for one in due]
            record([Ended(one, attempts[one.id], now, how) for one, how in zip(due, taken, strict=True)])
            left -= len(due)
        lanes.release([lane.lease])
    if left:
        raise AssertionError(f"{left} messages did not leave")


def _hooks(numbers: Sequence[OfficialWhatsappCredential], turn: int) -> Callable[[], None]:
    plan = Plan(port=0, secret="", numbers=phone_number_ids(numbers), count=COUNT, seed=turn + 1)
    bodies = [request.partition(b"\r\n\r\n")[2] for request in requests(plan)]

    def take() -> None:
        for first in range(0, COUNT, BATCH):
            keep([Kept("meta", "", body) for body in bodies[first : first + BATCH]])
        while understand(400):
            pass

    return take


def _threads() -> None:
    dice = random.Random(1)
    known = fetch("SELECT min(id), max(id) FROM conversations")[0]
    for _ in range(READS):
        place = dice.randint(*known)
        found = fetch("SELECT id, account_id FROM conversations WHERE id >= %s ORDER BY id LIMIT 1", place)
        conversation_id, account_id = found[0]
        with acting_for(account_id):
            thread(account_id, conversation_id)


def _inboxes(numbers: Sequence[OfficialWhatsappCredential]) -> None:
    for place in range(READS):
        account_id = numbers[place % len(numbers)].account_id
        with acting_for(account_id):
            conversations(account_id, Wanted(), now=datetime.now(UTC))
