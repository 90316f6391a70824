"""One message's page: what happened to it, and the decision when nobody knows."""

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.messaging.models import Attempt, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(number: OfficialWhatsappCredential) -> Message:
    message = make_message(make_conversation(number), "Hello", direction="out", status="unconfirmed", attempt_count=1)
    lease = "00000000-0000-4000-8000-000000000001"
    why = {"key": "answer_lost", "message": "The request left, but its answer was lost: it may have been carried out."}
    Attempt.objects.create(
        account=message.account,
        message=message,
        number=1,
        lease=lease,
        outcome="unknown",
        ended_at=message.at,
        problem=why,
    )
    return message


def test_its_page_tells_each_attempt_and_why(client_in: Client, lost: Message) -> None:
    page = client_in.get(f"/messages/{lost.pk}").content.decode()
    assert "Waiting to be sent" in page
    assert "Not confirmed" in page
    assert "its answer was lost" in page
    assert f"sc-{lost.pk}" in page
    assert "Waiting to be sent" in client_in.get(f"/messages/{lost.pk}/timeline").content.decode()


def test_the_thread_leads_to_it_and_offers_both_decisions(client_in: Client, lost: Message) -> None:
    thread = client_in.get(f"/inbox/{lost.conversation_id}/thread").content.decode()
    assert f'href="/messages/{lost.pk}"' in thread
    assert f"/messages/{lost.pk}/retry" in thread
    assert f"/messages/{lost.pk}/leave" in thread


def test_left_as_it_is_it_offers_nothing_more(client_in: Client, lost: Message) -> None:
    assert client_in.post(f"/messages/{lost.pk}/leave").status_code == 302
    thread = client_in.get(f"/inbox/{lost.conversation_id}/thread").content.decode()
    assert f"/messages/{lost.pk}/retry" not in thread
    assert "It was left as it is." in thread


def test_a_stranger_finds_nothing(client: Client, other_account: Account, lost: Message) -> None:
    client.force_login(other_account.memberships.get().user)
    for path in ("", "/timeline"):
        assert client.get(f"/messages/{lost.pk}{path}").status_code == 404
    assert client.post(f"/messages/{lost.pk}/leave").status_code == 404
    lost.refresh_from_db()
    assert lost.problem is None


def test_sending_again_by_itself_is_an_owner_s_choice_and_off_at_first(
    client_in: Client, lost: Message, account: Account
) -> None:
    assert "A person decides" in client_in.get("/settings").content.decode()
    assert client_in.post("/settings/delivery", {"resends_unconfirmed": "on"}).status_code == 302
    account.refresh_from_db()
    assert account.resends_unconfirmed
    account.memberships.update(role="agent")
    assert client_in.post("/settings/delivery", {}).status_code == 403
    account.refresh_from_db()
    assert account.resends_unconfirmed
