"""The Graph API: any version in the path or none, one table of objects and edges."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from msgspec import Struct

from safarichat.sandbox.cut import cut
from safarichat.sandbox.meta import (
    assets,
    blocking,
    media,
    nodes,
    numbers,
    qr_codes,
    storefront,
    subscriptions,
    tokens,
    uploads,
)
from safarichat.sandbox.meta.coexisting import Coexisting
from safarichat.sandbox.meta.conversing import Conversing
from safarichat.sandbox.meta.errors import MESSAGING_CODES, GraphError, envelope, no_such_object
from safarichat.sandbox.meta.fitness import Fitness
from safarichat.sandbox.meta.sending import Sending
from safarichat.sandbox.meta.templates import Templates
from safarichat.sandbox.meta.tokens import MESSAGING, Caller
from safarichat.sandbox.meta.usage import Usage
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.things import JSON, PhoneNumber, Template, Waba
from safarichat.sandbox.wire import Answer, Asked, BadBody, as_json, parameters
from safarichat.sandbox.world import World

DEFAULT_VERSION = "v25.0"
Parameters = dict[str, JSON]


class Cut(Exception):
    """The connection ends here, without an answer."""


class Turn(Struct):
    """One call with everything that answering it needs."""

    asked: Asked
    caller: Caller
    parameters: Parameters

    @property
    def method(self) -> str:
        return self.asked.method

    @property
    def fields(self) -> str:
        return str(self.parameters.get("fields") or "")

    @property
    def asked_for(self) -> Parameters:
        """What the address of a list's next page repeats: (!) the token stands in it, too."""
        token = self.caller.token
        return self.parameters | ({"access_token": token.id} if token else {})


