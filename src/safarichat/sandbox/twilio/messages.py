"""Messages as Twilio lists them: newest first, both ways, with their media (reference §3.1, §9)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from safarichat.sandbox.things import JSON, Media, Message
from safarichat.sandbox.twilio import problems
from safarichat.sandbox.twilio.accounts import ONE
from safarichat.sandbox.twilio.addresses import customers, numbers
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.shelved import CDN, media_sid, read_media_sid, ticket
from safarichat.sandbox.twilio.things import Slip
from safarichat.sandbox.twilio.turns import NOTHING, Given, Table, Turn, by_uri, first, page, rfc2822
from safarichat.sandbox.wire import Answer, as_json
from safarichat.sandbox.world import World

MESSAGES = ONE + "/Messages"
MESSAGE = MESSAGES + r"/((?:SM|MM)[0-9a-f]{32})"
STATUSES = {"accepted": "queued"}


class Messages:
    def __init__(self, world: World, base_url: str) -> None:
        self.world, self.kept, self.base_url = world, world.twilio, base_url

    def table(self) -> Table:
        return [
            ("GET", MESSAGES + r"\.json", self._list),
            ("GET", MESSAGE + r"\.json", self._fetch),
            ("DELETE", MESSAGE + r"\.json", self._drop),
            ("POST", MESSAGE + r"/Feedback\.json", self._feedback),
            ("GET", MESSAGE + r"/Media\.json", self._media_list),
            ("GET", MESSAGE + r"/Media/(ME\w+)\.json", self._media),
            ("GET", MESSAGE + r"/Media/(ME\w+)", self._download),
            ("DELETE", MESSAGE + r"/Media/(ME\w+)(?:\.json)?", self._drop_media),
        ]

    # --- messages ----------------------------------------------------------------------------------------------------

    def _list(self, turn: Turn) -> Answer:
        mine = [slip for slip in self.kept.slips if slip.account == turn.account.id and not slip.is_deleted]
        mine = [slip for slip in reversed(mine) if self._is_wanted(slip, turn.query)]
        return by_uri(page(turn, mine, self.node), "messages", _uri(turn.account.id) + ".json")

    def _fetch(self, turn: Turn, message_sid: str) -> Answer:
        return as_json(self.node(self.mine(turn, message_sid)))

    def _drop(self, turn: Turn, message_sid: str) -> Answer:
        slip = self.mine(turn, message_sid)
        slip.is_deleted = True
        self.kept.slips.put(slip)
        return NOTHING

    def _feedback(self, turn: Turn, message_sid: str) -> Answer:
        slip, outcome = self.mine(turn, message_sid), turn.text("Outcome", "confirmed")
        if outcome not in ("confirmed", "unconfirmed"):
            raise Refused(20001, "Outcome")
        at = rfc2822(self.world.now())
        told: dict[str, JSON] = {"account_sid": slip.account, "message_sid": slip.id, "outcome": outcome}
        uri = f"{_uri(slip.account)}/{slip.id}/Feedback.json"
        return as_json(told | {"date_created": at, "date_updated": at, "uri": uri}, 201)

    def mine(self, turn: Turn, message_sid: str) -> Slip:
        slip = self.kept.slips.get(message_sid)
        if slip is None or slip.account != turn.account.id or slip.is_deleted:
            raise Refused(20404)
        return slip

    def _is_wanted(self, slip: Slip, query: Given) -> bool:
        message = self.world.messages.things[slip.id]
        origin, to = self._parties(message)
        if any(first(query, name, value) != value for name, value in (("From", origin), ("To", to))):
            return False
        at = datetime.fromtimestamp(slip.sent_at or message.at, UTC)
        tests: dict[str, Callable[[datetime, datetime], bool]] = {
            "DateSent": lambda start, end: start <= at < end,
            "DateSent<": lambda start, end: at < end,
            "DateSent>": lambda start, end: at >= start,
        }
        return all(test(*_span(first(query, name))) for name, test in tests.items() if first(query, name))

    # --- media -------------------------------------------------------------------------------------------------------

    def _media_list(self, turn: Turn, message_sid: str) -> Answer:
        slip = self.mine(turn, message_sid)
        found = [media for id in slip.media if (media := self.world.media.get(id))]
        uri = f"{_uri(slip.account)}/{slip.id}/Media.json"
        return by_uri(page(turn, found, lambda media: _media_node(slip, media)), "media_list", uri)

    def _media(self, turn: Turn, message_sid: str, given: str) -> Answer:
        slip = self.mine(turn, message_sid)
        return as_json(_media_node(slip, self._medium(slip, given)))

    def _download(self, turn: Turn, message_sid: str, given: str) -> Answer:
        """(!) Not the bytes, but where they are; that address is good for a while and wants no password."""
        media = self._medium(self.mine(turn, message_sid), given)
        return Answer(307, b"", {"location": f"{self.base_url}{CDN}/{ticket(self.world, media)}"})

    def _drop_media(self, turn: Turn, message_sid: str, given: str) -> Answer:
        slip = self.mine(turn, message_sid)
        media = self._medium(slip, given)
        slip.media.remove(media.id)
        self.kept.slips.put(slip)
        self.world.media.drop(media.id)
        return NOTHING

    def _medium(self, slip: Slip, given: str) -> Media:
        id = read_media_sid(given)
        media = self.world.media.get(id) if id in slip.media else None
        if media is None:
            raise Refused(20404)
        return media

    # --- as JSON -----------------------------------------------------------------------------------------------------

    def node(self, slip: Slip) -> dict[str, JSON]:
        message = self.world.messages.things[slip.id]
        origin, to = self._parties(message)
        uri = f"{_uri(slip.account)}/{slip.id}"
        return {
            "account_sid": slip.account,
            "api_version": "2010-04-01",
            "body": slip.text,
            "date_created": rfc2822(message.at),
            "date_sent": rfc2822(slip.sent_at) if slip.sent_at else None,
            "date_updated": rfc2822(slip.changed_at),
            "direction": slip.direction,
            "error_code": message.error or None,
            "error_message": problems.title(message.error) if message.error else None,
            "from": origin,
            "messaging_service_sid": slip.service or None,
            "num_media": str(len(slip.media or slip.links)),
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": slip.id,
            "status": status(message),
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": to,
            "uri": f"{uri}.json",
        }

    def _parties(self, message: Message) -> tuple[str, str]:
        number = numbers(self.world.numbers.things[message.phone_number_id])
        customer = self.world.customers.things[message.customer_id]
        theirs = customers(customer, by_user_id=message.sent_to_user_id)
        return (theirs, number) if message.inbound else (number, theirs)


def status(message: Message) -> str:
    if message.inbound:
        return "received"
    if message.status == "failed":
        return "undelivered" if message.error in problems.UNDELIVERED else "failed"
    return STATUSES.get(message.status, message.status)


def _uri(account_sid: str) -> str:
    return f"/2010-04-01/Accounts/{account_sid}/Messages"


def _media_node(slip: Slip, media: Media) -> dict[str, JSON]:
    me, at = media_sid(media), rfc2822(media.made_at)
    return {
        "sid": me,
        "account_sid": slip.account,
        "parent_sid": slip.id,
        "content_type": media.mime_type.partition(";")[0],
        "date_created": at,
        "date_updated": at,
        "uri": f"{_uri(slip.account)}/{slip.id}/Media/{me}.json",
    }


def _span(given: str) -> tuple[datetime, datetime]:
    """A day from its begin to its end, or a moment."""
    try:
        start = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        raise Refused(20001, "DateSent") from None
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return start, start + (timedelta(days=1) if len(given) == len("2026-11-23") else timedelta(seconds=1))
