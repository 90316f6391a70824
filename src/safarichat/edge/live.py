"""`GET /live`: server-sent events that carry topics only. The page re-fetches what a topic names.

An event's id is the time it was sent, so a browser that comes back says from when it missed something; a page says when
it was rendered (`?since=`, milliseconds). What was announced since then is said again, or `resync` when we can't know.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from safarichat.accounts import presence
from safarichat.ground import logs, stopping
from safarichat.ground.away import DatabaseAway
from safarichat.ground.batching import with_fresh_connection
from safarichat.ground.listening import listen
from safarichat.ground.notify import CHANNEL, told

log = logging.getLogger(__name__)

BEAT_S = 15.0
REMEMBERED_S = 60.0
CLOCKS_APART_MS = 2000  # between the process that rendered the page and this one
MAX_PENDING = 50  # topics a slow reader may owe; beyond, it reads everything anew
MAX_STREAMS_PER_PERSON = 12
RESYNC = "resync"

A = TypeVar("A")
R = TypeVar("R")
_thread = ThreadPoolExecutor(1, "live")


@dataclass(eq=False)
class Stream:
    """One open page. `owed` is bounded and holds each topic once, however often it was announced."""

    login: presence.Login
    owed: dict[str, None] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    has_ended: bool = False

    def owe(self, *topics: str) -> None:
        self.owed.update(dict.fromkeys(topics))
        if RESYNC in self.owed or len(self.owed) > MAX_PENDING:
            self.owed = {RESYNC: None}
        self.news.set()

    def end(self) -> None:
        self.has_ended = True
        self.news.set()

    def take(self) -> list[str]:
        topics, self.owed = list(self.owed), {}
        self.news.clear()
        return topics


class Streams:
    """The open pages of this process, and what was announced lately."""

    def __init__(self) -> None:
        self.open: set[Stream] = set()
        self.lately: deque[tuple[int, int, list[str]]] = deque()  # at_ms, account, topics
        self.known_since_ms: int | None = None  # None while nothing can be heard

    def heard(self, payload: str) -> None:
        now_ms, topics_of = _now_ms(), told(payload)
        self.lately += [(now_ms, account_id, topics) for account_id, topics in topics_of]
        while self.lately[0][0] < now_ms - REMEMBERED_S * 1000:
            self.known_since_ms = self.lately.popleft()[0] + 1
        for account_id, topics in topics_of:
            for stream in self.open:
                if stream.login.account_id == account_id:
                    stream.owe(*topics)

    def listening(self) -> None:
        """The connection stands (again): what was announced before is not known."""
        self.lately.clear()
        self.known_since_ms = _now_ms()
        for stream in self.open:
            stream.owe(RESYNC)

    def missed(self, stream: Stream, since_ms: int) -> None:
        since_ms -= CLOCKS_APART_MS
        if self.known_since_ms is None or since_ms < self.known_since_ms:
            return stream.owe(RESYNC)
        for at_ms, account, topics in self.lately:
            if at_ms >= since_ms and account == stream.login.account_id:
                stream.owe(*topics)

    def count_of(self, user_id: int) -> int:
        return sum(stream.login.user_id == user_id for stream in self.open)

    async def end_logged_out(self) -> None:
        """Every beat, in one query: streams whose login is over end."""
        while True:
            await asyncio.sleep(BEAT_S)
            asked = list(self.open)
            try:
                alive = await _in_thread(presence.alive, [stream.login for stream in asked])
            except DatabaseAway:
                continue
            for stream in asked:
                if stream.login not in alive:
                    stream.end()


streams = Streams()


@asynccontextmanager
async def live_lifetime() -> AsyncIterator[None]:
    """Listens while the web process runs."""
    tasks = [
        asyncio.create_task(listen(CHANNEL, heard=streams.heard, listening=streams.listening)),
        asyncio.create_task(streams.end_logged_out()),
        asyncio.create_task(_end_with_the_process()),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _end_with_the_process() -> None:
    """granian waits for open answers, so streams must end by themselves."""
    await stopping.begun()
    for stream in streams.open:
        stream.end()


async def live(request: Request) -> Response:
    key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
    try:
        login = await _in_thread(presence.of_session, key) if key else None
    except DatabaseAway:
        return _refusal(503, "unavailable", "The database can't be reached.", "Try again in a few seconds.")
    if login is None:
        return _refusal(401, "not_logged_in", "You are not logged in.", "Log in, then try again.")
    if request.method == "HEAD":
        return Response(status_code=204)
    if stopping.has_begun():
        return _refusal(503, "stopping", "This server is about to stop.", "Try again in a few seconds.")
    if streams.count_of(login.user_id) >= MAX_STREAMS_PER_PERSON:
        return _refusal(429, "too_many", "Too many pages are open.", "Close some of them.")
    stream = Stream(login)
    asked = request.headers.get("Last-Event-ID") or request.query_params.get("since", "")
    streams.missed(stream, int(asked) if asked.isdecimal() and len(asked) < 19 else _now_ms())
    return StreamingResponse(
        _events(stream),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(stream: Stream) -> AsyncIterator[str]:
    streams.open.add(stream)
    try:
        yield f"retry: 2000\n{_event('beat', '')}"
        while not stream.has_ended:
            try:
                await asyncio.wait_for(stream.news.wait(), BEAT_S)
            except TimeoutError:
                yield _event("beat", "")
            for topic in stream.take():
                yield _event(RESYNC, "") if topic == RESYNC else _event("topic", topic)
        yield _event("end", "")
    finally:  # must not await: the process may be about to stop
        streams.open.discard(stream)


def _event(name: str, data: str) -> str:
    return f"event: {name}\nid: {_now_ms()}\ndata: {data}\n\n"


def _refusal(status: int, code: str, message: str, cure: str) -> JSONResponse:
    with logs.request() as request_id:
        log.info("a live stream was refused: %s", code)
        error = {"code": code, "message": message, "cure": cure, "request_id": request_id}
        return JSONResponse({"error": error}, status, headers={"X-Request-ID": request_id})


async def _in_thread(verb: Callable[[A], R], asked: A) -> R:
    return await asyncio.get_running_loop().run_in_executor(_thread, _fresh, verb, asked)


def _fresh(verb: Callable[[A], R], asked: A) -> R:
    with_fresh_connection()
    return verb(asked)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


live_app = Starlette(routes=[Route("/live", live, methods=["GET"])])
