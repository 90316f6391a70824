"""The sandbox as one ASGI program: Graph first, since it is hot; pages and control behind it."""

import time
from collections import deque
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from safarichat.sandbox.control.casting import Casting
from safarichat.sandbox.control.happenings import Happenings
from safarichat.sandbox.control.keys import Keys
from safarichat.sandbox.control.telling import Telling
from safarichat.sandbox.dialog360.room import Dialog360
from safarichat.sandbox.handset.views import Handsets
from safarichat.sandbox.meta.graph import Cut, Graph
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.overview import Overview
from safarichat.sandbox.signup.dialog import Dialog
from safarichat.sandbox.twilio.room import Twilio
from safarichat.sandbox.wire import Answer, Asked, Receive, Scope, Send, ask, give
from safarichat.sandbox.world import World

HERE = Path(__file__).parent
PAGES = ("/_sandbox", "/phone", "/wa.me", "/sdk.js", "/static", "/favicon.ico", "/dialog", "/360dialog/hub/")
KEPT_REQUESTS, KEPT_BODY = 1000, 20_000


class Room(Protocol):
    """A provider beside Meta: its hosts stand behind prefixes of their own."""

    def takes(self, path: str) -> bool: ...

    async def answer(self, asked: Asked) -> Answer: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Sandbox:
    def __init__(self, data_dir: Path, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}"
        self.world = World(data_dir)
        self.outgoing = Outgoing()
        self.webhooks = Webhooks(self.world, self.outgoing)
        self.graph = Graph(self.world, self.webhooks, self.outgoing, self.base_url)
        self.dialog360 = Dialog360(self.world, self.graph, self.outgoing, self.base_url)
        self.twilio = Twilio(self.world, self.graph, self.outgoing, self.base_url)
        self.rooms: tuple[Room, ...] = (self.dialog360, self.twilio)
        self.requests: deque[Asked] = deque(maxlen=KEPT_REQUESTS)
        self.pages = self._pages()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path == "/" or path.startswith(PAGES) or path.endswith("/dialog/oauth"):
            await self.pages(scope, receive, send)
            return
        asked = await ask(scope, receive, time.time())
        self.requests.append(asked if len(asked.body) <= KEPT_BODY else replace(asked, body=asked.body[:KEPT_BODY]))
        room: Room | Graph = next((each for each in self.rooms if each.takes(path)), self.graph)
        try:
            answer = await room.answer(asked)
        except Cut:
            return
        await give(send, answer)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.world.journal.start()
                self.webhooks.start()
                self.graph.conversing.resume()
                self.graph.templates.resume()
                for room in self.rooms:
                    room.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.webhooks.stop()
                for room in self.rooms:
                    room.stop()
                await self.outgoing.close()
                await self.world.journal.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _pages(self) -> Starlette:
        happenings = Happenings(self.world, self.graph, self.twilio.contents, self.requests, self.base_url)
        handsets = Handsets(self.world, self.graph.conversing, self.base_url)
        dialog = Dialog(self.world, self.webhooks)
        return Starlette(
            routes=[
                Route("/", _to_overview),
                Route("/favicon.ico", _no_icon),
                Route("/sdk.js", dialog.sdk),
                *dialog.routes(),
                *self.dialog360.routes(),
                *handsets.routes(),
                *Overview(self.world, self.base_url).routes(),
                *happenings.routes(),
                *Casting(self.world, self.graph, self.dialog360.channels, self.twilio).routes(),
                *Keys(self.twilio.accounts).routes(),
                *Telling(self.world, self.graph).routes(),
                Mount("/static", StaticFiles(directory=HERE / "static")),
            ]
        )


def create_app(data_dir: Path, port: int) -> Sandbox:
    return Sandbox(data_dir, port)


async def _to_overview(request: Request) -> Response:
    return RedirectResponse("/_sandbox/")


async def _no_icon(request: Request) -> Response:
    return Response(status_code=204)
