"""A Cloud API library of other people's making, against the sandbox: it must not notice the difference."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pywa import errors
from pywa.client import WhatsApp
from pywa.handlers import MessageHandler, MessageStatusHandler
from pywa.types.callback import Button
from pywa.types.message import Message
from pywa.types.message_status import MessageStatus
from pywa.types.templates import TemplateLanguage

from tests.sandbox.outside import CUSTOMER, Listener, Meta, Number


class Instead(httpx.HTTPTransport):
    """Sends what is meant for graph.facebook.com to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.there = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self.there.host, port=self.there.port)
        return super().handle_request(request)


class Program:
    """A small bot: keeps what its handlers are called with."""

    def __init__(self, meta: Meta, number: Number) -> None:
        self.session = httpx.Client(transport=Instead(meta.url))
        self.wa = WhatsApp(
            phone_id=number.id,
            token=number.token,
            waba_id=number.waba_id,
            session=self.session,
            app_id=meta.app_id,
            app_secret=meta.secret,
            verify_token="open sesame",
        )
        self.messages: list[Message] = []
        self.statuses: list[MessageStatus[Any]] = []
        self.wa.add_handlers(
            MessageHandler(lambda _, message: self.messages.append(message)),
            MessageStatusHandler(lambda _, status: self.statuses.append(status)),
        )

    def take_in(self, listener: Listener) -> None:
        for body, signed in listener.raw:
            assert self.wa.webhook_update_validator(body, signed) is None
            assert self.wa.webhook_update_handler(body) == ("ok", 200)


@pytest.fixture
def program(meta: Meta, number: Number) -> Iterator[Program]:
    program = Program(meta, number)
    yield program
    program.session.close()


def test_pywa_sends_a_template_and_a_text_and_reads_what_came_of_them(
    program: Program, number: Number, listener: Listener
) -> None:
    number.meta.control("POST", "settings", {"batch": 1})  # of several statuses in a webhook pywa reads the first
    number.receive(name="Asha")
    template = program.wa.send_template(to=CUSTOMER, name="hello_world", language=TemplateLanguage.ENGLISH_US)
    text = program.wa.send_message(to=CUSTOMER, text="Karibu", tracker="order-7")
    for sent in (template, text):
        listener.wait_status(sent.id, "delivered")
    program.take_in(listener)
    assert [message.text for message in program.messages] == ["Hi"]
    assert program.messages[0].from_user.name == "Asha"
    seen = {(status.id, status.status.value) for status in program.statuses}
    assert {(sent.id, status) for sent in (template, text) for status in ("sent", "delivered")} <= seen
    assert {status.tracker for status in program.statuses if status.id == text.id} == {"order-7"}


def test_pywa_sends_buttons_media_and_places(program: Program, number: Number, listener: Listener) -> None:
    number.receive()
    wa = program.wa
    sent = [
        wa.send_message(to=CUSTOMER, text="Tea?", buttons=[Button("Yes", callback_data="y")]),
        wa.send_location(to=CUSTOMER, latitude=-6.1, longitude=39.2, name="Stone Town"),
        wa.send_image(to=CUSTOMER, image=b"\x89PNG\r\n\x1a\n", mime_type="image/png", caption="Look"),
    ]
    for one in sent:
        listener.wait_status(one.id, "delivered")


def test_pywa_gets_the_errors_it_knows(program: Program) -> None:
    with pytest.raises(errors.TemplateNotExists):
        program.wa.send_template(to=CUSTOMER, name="no_such", language=TemplateLanguage.ENGLISH_US)
    with pytest.raises(errors.RecipientCannotBeSender):
        program.wa.send_template(to=program_phone(program), name="hello_world", language=TemplateLanguage.ENGLISH_US)


def test_pywa_reads_the_number_its_profile_and_its_media(program: Program, number: Number, listener: Listener) -> None:
    phone = program.wa.get_business_phone_number()
    assert (phone.id, phone.verified_name) == (number.id, "Acme Ltd")
    program.wa.update_business_profile(about="Flowers")
    assert program.wa.get_business_profile().about == "Flowers"
    listener.wait_message(number.receive({"type": "image", "image": {"caption": "Look"}}))
    program.take_in(listener)
    image = program.messages[0].image
    assert image is not None
    assert image.get_bytes().startswith(b"\x89PNG")


def test_pywa_marks_as_read(program: Program, number: Number, listener: Listener) -> None:
    id = number.receive()
    assert program.wa.mark_message_as_read(message_id=id)


def program_phone(program: Program) -> str:
    shown = program.wa.get_business_phone_number().display_phone_number or ""
    return "+" + "".join(c for c in shown if c.isdigit())
