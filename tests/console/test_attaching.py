"""A file beside a reply, by a plain form and by our script; and files as a thread shows them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from safarichat.ground.spooling import NoRoom
from safarichat.ground.storing import Store, StoreAway
from safarichat.media import places
from safarichat.media.models import File
from safarichat.messaging.models import Conversation, Draft, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message
from tests.media.files import MP4, OGG, PDF, PNG

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def conversation(number: OfficialWhatsappCredential) -> Conversation:
    return make_conversation(number)


def token(client: Client, conversation: Conversation) -> str:
    return str(client.get(f"/inbox/{conversation.pk}").context["composer"].form_token)


def send(client: Client, conversation: Conversation, data: bytes, name: str, text: str = "", **more: Any) -> Any:
    form = {"text": text, "form_token": more.pop("form_token", "") or token(client, conversation)}
    file = SimpleUploadedFile(name, data, "image/png")
    return client.post(f"/inbox/{conversation.pk}/messages", {**form, "file": file}, headers=more.get("headers"))


def stored() -> list[str]:
    return [key for keys in places.store().older_than(timedelta(seconds=-5)) for key in keys]


@pytest.mark.parametrize(
    ("data", "name", "kind", "content"),
    [
        (PNG, "photo.png", "image", {"caption": "Look"}),
        (MP4, "film.mp4", "video", {"caption": "Look"}),
        (PDF, "bill.pdf", "document", {"caption": "Look", "filename": "bill.pdf"}),
        (OGG, "voice.ogg", "audio", {}),
    ],
)
def test_a_file_goes_as_what_its_bytes_say(
    client_in: Client, conversation: Conversation, data: bytes, name: str, kind: str, content: dict[str, str]
) -> None:
    assert send(client_in, conversation, data, name, "Look").status_code == 302
    file, message = File.objects.get(), Message.objects.get()
    assert message.body == {"type": kind, kind: {"id": str(file.pk), **content}}
    assert (file.state, file.kind, file.name) == ("stored", kind, name)
    assert file.used_at is not None
    assert b"".join(places.store().chunks(file.key)) == data


def test_words_that_a_file_can_not_carry_stay_to_be_sent(client_in: Client, conversation: Conversation) -> None:
    person = conversation.account.memberships.get().user
    Draft.objects.create(account=conversation.account, conversation=conversation, user=person, text="Hear this")
    answer = send(client_in, conversation, OGG, "voice.ogg", "Hear this", headers=SCRIPT)
    assert answer.context["composer"].text == "Hear this"


def test_one_form_sends_one_file_however_often_it_is_posted(client_in: Client, conversation: Conversation) -> None:
    used, before = token(client_in, conversation), stored()
    for _ in range(3):
        assert send(client_in, conversation, PNG, "photo.png", "Look", form_token=used).status_code == 302
    assert Message.objects.count() == File.objects.count() == 1
    assert len(stored()) == len(before) + 1


def test_what_is_refused_leaves_no_file(client_in: Client, conversation: Conversation) -> None:
    before, used = stored(), token(client_in, conversation)
    Conversation.objects.update(window_closes_at=timezone.now() - timedelta(hours=1))
    answer = send(client_in, conversation, PNG, "photo.png", "Look", form_token=used, headers=SCRIPT)
    assert answer.status_code == 422
    assert "24 hours" in answer.context["composer"].error
    assert answer.context["composer"].text == "Look"
    assert not File.objects.exists()
    assert stored() == before


def test_an_empty_file_is_refused_and_our_script_keeps_the_form(client_in: Client, conversation: Conversation) -> None:
    answer = send(client_in, conversation, b"", "empty.png", headers=SCRIPT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "file_empty")
    page = send(client_in, conversation, b"", "empty.png", "My words")
    assert (page.status_code, page.context["composer"].text) == (400, "My words")


def test_a_caption_may_not_be_as_long_as_a_message(client_in: Client, conversation: Conversation) -> None:
    answer = send(client_in, conversation, PNG, "photo.png", "x" * 1025, headers=SCRIPT)
    assert answer.json()["error"]["code"] == "caption_too_long"
    assert not Message.objects.exists()


@pytest.mark.parametrize(("problem", "status", "code"), [(NoRoom, 507, "no_room"), (StoreAway, 503, "store_away")])
def test_a_store_that_is_full_or_away_is_a_sentence(
    client_in: Client,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
    problem: type[Exception],
    status: int,
    code: str,
) -> None:
    def put(*_: object) -> None:
        raise problem

    monkeypatch.setattr(Store, "put", put)
    answer = send(client_in, conversation, PNG, "photo.png", "Look", headers=SCRIPT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["cure"]
    assert not File.objects.exists()
    assert not Message.objects.exists()


def test_what_is_larger_than_whatsapp_takes_is_refused_by_its_length(
    client_in: Client, conversation: Conversation
) -> None:
    answer = client_in.post(f"/inbox/{conversation.pk}/messages", headers={**SCRIPT, "content-length": str(102 << 20)})
    assert answer.status_code == 413


def test_another_accounts_conversation_takes_no_file(
    client: Client, other_account: Any, conversation: Conversation
) -> None:
    client.force_login(other_account.memberships.get().user)
    assert send(client, conversation, PNG, "photo.png", form_token="t").status_code == 404
    assert not File.objects.exists()


# --- the thread ---


def brought(conversation: Conversation, kind: str = "image", **columns: Any) -> File:
    message = make_message(
        conversation, kind=kind, body={"type": kind, kind: {"id": "9"}}, text="", provider_message_id="wamid.9"
    )
    return File.objects.create(
        **{
            "account": conversation.account,
            "credential": conversation.credential,
            "provider_message_id": message.provider_message_id,
            "origin": "inbound",
            "state": "stored",
            "kind": kind,
            "mime_type": "image/png",
            "size": 2_400_000,
            "expires_at": timezone.now() + timedelta(days=6),
            **columns,
        }
    )


def page(client: Client, conversation: Conversation) -> str:
    return client.get(f"/inbox/{conversation.pk}").content.decode()


@pytest.mark.parametrize(
    ("kind", "mime_type", "tag"),
    [
        ("image", "image/png", "<img"),
        ("sticker", "image/webp", 'class="bubble-sticker"'),
        ("video", "video/mp4", "<video"),
        ("audio", "audio/ogg", "<audio"),
        ("document", "application/pdf", "download"),
        ("image", "application/octet-stream", "download"),
    ],
)
def test_a_file_is_shown_as_what_it_is(
    client_in: Client, conversation: Conversation, kind: str, mime_type: str, tag: str
) -> None:
    file = brought(conversation, kind, mime_type=mime_type, name="bill.pdf" if kind == "document" else "")
    shown = page(client_in, conversation)
    assert f"/media/{file.pk}" in shown
    assert tag in shown
    if kind == "document":
        assert "bill.pdf" in shown
        assert "2.3\xa0MB" in shown


def test_a_file_that_is_on_its_way_says_so(client_in: Client, conversation: Conversation) -> None:
    file = brought(conversation, state="pending")
    shown = page(client_in, conversation)
    assert "Being fetched" in shown
    assert f"/media/{file.pk}" not in shown


def test_a_file_that_failed_says_why_and_can_be_fetched_again(client_in: Client, conversation: Conversation) -> None:
    file = brought(conversation, state="failed", problem={"message": "The provider stumbled.", "cure": "Wait."})
    shown = page(client_in, conversation)
    assert "The provider stumbled." in shown
    address = f"/inbox/{conversation.pk}/files/{file.pk}/fetch"
    assert address in shown
    assert client_in.post(address).status_code == 302
    file.refresh_from_db()
    assert (file.state, file.tries) == ("pending", 0)


def test_a_file_whose_time_is_over_can_not_be_fetched_again(client_in: Client, conversation: Conversation) -> None:
    file = brought(conversation, state="expired")
    shown = page(client_in, conversation)
    assert "keeps this file no more" in shown
    assert "Fetch again" not in shown
    client_in.post(f"/inbox/{conversation.pk}/files/{file.pk}/fetch")
    file.refresh_from_db()
    assert file.state == "expired"


def test_a_message_without_a_file_of_ours_is_shown_as_before(client_in: Client, conversation: Conversation) -> None:
    make_message(conversation, kind="image", body={"type": "image", "image": {"link": "https://x/y.png"}}, text="")
    assert "Photo" in page(client_in, conversation)
