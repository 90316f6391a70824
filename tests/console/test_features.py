"""What whoever runs the installation has switched off is not offered, and refused when it is asked for all the same."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from safarichat.media.models import File
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation
from tests.media.files import PNG

PROGRAM = {"Accept": "application/json"}


@pytest.fixture
def conversation(number: OfficialWhatsappCredential) -> Conversation:
    return make_conversation(number)


def test_without_files_nothing_offers_them_and_texts_go_on(
    client_in: Client, conversation: Conversation, settings: Settings
) -> None:
    assert b"composer-attach" in client_in.get(f"/inbox/{conversation.pk}").content
    settings.WHATSAPP_FEATURE_MEDIA = False
    page = client_in.get(f"/inbox/{conversation.pk}")
    assert b"composer-attach" not in page.content
    assert b'type="file"' not in page.content
    form = {"text": "Hello", "form_token": page.context["composer"].form_token}
    file = {"file": SimpleUploadedFile("a.png", PNG, "image/png")}
    answer = client_in.post(f"/inbox/{conversation.pk}/messages", {**form, **file}, headers=PROGRAM)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "switched_off")
    assert answer.json()["error"]["message"] == "Sending files is switched off here."
    assert (Message.objects.filter(direction="out").count(), File.objects.count()) == (0, 0)
    assert client_in.post(f"/inbox/{conversation.pk}/messages", form).status_code == 302


def test_without_templates_nothing_offers_them(
    client_in: Client, conversation: Conversation, settings: Settings
) -> None:
    number = conversation.credential_id
    places = (
        f"/inbox/{conversation.pk}/template",
        f"/inbox/{conversation.pk}/templates",
        "/inbox/new",
        f"/numbers/{number}/templates",
    )
    assert b"Choose a template" in client_in.get(f"/inbox/{conversation.pk}").content
    settings.WHATSAPP_FEATURE_TEMPLATES = False
    Conversation.objects.update(window_closes_at=None)
    page = client_in.get(f"/inbox/{conversation.pk}")
    assert page.context["picker"] is None
    for words in (b"Choose a template", b'href="/inbox/new"', b"_template"):
        assert words not in page.content
    for place in places:
        ask = client_in.get if place.endswith("/template") else client_in.post
        answer = ask(place, {}, headers=PROGRAM)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "switched_off"), place
        assert answer.json()["error"]["message"] == "Templates are switched off here."
