"""All of Twilio behind prefixes, one for each of its hosts, with its faults."""

import asyncio
import os
from collections.abc import Awaitable

from safarichat.sandbox import phones
from safarichat.sandbox.cut import cut
from safarichat.sandbox.meta.graph import Cut, Graph
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.twilio import problems, shelved
from safarichat.sandbox.twilio.accounts import Accounts
from safarichat.sandbox.twilio.callbacks import NAME, Callbacks
from safarichat.sandbox.twilio.carrying import Carrying
from safarichat.sandbox.twilio.contents import Contents
from safarichat.sandbox.twilio.drafts import Drafts
from safarichat.sandbox.twilio.messages import Messages
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.senders import Senders
from safarichat.sandbox.twilio.sending import Sending
from safarichat.sandbox.twilio.services import Services
from safarichat.sandbox.twilio.turns import Table, Turn, find, values
from safarichat.sandbox.wire import Answer, Asked
from safarichat.sandbox.world import World

ROOT = "/twilio"
API, CONTENT, MESSAGING, ACCOUNTS = (f"{ROOT}/{host}" for host in ("api", "content", "messaging", "accounts"))
STATUS_CODES = {401: 20003, 403: 20005, 404: 20404, 429: 20429, 500: 20500, 503: 20503}


class Twilio:
    def __init__(self, world: World, graph: Graph, outgoing: Outgoing, base_url: str) -> None:
        self.world = world
        self.accounts = Accounts(world)
        self.callbacks = Callbacks(world, outgoing)
        self.contents = Contents(world, base_url + CONTENT)
        self.senders = Senders(world, self.accounts, base_url + MESSAGING)
        self.services = Services(world, graph.sending, base_url + MESSAGING)
        self.messages = Messages(world, base_url)
        self.carrying = Carrying(world, self.callbacks, base_url + API)
        drafts = Drafts(world, self.senders, self.contents)
        self.sending = Sending(world, graph.conversing, self.carrying, self.messages, drafts, outgoing)
        self.carrying.reply = self.sending.reply
        graph.conversing.carriers[NAME] = self.carrying
        self.tables: dict[str, Table] = {
            API: [*self.accounts.table(), *self.messages.table(), *self.sending.table()],
            CONTENT: self.contents.table(),
            MESSAGING: [*self.senders.table(), *self.services.table()],
            ACCOUNTS: self.accounts.token_table(),
        }
        self._own_number()

    def takes(self, path: str) -> bool:
        return path.startswith(f"{ROOT}/")

    def start(self) -> None:
        self.contents.resume()
        self.senders.resume()
        self.sending.resume()

    def stop(self) -> None:
        self.sending.stop()
        self.callbacks.stop()

    async def answer(self, asked: Asked) -> Answer:
        """Never raises, but for `Cut`."""
        faults, path = self.world.faults, asked.path
        if slow := faults.strikes("latency", path, provider=NAME):
            await asyncio.sleep(slow.ms / 1000)
        if faults.strikes("outage", path, provider=NAME):
            return problems.answer(Refused(20503))
        if broken := faults.strikes("http_status", path, provider=NAME):
            return _broken(broken.code or 500)
        sends = asked.method == "POST" and path.endswith("/Messages.json")
        failing = faults.strikes("error", path, provider=NAME)
        if failing and (sends or failing.path or failing.code in STATUS_CODES.values()):
            return problems.answer(Refused(failing.code or 20500))
        lost = sends and faults.strikes("drop_reply", path, provider=NAME)
        try:
            answer = await self._answer(asked)
        except Refused as refused:
            return problems.answer(refused)
        if lost and answer.status == 201:
            cut(asked.client)
            raise Cut
        return answer

    async def _answer(self, asked: Asked) -> Answer:
        if asked.path.startswith(f"{shelved.CDN}/"):
            return shelved.give_out(self.world, asked.path.removeprefix(f"{shelved.CDN}/"))
        host = next((host for host in self.tables if asked.path.startswith(f"{host}/")), "")
        if not host:
            raise Refused(20404)
        turn = self._turn(asked, asked.path.removeprefix(host))
        deed, names = find(self.tables[host], asked.method, turn.path)
        done = deed(turn, *names)
        return await done if isinstance(done, Awaitable) else done

    def _turn(self, asked: Asked, path: str) -> Turn:
        caller, key = self.accounts.caller(asked)
        parts = path.removesuffix(".json").split("/")
        account_sid = parts[3] if path.startswith("/2010-04-01/Accounts/") else caller.id
        account = self.accounts.reached(caller, account_sid)
        form = asked.body.decode("utf-8", "replace") if "form" in asked.header("content-type") else ""
        turn = Turn(asked, path, account, caller, key, values(asked.query), values(form))
        self.accounts.must_be_active(turn)
        self.accounts.must_be_allowed(turn, _area(parts))
        return turn

    def _own_number(self) -> None:
        """The operator's number, which the environment names, is there from the start."""
        phone = phones.digits(os.environ.get("TWILIO_WHATSAPP_PHONE_NUMBER") or "")
        if phone and self.world.number(phone) is None:
            account = self.accounts.operators
            self.senders.make_ready(account, self.senders.make_waba(account.name), phone, account.name)


def _broken(status: int) -> Answer:
    """(!) What no application of Twilio's answered is no JSON."""
    if status in STATUS_CODES:
        return problems.answer(Refused(STATUS_CODES[status]))
    return Answer(status, b"<html><body>Upstream error</body></html>", {}, "text/html")


def _area(parts: list[str]) -> str:
    """What a key has to be good for: `accounts`, `keys`, `messages`, `content`, `senders`, …"""
    match parts:
        case ["", "2010-04-01", "Accounts"] | ["", "2010-04-01", "Accounts", _] | ["", "v1", "AuthTokens", *_]:
            return "accounts"
        case ["", "2010-04-01", "Accounts", _, area, *_]:
            return area.lower()
        case ["", _, "Channels", area, *_] | ["", _, area, *_]:
            return area.lower()
    return ""
