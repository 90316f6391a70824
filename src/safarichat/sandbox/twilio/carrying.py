"""What Twilio tells a business: messages of customers, and how far its own came (reference §6, §7)."""

from collections.abc import Callable
from xml.etree import ElementTree

from safarichat.sandbox.outgoing import Reached
from safarichat.sandbox.things import JSON, Customer, Message, PhoneNumber
from safarichat.sandbox.twilio import inbound, problems
from safarichat.sandbox.twilio.addresses import customers, masked, numbers
from safarichat.sandbox.twilio.callbacks import NAME, Callback, Callbacks, note
from safarichat.sandbox.twilio.messages import status
from safarichat.sandbox.twilio.shelved import media_sid
from safarichat.sandbox.twilio.things import Account, Sender, Service, Slip, sid
from safarichat.sandbox.world import World

EVENTS = {"delivered": "DELIVERED", "read": "READ", "failed": "UNDELIVERED", "undelivered": "UNDELIVERED"}
STOP = ("stop", "stopall", "unsubscribe")
START = ("start", "unstop")
HELP = ("help", "info")

Reply = Callable[[Message, str], None]


class Carrying:
    """`reply` sends what a webhook was answered with."""

    def __init__(self, world: World, callbacks: Callbacks, base_url: str) -> None:
        self.world, self.kept, self.callbacks, self.base_url = world, world.twilio, callbacks, base_url
        self.reply: Reply = _say_nothing

    # --- customer → business -----------------------------------------------------------------------------------------

    def new_id(self, kind: str) -> str:
        return sid("MM" if kind in (*inbound.MEDIA_KINDS, "contacts") else "SM")

    def tell_message(self, message: Message, customer: Customer, number: PhoneNumber, content: dict[str, JSON]) -> str:
        sender = self.kept.sender_of(number.id)
        if sender is None or not inbound.is_carried(message.kind, content):
            return "not carried"
        account, written = self.kept.accounts.things[sender.account], inbound.read(self.world, number, content)
        slip = Slip(id=message.id, account=account.id, text=written.text, service=sender.service)
        slip.media, slip.sent_at, slip.changed_at = [each.id for each in written.media], message.at, message.at
        self.kept.slips.put(slip)
        heeded = self._heed(sender, customer, written.text)
        path = f"/{number.id}/messages"
        if self.world.faults.strikes("inbound_lost", path, provider=NAME):
            return "lost"
        url, method, fallback = self._inbound_address(sender)
        if not url or account.status != "active":
            return "unsubscribed"
        fields = inbound.form(message, customer, number, account.id) | written.fields | {"Body": written.text}
        fields |= self._media_fields(slip)
        if sender.service:  # only there can the words be heeded in a way that is told
            fields |= {"MessagingServiceSid": sender.service} | ({"OptOutType": heeded} if heeded else {})

        def answered(reached: Reached) -> None:
            self._answered(message, account, url, reached)

        about = f"{number.id}:{customer.id}"
        self.callbacks.send(Callback(account, url, fields, about, path, method, fallback, answered))
        return "sent"

    def _heed(self, sender: Sender, customer: Customer, text: str) -> str:
        """Who writes STOP gets nothing more from this sender until they write START. Says which of the words it is."""
        word = text.strip().lower()
        if word in STOP and customer.id not in sender.stopped:
            sender.stopped.append(customer.id)
        elif word in START and customer.id in sender.stopped:
            sender.stopped.remove(customer.id)
        self.kept.senders.put(sender)
        return "STOP" if word in STOP else "START" if word in START else "HELP" if word in HELP else ""

    def _inbound_address(self, sender: Sender) -> tuple[str, str, str]:
        service = self._service(sender.service)
        if service is not None and not service.uses_senders_hook:
            return service.inbound_url, "POST", ""
        hook = sender.webhook
        return hook.get("callback_url", ""), hook.get("callback_method") or "POST", hook.get("fallback_url", "")

    def _media_fields(self, slip: Slip) -> dict[str, str]:
        told = {"NumMedia": str(len(slip.media))}
        for at, media in enumerate(self.world.media.things[id] for id in slip.media):
            where = f"/2010-04-01/Accounts/{slip.account}/Messages/{slip.id}/Media/{media_sid(media)}"
            told |= {f"MediaUrl{at}": self.base_url + where, f"MediaContentType{at}": media.mime_type.partition(";")[0]}
        return told

    def _answered(self, message: Message, account: Account, url: str, reached: Reached) -> None:
        """(!) Plain text is said to the customer, as TwiML's messages are; anything else only troubles the debugger."""
        if message.status == "sent":
            message.status = "delivered"
            self.world.changed(message)
        kind = reached.content_type.partition(";")[0].strip().lower()
        if not reached.text.strip():
            return
        if kind == "text/plain":
            self.reply(message, reached.text)
        elif kind in ("text/xml", "application/xml"):
            for text in _twiml_messages(reached.text):
                self.reply(message, text)
        else:
            note(self.world, 12300, account, url)

    # --- business → customer -----------------------------------------------------------------------------------------

    def tell_status(self, message: Message, number: PhoneNumber, customer: Customer) -> None:
        slip = self.kept.slips.get(message.id)
        if slip is None:
            return
        slip.changed_at = self.world.now()
        if message.status == "sent":
            slip.sent_at = slip.changed_at
        if message.status == "failed":
            message.error = _code(message, customer)
            self.world.changed(message)
        self.kept.slips.put(slip)
        self.tell(slip, message, number, customer)

    def tell(self, slip: Slip, message: Message, number: PhoneNumber, customer: Customer) -> None:
        sender, account = self.kept.sender_of(number.id), self.kept.accounts.things[slip.account]
        service = self._service(slip.service)
        hook = sender.webhook if sender else {}
        own = hook.get("status_callback_url", "")
        url = slip.callback or (service.callback_url if service else "") or own
        if not url or account.status != "active":
            return
        fields = self._status_fields(slip, message, number, customer, sender)
        method = hook.get("status_callback_method") or "POST" if url == own else "POST"
        self.callbacks.send(Callback(account, url, fields, message.id, f"/{number.id}/messages", method))

    def _status_fields(
        self, slip: Slip, message: Message, number: PhoneNumber, customer: Customer, sender: Sender | None
    ) -> dict[str, str]:
        now, to = status(message), customers(customer, by_user_id=message.sent_to_user_id)
        told = {"MessageSid": message.id, "SmsSid": message.id, "MessageStatus": now, "SmsStatus": now}
        told |= {"AccountSid": slip.account, "From": numbers(number), "To": to, "ApiVersion": "2010-04-01"}
        told |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": masked(to)}
        if sender is not None:
            told["ChannelInstallSid"] = sender.id
        if slip.service:
            told["MessagingServiceSid"] = slip.service
        if now in EVENTS:
            told["EventType"] = EVENTS[now]
        if message.error:
            title = problems.title(message.error)
            told |= {"ErrorCode": str(message.error), "ErrorMessage": title, "ChannelStatusMessage": title}
        return told

    def _service(self, service_sid: str) -> Service | None:
        return self.kept.services.get(service_sid) if service_sid else None


def _code(message: Message, customer: Customer) -> int:
    """(!) Who blocked the business can't be told from who isn't reachable, but both from who is not on WhatsApp."""
    if message.error == 131026 and customer.on_whatsapp:
        return 63024
    return problems.FATES.get(message.error, message.error)


def _twiml_messages(text: str) -> list[str]:
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - from the program under test, on this machine
    except ElementTree.ParseError:
        return []
    found = ["".join(_body(each).itertext()) for each in root.iter("Message")]
    return [text.strip() for text in found if text.strip()]


def _body(message: ElementTree.Element) -> ElementTree.Element:
    """The words stand in the message itself, or in its Body."""
    body = message.find("Body")
    return message if body is None else body


def _say_nothing(message: Message, text: str) -> None:
    """Until somebody is there to send it."""
