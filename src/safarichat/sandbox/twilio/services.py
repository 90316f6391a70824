"""Messaging services, and the typing indicator that stands on the same host (reference §10, §13)."""

from safarichat.sandbox.meta.sending import Sending
from safarichat.sandbox.things import JSON
from safarichat.sandbox.twilio.addresses import numbers
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.things import Sender, Service, sid
from safarichat.sandbox.twilio.turns import NOTHING, Table, Turn, by_meta, iso, page
from safarichat.sandbox.wire import Answer, as_json
from safarichat.sandbox.world import World

PATH = "/v1/Services"
LONGEST_VALIDITY_S = 36_000


class Services:
    def __init__(self, world: World, meta_sending: Sending, base_url: str) -> None:
        self.world, self.kept, self.meta_sending, self.base_url = world, world.twilio, meta_sending, base_url

    def table(self) -> Table:
        one = PATH + r"/(MG[0-9a-f]{32})"
        return [
            ("GET", PATH, self._list),
            ("POST", PATH, self._create),
            ("GET", one, self._fetch),
            ("POST", one, self._change),
            ("DELETE", one, self._drop),
            ("GET", one + "/ChannelSenders", self._senders),
            ("POST", one + "/ChannelSenders", self._add_sender),
            ("GET", one + r"/ChannelSenders/(\w+)", self._sender),
            ("DELETE", one + r"/ChannelSenders/(\w+)", self._drop_sender),
            ("POST", r"/v2/Indicators/Typing\.json", self._type_by_form),
            ("POST", r"/v3/Indicators/Typing\.json", self._type_by_json),
        ]

    def _list(self, turn: Turn) -> Answer:
        mine = [service for service in self.kept.services if service.account == turn.account.id]
        return by_meta(page(turn, mine, self._node), "services", f"{self.base_url}{PATH}")

    def _create(self, turn: Turn) -> Answer:
        if not turn.text("FriendlyName"):
            raise Refused(20001, "FriendlyName is required")
        now = self.world.now()
        service = Service(id=sid("MG"), account=turn.account.id, name="", made_at=now)
        return as_json(self._node(self._taken(turn, service)), 201)

    def _fetch(self, turn: Turn, service_sid: str) -> Answer:
        return as_json(self._node(self._mine(turn, service_sid)))

    def _change(self, turn: Turn, service_sid: str) -> Answer:
        return as_json(self._node(self._taken(turn, self._mine(turn, service_sid))))

    def _drop(self, turn: Turn, service_sid: str) -> Answer:
        service = self._mine(turn, service_sid)
        for sender in self._inside(service):
            sender.service = ""
            self.kept.senders.put(sender)
        self.kept.services.drop(service.id)
        return NOTHING

    def _taken(self, turn: Turn, service: Service) -> Service:
        service.name = turn.text("FriendlyName", service.name)
        service.inbound_url = turn.text("InboundRequestUrl", service.inbound_url)
        service.callback_url = turn.text("StatusCallback", service.callback_url)
        own = "true" if service.uses_senders_hook else "false"
        service.uses_senders_hook = turn.text("UseInboundWebhookOnNumber", own).lower() == "true"
        validity = turn.text("ValidityPeriod", str(service.validity_s))
        if not validity.isdigit() or not 1 <= int(validity) <= LONGEST_VALIDITY_S:
            raise Refused(21624)
        service.validity_s, service.changed_at = int(validity), self.world.now()
        return self.kept.services.put(service)

    def _mine(self, turn: Turn, service_sid: str) -> Service:
        service = self.kept.services.get(service_sid)
        if service is None or service.account != turn.account.id:
            raise Refused(20404)
        return service

    # --- senders of a service ----------------------------------------------------------------------------------------

    def _senders(self, turn: Turn, service_sid: str) -> Answer:
        service = self._mine(turn, service_sid)
        url = f"{self.base_url}{PATH}/{service.id}/ChannelSenders"
        return by_meta(page(turn, self._inside(service), self._sender_node), "senders", url)

    def _add_sender(self, turn: Turn, service_sid: str) -> Answer:
        service, sender = self._mine(turn, service_sid), self.kept.senders.get(turn.text("Sid"))
        if sender is None or sender.account != turn.account.id:
            raise Refused(20404)
        sender.service = service.id
        return as_json(self._sender_node(self.kept.senders.put(sender)), 201)

    def _sender(self, turn: Turn, service_sid: str, sender_sid: str) -> Answer:
        return as_json(self._sender_node(self._attached(turn, service_sid, sender_sid)))

    def _drop_sender(self, turn: Turn, service_sid: str, sender_sid: str) -> Answer:
        sender = self._attached(turn, service_sid, sender_sid)
        sender.service = ""
        self.kept.senders.put(sender)
        return NOTHING

    def _attached(self, turn: Turn, service_sid: str, sender_sid: str) -> Sender:
        service = self._mine(turn, service_sid)
        found = next((sender for sender in self._inside(service) if sender.id == sender_sid), None)
        if found is None:
            raise Refused(20404)
        return found

    def _inside(self, service: Service) -> list[Sender]:
        return [sender for sender in self.kept.senders if sender.service == service.id]

    # --- typing ------------------------------------------------------------------------------------------------------

    def _type_by_form(self, turn: Turn) -> Answer:
        return self._type(turn, turn.text("channel"), turn.text("messageId"))

    def _type_by_json(self, turn: Turn) -> Answer:
        given = turn.json()
        return self._type(turn, str(given.get("channel") or "").lower(), str(given.get("messageId") or ""))

    def _type(self, turn: Turn, channel: str, message_sid: str) -> Answer:
        """The customer sees that we write, and that this message, and what came before it, was read."""
        slip = self.kept.slips.get(message_sid)
        if channel != "whatsapp":
            raise Refused(20001, "channel")
        if slip is None or slip.account != turn.account.id or slip.direction != "inbound":
            raise Refused(20404)
        number = self.world.numbers.things[self.world.messages.things[slip.id].phone_number_id]
        self.meta_sending.mark_read(number, {"status": "read", "message_id": slip.id, "typing_indicator": {}})
        return as_json({"success": True})

    # --- as JSON -----------------------------------------------------------------------------------------------------

    def _node(self, service: Service) -> dict[str, JSON]:
        url = f"{self.base_url}{PATH}/{service.id}"
        return {
            "sid": service.id,
            "account_sid": service.account,
            "friendly_name": service.name,
            "inbound_request_url": service.inbound_url or None,
            "inbound_method": "POST",
            "status_callback": service.callback_url or None,
            "use_inbound_webhook_on_number": service.uses_senders_hook,
            "validity_period": service.validity_s,
            "date_created": iso(service.made_at),
            "date_updated": iso(service.changed_at),
            "url": url,
            "links": {"channel_senders": f"{url}/ChannelSenders"},
        }

    def _sender_node(self, sender: Sender) -> dict[str, JSON]:
        number = self.world.numbers.things[sender.phone_number_id]
        return {
            "sid": sender.id,
            "account_sid": sender.account,
            "messaging_service_sid": sender.service,
            "sender": numbers(number),
            "sender_type": "WhatsApp",
            "country_code": None,
            "date_created": iso(number.onboarded_at),
            "date_updated": iso(number.onboarded_at),
            "url": f"{self.base_url}{PATH}/{sender.service}/ChannelSenders/{sender.id}",
        }
