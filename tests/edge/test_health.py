"""What a load balancer asks, and everybody else may ask as well."""

import asyncio
import threading
from typing import Any

import pytest
from django.db import connections

from safarichat.edge import health

pytestmark = pytest.mark.django_db(transaction=True)


async def readyz() -> str:
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        told.append(dict(message))

    await health.health_app({"type": "http", "path": "/readyz"}, receive, send)
    return f"{told[0]['status']} {told[1]['body'].decode().strip()}"


async def test_many_who_ask_at_once_are_one_question_to_the_database() -> None:
    is_busy = threading.Event()
    health.one_thread.submit(is_busy.wait)
    asking = [asyncio.create_task(readyz()) for _ in range(200)]
    await asyncio.sleep(0.1)
    waiting = health.one_thread._work_queue.qsize()
    is_busy.set()
    assert set(await asyncio.gather(*asking)) == {"200 ready"}
    assert waiting == 1
    await asyncio.to_thread(health.one_thread.submit(connections.close_all).result)
