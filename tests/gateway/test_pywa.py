"""A Cloud API library of other people's making, pointed at us: it must not notice which provider carries the number."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pywa import errors
from pywa.client import WhatsApp
from pywa.types.callback import Button
from pywa.types.others import BusinessProfile
from pywa.types.templates import TemplateLanguage

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.ground import ids
from safarichat.message_templates import syncing
from safarichat.messaging.models import Message
from tests.every_kind.installation import CUSTOMER, Installation, installation, wait_until
from tests.media.files import PDF, PNG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Instead(httpx.HTTPTransport):
    """Sends what is meant for graph.facebook.com to us: all that is changed of the program."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.there = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self.there.host, port=self.there.port)
        return super().handle_request(request)


@pytest.fixture(params=["meta", "360dialog", "twilio"])
def place(request: Any, settings: Any, account: Account, tmp_path: Path) -> Iterator[Installation]:
    with installation(settings, account, request.param, tmp_path) as running:
        running.written({"type": "text", "text": {"body": "Are you open?"}})
        wait_until(lambda: Message.objects.filter(direction="in").exists())
        assert syncing.sync(account.pk, running.number.pk) is None
        yield running


@pytest.fixture
def program(place: Installation, account: Account) -> Iterator[WhatsApp]:
    _row, key = apikeys.make(account.pk, "pywa", apikeys.SCOPES)
    with httpx.Client(transport=Instead(place.url), timeout=30) as session:
        yield WhatsApp(
            phone_id=place.number.phone_number_id,
            token=key,
            waba_id=place.number.waba_id or None,
            app_id=1,
            session=session,
        )


def test_pywa_sends_uploads_reads_and_asks_through_us(place: Installation, program: WhatsApp) -> None:
    speaks_cloud_api = place.number.api_provider != "twilio"
    theirs = ids.wamid(Message.objects.get(direction="in").pk)
    assert program.mark_message_as_read(message_id=theirs)
    assert program.indicate_typing(message_id=theirs)

    sent = [
        program.send_message(to=CUSTOMER, text="Karibu", tracker="order-7", reply_to_message_id=theirs),
        program.send_message(to=CUSTOMER, text="Tea?", buttons=[Button("Yes", callback_data="y")]),
        program.send_location(to=CUSTOMER, latitude=-6.1, longitude=39.2, name="Stone Town"),
        program.send_image(to=CUSTOMER, image=PNG, mime_type="image/png", caption="Roses"),
    ]
    if speaks_cloud_api:
        sent.append(program.send_reaction(to=CUSTOMER, emoji="🙏", message_id=theirs))
        sent.append(program.send_template(to=CUSTOMER, name="hello_world", language=TemplateLanguage.ENGLISH_US))
    else:
        with pytest.raises(errors.WhatsAppError, match="131051"):
            program.send_reaction(to=CUSTOMER, emoji="🙏", message_id=theirs)
    for one in sent:
        row = Message.objects.get(pk=ids.message_id(one.id) or 0)
        wait_until(lambda pk=row.pk: Message.objects.get(pk=pk).status in ("sent", "delivered", "read"))  # type: ignore[misc]
    assert Message.objects.get(pk=ids.message_id(sent[0].id) or 0).callback_data == "order-7"
    wait_until(lambda: all(words in place.phone() for words in ("Karibu", "Tea?", "Stone Town", "Roses")))

    uploaded = program.upload_media(media=PDF, mime_type="application/pdf", filename="menu.pdf")
    found = program.get_media_url(media_id=uploaded.id)
    assert (found.mime_type, found.file_size) == ("application/pdf", len(PDF))
    assert found.get_bytes() == PDF
    assert program.delete_media(media_id=uploaded.id)
    with pytest.raises(errors.WhatsAppError):
        program.get_media_url(media_id=uploaded.id)

    phone = program.get_business_phone_number()
    assert phone.id == place.number.phone_number_id
    assert phone.verified_name == place.number.verified_name
    assert isinstance(program.get_business_profile(), BusinessProfile)
    program.update_business_profile(about="Flowers")
    if place.number.api_provider == "meta":
        program.update_business_profile(profile_picture=PNG)
    assert program.get_business_profile().about == "Flowers"
    with pytest.raises(errors.WhatsAppError) as refused:
        program.send_template(to=CUSTOMER, name="no_such", language=TemplateLanguage.ENGLISH_US)
    assert isinstance(refused.value, errors.TemplateNotExists)
    if place.number.waba_id:
        assert program.get_business_account().id == place.number.waba_id
        assert [one.id for one in program.get_business_phone_numbers()] == [place.number.phone_number_id]
        names = {one.name for one in program.get_templates()}
        assert ("hello_world" in names) == speaks_cloud_api
