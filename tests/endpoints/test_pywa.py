"""A widely used Cloud API client takes our deliveries in its own server, whichever provider carries the number."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from safarichat.accounts.models import Account
from safarichat.endpoints.handshaking import shake
from safarichat.endpoints.models import Delivery, Endpoint
from safarichat.endpoints.posting import guard
from safarichat.ground import ids
from safarichat.inbox.importing import import_next
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.understanding import understand
from safarichat.media.models import File
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.twilio.addresses import number_id
from tests.endpoints.bot import VERIFY_TOKEN, Bot
from tests.endpoints.made import deliver, endpoint
from tests.fixtures import make_number
from tests.inbox import payloads
from tests.inbox.payloads import ANN

pytestmark = pytest.mark.django_db(transaction=True)
Number = OfficialWhatsappCredential


class Side:
    """A number at a provider, and how that tells us of a text, a photo and a status."""

    def __init__(self, number: Number) -> None:
        self.number = number

    def take(self, *bodies: bytes, query: str = "") -> None:
        keep([Kept(self.number.api_provider, "", body, query) for body in bodies])
        while understand(500) or import_next():
            pass

    def text(self, id: str, text: str, answers: str = "") -> bytes:
        more: Any = {"context": {"id": answers, "from": self.number.phone_number}} if answers else {}
        return payloads.inbound(id, text, number=self.number.phone_number_id or "", **more)

    def photo(self, id: str) -> bytes:
        image = {"id": "9001", "url": "https://lookaside.fbsbx.com/x", "mime_type": "image/png", "sha256": "abc="}
        return payloads.inbound(id, number=self.number.phone_number_id or "", type="image", image=image)

    def status(self, id: str, word: str, code: int = 0) -> bytes:
        return payloads.status(id, word, code=code, number=self.number.phone_number_id or "")


class Twilio(Side):
    def _form(self, **values: str) -> bytes:
        return urlencode({"AccountSid": "AC1", **values}).encode()

    def text(self, id: str, text: str, answers: str = "") -> bytes:
        more = {"OriginalRepliedMessageSid": answers} if answers else {}
        return self._form(**self._inbound(id), NumMedia="0", Body=text, **more)

    def photo(self, id: str) -> bytes:
        link = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
        return self._form(**self._inbound(id), NumMedia="1", MediaUrl0=link, MediaContentType0="image/png", Body="")

    def status(self, id: str, word: str, code: int = 0) -> bytes:
        ends = {"From": f"whatsapp:+{self.number.phone_number}", "To": f"whatsapp:+{ANN}"}
        return self._form(MessageSid=id, MessageStatus=word, **ends, **({"ErrorCode": str(code)} if code else {}))

    def _inbound(self, id: str) -> dict[str, str]:
        ends = {"From": f"whatsapp:+{ANN}", "To": f"whatsapp:+{self.number.phone_number}"}
        return {"MessageSid": id, "SmsStatus": "received", "WaId": ANN, "ProfileName": "Ann", **ends}


def at_twilio(account: Account) -> Side:
    columns = {"api_provider": "twilio", "phone_number": "14155550199", "waba_id": number_id("14155550199")}
    return Twilio(make_number(account, phone_number_id=number_id("14155550199"), **columns))


SIDES: dict[str, Callable[[Account], Side]] = {
    "meta": lambda account: Side(make_number(account)),
    "360dialog": lambda account: Side(make_number(account, api_provider="360dialog")),
    "twilio": at_twilio,
}


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest, account: Account) -> Side:
    return SIDES[request.param](account)


@pytest.fixture
def bot(side: Side, account: Account) -> Iterator[Bot]:
    made = endpoint(account, verify_token=VERIFY_TOKEN)
    bot = Bot(made.secret, side.number.phone_number_id or "")
    Endpoint.objects.update(url=bot.url)
    with bot.running():
        yield bot


def all_taken() -> bool:
    return not Delivery.objects.exclude(state="delivered").exists()


def sent(number: Number, theirs: str, **columns: Any) -> Message:
    conversation = Message.objects.filter(direction="in")[0].conversation
    return Message.objects.create(
        account_id=number.account_id,
        credential=number,
        conversation=conversation,
        direction="out",
        kind="text",
        body={"type": "text", "text": {"body": "Hello"}},
        status="accepted",
        provider_message_id=theirs,
        **columns,
    )


def test_texts_and_replies(side: Side, bot: Bot) -> None:
    side.take(side.text("SM1", "hi"))
    ours = sent(side.number, "SM2")
    side.take(side.text("SM3", "yes", answers="SM2"))
    deliver(until=all_taken)
    first, reply = bot.messages
    assert (first.text, reply.text) == ("hi", "yes")
    assert first.id == ids.wamid(Message.objects.get(provider_message_id="SM1").pk)
    assert first.from_user.wa_id == ANN
    assert first.from_user.name == "Ann"
    assert first.from_user.bsuid == ids.user_id(ours.conversation.contact_id)
    assert first.metadata.phone_number_id == side.number.phone_number_id
    assert first.metadata.display_phone_number
    assert reply.reply_to_message.id == ids.wamid(ours.pk)


def test_a_photo(side: Side, bot: Bot) -> None:
    side.take(side.photo("SM1"))
    deliver(until=all_taken)
    [message] = bot.messages
    assert message.image.id == ids.number(File.objects.get().pk)
    assert message.image.mime_type == "image/png"


def test_statuses_up_to_a_failure(side: Side, bot: Bot) -> None:
    side.take(side.text("SM1", "hi"))
    good, bad = sent(side.number, "SM2"), sent(side.number, "SM3")
    side.take(*(side.status("SM2", word) for word in ("sent", "delivered", "read")))
    side.take(side.status("SM3", "failed", 131026 if side.number.api_provider != "twilio" else 63003))
    deliver(until=all_taken)
    assert [(one.id, one.status.value) for one in bot.statuses] == [
        (ids.wamid(good.pk), "sent"),
        (ids.wamid(good.pk), "delivered"),
        (ids.wamid(good.pk), "read"),
        (ids.wamid(bad.pk), "failed"),
    ]
    assert {one.from_user.wa_id for one in bot.statuses} == {ANN}
    assert {one.from_user.bsuid for one in bot.statuses} == {ids.user_id(good.conversation.contact_id)}
    assert bot.statuses[-1].error.code == 131026


def test_its_handshake(side: Side, bot: Bot) -> None:
    assert shake(bot.url, VERIFY_TOKEN, guard()).is_done
    refused = shake(bot.url, "wrong", guard())
    assert (refused.is_done, refused.status) == (False, 403)


def test_a_wrong_secret_is_refused_by_it(side: Side, account: Account) -> None:
    endpoint(account)
    bot = Bot("another secret", side.number.phone_number_id or "")
    Endpoint.objects.update(url=bot.url)
    with bot.running():
        side.take(side.text("SM1", "hi"))
        deliver()
    assert bot.messages == []
    assert Delivery.objects.get().state == "failed"
