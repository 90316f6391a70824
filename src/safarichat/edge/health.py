"""`/healthz` (this process lives), `/readyz` (it can do its work), `/metrics` (its figures)."""

import asyncio
import os
import resource
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from safarichat.ground import stopping
from safarichat.ground.reachable import database_answers

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

STARTED_AT = time.monotonic()
PATIENCE_S = 4.0
one_thread = ThreadPoolExecutor(1, "readyz")


class Question:
    """One for all who ask while it is on its way: strangers who ask by the thousand make no queue before the rest."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[bool] | None = None

    def asked(self) -> asyncio.Future[bool]:
        if self._answer is None or self._answer.done():
            self._answer = asyncio.get_running_loop().run_in_executor(one_thread, database_answers)
        return self._answer


question = Question()


async def health_app(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["path"]:
        case "/healthz":
            await _say(send, 200, "ok\n")
        case "/readyz":
            reason = await _reason_not_ready()
            await _say(send, 503 if reason else 200, f"{reason or 'ready'}\n")
        case "/metrics":
            await _say(send, 200, _metrics())
        case _:
            await _say(send, 404, "not found\n")


async def _reason_not_ready() -> str:
    if stopping.has_begun():
        return "stopping"
    try:
        answers = await asyncio.wait_for(asyncio.shield(question.asked()), PATIENCE_S)
    except TimeoutError:
        answers = False
    return "" if answers else "the database does not answer"


def _metrics() -> str:
    """Prometheus' text format."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    process = f'{{process="{os.getpid()}"}}'
    return (
        "# TYPE safarichat_uptime_seconds gauge\n"
        f"safarichat_uptime_seconds{process} {time.monotonic() - STARTED_AT:.1f}\n"
        "# TYPE safarichat_cpu_seconds_total counter\n"
        f"safarichat_cpu_seconds_total{process} {used.ru_utime + used.ru_stime:.2f}\n"
        "# TYPE safarichat_memory_peak_kilobytes gauge\n"
        f"safarichat_memory_peak_kilobytes{process} {used.ru_maxrss}\n"
    )


async def _say(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
