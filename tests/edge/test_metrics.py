"""`/metrics`: the queues of the installation, in Prometheus' text format."""

import asyncio
from typing import Any

import pytest
from django.db import connections

from safarichat.edge import health
from safarichat.numbers.models import OfficialWhatsappCredential


@pytest.mark.django_db(transaction=True)
async def test_it_tells_how_much_waits(number: OfficialWhatsappCredential) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    await health.health_app({"type": "http", "path": "/metrics"}, receive, send)
    lines = sent[1]["body"].decode().splitlines()
    assert "safarichat_messages_waiting 0" in lines
    assert "safarichat_hooks_waiting 0" in lines
    assert "safarichat_deliveries_due 0" in lines
    assert any(line.startswith("safarichat_hooks_kept_total{process=") for line in lines)
    await asyncio.to_thread(health.one_thread.submit(connections.close_all).result)
