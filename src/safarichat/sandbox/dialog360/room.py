"""All of 360dialog behind three prefixes, with its faults."""

import asyncio

from starlette.routing import Route

from safarichat.sandbox.cut import cut
from safarichat.sandbox.dialog360 import problems
from safarichat.sandbox.dialog360.channels import Channels
from safarichat.sandbox.dialog360.hub import Hub
from safarichat.sandbox.dialog360.messaging import Messaging
from safarichat.sandbox.dialog360.onboarding import Onboarding
from safarichat.sandbox.dialog360.problems import Refused
from safarichat.sandbox.dialog360.templates import TemplateShelf
from safarichat.sandbox.meta.errors import MESSAGING_CODES, GraphError, envelope
from safarichat.sandbox.meta.graph import Cut, Graph
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.wire import Answer, Asked
from safarichat.sandbox.world import World

MESSAGING, HUB_API = "/360dialog/messaging", "/360dialog/hub-api"
GATEWAY_CODES = {401: problems.NO_KEY, 400: problems.TOO_FAST, 403: Refused(403, "Permission denied for partner")}


class Dialog360:
    name = "360dialog"

    def __init__(self, world: World, graph: Graph, outgoing: Outgoing, base_url: str) -> None:
        self.world = world
        self.channels = Channels(world, outgoing)
        shelf = TemplateShelf(world, graph.templates, self.channels, f"{base_url}{MESSAGING}/message_templates")
        self.messaging = Messaging(world, self.channels, graph.sending, shelf, f"{base_url}{MESSAGING}")
        self.hub = Hub(world, self.channels, f"{base_url}{MESSAGING}")
        self.onboarding = Onboarding(world, self.channels)

    def routes(self) -> list[Route]:
        return self.onboarding.routes()

    def takes(self, path: str) -> bool:
        return path.startswith((f"{MESSAGING}/", f"{HUB_API}/"))

    async def answer(self, asked: Asked) -> Answer:
        """Never raises, but for `Cut`."""
        faults, path = self.world.faults, asked.path
        if slow := faults.strikes("latency", path, provider=self.name):
            await asyncio.sleep(slow.ms / 1000)
        if faults.strikes("outage", path, provider=self.name):
            return problems.answer(problems.AWAY)
        if broken := faults.strikes("http_status", path, provider=self.name):
            return problems.answer(GATEWAY_CODES.get(broken.code) or Refused(broken.code or 500, "Internal error"))
        sends = asked.method == "POST" and path.endswith("/messages")
        failing = faults.strikes("error", path, provider=self.name)
        if failing and (sends or failing.path or failing.code not in MESSAGING_CODES):
            return envelope(GraphError(failing.code or 131000))
        lost = (sends or None) and faults.strikes("drop_reply", path, provider=self.name)
        answer = await self._answer(asked)
        if lost and answer.status == 200:
            cut(asked.client)
            raise Cut
        return answer

    async def _answer(self, asked: Asked) -> Answer:
        if asked.path.startswith(MESSAGING):
            asked.path = asked.path.removeprefix(MESSAGING)
            return await self.messaging.answer(asked)
        asked.path = asked.path.removeprefix(HUB_API)
        return await self.hub.answer(asked)

    def start(self) -> None:
        self.channels.resume()

    def stop(self) -> None:
        self.channels.stop()
