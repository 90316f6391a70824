"""From a provider's webhook to the tenant's endpoint: how long it takes, at a rate that is held, over a real number of
accounts that have an endpoint each and one that nobody answers at."""

import argparse
import hashlib
import hmac
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from safarichat.bench.ground import Site, free_port, say, say_durability, wait_for
from safarichat.bench.numbers import WABA_ID, connect_numbers
from safarichat.endpoints.managing import Wanted, make
from safarichat.endpoints.posting import guard
from safarichat.ground.outbound import ask
from safarichat.ground.sql import fetch
from safarichat.ground.talks import Call, Reply
from safarichat.ground.tenancy import acting_for
from safarichat.numbers.models import OfficialWhatsappCredential

PATIENCE_S = 120
CALLERS = 16


def run(site: Site, argv: Sequence[str]) -> int:
    options = _options(argv)
    numbers = connect_numbers(10, per_account=1)
    port, tenant = free_port(), free_port()
    site.start("safarichat.bench.tenant", str(tenant))
    for number in numbers:
        _listen(number, f"http://127.0.0.1:{tenant}/hook")
    _listen(numbers[0], f"http://127.0.0.1:{free_port()}/nobody")
    say_durability()
    site.start_program("web", "--port", str(port), count=options.web)
    site.start_program("work", count=options.workers)
    wait_for(port)
    wait_for(tenant)
    time.sleep(3)  # the first imports are done
    count = int(options.rate * options.seconds)
    refused = _call(port, numbers, count, options.rate)
    said = _arrived(tenant, count - refused)
    say(
        bench="fanout",
        rate=options.rate,
        workers=options.workers,
        sent=count,
        refused=refused,
        **said,
        arrived_equal_sent=said["arrived"] == count - refused,
    )
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="safarichat bench fanout")
    parser.add_argument("--rate", type=float, default=50, help="webhooks a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--web", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args(argv)


def _listen(number: OfficialWhatsappCredential, url: str) -> None:
    with acting_for(number.account_id):
        make(number.account_id, Wanted(url=url), guard())


def _call(port: int, numbers: Sequence[OfficialWhatsappCredential], count: int, rate: float) -> int:
    """An open loop: what could not be sent in time has its waiting counted. How many were not taken."""
    began = time.time_ns()

    def call(n: int) -> bool:
        due_at = began + int(n / rate * 1e9)
        time.sleep(max(0, (due_at - time.time_ns()) / 1e9))
        body = _body(numbers[n % len(numbers)].phone_number_id or "", n, due_at)
        mac = hmac.new(os.environ["META_APP_SECRET"].encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}"}
        url = f"http://127.0.0.1:{port}/webhooks/meta"
        answer = ask(Call(name="hook", method="POST", url=url, headers=headers, data=body, is_routine=True))
        return isinstance(answer, Reply) and answer.status == 200

    with ThreadPoolExecutor(CALLERS) as threads:
        return sum(not taken for taken in threads.map(call, range(count)))


def _body(phone_number_id: str, n: int, due_at: int) -> bytes:
    phone = f"2547{n % 2000:08}"
    message = {"from": phone, "id": f"wamid.FAN{n:012}", "timestamp": str(due_at // 10**9), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "254700000000", "phone_number_id": phone_number_id},
        "contacts": [{"profile": {"name": f"Customer {n}"}, "wa_id": phone}],
        "messages": [{**message, "text": {"body": f"sent-{n}-{due_at}"}}],
    }
    entry = {"id": WABA_ID, "changes": [{"value": value, "field": "messages"}]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


def _arrived(tenant: int, count: int) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    while True:
        answer = ask(Call(name="stats", method="GET", url=f"http://127.0.0.1:{tenant}/stats", is_routine=True))
        assert isinstance(answer, Reply)
        said: dict[str, Any] = msgspec.json.decode(answer.body)
        if said["arrived"] == count:
            return said
        if time.monotonic() > until:
            waiting = fetch("SELECT count(*) FROM endpoint_deliveries WHERE state <> 'delivered'")[0][0]
            raise TimeoutError(f"{said['arrived']} of {count} arrived, {waiting} wait")
        time.sleep(0.1)
