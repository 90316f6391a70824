"""`/healthz` (this process lives), `/readyz` (it can do its work), `/metrics` (its figures)."""

import asyncio
import os
import resource
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Generic, TypeVar

from safarichat.edge.hooks import hooks_app
from safarichat.endpoints import figures as deliveries
from safarichat.ground import stopping
from safarichat.ground.away import DatabaseAway
from safarichat.ground.reachable import database_answers
from safarichat.inbox import clearing
from safarichat.messaging import lanes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

T = TypeVar("T")

STARTED_AT = time.monotonic()
PATIENCE_S = 4.0
one_thread = ThreadPoolExecutor(1, "readyz")


class Question(Generic[T]):
    """One for all who ask while it is on its way: strangers who ask by the thousand make no queue before the rest."""

    def __init__(self, verb: Callable[[], T]) -> None:
        self._verb: Callable[[], T] = verb
        self._answer: asyncio.Future[T] | None = None

    def asked(self) -> asyncio.Future[T]:
        if self._answer is None or self._answer.done():
            self._answer = asyncio.get_running_loop().run_in_executor(one_thread, self._verb)
        return self._answer


def _figures_of_all() -> dict[str, float]:
    if not database_answers():
        return {}
    return {**clearing.figures(), **lanes.figures(), **deliveries.figures()}


question = Question(database_answers)
figures = Question(_figures_of_all)


async def health_app(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["path"]:
        case "/healthz":
            await _say(send, 200, "ok\n")
        case "/readyz":
            reason = await _reason_not_ready()
            await _say(send, 503 if reason else 200, f"{reason or 'ready'}\n")
        case "/metrics":
            await _say(send, 200, _metrics() + await _figures())
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


async def _figures() -> str:
    """The queues of the whole installation, asked of the database; without it, what this process knows itself."""
    found: dict[str, float] = {}
    with suppress(TimeoutError, *DatabaseAway):
        found = await asyncio.wait_for(asyncio.shield(figures.asked()), PATIENCE_S)
    process = f'process="{os.getpid()}"'
    lines = [f"# TYPE safarichat_{name} gauge\nsafarichat_{name} {value:g}\n" for name, value in found.items()]
    lines.append(
        f"# TYPE safarichat_hooks_kept_total counter\nsafarichat_hooks_kept_total{{{process}}} {hooks_app.kept}\n"
    )
    lines.append("# TYPE safarichat_hooks_refused_total counter\n")
    for (provider, reason), count in sorted(hooks_app.refused.items()):
        labels = f'{process},provider="{provider}",reason="{reason}"'
        lines.append(f"safarichat_hooks_refused_total{{{labels}}} {count}\n")
    return "".join(lines)


async def _say(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
