"""How fast a number's messages leave, measured at departure and at the receiver: at 80 and at 1,000 a second, with
customers who write 30 a second, and two numbers that share one portfolio's limit of new people.
"""

import argparse
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from safarichat.bench.ground import Site, free_port, say, say_durability, stop, wait_for
from safarichat.bench.numbers import connect_numbers
from safarichat.bench.orders import orders_for
from safarichat.ground.notify import wake_workers
from safarichat.ground.outbound import ask
from safarichat.ground.sql import fetch
from safarichat.ground.talks import Call, Reply
from safarichat.messaging.journal import departures
from safarichat.messaging.queueing import queue
from safarichat.messaging.receiving import INBOUND
from safarichat.numbers.models import OfficialWhatsappCredential

PATIENCE_S = 120
INBOUND_PER_S = 30
TIER, TIER_LIMIT = "TIER_250", 250


def run(site: Site, argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="safarichat bench pacing")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args(argv)
    say_durability()
    slow, fast, busy, *pair = connect_numbers(5, per_account=1)
    _set(fast, throughput_mps=1000)
    for number in pair:
        _set(number, meta_app_config={"business_id": "200"}, provider_config={"messaging_limit": TIER})
    _pace(site, "80 a second", slow, 80, options.seconds)
    _pace(site, "1000 a second", fast, 1000, options.seconds)
    _pace(site, "80 a second, 30 of them inbound", busy, 80, options.seconds, inbound_per_s=INBOUND_PER_S)
    _share(site, pair)
    return 0


def _set(number: OfficialWhatsappCredential, **facts: object) -> None:
    OfficialWhatsappCredential.objects.filter(pk=number.pk).update(**facts)


def _pace(
    site: Site, name: str, number: OfficialWhatsappCredential, limit: int, seconds: int, inbound_per_s: int = 0
) -> None:
    rows = (limit - inbound_per_s) * seconds
    for first in range(0, rows, 1000):
        orders = orders_for(number, min(1000, rows - first), first=first)
        queue(number.account_id, orders, now=datetime.now(UTC))

    def inbound() -> bool:
        if inbound_per_s:
            wake_workers(f"{INBOUND}:{number.pk}=1")
        time.sleep(1 / (inbound_per_s or 10))
        return bool(inbound_per_s)

    left, heard, arrived = _sent(site, lambda: not _waits(), meanwhile=inbound)
    heard = [at for at in heard if left[0] <= at <= left[-1]]
    both = sorted([*left, *heard])
    say(
        bench="pacing",
        case=name,
        limit=limit,
        left=len(left),
        inbound=len(heard),
        per_second=round((len(both) - 1) / (both[-1] - both[0]), 1),
        share_of_limit=round((len(both) - 1) / (both[-1] - both[0]) / limit, 3),
        most_in_a_second=_most_in_a_second(both),
        most_in_a_second_at_the_receiver=max(arrived["most_in_a_second"].values()),
    )


def _share(site: Site, pair: Sequence[OfficialWhatsappCredential]) -> None:
    """Each has more new people to write to than both may."""
    for place, number in enumerate(pair):
        orders = orders_for(number, TIER_LIMIT + 50, first=(place + 1) * 10_000_000)
        queue(number.account_id, orders, now=datetime.now(UTC))
    full = "SELECT count(*) FROM messages WHERE is_waiting AND not_before IS NOT NULL"
    everybody = len(pair) * (TIER_LIMIT + 50)
    left, _, _ = _sent(site, lambda: fetch(full)[0][0] == everybody - TIER_LIMIT, meanwhile=_rest)
    say(
        bench="pacing",
        case="two numbers of one portfolio",
        limit=TIER_LIMIT,
        left=len(left),
        is_exact=len(left) == TIER_LIMIT,
    )


def _waits() -> bool:
    return bool(fetch("SELECT EXISTS (SELECT FROM messages WHERE is_waiting AND not_before IS NULL)")[0][0])


def _sent(
    site: Site, is_done: Callable[[], bool], meanwhile: Callable[[], bool]
) -> tuple[list[float], list[float], dict[str, Any]]:
    """When messages left the worker, when customers wrote, and what the receiver saw. One clock for all."""
    port = free_port()
    standin = site.start("safarichat.bench.standin", str(port), "50")
    wait_for(port)
    [worker] = site.start_program("work", env={"META_GRAPH_URL": f"http://127.0.0.1:{port}"})
    until, looked_at = time.monotonic() + PATIENCE_S, 0.0
    heard = []
    while time.monotonic() < until:
        if time.monotonic() > looked_at + 1:
            looked_at = time.monotonic()
            if is_done():
                break
        if meanwhile():
            heard.append(time.monotonic())
    else:
        raise TimeoutError("not everything was sent")
    left = sorted(departures(site.data / "sending").values())
    stop(worker)
    answer = ask(Call(name="stats", method="GET", url=f"http://127.0.0.1:{port}/stats"))
    assert isinstance(answer, Reply)
    standin.terminate()
    return left, heard, msgspec.json.decode(answer.body)


def _rest() -> bool:
    time.sleep(0.1)
    return False


def _most_in_a_second(times: Sequence[float]) -> int:
    return max(place + 1 - bisect_right(times, at - 1) for place, at in enumerate(times))
