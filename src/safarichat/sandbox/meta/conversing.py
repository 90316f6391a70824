"""Messages between business and customer: what becomes of them, and the webhooks that tell (reference §7.6, §7.7)."""

import asyncio
import time
from collections.abc import Callable

import msgspec

from safarichat.sandbox import ids, phones
from safarichat.sandbox.carriers import Carrier
from safarichat.sandbox.meta import entries, preferences
from safarichat.sandbox.meta.errors import in_status
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.things import JSON, Chat, Customer, Message, PhoneNumber, Waba
from safarichat.sandbox.world import World

HANDSET_OPEN_S = 6.0


class Conversing:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self.world, self.webhooks = world, webhooks
        self.carriers: dict[str, Carrier] = {}  # by provider: who tells in another way than Meta
        self.open_chats: dict[str, float] = {}  # chat id → monotonic time until which a handset shows it

    # --- business → customer -----------------------------------------------------------------------------------------

    def travel(self, message: Message, unfit: int = 0) -> None:
        """Lets an accepted message go its way; also called for those that were on it at the last stop. `unfit`: the
        error of its files."""
        error = self._fate(message) or unfit
        wait = self.world.settings.sent_ms
        if error:
            self._later(wait, self.fail, message, error)
        else:
            self._later(wait, self._sent, message)

    def resume(self) -> None:
        for message in self.world.messages:
            if not message.inbound and message.status in ("accepted", "sent"):
                self.travel(message)

    def sent_at_once(self, message: Message) -> None:
        """For the fault in which statuses overtake the answer."""
        self._sent(message, 0)
        self._delivered(message)

    def fail(self, message: Message, code: int) -> None:
        if message.status in ("accepted", "sent"):
            message.error = code
            self._climb(message, "failed")

    def open_chat(self, chat: Chat) -> None:
        """A handset shows the chat: what is there is read, what comes is read at once."""
        self.open_chats[chat.id] = time.monotonic() + HANDSET_OPEN_S
        if not chat.unread:
            return
        chat.unread = 0
        self.world.chats.put(chat)
        self.world.version += 1
        for message in self.world.thread(chat)[-200:]:
            if not message.inbound and message.status == "delivered":
                self._read(message)

    def _fate(self, message: Message) -> int:
        """The error with which it will fail after having been accepted; 0 when it arrives."""
        customer = self.world.customers.things[message.customer_id]
        number = self.world.numbers.things[message.phone_number_id]
        is_template = message.kind == "template"
        if number.restricted:
            return 131031
        if not customer.on_whatsapp or customer.blocked or customer.id in number.blocked:
            return 131026
        if message.by_phone:
            return 0
        if not is_template and not self.world.has_window(self.world.chat(number.id, customer.id)):
            return 131047
        if is_template and not number.payment:
            return 131042
        if is_template and customer.opted_out and self._category(number, message) == "marketing":
            return 131050
        fault = self.world.faults.strikes("error", f"/{number.id}/messages", later=True, provider=number.provider)
        return fault.code if fault else 0

    def _sent(self, message: Message, wait: int | None = None) -> None:
        if message.status == "accepted":
            chat = self.world.chat(message.phone_number_id, message.customer_id)
            entries.answered(chat, self.world.now())
            self.world.chats.put(chat)
            self._climb(message, "sent")
        if message.kind != "reaction" and wait is None:
            settings = self.world.settings
            self._later(settings.delivered_ms - settings.sent_ms, self._delivered, message)

    def _delivered(self, message: Message) -> None:
        if message.status != "sent":
            return
        chat = self.world.chat(message.phone_number_id, message.customer_id)
        chat.unread += 1
        self.world.chats.put(chat)
        self._climb(message, "delivered")
        customer = self.world.customers.things[message.customer_id]
        if customer.reads or self.open_chats.get(chat.id, 0) > time.monotonic():
            self._later(self.world.settings.read_ms, self.open_chat, chat)

    def _read(self, message: Message) -> None:
        if self.world.customers.things[message.customer_id].receipts:
            self._climb(message, "read")

    def _climb(self, message: Message, status: str) -> None:
        message.status = status
        self.world.changed(message)
        number, waba = self._carrier(message)
        customer = self.world.customers.things[message.customer_id]
        if carrier := self.carriers.get(number.provider):
            carrier.tell_status(message, number, customer)
            return
        value = self.about(number)
        if status != "failed":
            value["contacts"] = [_contact(customer, told_number=not message.sent_to_user_id)]
        value["statuses"] = [self._status(message, number, customer)]
        self.webhooks.tell(waba, "messages", value, number)

    def _status(self, message: Message, number: PhoneNumber, customer: Customer) -> dict[str, JSON]:
        status: dict[str, JSON] = {
            "id": message.id,
            "status": message.status,
            "timestamp": str(int(self.world.now())),
        }
        if customer.wa_id:
            status["recipient_id"] = customer.wa_id
        if message.status != "failed" or message.sent_to_user_id:
            status["recipient_user_id"] = customer.user_id
        if message.opaque:
            status["biz_opaque_callback_data"] = message.opaque
        if message.status in ("sent", "delivered"):
            chat, now = self.world.chat(number.id, customer.id), self.world.now()
            status["pricing"] = entries.price() if entries.is_free(chat, now) else self._price(number, message)
            if entries.is_free(chat, now):
                status["conversation"] = entries.conversation(chat, message.status)
        if message.status == "failed":
            status["errors"] = [in_status(message.error)]
        return status

    def _price(self, number: PhoneNumber, message: Message) -> dict[str, JSON]:
        if message.kind != "template":
            return {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
        category = self._category(number, message)
        return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}

    def _category(self, number: PhoneNumber, message: Message) -> str:
        sent = message.content()["template"]
        template = self.world.template(number.waba_id, sent["name"], sent["language"]["code"])
        return template.category.lower() if template else "utility"

    # --- customer → business -----------------------------------------------------------------------------------------

    def write(self, customer: Customer, number: PhoneNumber, content: dict[str, JSON]) -> tuple[Message, str]:
        """A customer writes. `content` is a message object without ids, media already on the shelf. Says also what
        became of the webhook: sent, lost, unsubscribed or unregistered."""
        kind, carrier = str(content.get("type", "text")), self.carriers.get(number.provider)
        message = Message(
            id=carrier.new_id(kind) if carrier else ids.message_id(customer.wa_id or customer.user_id, inbound=True),
            phone_number_id=number.id,
            customer_id=customer.id,
            inbound=True,
            at=self.world.now(),
            kind=kind,
            body=msgspec.Raw(msgspec.json.encode(content)),
            status="sent",
        )
        chat = self.world.chat(number.id, customer.id)
        chat.customer_wrote_at = message.at
        entries.wrote(chat, content, message.at)
        chat.typing_until = 0
        self.world.chats.put(chat)
        self.world.add_message(message)
        return message, self._announce(message, customer, number, content)

    def _announce(self, message: Message, customer: Customer, number: PhoneNumber, content: dict[str, JSON]) -> str:
        if not number.registered:
            return "unregistered"
        if carrier := self.carriers.get(number.provider):
            return carrier.tell_message(message, customer, number, content)
        if self.world.faults.strikes("inbound_lost", f"/{number.id}", provider=number.provider):
            return "lost"
        value = self.about(number)
        value["contacts"] = [_contact(customer)]
        head: dict[str, JSON] = {"from": customer.wa_id} if customer.wa_id else {}
        head |= {"from_user_id": customer.user_id, "id": message.id, "timestamp": str(int(message.at))}
        value["messages"] = [head | content]
        told = self.webhooks.tell(self.world.wabas.things[number.waba_id], "messages", value, number)
        if told:
            message.status = "delivered"
            self.world.changed(message)
        return "sent" if told else "unsubscribed"

    def change_phone(self, customer: Customer, phone: str) -> None:
        """The customer moves to another telephone number; every business they know is told."""
        before, before_id = customer.wa_id, customer.user_id
        self.world.forget_addresses(customer)
        customer.phone, customer.wa_id = phone, phones.wa_id(phone)
        customer.user_id = ids.user_id(phones.country(phone))
        self.world.keep_customer(customer)
        for chat in self.world.chats:
            if chat.customer_id == customer.id:
                self._announce_change(customer, chat, before, before_id)

    def choose(self, customer: Customer, *, opted_out: bool) -> None:
        """The customer ends or resumes advertisements."""
        preferences.choose(self.world, self.webhooks, customer, opted_out=opted_out)

    def value_error(self, number: PhoneNumber, code: int) -> int:
        """An error that belongs to no message."""
        value = self.about(number) | {"errors": [in_status(code)]}
        return self.webhooks.tell(self.world.wabas.things[number.waba_id], "messages", value, number)

    def _announce_change(self, customer: Customer, chat: Chat, before: str, before_id: str) -> None:
        number = self.world.numbers.things[chat.phone_number_id]
        if number.provider in self.carriers:  # it tells nothing of the kind
            return
        system = {
            "body": f"User {customer.name} changed from {before} to {customer.wa_id}",
            "type": "user_changed_number",
            "wa_id": customer.wa_id,
            "user_id": customer.user_id,
            "previous_user_id": before_id,
        }
        message: dict[str, JSON] = {
            "from": before,
            "id": ids.message_id(before or before_id, inbound=True),
            "timestamp": str(int(self.world.now())),
            "type": "system",
            "system": system,
        }
        value = self.about(number) | {"messages": [message]}
        self.webhooks.tell(self.world.wabas.things[number.waba_id], "messages", value, number)

    # --- shared ------------------------------------------------------------------------------------------------------

    def _carrier(self, message: Message) -> tuple[PhoneNumber, Waba]:
        number = self.world.numbers.things[message.phone_number_id]
        return number, self.world.wabas.things[number.waba_id]

    def about(self, number: PhoneNumber) -> dict[str, JSON]:
        metadata = {"display_phone_number": number.phone, "phone_number_id": number.id}
        return {"messaging_product": "whatsapp", "metadata": metadata}

    def _later(self, ms: int, act: Callable[..., None], *arguments: object) -> None:
        asyncio.get_running_loop().call_later(max(0, ms) / 1000, act, *arguments)


def _contact(customer: Customer, *, told_number: bool = True) -> dict[str, JSON]:
    profile = {"name": customer.name} | ({"username": customer.username} if customer.username else {})
    contact: dict[str, JSON] = {"profile": profile}
    if customer.wa_id and told_number:
        contact["wa_id"] = customer.wa_id
    return contact | {"user_id": customer.user_id}
