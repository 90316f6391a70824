"""A bot of pywa's, unchanged but for the host, holds a whole conversation: it is told, answers, and is told what became
of that, whichever provider carries the number."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.endpoints.models import Endpoint
from safarichat.ground import ids
from safarichat.messaging.models import Message
from tests.endpoints.bot import Bot
from tests.endpoints.made import endpoint
from tests.every_kind.installation import CUSTOMER, Installation, installation
from tests.gateway.test_pywa import Instead

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PATIENCE_S = 40


@pytest.fixture(params=["meta", "360dialog", "twilio"])
def place(request: Any, settings: Any, account: Account, tmp_path: Path) -> Iterator[Installation]:
    with installation(settings, account, request.param, tmp_path) as running:
        yield running


@pytest.fixture
def bot(place: Installation, account: Account) -> Iterator[Bot]:
    made = endpoint(account)
    _row, key = apikeys.make(account.pk, "bot", apikeys.SCOPES)
    with httpx.Client(transport=Instead(place.url), timeout=30) as session:
        bot = Bot(made.secret, place.number.phone_number_id or "", token=key, session=session)
        Endpoint.objects.update(url=bot.url)
        with bot.running():
            yield bot


def wait(is_so: Callable[[], bool], bot: Bot) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, (bot.messages, bot.statuses, bot.raw)
        time.sleep(0.1)


def test_a_bot_is_told_answers_and_hears_what_became_of_it(place: Installation, bot: Bot) -> None:
    place.written({"type": "text", "text": {"body": "Are you open?"}})
    wait(lambda: bool(bot.messages), bot)
    [asked] = bot.messages
    assert asked.text == "Are you open?"
    assert asked.from_user.wa_id == CUSTOMER.removeprefix("+")
    assert asked.from_user.bsuid

    answered = asked.reply_text("Karibu", quote=True, tracker="order-7")
    wait(lambda: any(one.status.value in ("delivered", "read") for one in bot.statuses), bot)
    wait(lambda: "Karibu" in place.phone(), bot)
    assert {one.id for one in bot.statuses} == {answered.id}
    assert {one.tracker for one in bot.statuses} == {"order-7"}

    place.written({"type": "image", "image": {"caption": "My garden"}})
    wait(lambda: len(bot.messages) == 2, bot)
    photo = bot.messages[1]
    assert photo.caption == "My garden"
    assert photo.image.get_bytes().startswith((b"\x89PNG", b"\xff\xd8"))

    again = bot.wa.send_message(to=asked.from_user.bsuid, text="By your id")
    row = ids.message_id(again.id) or 0
    wait(lambda: Message.objects.get(pk=row).status in ("sent", "delivered", "read"), bot)
    wait(lambda: "By your id" in place.phone(), bot)
