"""POST /{PHONE}/messages: the hot path (reference §4, §12.4)."""

import asyncio
import time

import msgspec

from safarichat.sandbox import ids, phones
from safarichat.sandbox.meta.conversing import Conversing
from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.meta.fitness import Fitness
from safarichat.sandbox.meta.tokens import MESSAGING, Caller
from safarichat.sandbox.meta.validating import check_content, check_marketing
from safarichat.sandbox.things import JSON, Customer, Message, PhoneNumber
from safarichat.sandbox.wire import unpacked
from safarichat.sandbox.world import World

# Per second; the sandbox lets a quarter more pass before it refuses, so that jitter on the way is nobody's fault.
THROUGHPUT = {"STANDARD": 80, "HIGH": 1000}
COEXISTENCE_THROUGHPUT = 20
SLACK = 1.25
PAIR_BURST, PAIR_EVERY_S = 45, 6.0
TYPING_S = 25
THIRTY_DAYS_S = 30 * 24 * 3600


class Bucket:
    """Holds up to `size` drops, gains `rate` a second."""

    __slots__ = ("at", "level", "size")

    def __init__(self, size: float) -> None:
        self.size = self.level = size
        self.at = time.monotonic()

    def take(self, rate: float) -> bool:
        now = time.monotonic()
        self.level = min(self.size, self.level + (now - self.at) * rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Sending:
    def __init__(self, world: World, conversing: Conversing, fitness: Fitness) -> None:
        self.world, self.conversing, self.fitness = world, conversing, fitness
        self.looking: set[asyncio.Task[None]] = set()
        self.numbers: dict[tuple[str, float], Bucket] = {}
        self.pairs: dict[tuple[str, str], Bucket] = {}

    async def post(self, caller: Caller, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
        caller.number(number, MESSAGING, "post")
        if parameters.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        self._check_account(number, parameters)
        if parameters.get("status") is not None:
            return self.mark_read(number, parameters)
        content = _content(parameters)
        to, by_user_id = _recipient(parameters)
        opaque = _opaque(parameters)
        if not number.registered:
            raise GraphError(133010)
        if not by_user_id and phones.dialled(to, number.phone) == number.phone:
            raise GraphError(131021)
        check_content(self.world, number, content)
        customer = self._customer(number, to, by_user_id)
        self._check_rates(number, customer)
        message = self._accept(number, customer, content, to, opaque, by_user_id)
        if self.fitness.names_link(content):
            task = asyncio.get_running_loop().create_task(self._on_its_way(message))
            self.looking.add(task)
            task.add_done_callback(self.looking.discard)
        else:
            await self._on_its_way(message)
        return _accepted(message, customer, to, by_user_id)

    async def post_marketing(self, caller: Caller, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
        """Templates of the category MARKETING only (reference §4.6)."""
        check_marketing(self.world, number, parameters)
        return await self.post(caller, number, parameters)

    def _check_account(self, number: PhoneNumber, parameters: dict[str, JSON]) -> None:
        """In the second phase of the account model of 2026 a number of several partners needs it said for whom."""
        accounts = {number.waba_id, *number.shared_by}
        named = parameters.get("messaging_account_id") or parameters.get("paid_messaging_account_id")
        if named and str(named) not in accounts:
            raise GraphError(100, "Param messaging_account_id does not name a messaging account of this number.")
        if not named and len(accounts) > 1 and self.world.settings.account_phase >= 2:
            raise GraphError(100, "The parameter messaging_account_id is required.")

    def mark_read(self, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
        message = self.world.messages.get(str(parameters.get("message_id") or ""))
        known = message is not None and message.inbound and message.phone_number_id == number.id
        if parameters["status"] != "read" or not known or message is None:
            raise GraphError(131009, details="message_id does not name a message that can be marked as read.")
        if self.world.now() - message.at > THIRTY_DAYS_S:
            raise GraphError(131009, details="Messages older than 30 days can't be marked as read.")
        chat = self.world.chat(number.id, message.customer_id)
        if parameters.get("typing_indicator") is not None:
            chat.typing_until = self.world.now() + TYPING_S
            self.world.chats.put(chat)
        for earlier in self.world.thread(chat):
            if earlier.inbound and earlier.at <= message.at and earlier.status != "read":
                earlier.status = "read"
                self.world.changed(earlier)
        self.world.version += 1
        return {"success": True}

    def _customer(self, number: PhoneNumber, to: str, by_user_id: bool) -> Customer:
        if by_user_id:
            return self.world.customer(to) or self.world.meet(to)
        phone = phones.dialled(to, number.phone)
        customer = self.world.customer(phone)
        if customer is None:
            customer = self.world.meet(phone)
            customer.on_whatsapp = phones.is_real(phone)
        return customer

    def _check_rates(self, number: PhoneNumber, customer: Customer) -> None:
        if not self.world.settings.rates:
            return
        rate = COEXISTENCE_THROUGHPUT if number.on_biz_app else THROUGHPUT.get(number.throughput, 1000)
        whole = self.numbers.get((number.id, rate))
        if whole is None:
            whole = self.numbers[(number.id, rate)] = Bucket(rate * SLACK)
        pair = self.pairs.get((number.id, customer.id))
        if pair is None:
            pair = self.pairs[(number.id, customer.id)] = Bucket(PAIR_BURST)
        if not whole.take(rate * SLACK):
            raise GraphError(130429)
        if not pair.take(1 / PAIR_EVERY_S):
            raise GraphError(131056)

    def _accept(
        self, number: PhoneNumber, customer: Customer, content: dict[str, JSON], to: str, opaque: str, by_user_id: bool
    ) -> Message:
        message = Message(
            id=ids.message_id(customer.wa_id or customer.user_id, inbound=False),
            phone_number_id=number.id,
            customer_id=customer.id,
            inbound=False,
            at=self.world.now(),
            kind=content["type"],
            body=msgspec.Raw(msgspec.json.encode(content)),
            to=to,
            opaque=opaque,
            sent_to_user_id=by_user_id,
        )
        self.world.chat(number.id, customer.id).typing_until = 0
        self.world.add_message(message)
        return message

    async def _on_its_way(self, message: Message) -> None:
        number = self.world.numbers.things[message.phone_number_id]
        if unfit := await self.fitness.problem(message):
            return self.conversing.travel(message, unfit)
        if not self.world.faults.strikes("status_before_answer", provider=number.provider):
            self.conversing.travel(message)
            return
        self.conversing.sent_at_once(message)
        await asyncio.sleep(0)
        await self.conversing.webhooks.settle(2)


def _content(parameters: dict[str, JSON]) -> dict[str, JSON]:
    """The message object without addressing, as it is kept and shown."""
    kind = parameters.get("type", "text")
    if not isinstance(kind, str):
        raise GraphError(100, "Param type must be a string.")
    content: dict[str, JSON] = {"type": kind}
    if kind in parameters:
        content[kind] = unpacked(parameters[kind])
    context = parameters.get("context")
    if isinstance(context, dict) and context.get("message_id"):
        content["context"] = {"message_id": str(context["message_id"])}
    return content


def _recipient(parameters: dict[str, JSON]) -> tuple[str, bool]:
    """`to` wins over `recipient`, which is a business-scoped user id."""
    to, recipient = parameters.get("to"), parameters.get("recipient")
    if parameters.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(100, "Param recipient_type must be one of {individual, group}.")
    if to and isinstance(to, (str, int)):
        if not phones.digits(str(to)):
            raise GraphError(131009, details="Parameter 'to' is not a phone number.")
        return str(to), False
    if recipient and isinstance(recipient, str):
        return recipient, True
    raise GraphError(100, "The parameter to is required.")


def _opaque(parameters: dict[str, JSON]) -> str:
    opaque = parameters.get("biz_opaque_callback_data", "")
    if not isinstance(opaque, str) or len(opaque) > 512:
        raise GraphError(100, "Param biz_opaque_callback_data must be at most 512 characters long.")
    return opaque


def _accepted(message: Message, customer: Customer, to: str, by_user_id: bool) -> dict[str, JSON]:
    contact = {"input": to} | ({"user_id": customer.user_id} if by_user_id else {"wa_id": customer.wa_id})
    told: dict[str, JSON] = {"id": message.id}
    if message.kind == "template":
        told["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [told]}
