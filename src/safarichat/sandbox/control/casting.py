"""Control: who is in the world. Customers, business numbers and the tokens that reach them."""

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from safarichat.sandbox import ids, phones, states
from safarichat.sandbox.control.endpoints import Refusal, find_number, routes
from safarichat.sandbox.dialog360 import states as at_dialog360
from safarichat.sandbox.dialog360.channels import Channels
from safarichat.sandbox.meta import assets
from safarichat.sandbox.meta import states as at_meta
from safarichat.sandbox.meta.graph import Graph
from safarichat.sandbox.meta.numbers import make_number
from safarichat.sandbox.things import JSON, App, Customer, PhoneNumber, Token, Waba
from safarichat.sandbox.twilio import states as at_twilio
from safarichat.sandbox.twilio.room import Twilio
from safarichat.sandbox.world import ALL_SCOPES, World

CUSTOMER_FLAGS = ("blocked", "reads", "receipts", "on_whatsapp")


class Casting:
    def __init__(self, world: World, graph: Graph, channels: Channels, twilio: Twilio) -> None:
        self.world, self.graph, self.channels, self.twilio = world, graph, channels, twilio

    def routes(self) -> list[Route]:
        return routes(
            [
                ("GET", "customers", self.customers),
                ("POST", "customers", self.add_customer),
                ("GET", "numbers", self.numbers),
                ("POST", "numbers", self.add_number),
                ("GET", "numbers/{id}", self.number),
                ("PATCH", "numbers/{id}", self.change_number),
                ("POST", "apps", self.add_app),
                ("POST", "tokens", self.add_token),
                ("POST", "tokens/revoke", self.revoke),
                ("POST", "tokens/expire", self.expire),
            ]
        )

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
        if "opted_out" in body:
            self.graph.conversing.choose(customer, opted_out=bool(body["opted_out"]))
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
        return [self._shown(number) for number in self.world.numbers]

    def _shown(self, number: PhoneNumber) -> dict[str, JSON]:
        shown = states.shown(self.world, number) | at_dialog360.shown(self.channels, number)
        shown |= at_twilio.shown(self.twilio, number)
        return shown | (at_meta.shown(self.world, number) if number.provider == "meta" else {})

    async def number(self, request: Request, body: dict[str, JSON]) -> JSON:
        return self._shown(find_number(self.world, request.path_params["id"]))

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
        provider = str(body.get("provider") or "meta")
        if provider == "360dialog":
            return self._add_channel(waba, phone, name)
        if provider == "twilio":
            return self._add_sender(waba, phone, name, str(body.get("account_sid") or ""))
        assets.share(world, self.graph.webhooks, waba, world.app)
        number = make_number(world, waba.id, phone, name, verified=bool(body.get("verified", True)))
        number.registered = bool(body.get("registered", False))
        token = self._make_token([waba.id], waba.business_id, list(ALL_SCOPES[:2]), 0)
        return states.shown(world, number) | {"business_id": waba.business_id, "access_token": token.id}

    def _add_channel(self, waba: Waba, phone: str, name: str) -> dict[str, JSON]:
        """A direct client's number with its key: {"channel_id", "client_id", "api_key"} beside the usual facts."""
        number = make_number(self.world, waba.id, phone, name, verified=True)
        channel = self.channels.make_channel(self.channels.make_client(name, "ana@example.test"), number)
        channel.status, number.registered = "running", True
        key = self.channels.new_key(channel)
        return self._shown(number) | {"api_key": key}

    def _add_sender(self, waba: Waba, phone: str, name: str, account_sid: str) -> dict[str, JSON]:
        """A direct customer's number, online: {"account_sid", "auth_token", "sender_sid"} beside the usual facts.
        Without an account of that SID they get one of their own."""
        accounts = self.twilio.accounts
        account = accounts.kept.accounts.get(account_sid) or accounts.make(name)
        sender = self.twilio.senders.make_ready(account, waba, phone, name)
        shown = self._shown(self.world.numbers.things[sender.phone_number_id])
        return shown | {"auth_token": account.auth_token}

    async def change_number(self, request: Request, body: dict[str, JSON]) -> JSON:
        number = find_number(self.world, request.path_params["id"])
        rest = at_dialog360.put_into(self.channels, number, body)
        rest = at_twilio.put_into(self.twilio, number, rest)
        rest = at_meta.put_into(self.world, self.graph.webhooks, number, rest)
        problem = states.put_into(self.world, self.graph.webhooks, number, rest)
        if problem:
            raise Refusal(problem)
        return self._shown(number)

    async def add_app(self, request: Request, body: dict[str, JSON]) -> JSON:
        """A customer's own Meta app with a system user's token, and accounts with verified numbers:
        {"wabas"?: how many, "numbers"?: how many in each, "name"?}."""
        world, name = self.world, str(body.get("name") or "Duka Ltd")
        business = assets.make_business(world, name)
        app = App(
            id=ids.object_id(),
            secret=ids.access_token()[4:36].lower(),
            name=name,
            business_id=business.id,
            config_id="",
            is_customers=True,
        )
        world.apps.put(app)
        wabas = [assets.make_waba(world, business, name) for _ in range(int(body.get("wabas") or 1))]
        numbers = [
            make_number(world, waba.id, states.free_phone(world), name, verified=True)
            for waba in wabas
            for _ in range(int(body.get("numbers") or 1))
        ]
        for waba in wabas:
            assets.share(world, self.graph.webhooks, waba, app)
        token = Token(
            id=ids.access_token(),
            app_id=app.id,
            user_id=ids.object_id(),
            business_id=business.id,
            scopes=list(ALL_SCOPES[:2]),
            all_assets=True,
            issued_at=int(world.now()),
        )
        world.tokens.put(token)
        return {
            "app_id": app.id,
            "app_secret": app.secret,
            "access_token": token.id,
            "business_id": business.id,
            "waba_ids": [waba.id for waba in wabas],
            "numbers": [self._shown(number) for number in numbers],
        }

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
