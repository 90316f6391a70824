"""The control API for tests and demonstrations (contract §10)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safarichat.sandbox import ids, phones, states
from safarichat.sandbox.faults import KINDS, Fault
from safarichat.sandbox.masks import shown
from safarichat.sandbox.meta import assets, media
from safarichat.sandbox.meta.graph import Graph
from safarichat.sandbox.meta.numbers import make_number
from safarichat.sandbox.things import JSON, Customer, Message, PhoneNumber, Settings, Token
from safarichat.sandbox.wire import ENCODE, Asked, BadBody, parse_form
from safarichat.sandbox.world import ALL_SCOPES, World

CUSTOMER_FLAGS = ("blocked", "opted_out", "reads", "receipts", "on_whatsapp")


class Refusal(Exception):
    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


Deed = Callable[[Request, dict[str, JSON]], Awaitable[JSON]]


class Control:
    def __init__(self, world: World, graph: Graph, requests: deque[Asked], base_url: str) -> None:
        self.world, self.graph, self.requests, self.base_url = world, graph, requests, base_url

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Deed]] = [
            ("GET", "messages", self.messages),
            ("POST", "inbound", self.inbound),
            ("POST", "errors", self.value_error),
            ("GET", "customers", self.customers),
            ("POST", "customers", self.add_customer),
            ("GET", "numbers", self.numbers),
            ("POST", "numbers", self.add_number),
            ("GET", "numbers/{id}", self.number),
            ("PATCH", "numbers/{id}", self.change_number),
            ("POST", "tokens", self.add_token),
            ("POST", "tokens/revoke", self.revoke),
            ("POST", "tokens/expire", self.expire),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "requests", self.recent_requests),
            ("GET", "stats", self.stats),
            ("GET", "settings", self.settings),
            ("POST", "settings", self.change_settings),
            ("POST", "templates/{id}/review", self.review),
        ]
        return [Route(f"/_sandbox/{path}", _endpoint(deed), methods=[method]) for method, path, deed in table]

    # --- messages ----------------------------------------------------------------------------------------------------

    async def messages(self, request: Request, body: dict[str, JSON]) -> JSON:
        """Everything accepted, in order. `wait=N&seconds=S` waits until there are N."""
        query = request.query_params
        deadline = asyncio.get_running_loop().time() + float(query.get("seconds", "10"))
        while True:
            found = self._accepted(query.get("provider", ""), query.get("to", ""))
            if len(found) >= int(query.get("wait", "0")) or asyncio.get_running_loop().time() > deadline:
                return [_message(message) for message in found]
            await asyncio.sleep(0.02)

    async def inbound(self, request: Request, body: dict[str, JSON]) -> JSON:
        number = self._number(str(body.get("number") or ""))
        sender = str(body.get("from") or body.get("user_id") or "")
        if not sender:
            raise Refusal("from is missing: a telephone number, a user id or an @username")
        customer = self.world.meet(sender, str(body.get("name") or ""))
        content = body.get("message") or {"type": "text", "text": {"body": str(body.get("text") or "Hello")}}
        if not isinstance(content, dict):
            raise Refusal("message must be a Cloud API message object")
        content.setdefault("type", next((key for key in content if key not in ("context", "referral")), "text"))
        self._complete_context(content, number)
        content = media.fill_in(self.world, number, content, self.base_url)
        message, webhook = self.graph.conversing.write(customer, number, content)
        return {"id": message.id, "webhook": webhook}

    async def value_error(self, request: Request, body: dict[str, JSON]) -> JSON:
        """An error that belongs to no message: {"number", "code"}."""
        number = self._number(str(body.get("number") or ""))
        return {"told": self.graph.conversing.value_error(number, int(body.get("code") or 130429))}

    # --- customers ---------------------------------------------------------------------------------------------------

    async def customers(self, request: Request, body: dict[str, JSON]) -> JSON:
        return [msgspec.to_builtins(customer) for customer in self.world.customers]

    async def add_customer(self, request: Request, body: dict[str, JSON]) -> JSON:
        customer = self._customer(body)
        for flag in CUSTOMER_FLAGS:
            if flag in body:
                setattr(customer, flag, bool(body[flag]))
        for text in ("name", "username", "user_id", "wa_id"):
            if body.get(text):
                setattr(customer, text, str(body[text]).removeprefix("@"))
        customer.user_id = customer.user_id or ids.user_id("ZZ")
        new_phone = phones.digits(str(body.get("new_phone") or ""))
        self.world.keep_customer(customer)
        if new_phone:
            self.graph.conversing.change_phone(customer, new_phone)
        return msgspec.to_builtins(customer)

    def _customer(self, body: dict[str, JSON]) -> Customer:
        phone, user_id = (str(body.get(key) or "") for key in ("phone", "user_id"))
        username = str(body.get("username") or "").removeprefix("@")
        for address in (phone, user_id, username and f"@{username}"):
            if address and (found := self.world.customer(address)):
                return found
        if phone:
            return self.world.meet(phone)
        if not (user_id or username):
            raise Refusal("phone, user_id or username is missing")
        return self.world.meet(user_id or f"@{username}")

    # --- numbers -----------------------------------------------------------------------------------------------------

    async def numbers(self, request: Request, body: dict[str, JSON]) -> JSON:
        return [states.shown(self.world, number) for number in self.world.numbers]

    async def number(self, request: Request, body: dict[str, JSON]) -> JSON:
        return states.shown(self.world, self._number(request.path_params["id"]))

    async def add_number(self, request: Request, body: dict[str, JSON]) -> JSON:
        """A business with a shared WABA, a verified number and a token, without the popup:
        {"phone"?, "name"?, "waba_id"?, "verified"?, "registered"?}."""
        world, name = self.world, str(body.get("name") or "Acme Ltd")
        phone = phones.digits(str(body.get("phone") or "")) or states.free_phone(world)
        if world.number(phone) is not None:
            raise Refusal("that number exists already", 409)
        waba = world.wabas.get(str(body.get("waba_id") or ""))
        if waba is None:
            waba = assets.make_waba(world, assets.make_business(world, name), name)
        assets.share(world, self.graph.webhooks, waba, world.app)
        number = make_number(world, waba.id, phone, name, verified=bool(body.get("verified", True)))
        number.registered = bool(body.get("registered", False))
        token = self._make_token([waba.id], waba.business_id, list(ALL_SCOPES[:2]), 0)
        return states.shown(world, number) | {"business_id": waba.business_id, "access_token": token.id}

    async def change_number(self, request: Request, body: dict[str, JSON]) -> JSON:
        number = self._number(request.path_params["id"])
        problem = states.put_into(self.world, self.graph.webhooks, number, body)
        if problem:
            raise Refusal(problem)
        return states.shown(self.world, number)

    # --- tokens ------------------------------------------------------------------------------------------------------

    async def add_token(self, request: Request, body: dict[str, JSON]) -> JSON:
        """{"waba_ids": [...], "scopes"?: [...], "expires_in"?: seconds}"""
        waba_ids = [str(id) for id in body.get("waba_ids") or []]
        scopes = [str(scope) for scope in body.get("scopes") or ALL_SCOPES[:2]]
        token = self._make_token(waba_ids, "", scopes, int(body.get("expires_in") or 0))
        return {"access_token": token.id, "scopes": token.scopes, "expires_at": token.expires_at}

    async def revoke(self, request: Request, body: dict[str, JSON]) -> JSON:
        chosen = self._tokens(body)
        for token in chosen:
            token.revoked = True
            self.world.tokens.put(token)
        return {"revoked": len(chosen)}

    async def expire(self, request: Request, body: dict[str, JSON]) -> JSON:
        chosen = self._tokens(body)
        for token in chosen:
            token.expires_at = int(self.world.now()) - 1 + int(body.get("in") or 0)
            self.world.tokens.put(token)
        return {"expired": len(chosen)}

    def _make_token(self, waba_ids: list[str], business_id: str, scopes: list[str], lifetime_s: int) -> Token:
        now = int(self.world.now())
        return self.world.tokens.put(
            Token(
                id=ids.access_token(),
                app_id=self.world.app.id,
                user_id=ids.object_id(),
                business_id=business_id,
                scopes=scopes,
                waba_ids=waba_ids,
                issued_at=now,
                expires_at=now + lifetime_s if lifetime_s else 0,
            )
        )

    def _tokens(self, body: dict[str, JSON]) -> list[Token]:
        """By token, by WABA or by number; all customers' tokens when nothing is named."""
        number = self.world.number(str(body.get("number") or body.get("phone_number_id") or ""))
        waba_id = str(body.get("waba_id") or (number.waba_id if number else ""))
        named = str(body.get("token") or body.get("access_token") or "")
        if named:
            return [token for token in self.world.tokens if token.id == named]
        return [t for t in self.world.tokens if not t.all_assets and (not waba_id or waba_id in t.waba_ids)]

    # --- faults, requests, figures -----------------------------------------------------------------------------------

    async def faults(self, request: Request, body: dict[str, JSON]) -> JSON:
        return [msgspec.to_builtins(fault) for fault in self.world.faults.planned]

    async def add_fault(self, request: Request, body: dict[str, JSON]) -> JSON:
        if body.get("kind") not in KINDS:
            raise Refusal("kind must be one of " + ", ".join(KINDS))
        fields = {key: value for key, value in body.items() if key != "for" and value is not None}
        try:
            fault = msgspec.convert(fields, Fault, strict=False)
        except msgspec.ValidationError as error:
            raise Refusal(str(error)) from error
        if fault.provider in ("meta", "facebook"):
            self.world.faults.add(fault, float(body["for"]) if body.get("for") else None)
        return {"faults": len(self.world.faults.planned)}

    async def clear_faults(self, request: Request, body: dict[str, JSON]) -> JSON:
        self.world.faults.clear()
        return {"faults": 0}

    async def recent_requests(self, request: Request, body: dict[str, JSON]) -> JSON:
        limit = int(request.query_params.get("limit", "100"))
        return [shown(asked) for asked in list(self.requests)[-limit:]]

    async def stats(self, request: Request, body: dict[str, JSON]) -> JSON:
        figures: dict[str, JSON] = msgspec.to_builtins(self.world.stats)
        figures["webhooks_waiting"] = len(self.world.deliveries)
        parts = {key.removeprefix("webhooks_"): value for key, value in figures.items() if key.startswith("webhooks_")}
        return figures | {"webhooks": parts}

    async def settings(self, request: Request, body: dict[str, JSON]) -> JSON:
        return msgspec.to_builtins(self.world.settings)

    async def change_settings(self, request: Request, body: dict[str, JSON]) -> JSON:
        fields = msgspec.to_builtins(self.world.settings) | body | {"id": "meta"}
        try:
            changed = self.world.all_settings.put(msgspec.convert(fields, Settings))
        except msgspec.ValidationError as error:
            raise Refusal(str(error)) from error
        return msgspec.to_builtins(changed)

    async def review(self, request: Request, body: dict[str, JSON]) -> JSON:
        template = self.world.templates.get(request.path_params["id"])
        if template is None:
            raise Refusal("no such template", 404)
        if body.get("status") not in ("APPROVED", "REJECTED", "PAUSED", "DISABLED", "PENDING"):
            raise Refusal("status must be APPROVED, REJECTED, PAUSED, DISABLED or PENDING")
        assets.review(self.world, self.graph.webhooks, template, str(body["status"]), str(body.get("reason") or ""))
        return {"id": template.id, "status": template.status}

    # --- shared ------------------------------------------------------------------------------------------------------

    def _accepted(self, provider: str, to: str) -> list[Message]:
        if provider and provider != "meta":
            return []
        out = [message for message in self.world.messages if not message.inbound]
        if not to:
            return out
        customer = self.world.customer(to if to.startswith(("+", "@")) or not to.isdigit() else f"+{to}")
        return [message for message in out if customer and message.customer_id == customer.id]

    def _number(self, address: str) -> PhoneNumber:
        number = self.world.number(address)
        if number is None:
            raise Refusal(f"no such number: {address or '(none given)'}", 404)
        return number

    def _complete_context(self, content: dict[str, JSON], number: PhoneNumber) -> None:
        context = content.get("context")
        if isinstance(context, dict) and (context.get("id") or context.get("message_id")):
            context["id"] = str(context.pop("message_id", None) or context.get("id"))
            context.setdefault("from", number.phone)


def _message(message: Message) -> dict[str, JSON]:
    return {
        "id": message.id,
        "provider": "meta",
        "phone_number_id": message.phone_number_id,
        "to": message.to,
        "body": message.content(),
        "opaque": message.opaque,
        "at": message.at,
        "status": message.status,
        "error": message.error or None,
    }


def _endpoint(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return _json(await deed(request, await _body(request)))
        except Refusal as refusal:
            return _json({"error": str(refusal)}, refusal.status)
        except (BadBody, ValueError) as error:
            return _json({"error": f"not understood: {error}"}, 400)

    return endpoint


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return {}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_form(raw))
    try:
        value = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise BadBody(str(error)) from error
    if not isinstance(value, dict):
        raise BadBody("a JSON object is expected")
    return value


def _json(value: JSON, status: int = 200) -> Response:
    return Response(ENCODE(value), status, media_type="application/json")
