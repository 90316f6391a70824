"""A number that stays in the WhatsApp Business app: what its owner writes there, and what the app hands over once
(reference §2.11, §7.11)."""

import msgspec

from safarichat.sandbox import ids
from safarichat.sandbox.meta import earlier
from safarichat.sandbox.meta.conversing import Conversing
from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.things import JSON, Customer, Message, PhoneNumber
from safarichat.sandbox.world import World

WITHIN_S = 24 * 3600
SYNC_TYPES = ("smb_app_state_sync", "history")


class Coexisting:
    def __init__(self, world: World, webhooks: Webhooks, conversing: Conversing) -> None:
        self.world, self.webhooks, self.conversing = world, webhooks, conversing

    def write(self, number: PhoneNumber, customer: Customer, content: dict[str, JSON]) -> Message:
        """The owner writes on the phone: it goes out as any message, and every partner gets an echo of it."""
        message = Message(
            id=ids.message_id(customer.wa_id or customer.user_id, inbound=False),
            phone_number_id=number.id,
            customer_id=customer.id,
            inbound=False,
            by_phone=True,
            at=self.world.now(),
            kind=str(content.get("type", "text")),
            body=msgspec.Raw(msgspec.json.encode(content)),
        )
        self.world.add_message(message)
        echo = {"from": number.phone, **_to(customer), "id": message.id, "timestamp": str(int(message.at)), **content}
        self._tell(number, "smb_message_echoes", {"message_echoes": [echo]})
        self.conversing.travel(message)
        return message

    def hand_over(self, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
        """POST {PHONE}/smb_app_data: contacts and history, each once, within a day."""
        kind = str(parameters.get("sync_type") or "")
        if parameters.get("messaging_product") != "whatsapp" or kind not in SYNC_TYPES:
            raise GraphError(100, f"Param sync_type must be one of {{{', '.join(SYNC_TYPES)}}}.")
        if not number.on_biz_app:
            raise GraphError(100, "This number is not in use with the WhatsApp Business app.")
        if kind in number.synced:
            raise GraphError(2593107)
        if self.world.now() - number.onboarded_at > WITHIN_S:
            raise GraphError(2593108)
        number.synced.append(kind)
        self.world.numbers.put(number)
        if kind == "history":
            self.tell_history(number)
        else:
            self._tell(number, kind, self._contacts(number))
        return {"messaging_product": "whatsapp", "request_id": ids.object_id()}

    def _contacts(self, number: PhoneNumber) -> dict[str, JSON]:
        people = [customer for customer in self._customers(number) if customer.wa_id]
        now = str(int(self.world.now()))
        return {
            "state_sync": [
                {
                    "type": "contact",
                    "contact": {"full_name": one.name, "first_name": one.name.split()[0], "phone_number": one.wa_id},
                    "action": "add",
                    "metadata": {"timestamp": now},
                }
                for one in people
            ]
        }

    def tell_history(self, number: PhoneNumber) -> int:
        """How many webhooks it takes."""
        threads = {one.wa_id: self._thread(number, one) for one in self._customers(number) if one.wa_id}
        values = list(earlier.told(number, threads, self.world.now()))
        for value in values:
            self._tell(number, "history", value)
        return len(values)

    def _thread(self, number: PhoneNumber, customer: Customer) -> list[Message]:
        return self.world.thread(self.world.chat(number.id, customer.id))

    def _customers(self, number: PhoneNumber) -> list[Customer]:
        chats = [chat for chat in self.world.chats if chat.phone_number_id == number.id]
        return [self.world.customers.things[chat.customer_id] for chat in chats]

    def _tell(self, number: PhoneNumber, field: str, value: dict[str, JSON]) -> None:
        waba = self.world.wabas.things[number.waba_id]
        self.webhooks.tell(waba, field, self.conversing.about(number) | value, number)


def _to(customer: Customer) -> dict[str, JSON]:
    return {"to": customer.wa_id} if customer.wa_id else {"to_user_id": customer.user_id}
