"""The handset: chats with every business, and what a customer can do in them."""

from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from safarichat.sandbox import phones
from safarichat.sandbox.handset import screens
from safarichat.sandbox.handset.bubbles import Bubbles
from safarichat.sandbox.handset.composing import Draft, compose
from safarichat.sandbox.meta.conversing import Conversing
from safarichat.sandbox.pages import page
from safarichat.sandbox.things import Customer, PhoneNumber
from safarichat.sandbox.wire import Upload, parse_form, parse_multipart
from safarichat.sandbox.world import World


class Handsets:
    def __init__(self, world: World, conversing: Conversing, base_url: str) -> None:
        self.world, self.conversing, self.base_url = world, conversing, base_url

    def routes(self) -> list[Route]:
        return [
            Route("/phone", self.index),
            Route("/phone/", self.index),
            Route("/phone/{who}", self.chats),
            Route("/phone/{who}/live", self.live),
            Route("/phone/{who}/switches", self.switch, methods=["POST"]),
            Route("/phone/{who}/{number}", self.chat),
            Route("/phone/{who}/{number}/messages", self.send, methods=["POST"]),
            Route("/phone/{who}/{number}/taps", self.tap, methods=["POST"]),
            Route("/phone/{who}/{number}/media/{media}", self.media),
            Route("/wa.me/{digits}", self.link),
        ]

    # --- pages -------------------------------------------------------------------------------------------------------

    async def index(self, request: Request) -> Response:
        if given := request.query_params.get("number", "").strip():
            return RedirectResponse(f"/phone/{quote(given, safe='+')}", 303)
        return page("Handsets", screens.index(list(self.world.customers)), kind="handset")

    async def chats(self, request: Request) -> Response:
        customer = self._customer(request)
        return self._page(customer, None, "")

    async def chat(self, request: Request) -> Response:
        customer, number = self._customer(request), self._number(request)
        if number is None:
            return self._nobody(request.path_params["number"])
        self.conversing.open_chat(self.world.chat(number.id, customer.id))
        return self._page(customer, number, request.query_params.get("text", ""))

    async def live(self, request: Request) -> Response:
        """What changed since version `v`; 204 when nothing did. `with` is the open chat, `seen` says it is visible."""
        customer = self._customer(request)
        number = self.world.numbers.get(request.query_params.get("with", ""))
        if number is not None and request.query_params.get("seen"):
            self.conversing.open_chat(self.world.chat(number.id, customer.id))
        version = self._version(customer, number)
        if request.query_params.get("v") == version:
            return Response(status_code=204)
        return JSONResponse({"version": version} | self._fragments(customer, number))

    async def link(self, request: Request) -> Response:
        """What a wa.me link or its QR code opens: choose whose handset, then the chat with the text filled in."""
        number = self.world.number(phones.digits(request.path_params["digits"]))
        text = request.query_params.get("text", "")
        if number is None:
            return self._nobody(request.path_params["digits"])
        if given := request.query_params.get("number", "").strip():
            return RedirectResponse(f"/phone/{quote(given, safe='+')}/{number.id}?text={quote(text)}", 303)
        return page("Open in a handset", screens.chooser(list(self.world.customers), number, text), kind="handset")

    async def media(self, request: Request) -> Response:
        media = self.world.media.get(request.path_params["media"])
        if media is None:
            return Response(status_code=404)
        headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
        return Response(media.data, media_type=media.mime_type, headers=headers)

    # --- deeds -------------------------------------------------------------------------------------------------------

    async def send(self, request: Request) -> Response:
        return await self._write(request)

    async def tap(self, request: Request) -> Response:
        return await self._write(request)

    async def switch(self, request: Request) -> Response:
        customer = self._customer(request)
        form = parse_form(await request.body())
        customer.blocked = bool(form.get("blocked"))
        customer.receipts = bool(form.get("receipts"))
        customer.reads = bool(form.get("reads"))
        customer.name = form.get("name", "").strip() or customer.name
        self.world.keep_customer(customer)
        self.conversing.choose(customer, opted_out=bool(form.get("opted_out")))
        new_phone = phones.digits(form.get("new_phone", ""))
        if new_phone and new_phone != customer.phone:
            self.conversing.change_phone(customer, new_phone)
        return RedirectResponse(screens.path(customer), 303)

    async def _write(self, request: Request) -> Response:
        customer, number = self._customer(request), self._number(request)
        if number is None:
            return self._nobody(request.path_params["number"])
        content = compose(self.world, number, await _draft(request), self.base_url)
        if content is not None:
            self.conversing.write(customer, number, content)
        if request.headers.get("x-handset"):
            return JSONResponse({"version": self._version(customer, number)} | self._fragments(customer, number))
        return RedirectResponse(f"{screens.path(customer)}/{number.id}", 303)

    # --- parts -------------------------------------------------------------------------------------------------------

    def _page(self, customer: Customer, number: PhoneNumber | None, text: str) -> Response:
        parts = self._fragments(customer, number)
        body = screens.handset(customer, number, parts, version=self._version(customer, number), text=text)
        title = f"{number.verified_name} · {customer.name}" if number else customer.name
        return page(title, body, kind="handset", script="handset.js")

    def _fragments(self, customer: Customer, number: PhoneNumber | None) -> dict[str, str]:
        mine = [c for c in self.world.chats if c.customer_id == customer.id and self.world.threads.get(c.id)]
        lines = []
        for chat in mine:
            business = self.world.numbers.get(chat.phone_number_id)
            if business is not None:
                bubbles = Bubbles(self.world, "", business.verified_name)
                last = next((m for m in reversed(self.world.thread(chat)) if _visible(m.inbound, m.status)), None)
                lines.append((business, chat, last.at if last else 0.0, bubbles.summary(last) if last else ""))
        lines.sort(key=lambda line: line[2], reverse=True)
        strangers = [n for n in self.world.numbers if n.registered and all(n.id != c.phone_number_id for c in mine)]
        parts = {"chats": screens.chat_list(customer, lines, strangers, number)}
        if number is None:
            return parts
        base = f"{screens.path(customer)}/{number.id}"
        chat = self.world.chat(number.id, customer.id)
        thread = Bubbles(self.world, base, number.verified_name).thread(self.world.thread(chat)[-300:])
        typing = '<p class="typing" role="status">typing<i></i><i></i><i></i></p>' if self._typing(chat.id) else ""
        return parts | {"thread": thread + typing}

    def _version(self, customer: Customer, number: PhoneNumber | None) -> str:
        typing = number is not None and self._typing(f"{number.id}:{customer.id}")
        return f"{self.world.version}{'t' if typing else ''}"

    def _typing(self, chat_id: str) -> bool:
        chat = self.world.chats.get(chat_id)
        return chat is not None and chat.typing_until > self.world.now()

    def _customer(self, request: Request) -> Customer:
        who = request.path_params["who"].strip()
        return self.world.customer(who) or self.world.meet(who)

    def _number(self, request: Request) -> PhoneNumber | None:
        return self.world.number(request.path_params["number"])

    def _nobody(self, address: str) -> Response:
        text = f"<p>The number {escape(address)} is not on WhatsApp in this sandbox.</p>"
        body = f'<main class="chooser"><h1>Not on WhatsApp</h1>{text}</main>'
        return page("Not on WhatsApp", body, kind="handset", status=404)


async def _draft(request: Request) -> Draft:
    kind, raw = request.headers.get("content-type", ""), await request.body()
    fields = parse_multipart(raw, kind) if kind.startswith("multipart/") else dict(parse_form(raw))
    file = fields.pop("file", None)
    texts = {key: value for key, value in fields.items() if isinstance(value, str)}
    return Draft(fields=texts, file=file if isinstance(file, Upload) and file.data else None)


def _visible(inbound: bool, status: str) -> bool:
    return inbound or status in ("delivered", "read")
