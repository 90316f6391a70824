"""Control: what happens in the world, what goes wrong in it, and what was seen of it."""

import asyncio
from collections import deque

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from safarichat.sandbox.control.endpoints import Refusal, find_number, routes
from safarichat.sandbox.faults import KINDS, Fault
from safarichat.sandbox.masks import shown
from safarichat.sandbox.meta import media
from safarichat.sandbox.meta.graph import Graph
from safarichat.sandbox.things import JSON, Message, PhoneNumber, Settings
from safarichat.sandbox.twilio.contents import STATUSES, Contents
from safarichat.sandbox.wire import Asked
from safarichat.sandbox.world import World


class Happenings:
    def __init__(self, world: World, graph: Graph, contents: Contents, requests: deque[Asked], base_url: str) -> None:
        self.world, self.graph, self.contents = world, graph, contents
        self.requests, self.base_url = requests, base_url

    def routes(self) -> list[Route]:
        return routes(
            [
                ("GET", "messages", self.messages),
                ("POST", "inbound", self.inbound),
                ("POST", "errors", self.value_error),
                ("GET", "faults", self.faults),
                ("POST", "faults", self.add_fault),
                ("DELETE", "faults", self.clear_faults),
                ("GET", "requests", self.recent_requests),
                ("GET", "stats", self.stats),
                ("GET", "settings", self.settings),
                ("POST", "settings", self.change_settings),
                ("POST", "templates/{id}/review", self.review),
            ]
        )

    # --- messages ----------------------------------------------------------------------------------------------------

    async def messages(self, request: Request, body: dict[str, JSON]) -> JSON:
        """Everything accepted, in order. `wait=N&seconds=S` waits until there are N."""
        query = request.query_params
        deadline = asyncio.get_running_loop().time() + float(query.get("seconds", "10"))
        while True:
            found = self._accepted(query.get("provider", ""), query.get("to", ""))
            if len(found) >= int(query.get("wait", "0")) or asyncio.get_running_loop().time() > deadline:
                return [_message(message, self.world.numbers.things[message.phone_number_id]) for message in found]
            await asyncio.sleep(0.02)

    async def inbound(self, request: Request, body: dict[str, JSON]) -> JSON:
        number = find_number(self.world, str(body.get("number") or ""))
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
        number = find_number(self.world, str(body.get("number") or ""))
        return {"told": self.graph.conversing.value_error(number, int(body.get("code") or 130429))}

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
        fault.provider = "meta" if fault.provider == "facebook" else fault.provider
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
        if request.path_params["id"] in self.world.twilio.contents.things:
            return self._review_content(request.path_params["id"], body)
        template = self.world.templates.get(request.path_params["id"])
        if template is None:
            raise Refusal("no such template", 404)
        if body.get("status") not in ("APPROVED", "REJECTED", "PAUSED", "DISABLED", "PENDING"):
            raise Refusal("status must be APPROVED, REJECTED, PAUSED, DISABLED or PENDING")
        self.graph.templates.review(template, str(body["status"]), str(body.get("reason") or ""))
        return {"id": template.id, "status": template.status}

    def _review_content(self, content_sid: str, body: dict[str, JSON]) -> JSON:
        content, status = self.world.twilio.contents.things[content_sid], str(body.get("status") or "").lower()
        if status not in STATUSES or not content.approval:
            raise Refusal(f"it must have been submitted, and status be one of {', '.join(STATUSES)}")
        self.contents.decide(content, status, str(body.get("reason") or ""))
        return {"id": content.id, "status": content.approval["status"]}

    # --- shared ------------------------------------------------------------------------------------------------------

    def _accepted(self, provider: str, to: str) -> list[Message]:
        out = [message for message in self.world.messages if not (message.inbound or message.by_phone)]
        if provider:
            carried = {number.id for number in self.world.numbers if number.provider == provider}
            out = [message for message in out if message.phone_number_id in carried]
        if not to:
            return out
        customer = self.world.customer(to if to.startswith(("+", "@")) or not to.isdigit() else f"+{to}")
        return [message for message in out if customer and message.customer_id == customer.id]

    def _complete_context(self, content: dict[str, JSON], number: PhoneNumber) -> None:
        context = content.get("context")
        if isinstance(context, dict) and (context.get("id") or context.get("message_id")):
            context["id"] = str(context.pop("message_id", None) or context.get("id"))
            context.setdefault("from", number.phone)


def _message(message: Message, number: PhoneNumber) -> dict[str, JSON]:
    return {
        "id": message.id,
        "provider": number.provider,
        "phone_number_id": message.phone_number_id,
        "to": message.to,
        "body": message.content(),
        "opaque": message.opaque,
        "at": message.at,
        "status": message.status,
        "error": message.error or None,
    }
