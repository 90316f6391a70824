"""One state, whichever provider carries the number: from its bytes to what may be sent."""

from typing import Any
from urllib.parse import urlencode

import pytest

from safarichat.accounts.models import Account
from safarichat.contacts.models import ConsentEvent, Contact
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.models import HookEvent
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Attempt, Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Refused
from tests.fixtures import make_number
from tests.inbox.payloads import ANN, AT, hook, value
from tests.messaging.ours import TEMPLATE, now, queued

pytestmark = pytest.mark.django_db
BUSINESS, SENT = "254700000001", "SM" + "2" * 32


def take(number: OfficialWhatsappCredential, body: bytes, query: str = "") -> None:
    keep([Kept(number.api_provider, "", body, query)])
    while understand(500):
        pass


def form(**fields: str) -> bytes:
    told = {"From": f"whatsapp:+{ANN}", "To": f"whatsapp:+{BUSINESS}", "WaId": ANN, "NumMedia": "0", **fields}
    return urlencode(told).encode()


def preference(word: str, at: int = AT) -> bytes:
    choice = {"wa_id": ANN, "category": "marketing_messages", "value": word, "timestamp": at}
    return hook(value() | {"user_preferences": [choice]}, field="user_preferences")


def may_send(number: OfficialWhatsappCredential) -> bool:
    """A template of unknown purpose, which counts as marketing."""
    [found] = queue(number.account_id, [Order(credential_id=number.pk, to=ANN, body=TEMPLATE)], now=now())
    assert isinstance(found, Queued) or found.problem.code == 131050, found
    return not isinstance(found, Refused)


@pytest.mark.parametrize("provider", ["meta", "360dialog"])
def test_a_choice_made_in_whatsapp_counts_and_stays_with_the_numbers_news(account: Account, provider: str) -> None:
    number = make_number(account, api_provider=provider)
    take(number, preference("stop"))
    assert not may_send(number)
    assert HookEvent.objects.get().event == "stop"
    take(number, preference("resume", AT + 1))
    assert may_send(number)


@pytest.fixture
def sender(account: Account) -> OfficialWhatsappCredential:
    return make_number(
        account, api_provider="twilio", phone_number_id=f"1{BUSINESS:0>15}", phone_number=BUSINESS, waba_id=""
    )


def test_twilios_opt_out_counts_whatever_the_words_were(sender: OfficialWhatsappCredential) -> None:
    take(sender, form(MessageSid="SM" + "1" * 32, Body="Please leave me alone", OptOutType="STOP"))
    assert Message.objects.get().text == "Please leave me alone"
    assert ConsentEvent.objects.get().source == "provider"
    assert not may_send(sender)


def test_a_stop_that_twilio_heeded_as_well_is_one_state_with_two_witnesses(sender: OfficialWhatsappCredential) -> None:
    body = form(MessageSid="SM" + "1" * 32, Body="STOP", OptOutType="STOP")
    for _ in range(3):
        take(sender, body)
    assert sorted(ConsentEvent.objects.values_list("source", flat=True)) == ["customer", "provider"]
    assert not may_send(sender)


def refused_with(sender: OfficialWhatsappCredential, code: str) -> Message:
    message = queued(sender, body=TEMPLATE)
    lease: Any = "00000000-0000-4000-8000-000000000001"
    Attempt.objects.create(account_id=message.account_id, message=message, number=1, lease=lease)
    Message.objects.filter(pk=message.pk).update(status="sending", attempt_count=1)
    told = {"MessageSid": SENT, "MessageStatus": "undelivered", "ErrorCode": code}
    turned = {"From": f"whatsapp:+{BUSINESS}", "To": f"whatsapp:+{ANN}"}
    take(sender, urlencode(told | turned).encode(), f"m={message.opaque}")
    message.refresh_from_db()
    assert message.status == "failed"
    return message


@pytest.mark.parametrize("code", ["21610", "63014"])
def test_a_message_that_twilio_refuses_for_it_tells_us(sender: OfficialWhatsappCredential, code: str) -> None:
    refused_with(sender, code)
    event = ConsentEvent.objects.get()
    assert (event.source, event.detail, event.contact) == ("refusal", code, Contact.objects.get())
    assert not may_send(sender)