class Graph:
    def __init__(self, world: World, webhooks: Webhooks, outgoing: Outgoing, base_url: str) -> None:
        self.world, self.outgoing, self.base_url = world, outgoing, base_url
        self.webhooks = webhooks
        self.conversing = Conversing(world, webhooks)
        self.sending = Sending(world, self.conversing, Fitness(world, outgoing))
        self.coexisting = Coexisting(world, webhooks, self.conversing)
        self.templates = Templates(world, webhooks)
        self.usage = Usage(world)

    async def answer(self, asked: Asked) -> Answer:
        """Never raises, but for `Cut`."""
        headers = {"facebook-api-version": asked.version or DEFAULT_VERSION}
        try:
            answer = await self._disturbed(asked)
        except GraphError as error:
            answer = envelope(error)
        except BadBody as error:
            answer = envelope(GraphError(100, f"Invalid JSON or form body: {error}"))
        answer.headers = headers | self.usage.headers() | answer.headers
        return answer

    async def _disturbed(self, asked: Asked) -> Answer:
        faults = self.world.faults
        if not faults.planned:
            return await self._answer(asked)
        if slow := faults.strikes("latency", asked.path):
            await asyncio.sleep(slow.ms / 1000)
        if faults.strikes("outage", asked.path):
            raise GraphError(2, transient=True)
        if broken := faults.strikes("http_status", asked.path):
            return Answer(
                broken.code or 500, b"<html><body>Sorry, something went wrong.</body></html>", {}, "text/html"
            )
        sends = asked.method == "POST" and asked.path.endswith("/messages")
        failing = faults.strikes("error", asked.path)
        if failing and (sends or failing.path or failing.code not in MESSAGING_CODES):
            raise GraphError(failing.code or 131000)
        lost = (sends or None) and faults.strikes("drop_reply", asked.path)
        answer = await self._answer(asked)
        if lost and answer.status == 200:
            cut(asked.client)
            raise Cut
        return answer

    async def _answer(self, asked: Asked) -> Answer:
        if asked.path.startswith(f"/{uploads.PREFIX}"):  # the body is a file, whatever it looks like
            caller = tokens.identify(self.world, asked, {})
            return as_json(uploads.go_on(self.world, caller, asked.path[1:], asked))
        given = parameters(asked)
        if asked.path == "/oauth/access_token":
            return as_json(tokens.exchange(self.world, given))
        if asked.path.startswith("/whatsapp_business/attachments"):
            known = self.world.tokens.get(tokens.bearer(asked)) is not None
            return media.download(self.world, asked, known)
        turn = Turn(asked, tokens.identify(self.world, asked, given), given)
        if asked.path == "/debug_token":
            return as_json(tokens.debug(self.world, turn.caller, str(given.get("input_token") or "")))
        return as_json(await self._object(turn))

    async def _object(self, turn: Turn) -> JSON:
        found = re.fullmatch(r"/([^/]+)(?:/([a-z_]+|message_qrdls/\w+))?/?", turn.asked.path)
        if found is None:
            raise GraphError(2500, f"Unknown path components: {turn.asked.path}", bare=True)
        object_id, edge = found[1], found[2] or ""
        if number := self.world.numbers.get(object_id):
            return await self._number(turn, number, edge)
        if waba := self.world.wabas.get(object_id):
            return await self._waba(turn, waba, edge)
        if object_id in self.world.apps.things:
            return await self._app(turn, object_id, edge)
        if object_id in self.world.media.things and not edge:
            return self._media(turn, object_id)
        return self._other(turn, object_id, edge)

    async def _number(self, turn: Turn, number: PhoneNumber, edge: str) -> JSON:
        world, given = self.world, turn.parameters
        if edge == "messages" and turn.method == "POST":
            return await self.sending.post(turn.caller, number, given)
        if edge == "marketing_messages" and turn.method == "POST":
            return await self.sending.post_marketing(turn.caller, number, given)
        if edge == "media" and turn.method == "POST":
            turn.caller.number(number, MESSAGING, "post")
            return media.upload(world, number, given)
        turn.caller.number(number, tokens.MANAGEMENT, turn.method)
        self.usage.count(number.waba_id)
        here, item = self._here(turn), edge.removeprefix("message_qrdls/")
        deeds: dict[tuple[str, str], Callable[[], JSON | Awaitable[JSON]]] = {
            ("GET", ""): lambda: self._number_node(turn, number),
            ("POST", ""): lambda: numbers.change(world, self.outgoing, number, given),
            ("POST", "register"): lambda: numbers.register(world, number, given),
            ("POST", "deregister"): lambda: numbers.deregister(world, number),
            ("POST", "request_code"): lambda: numbers.request_code(world, number, given),
            ("POST", "verify_code"): lambda: numbers.verify_code(world, number, given),
            ("GET", "whatsapp_business_profile"): lambda: numbers.read_profile(number, turn.fields),
            ("POST", "whatsapp_business_profile"): lambda: numbers.change_profile(world, number, given),
            ("POST", "smb_app_data"): lambda: self.coexisting.hand_over(number, given),
            ("POST", "message_qrdls"): lambda: qr_codes.save(world, number, given),
            ("GET", "message_qrdls"): lambda: qr_codes.listed(number, turn.asked_for, here),
            ("GET", f"message_qrdls/{item}"): lambda: qr_codes.listed(number, turn.asked_for, here, item),
            ("DELETE", f"message_qrdls/{item}"): lambda: qr_codes.delete(world, number, item),
            ("GET", "block_users"): lambda: blocking.listed(world, number, turn.asked_for, here),
            ("POST", "block_users"): lambda: blocking.block(world, number, given),
            ("DELETE", "block_users"): lambda: blocking.unblock(world, number, given),
            ("GET", "whatsapp_commerce_settings"): lambda: storefront.commerce(number),
            ("POST", "whatsapp_commerce_settings"): lambda: storefront.change_commerce(world, number, given),
            ("GET", "conversational_automation"): lambda: storefront.automation(number),
            ("POST", "conversational_automation"): lambda: storefront.change_automation(world, number, given),
        }
        return await self._do(turn, deeds, number.id, edge)

    async def _waba(self, turn: Turn, waba: Waba, edge: str) -> JSON:
        world, given, app_id = self.world, turn.parameters, turn.caller.app_id
        turn.caller.waba(waba.id, turn.method)
        self.usage.count(waba.id)
        deeds: dict[tuple[str, str], Callable[[], JSON | Awaitable[JSON]]] = {
            ("GET", ""): lambda: self._waba_node(turn, waba),
            ("GET", "phone_numbers"): lambda: self._phone_numbers(turn, waba),
            ("POST", "phone_numbers"): lambda: numbers.add(world, waba.id, given),
            ("GET", "subscribed_apps"): lambda: subscriptions.subscribers(world, waba),
            ("POST", "subscribed_apps"): lambda: subscriptions.subscribe(world, self.outgoing, waba, app_id, given),
            ("DELETE", "subscribed_apps"): lambda: subscriptions.unsubscribe(world, waba, app_id),
            ("GET", "message_templates"): lambda: self._templates(turn, waba),
            ("POST", "message_templates"): lambda: nodes.made(self.templates.create(waba, given)),
            ("DELETE", "message_templates"): lambda: self.templates.delete(waba, given),
        }
        return await self._do(turn, deeds, waba.id, edge)

    async def _app(self, turn: Turn, app_id: str, edge: str) -> JSON:
        world, given = self.world, turn.parameters
        if (turn.method, edge) == ("POST", "uploads") and turn.caller.app_id == app_id:
            return uploads.begin(world, app_id, given)
        app = turn.caller.must_be_app(app_id)
        deeds: dict[tuple[str, str], Callable[[], JSON | Awaitable[JSON]]] = {
            ("GET", ""): lambda: nodes.app_node(app),
            ("GET", "subscriptions"): lambda: subscriptions.app_callbacks(app),
            ("POST", "subscriptions"): lambda: subscriptions.set_app_callback(world, self.outgoing, app, given),
            ("DELETE", "subscriptions"): lambda: subscriptions.drop_app_callback(world, app, given),
        }
        return await self._do(turn, deeds, app_id, edge)

    def _media(self, turn: Turn, media_id: str) -> JSON:
        kept = media.find(self.world, turn.caller, media_id, turn.parameters, turn.method)
        if turn.method == "DELETE":
            self.world.media.drop(kept.id)
            return {"success": True}
        return media.node(self.world, kept, self.base_url)

    def _other(self, turn: Turn, object_id: str, edge: str) -> JSON:
        """Portfolios, single templates, the system user behind the token; whatever else does not exist."""
        business = object_id in self.world.businesses.things or object_id == self.world.app.business_id
        if business and turn.method == "GET" and edge in BUSINESS_EDGES:
            return BUSINESS_EDGES[edge](self.world, turn.caller, object_id, turn.parameters)
        owner = self.world.businesses.get(object_id)
        if owner is not None and not edge and turn.caller.token and turn.caller.token.business_id == owner.id:
            return {"name": owner.name, "id": owner.id}
        template = self.world.templates.get(object_id)
        if template is not None and turn.method in ("GET", "POST") and not edge:
            return self._template(turn, template)
        token = turn.caller.token
        if object_id == "me" and token is not None and not edge:
            return {"name": "System user", "id": token.user_id}
        raise no_such_object(object_id, turn.method)

    async def _do(
        self, turn: Turn, deeds: dict[tuple[str, str], Callable[[], JSON | Awaitable[JSON]]], object_id: str, edge: str
    ) -> JSON:
        deed = deeds.get((turn.method, edge))
        if deed is None and edge and not any(name == edge for _, name in deeds):
            raise GraphError(2500, f"Unknown path components: /{edge}", status=400, bare=True)
        if deed is None:
            raise no_such_object(object_id, turn.method)
        done = deed()
        return await done if isinstance(done, Awaitable) else done

    def _number_node(self, turn: Turn, number: PhoneNumber) -> JSON:
        _known_fields("number", turn.fields)
        return nodes.number_node(self.world, number, turn.fields)

    def _waba_node(self, turn: Turn, waba: Waba) -> JSON:
        _known_fields("waba", turn.fields)
        return nodes.waba_node(self.world, waba, turn.fields)

    def _phone_numbers(self, turn: Turn, waba: Waba) -> JSON:
        _known_fields("number", turn.fields)
        shown = [nodes.number_node(self.world, number, turn.fields) for number in self.world.waba_numbers(waba.id)]
        return nodes.paged(shown, turn.asked_for, self._here(turn))

    def _templates(self, turn: Turn, waba: Waba) -> JSON:
        found = self.templates.listed(waba, turn.parameters)
        shown = [nodes.template_node(template, turn.fields) for template in found]
        return nodes.paged(shown, turn.asked_for, self._here(turn))

    def _template(self, turn: Turn, template: Template) -> JSON:
        turn.caller.waba(template.waba_id, turn.method)
        if turn.method == "GET":
            return nodes.template_node(template, turn.fields)
        return self.templates.edit(template, turn.parameters)

    def _here(self, turn: Turn) -> str:
        return f"{self.base_url}/{turn.asked.version or DEFAULT_VERSION}{turn.asked.path}"


def _known_fields(kind: str, fields: str) -> None:
    if name := nodes.unknown_field(kind, fields):
        raise GraphError(100, f"Tried accessing nonexisting field ({name})")


BUSINESS_EDGES: dict[str, Callable[[World, Caller, str, Parameters], JSON]] = {
    "client_whatsapp_business_accounts": assets.client_wabas,
    "owned_whatsapp_business_accounts": assets.owned_wabas,
}
