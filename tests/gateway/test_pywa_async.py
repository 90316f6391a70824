"""The same library as programs with an event loop use it, over each provider."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from pywa.types.callback import Button
from pywa_async.client import WhatsApp

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.ground import ids
from safarichat.message_templates import syncing
from safarichat.messaging.models import Message
from tests.every_kind.installation import CUSTOMER, Installation, installation, wait_until
from tests.media.files import PDF, PNG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Instead(httpx.AsyncHTTPTransport):
    """Sends what is meant for graph.facebook.com to us: all that is changed of the program."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.there = httpx.URL(url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self.there.host, port=self.there.port)
        return await super().handle_async_request(request)


async def at_work(place: Installation, key: str) -> tuple[list[str], bytes, set[str]]:
    """The ids of what was sent, all at once; a file as it came back; the names of the templates."""
    async with httpx.AsyncClient(transport=Instead(place.url), timeout=30) as session:
        number = place.number
        program = WhatsApp(phone_id=number.phone_number_id, token=key, waba_id=number.waba_id or None, session=session)
        sent = await asyncio.gather(
            program.send_message(to=CUSTOMER, text="Karibu"),
            program.send_message(to=CUSTOMER, text="Tea?", buttons=[Button("Yes", callback_data="y")]),
            program.send_location(to=CUSTOMER, latitude=-6.1, longitude=39.2, name="Stone Town"),
            program.send_image(to=CUSTOMER, image=PNG, mime_type="image/png", caption="Roses"),
        )
        uploaded = await program.upload_media(media=PDF, mime_type="application/pdf", filename="menu.pdf")
        fetched = await (await program.get_media_url(media_id=uploaded.id)).get_bytes()
        templates = await program.get_templates() if number.waba_id else ()
        return [one.id for one in sent], fetched, {one.name for one in templates}


@pytest.mark.parametrize("provider", ["meta", "360dialog", "twilio"])
def test_pywa_without_blocking_sends_uploads_and_lists(
    settings: Any, account: Account, tmp_path: Path, provider: str
) -> None:
    with installation(settings, account, provider, tmp_path) as place:
        place.written({"type": "text", "text": {"body": "Are you open?"}})
        wait_until(lambda: Message.objects.filter(direction="in").exists())
        assert syncing.sync(account.pk, place.number.pk) is None
        _row, key = apikeys.make(account.pk, "pywa", apikeys.SCOPES)

        sent, fetched, templates = asyncio.run(at_work(place, key))

        rows = {ids.message_id(one) or 0 for one in sent}
        arrived = Message.objects.filter(pk__in=rows, status__in=("sent", "delivered", "read"))
        wait_until(lambda: arrived.count() == len(sent))
        wait_until(lambda: all(words in place.phone() for words in ("Karibu", "Tea?", "Stone Town", "Roses")))
        assert fetched == PDF
        assert ("hello_world" in templates) == (provider != "twilio")
