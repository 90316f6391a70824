"""Control: what a provider tells of numbers without being asked, and what a business writes on its phone."""

from starlette.requests import Request
from starlette.routing import Route

from safarichat.sandbox.control.endpoints import Refusal, find_number, routes
from safarichat.sandbox.meta import earlier, news
from safarichat.sandbox.meta.graph import Graph
from safarichat.sandbox.things import JSON, PhoneNumber
from safarichat.sandbox.world import World

MOST_INVENTED = 20_000


class Telling:
    def __init__(self, world: World, graph: Graph) -> None:
        self.world, self.graph = world, graph

    def routes(self) -> list[Route]:
        return routes(
            [
                ("GET", "news", self.kinds),
                ("POST", "news", self.tell),
                ("POST", "echoes", self.write_on_phone),
                ("POST", "past", self.hand_over_past),
            ]
        )

    async def kinds(self, request: Request, body: dict[str, JSON]) -> JSON:
        return news.listed()

    async def tell(self, request: Request, body: dict[str, JSON]) -> JSON:
        """{"number", "field", "event"?, "value"?}: a webhook of that kind, `value` over what is usual in it."""
        number = find_number(self.world, str(body.get("number") or ""))
        field, event = str(body.get("field") or ""), str(body.get("event") or "")
        more = body.get("value") or {}
        if not isinstance(more, dict):
            raise Refusal("value must be an object")
        try:
            value = news.value_of(number, field, event, more)
        except KeyError:
            raise Refusal(f"no such news: {field} {event}".strip() + "; GET /_sandbox/news lists them", 404) from None
        waba = self.world.wabas.things[number.waba_id]
        if str(value.get("event")).startswith("PARTNER_"):  # these go to the partner, under its own portfolio's id
            value["waba_info"] = {"waba_id": waba.id, "owner_business_id": waba.business_id}
            self.graph.webhooks.tell_partner(self.world.app, field, value)
            return {"told": 1, "value": value}
        return {"told": self.graph.webhooks.tell(waba, field, value, number), "value": value}

    async def write_on_phone(self, request: Request, body: dict[str, JSON]) -> JSON:
        """{"number", "to", "text"? or "message"?}: the owner of a number writes in the WhatsApp Business app."""
        number = find_number(self.world, str(body.get("number") or ""))
        self._must_be_on_phone(number)
        if not body.get("to"):
            raise Refusal("to is missing: a telephone number, a user id or an @username")
        content = body.get("message") or {"type": "text", "text": {"body": str(body.get("text") or "Hello")}}
        if not isinstance(content, dict) or not content.get("type"):
            raise Refusal("message must be a Cloud API message object with its type")
        message = self.graph.coexisting.write(number, self.world.meet(str(body["to"])), content)
        return {"id": message.id}

    async def hand_over_past(self, request: Request, body: dict[str, JSON]) -> JSON:
        """{"number", "with"?, "count"?}: the phone app hands over its conversations, as if it were asked; `count`
        messages `with` a customer are made up first."""
        number = find_number(self.world, str(body.get("number") or ""))
        self._must_be_on_phone(number)
        count = int(body.get("count") or 0)
        if not 0 <= count <= MOST_INVENTED:
            raise Refusal(f"count must be between 0 and {MOST_INVENTED}")
        if count:
            earlier.invent(self.world, number, self.world.meet(str(body.get("with") or "+255712000001")), count)
        return {"told": self.graph.coexisting.tell_history(number)}

    def _must_be_on_phone(self, number: PhoneNumber) -> None:
        if not number.on_biz_app:
            raise Refusal('the number is not in the WhatsApp Business app: PATCH it with {"on_biz_app": true}')
