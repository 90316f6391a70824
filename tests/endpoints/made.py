"""Endpoints of a test's account, and what they are due."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from safarichat.accounts.models import Account
from safarichat.endpoints.managing import Made, Wanted, make
from safarichat.endpoints.models import Delivery
from safarichat.endpoints.posting import guard
from safarichat.ground import outbound
from safarichat.ground.tenancy import acting_for
from safarichat.workers.deliver import Delivering


def endpoint(account: Account, url: str = "http://127.0.0.1:9/hook", **wanted: Any) -> Made:
    with acting_for(account.pk):
        return make(account.pk, Wanted(url=url, **wanted), guard())


def told(made: Made) -> list[Any]:
    """The changes that wait for it, in their order."""
    rows = Delivery.objects.filter(endpoint_id=made.id).select_related("event").order_by("id")
    return [{"field": row.event.field, "value": row.event.value} for row in rows]


def value(made: Made) -> Any:
    [one] = told(made)
    return one["value"]


def deliver(for_s: float = 10, *, until: Any = None) -> None:
    """A worker for a while: until nothing is due, or until then."""

    def is_done() -> bool:
        return bool(until()) if until else not Delivery.objects.filter(state=Delivery.State.WAITING).exists()

    async def work() -> None:
        delivering = Delivering()
        threading.Thread(target=_stop_when, args=(asyncio.get_running_loop(), delivering, is_done, for_s)).start()
        await delivering.run()
        await outbound.aclose()

    asyncio.run(work())


def _stop_when(loop: asyncio.AbstractEventLoop, worker: Delivering, is_done: Callable[[], bool], for_s: float) -> None:
    end = time.monotonic() + for_s
    while time.monotonic() < end and not is_done():
        time.sleep(0.02)
    connection.close()
    loop.call_soon_threadsafe(worker.stop)


def change(body: bytes) -> Any:
    payload = json.loads(body)
    assert payload["object"] == "whatsapp_business_account"
    [entry] = payload["entry"]
    [one] = entry["changes"]
    return one
