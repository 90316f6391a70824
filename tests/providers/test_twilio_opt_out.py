"""Twilio's own opt-out: what its webhooks say of it, and what else they may say."""

from urllib.parse import urlencode

import pytest

from safarichat.providers import twilio
from safarichat.providers.shapes import ConsentChanged, Event, Hook, Received

FORM = {
    "MessageSid": "SM" + "1" * 32,
    "AccountSid": "AC" + "a" * 32,
    "From": "whatsapp:+5511987654321",
    "To": "whatsapp:+14155238886",
    "WaId": "5511987654321",
    "MessageType": "text",
    "SmsStatus": "received",
    "NumMedia": "0",
}


def read(**fields: str) -> list[Event]:
    body = urlencode(FORM | fields).encode()
    return twilio.read(Hook(method="POST", headers={}, query={}, body=body))


@pytest.mark.parametrize(("word", "event"), [("STOP", "stop"), ("START", "resume"), ("stop", "stop")])
def test_a_word_that_twilio_heeded_is_a_message_and_a_choice(word: str, event: str) -> None:
    message, choice = read(Body="Stop, please", OptOutType=word)
    assert isinstance(message, Received)
    assert isinstance(choice, ConsentChanged)
    assert (message.text, choice.event, choice.category) == ("Stop, please", event, "marketing_messages")
    assert choice.provider_message_id == message.provider_message_id
    assert choice.person == message.sender
    assert choice.phone_number_id == message.phone_number_id


@pytest.mark.parametrize("word", ["HELP", "", "?"])
def test_anything_else_is_a_message_only(word: str) -> None:
    assert [type(event) for event in read(Body="Help", OptOutType=word)] == [Received]


def test_a_status_is_no_choice() -> None:
    told = read(MessageStatus="delivered", SmsStatus="delivered", OptOutType="STOP")
    assert not any(isinstance(event, ConsentChanged) for event in told)
