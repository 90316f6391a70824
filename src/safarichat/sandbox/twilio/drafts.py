"""What a business asks to have sent, checked as Twilio checks it before it answers (reference §3, §4)."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct, field

from safarichat.sandbox import phones
from safarichat.sandbox.things import JSON, Customer, PhoneNumber
from safarichat.sandbox.twilio import addresses
from safarichat.sandbox.twilio.contents import Contents
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.rendering import Rendered, link_message, read_variables, render
from safarichat.sandbox.twilio.senders import USABLE, Senders
from safarichat.sandbox.twilio.things import Account, Sender, Service
from safarichat.sandbox.twilio.turns import Turn
from safarichat.sandbox.world import World

LONGEST_BODY, MOST_MEDIA = 1600, 10
LONGEST_VALIDITY_S = 36_000
SOONEST_S, LATEST_S = 300, 35 * 24 * 3600
PLACE = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)(?:\|(.*))?")
FILES = ("image", "video", "audio", "document", "sticker")


class Draft(Struct):
    """`problem` is the code with which it fails after it was accepted, `opaque` the query of the callback's address, by
    which a business knows its own message again."""

    account: Account
    sender: Sender
    number: PhoneNumber
    customer: Customer
    to: str
    content: dict[str, JSON]
    text: str
    by_user_id: bool = False
    by_service: bool = False
    is_rich: bool = False
    is_template: bool = False
    problem: int = 0
    links: list[str] = field(default_factory=list)
    callback: str = ""
    service: str = ""
    validity_s: int = LONGEST_VALIDITY_S
    send_at: float = 0
    direction: str = "outbound-api"

    @property
    def opaque(self) -> str:
        return urlsplit(self.callback).query


class Drafts:
    def __init__(self, world: World, senders: Senders, contents: Contents) -> None:
        self.world, self.kept, self.senders, self.contents = world, world.twilio, senders, contents

    def read(self, turn: Turn) -> Draft:
        to, origin = turn.text("To"), turn.text("From")
        if not to:
            raise Refused(21604)
        service = self._service(turn)
        if not origin and service is None:
            raise Refused(21603)
        if addresses.is_whatsapp(to) != (addresses.is_whatsapp(origin) if origin else True):
            raise Refused(21910)
        if not addresses.inner(to):
            raise Refused(21211, to)
        if origin and not addresses.inner(origin):
            raise Refused(21212, origin)
        sender = self._sender(turn.account, origin, service)
        number = self.world.numbers.things[sender.phone_number_id]
        if to == addresses.numbers(number):
            raise Refused(63031)
        links = [link for link in turn.form.get("MediaUrl", ()) if link]
        rendered = self._rendered(turn, number, links)
        callback = _callback(turn.text("StatusCallback"))
        validity, send_at = _validity(turn, service), _send_at(turn, self.world.now())
        customer, by_user_id = self._customer(addresses.inner(to))
        if customer.id in sender.stopped:
            raise Refused(21610)
        by_content = bool(turn.text("ContentSid"))
        return Draft(
            account=turn.account,
            sender=sender,
            number=number,
            customer=customer,
            to=addresses.inner(to),
            content=rendered.content,
            text=rendered.text,
            by_user_id=by_user_id,
            by_service=not origin,
            is_rich=by_content or bool(links),
            is_template=by_content,
            problem=self._offline(number) or rendered.problem,
            links=_to_fetch(rendered.content),
            callback=callback,
            service=service.id if service else "",
            validity_s=validity,
            send_at=send_at,
        )

    # --- who ---------------------------------------------------------------------------------------------------------

    def _service(self, turn: Turn) -> Service | None:
        wanted = turn.text("MessagingServiceSid")
        service = self.kept.services.get(wanted)
        if wanted and (service is None or service.account != turn.account.id):
            raise Refused(21701)
        return service

    def _sender(self, account: Account, origin: str, service: Service | None) -> Sender:
        """(!) One that is offline is found, and what it sends fails later; one that never came online is not."""
        mine = [each for each in self.kept.senders if each.account == account.id]
        if origin:
            phone = phones.digits(addresses.inner(origin))
            mine = [each for each in mine if self.world.numbers.things[each.phone_number_id].phone == phone]
        elif service is not None:
            mine = [each for each in mine if each.service == service.id]
            if not mine:
                raise Refused(21703)
        found = [each for each in mine if self.senders.standing(each) in (*USABLE, "OFFLINE")]
        if not found:
            raise Refused(63007)
        return next((each for each in found if self.senders.standing(each) in USABLE), found[0])

    def _offline(self, number: PhoneNumber) -> int:
        if number.offline_reason:
            return int(number.offline_reason) if number.offline_reason.isdigit() else 63020
        return 0 if number.registered else 63001

    def _customer(self, to: str) -> tuple[Customer, bool]:
        if not to.startswith("+"):
            return self.world.meet(to), True
        customer = self.world.customer(to)
        if customer is None:
            customer = self.world.meet(to)
            customer.on_whatsapp = phones.is_real(customer.phone)
        return customer, False

    # --- what --------------------------------------------------------------------------------------------------------

    def _rendered(self, turn: Turn, number: PhoneNumber, links: list[str]) -> Rendered:
        """(!) A content leaves Body unread."""
        if wanted := turn.text("ContentSid"):
            content = self.contents.find(turn.account, wanted)
            if content is None:
                raise Refused(21655)
            return render(self.world, number.waba_id, content, read_variables(turn.text("ContentVariables")))
        body = turn.text("Body")
        if len(body) > LONGEST_BODY:
            raise Refused(21617)
        if len(links) > MOST_MEDIA:
            raise Refused(21623)
        if any(not _is_address(link) for link in links):
            raise Refused(21620)
        if not body and not links:
            raise Refused(21602)
        if links:
            return Rendered(link_message(links[0], body), body)
        place = PLACE.fullmatch(turn.text("PersistentAction"))
        if place:
            where = {"latitude": float(place[1]), "longitude": float(place[2]), "name": place[3] or body}
            return Rendered({"type": "location", "location": where}, body)
        return Rendered({"type": "text", "text": {"body": body}}, body)


def _to_fetch(content: dict[str, JSON]) -> list[str]:
    """The file of a message, or of a template's header."""
    kind = str(content["type"])
    if kind in FILES:
        return [str(content[kind]["link"])]
    for component in content.get("template", {}).get("components") or []:
        for parameter in component["parameters"] if component["type"] == "header" else []:
            if parameter["type"] in FILES:
                return [str(parameter[parameter["type"]]["link"])]
    return []


def _callback(url: str) -> str:
    if url and (not _is_address(url) or "_" in (urlsplit(url).hostname or "")):
        raise Refused(21609)
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _validity(turn: Turn, service: Service | None) -> int:
    given = turn.text("ValidityPeriod")
    if not given:
        return service.validity_s if service else LONGEST_VALIDITY_S
    if not given.isdigit() or not 1 <= int(given) <= LONGEST_VALIDITY_S:
        raise Refused(21624)
    return int(given)


def _send_at(turn: Turn, now: float) -> float:
    """0 for at once."""
    kind, given = turn.text("ScheduleType"), turn.text("SendAt")
    if not kind and not given:
        return 0
    if kind != "fixed":
        raise Refused(35111)
    if not turn.text("MessagingServiceSid"):
        raise Refused(35118)
    try:
        at = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        raise Refused(35114) from None
    seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now
    if not SOONEST_S < seconds <= LATEST_S:
        raise Refused(35115)
    return now + seconds
