"""POST Messages.json: what is checked at once, and how a message starts on its way (reference §3, §4)."""

import asyncio
import time

import msgspec

from safarichat.sandbox.meta import media
from safarichat.sandbox.meta.conversing import Conversing
from safarichat.sandbox.outgoing import Outgoing, is_loopback
from safarichat.sandbox.things import JSON, Customer, Message, PhoneNumber
from safarichat.sandbox.twilio.callbacks import NAME
from safarichat.sandbox.twilio.carrying import Carrying
from safarichat.sandbox.twilio.drafts import Draft, Drafts
from safarichat.sandbox.twilio.files import MOST_BYTES, kind_of_file
from safarichat.sandbox.twilio.messages import MESSAGE, MESSAGES, Messages
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.things import Account, Sender, Slip
from safarichat.sandbox.twilio.turns import Table, Turn
from safarichat.sandbox.wire import Answer, as_json
from safarichat.sandbox.world import World

PER_SECOND = 80


class Sending:
    def __init__(
        self, world: World, conversing: Conversing, carrying: Carrying, messages: Messages, drafts: Drafts,
        outgoing: Outgoing,
    ) -> None:  # fmt: skip
        self.world, self.kept, self.conversing, self.carrying = world, world.twilio, conversing, carrying
        self.messages, self.drafts, self.outgoing = messages, drafts, outgoing
        self.next_at: dict[str, float] = {}  # by sender: when its queue lets the next one go
        self.tasks: set[asyncio.Task[None]] = set()

    def table(self) -> Table:
        return [("POST", MESSAGES + r"\.json", self._create), ("POST", MESSAGE + r"\.json", self._change)]

    async def _create(self, turn: Turn) -> Answer:
        draft = self.drafts.read(turn)
        slip, message = self._accept(draft)
        told = self.messages.node(slip)
        if draft.by_service:  # it has still to choose who sends
            told |= {"from": None} | ({"status": "accepted"} if message.status == "accepted" else {})
        if draft.is_template:  # (!) a template's text comes later
            told["body"] = ""
        await self._start(draft, slip, message)
        return as_json(told, 201)

    def _change(self, turn: Turn, message_sid: str) -> Answer:
        """An empty body redacts; a status takes a scheduled message back."""
        slip = self.messages.mine(turn, message_sid)
        message = self.world.messages.things[slip.id]
        if turn.text("Status") == "canceled":
            if message.status != "scheduled":
                raise Refused(20001, "only scheduled messages can be canceled")
            message.status = "canceled"
            self.world.changed(message)
            self._tell(slip, message)
        elif "Body" in turn.form and not turn.text("Body"):
            slip.text = ""
        else:
            raise Refused(20001, "Body must be empty, or Status canceled")
        slip.changed_at = self.world.now()
        return as_json(self.messages.node(self.kept.slips.put(slip)))

    def reply(self, to: Message, text: str) -> None:
        """A webhook was answered with words for the customer."""
        number, customer = self.world.numbers.things[to.phone_number_id], self.world.customers.things[to.customer_id]
        sender = self.kept.sender_of(number.id)
        if sender is None:
            return
        account = self.kept.accounts.things[sender.account]
        content: dict[str, JSON] = {"type": "text", "text": {"body": text}}
        draft = Draft(
            account, sender, number, customer, f"+{customer.phone}", content, text, direction="outbound-reply"
        )
        slip, message = self._accept(draft)
        self._depart(draft, slip, message)

    def resume(self) -> None:
        for slip in self.kept.slips:
            message = self.world.messages.get(slip.id)
            if slip.send_at and message is not None and message.status == "scheduled":
                self._at(slip.send_at, self._wake(slip), slip, message)

    def stop(self) -> None:
        for task in self.tasks:
            task.cancel()

    # --- on its way --------------------------------------------------------------------------------------------------

    def _accept(self, draft: Draft) -> tuple[Slip, Message]:
        message = Message(
            id=self.carrying.new_id("image" if draft.is_rich else "text"),
            phone_number_id=draft.number.id,
            customer_id=draft.customer.id,
            inbound=False,
            at=self.world.now(),
            kind=str(draft.content["type"]),
            body=msgspec.Raw(msgspec.json.encode(draft.content)),
            to=draft.to,
            opaque=draft.opaque,
            status="scheduled" if draft.send_at else "accepted",
            sent_to_user_id=draft.by_user_id,
        )
        slip = Slip(id=message.id, account=draft.account.id, direction=draft.direction, text=draft.text)
        slip.callback, slip.links, slip.send_at = draft.callback, draft.links, draft.send_at
        slip.service, slip.changed_at = draft.service, message.at
        self.kept.slips.put(slip)
        self.world.chat(draft.number.id, draft.customer.id).typing_until = 0
        self.world.add_message(message)
        return slip, message

    async def _start(self, draft: Draft, slip: Slip, message: Message) -> None:
        path = f"/{draft.number.id}/messages"
        if draft.send_at:
            self._at(draft.send_at, draft, slip, message)
        elif self.world.faults.strikes("status_before_answer", path, provider=NAME):
            self.conversing.sent_at_once(message)
            await self.carrying.callbacks.settle(2)
        else:
            self._depart(draft, slip, message)

    def _at(self, send_at: float, draft: Draft, slip: Slip, message: Message) -> None:
        wait_s = max(0, send_at - self.world.now())
        asyncio.get_running_loop().call_later(wait_s, self._depart_if_due, draft, slip, message)

    def _depart_if_due(self, draft: Draft, slip: Slip, message: Message) -> None:
        if message.status == "scheduled":
            message.status = "accepted"
            self.world.changed(message)
            self._depart(draft, slip, message)

    def _depart(self, draft: Draft, slip: Slip, message: Message) -> None:
        """Through the sender's queue, which lets 80 a second go."""
        now, sent_s = time.monotonic(), self.world.settings.sent_ms / 1000
        leaves_at = max(now, self.next_at.get(draft.sender.id, 0))
        self.next_at[draft.sender.id] = leaves_at + (1 / PER_SECOND if self.world.settings.rates else 0)
        later = asyncio.get_running_loop().call_later
        later(leaves_at - now + sent_s / 2, self._tell_queued, slip, message)
        problem = draft.problem or (30036 if leaves_at - now > draft.validity_s else 0)
        if problem:
            later(leaves_at - now + sent_s, self.conversing.fail, message, problem)
        elif slip.links:
            task = asyncio.get_running_loop().create_task(self._fetch(slip, message, leaves_at - now))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif leaves_at > now:
            later(leaves_at - now, self.conversing.travel, message)
        else:
            self.conversing.travel(message)

    async def _fetch(self, slip: Slip, message: Message, wait_s: float) -> None:
        """Twilio gets the file itself, from where it is. What is not on this machine is believed to be there."""
        await asyncio.sleep(wait_s)
        url = slip.links[0]
        problem = await self._take_file(slip, message, url) if is_loopback(url) else 0
        if problem:
            later = asyncio.get_running_loop().call_later
            later(self.world.settings.sent_ms / 1000, self.conversing.fail, message, problem)
        else:
            self.conversing.travel(message)

    async def _take_file(self, slip: Slip, message: Message, url: str) -> int:
        """The code with which the message fails for this file; 0 when it is good."""
        fetched = await self.outgoing.fetch(url)
        mime = fetched.content_type.partition(";")[0].strip().lower()
        kind = kind_of_file(mime)
        if fetched.status != 200:
            return 63019
        if not kind:
            return 63021
        if len(fetched.data) > MOST_BYTES:
            return 63034
        name = url.partition("?")[0].rpartition("/")[2]
        kept = media.keep(self.world, message.phone_number_id, mime, fetched.data, filename=name)
        slip.media = [kept.id]
        self.kept.slips.put(slip)
        if message.kind != "template":
            told: dict[str, JSON] = {"id": kept.id} | ({"filename": name} if kind == "document" else {})
            told |= {"caption": slip.text} if slip.text and kind in ("image", "video") else {}
            message.kind, message.body = kind, msgspec.Raw(msgspec.json.encode({"type": kind, kind: told}))
            self.world.changed(message)
        return 0

    def _tell_queued(self, slip: Slip, message: Message) -> None:
        if message.status == "accepted":
            self._tell(slip, message)

    def _tell(self, slip: Slip, message: Message) -> None:
        number, customer = self._parties(message)
        self.carrying.tell(slip, message, number, customer)

    def _wake(self, slip: Slip) -> Draft:
        """What is needed of a scheduled message's draft after a restart."""
        message = self.world.messages.things[slip.id]
        number, customer = self._parties(message)
        account, sender = self.kept.accounts.things[slip.account], self.kept.sender_of(number.id)
        return Draft(account, sender or _nobody(account, number), number, customer, message.to, {}, slip.text)

    def _parties(self, message: Message) -> tuple[PhoneNumber, Customer]:
        return self.world.numbers.things[message.phone_number_id], self.world.customers.things[message.customer_id]


def _nobody(account: Account, number: PhoneNumber) -> Sender:
    return Sender(id="", account=account.id, phone_number_id=number.id)
