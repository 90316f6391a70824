from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from safarichat.messaging.models import Conversation, Draft, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, texts_sent
from tests.message_templates.copies import make_copy, make_template

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def conversation(number: OfficialWhatsappCredential) -> Conversation:
    return make_conversation(number)


def token(client: Client, conversation: Conversation) -> str:
    composer = client.get(f"/inbox/{conversation.pk}").context["composer"]
    return str(composer.form_token)


def test_a_reply_is_queued_and_the_form_is_empty_again(client_in: Client, conversation: Conversation) -> None:
    form = {"text": " Yes,\r\nwe do. ", "form_token": token(client_in, conversation)}
    answer = client_in.post(f"/inbox/{conversation.pk}/messages", form, headers=SCRIPT)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "sc:sent"
    assert answer.context["composer"].text == ""
    assert answer.context["composer"].form_token != form["form_token"]
    message = Message.objects.get(direction="out")
    assert (message.text, message.status) == ("Yes,\nwe do.", "queued")
    assert message.sent_by == conversation.account.memberships.get().user


def test_without_javascript_the_page_follows(client_in: Client, conversation: Conversation) -> None:
    form = {"text": "Hello", "form_token": token(client_in, conversation)}
    answer = client_in.post(f"/inbox/{conversation.pk}/messages", form)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/inbox/{conversation.pk}"


def test_one_form_sends_one_message_however_often_it_is_posted(client_in: Client, conversation: Conversation) -> None:
    form = {"text": "Only once", "form_token": token(client_in, conversation)}
    for headers in (SCRIPT, SCRIPT, {}):
        assert client_in.post(f"/inbox/{conversation.pk}/messages", form, headers=headers).status_code in (200, 302)
    assert texts_sent(conversation) == ["Only once"]


def test_another_text_in_a_used_form_is_not_lost(client_in: Client, conversation: Conversation) -> None:
    """The back button shows the old form; what is then written in it has a meaning of its own."""
    used = token(client_in, conversation)
    client_in.post(f"/inbox/{conversation.pk}/messages", {"text": "First", "form_token": used}, headers=SCRIPT)
    again = {"text": "Second", "form_token": used}
    refused = client_in.post(f"/inbox/{conversation.pk}/messages", again, headers=SCRIPT)
    assert refused.status_code == 422
    composer = refused.context["composer"]
    assert composer.text == "Second"
    assert "not sent" in composer.error
    assert composer.form_token != used
    fresh = {"text": "Second", "form_token": composer.form_token}
    client_in.post(f"/inbox/{conversation.pk}/messages", fresh, headers=SCRIPT)
    assert texts_sent(conversation) == ["First", "Second"]


@pytest.mark.parametrize(("text", "words"), [("x" * 4097, "4097 characters"), ("  \n ", "nothing to send")])
@pytest.mark.parametrize("headers", [SCRIPT, {}])
def test_a_text_that_can_not_be_sent_stays_with_the_reason(
    client_in: Client, conversation: Conversation, text: str, words: str, headers: dict[str, str]
) -> None:
    form = {"text": text, "form_token": token(client_in, conversation)}
    answer = client_in.post(f"/inbox/{conversation.pk}/messages", form, headers=headers)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert text.strip() in answer.content.decode()
    assert texts_sent(conversation) == []


def test_4096_characters_count_as_people_count_them(client_in: Client, conversation: Conversation) -> None:
    form = {"text": "😀" * 4096, "form_token": token(client_in, conversation)}
    assert client_in.post(f"/inbox/{conversation.pk}/messages", form, headers=SCRIPT).status_code == 200


def test_a_closed_window_locks_free_text_and_offers_the_template(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    closed = make_conversation(number, window_closes_at=timezone.now() - timedelta(minutes=1))
    page = client_in.get(f"/inbox/{closed.pk}")
    assert "The 24-hour window is closed." in page.content.decode()
    form_token = page.context["composer"].form_token
    late = {"text": "Too late", "form_token": form_token}
    refused = client_in.post(f"/inbox/{closed.pk}/messages", late, headers=SCRIPT)
    assert refused.status_code == 422
    assert "Too late" in refused.content.decode()
    assert page.context["picker"].shelf.choices == ()
    make_template(make_copy(number), "hello_world")
    assert "hello_world" in client_in.get(f"/inbox/{closed.pk}").content.decode()


def test_a_number_that_can_not_send_says_so_instead_of_a_form(
    client_in: Client, conversation: Conversation, number: OfficialWhatsappCredential
) -> None:
    number.status = "reauth_required"
    number.save()
    page = client_in.get(f"/inbox/{conversation.pk}").content.decode()
    assert "can't send just now" in page
    assert f'href="/numbers/{number.pk}"' in page
    assert "<textarea" not in page


def test_a_draft_is_kept_for_its_writer_until_it_is_sent(client_in: Client, conversation: Conversation) -> None:
    form_token = token(client_in, conversation)
    draft = {"text": "Half a thought", "form_token": form_token}
    assert client_in.post(f"/inbox/{conversation.pk}/draft", draft).status_code == 204
    assert client_in.get(f"/inbox/{conversation.pk}").context["composer"].text == "Half a thought"
    whole = {"text": "A whole thought", "form_token": form_token}
    client_in.post(f"/inbox/{conversation.pk}/messages", whole, headers=SCRIPT)
    assert not Draft.objects.exists()


def test_a_draft_that_arrives_after_its_message_is_forgotten(client_in: Client, conversation: Conversation) -> None:
    form = {"text": "Sent", "form_token": token(client_in, conversation)}
    client_in.post(f"/inbox/{conversation.pk}/messages", form, headers=SCRIPT)
    client_in.post(f"/inbox/{conversation.pk}/draft", {**form, "text": "Sen"})
    assert client_in.get(f"/inbox/{conversation.pk}").context["composer"].text == ""


def test_an_emptied_draft_is_gone(client_in: Client, conversation: Conversation) -> None:
    for text in ("Something", " "):
        client_in.post(f"/inbox/{conversation.pk}/draft", {"text": text})
    assert not Draft.objects.exists()


def test_a_reply_after_the_session_ended_is_refused_and_leads_back(client: Client, conversation: Conversation) -> None:
    form = {"text": "Kept by the browser", "form_token": "t"}
    assert client.post(f"/inbox/{conversation.pk}/messages", form, headers=SCRIPT).status_code == 401
    login = client.post(f"/inbox/{conversation.pk}/messages", form, headers={"Accept": "text/html"})
    assert login.headers["Location"] == f"/accounts/login/?next=/inbox/{conversation.pk}/messages"
    client.force_login(conversation.account.memberships.get().user)
    back = client.get(f"/inbox/{conversation.pk}/messages")
    assert back.headers["Location"] == f"/inbox/{conversation.pk}"
    assert texts_sent(conversation) == []


def test_a_form_of_another_site_sends_nothing(conversation: Conversation) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(conversation.account.memberships.get().user)
    for verb in ("messages", "draft", "seen"):
        answer = strict.post(f"/inbox/{conversation.pk}/{verb}", {"text": "x"}, headers={"Accept": "text/html"})
        assert answer.status_code == 403
        assert "too old" in answer.content.decode()
    assert texts_sent(conversation) == []


def test_nothing_in_a_form_breaks_the_server(client_in: Client, conversation: Conversation) -> None:
    odd = {"text": "a\x00b\ud800".encode("utf-8", "replace").decode(), "form_token": "y" * 500 + "\x00"}
    answer = client_in.post(f"/inbox/{conversation.pk}/messages", odd, headers=SCRIPT)
    assert answer.status_code == 200
