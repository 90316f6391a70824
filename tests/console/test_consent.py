"""What a customer wants, on the pages: who said so and when, recording it by hand, and templates they do not want."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safarichat.contacts.consent import Choice, record
from safarichat.contacts.models import ConsentEvent, ContactIdentity
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message
from tests.message_templates.copies import make_copy, make_template

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def closed(number: OfficialWhatsappCredential) -> Conversation:
    return make_conversation(number, window_closes_at=timezone.now() - timedelta(minutes=1))


def said(conversation: Conversation, *, is_granted: bool, source: str = "customer", detail: str = "STOP") -> None:
    choice = Choice(
        account_id=conversation.account_id,
        contact_id=conversation.contact_id,
        is_granted=is_granted,
        source=source,
        detail=detail,
        evidence=f"{source}{is_granted}",
        happened_at=timezone.now(),
    )
    record([choice])


def head(client: Client, conversation: Conversation) -> str:
    return client.get(f"/inbox/{conversation.pk}/head", headers=SCRIPT).content.decode()


def form(client: Client, conversation: Conversation, **more: str) -> dict[str, str]:
    page = client.get(f"/inbox/{conversation.pk}/consent")
    token = page.context["form"]["form_token"].value()
    return {"purpose": "marketing", "wants": "no", "reason": "Told us on the phone", "form_token": token} | more


def test_the_head_says_who_wants_no_marketing(client_in: Client, closed: Conversation) -> None:
    assert "Wants no marketing" not in head(client_in, closed)
    said(closed, is_granted=False)
    shown = head(client_in, closed)
    assert "Wants no marketing" in shown
    assert "The customer wrote “STOP”" in shown
    assert f'href="/inbox/{closed.pk}/consent"' in shown


def test_the_page_says_what_counts_and_everything_that_was_said(client_in: Client, closed: Conversation) -> None:
    empty = client_in.get(f"/inbox/{closed.pk}/consent").content.decode()
    assert empty.count("Nobody has said anything") == 3
    said(closed, is_granted=False)
    said(closed, is_granted=False, source="refusal", detail="131050")
    said(closed, is_granted=True, source="provider", detail="")
    page = client_in.get(f"/inbox/{closed.pk}/consent").content.decode()
    assert page.count("Nobody has said anything") == 2
    for words in ("The customer wrote “STOP”", "(code 131050)", "chose so in WhatsApp"):
        assert words in page


def test_a_person_records_what_they_were_told_with_a_reason(client_in: Client, closed: Conversation) -> None:
    sent = form(client_in, closed)
    assert client_in.post(f"/inbox/{closed.pk}/consent", sent).status_code == 302
    event = ConsentEvent.objects.get()
    assert (event.source, event.is_granted, event.detail) == ("person", False, "Told us on the phone")
    assert event.told_by == closed.account.memberships.get().user
    page = client_in.get(f"/inbox/{closed.pk}/consent").content.decode()
    assert "Recorded by Asha" in page
    assert "Told us on the phone" in page
    client_in.post(f"/inbox/{closed.pk}/consent", form(client_in, closed, wants="yes", reason="Signed at the counter"))
    assert "Wants marketing" in head(client_in, closed)
    assert ConsentEvent.objects.count() == 2


def test_the_same_form_sent_twice_is_recorded_once(client_in: Client, closed: Conversation) -> None:
    sent = form(client_in, closed)
    for _ in range(2):
        client_in.post(f"/inbox/{closed.pk}/consent", sent)
    assert ConsentEvent.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"purpose": "astrology"}, {"wants": "perhaps"}, {"form_token": ""}])
def test_without_a_reason_nothing_is_recorded(client_in: Client, closed: Conversation, wrong: dict[str, str]) -> None:
    answer = client_in.post(f"/inbox/{closed.pk}/consent", form(client_in, closed, **wrong))
    assert answer.status_code == 422
    assert ConsentEvent.objects.count() == 0


def test_unwanted_templates_stand_in_the_list_and_can_not_be_chosen(client_in: Client, closed: Conversation) -> None:
    copy = make_copy(closed.credential)
    make_template(copy, "hello_world")
    sale = make_template(copy, "sale", category="MARKETING")
    said(closed, is_granted=False)
    page = client_in.get(f"/inbox/{closed.pk}")
    assert page.context["picker"].unwanted_ids == {sale.pk}
    shown = page.content.decode()
    assert "this person does not want such messages" in shown
    assert shown.count("Not wanted") == 1
    opened = client_in.get(f"/inbox/{closed.pk}/template", {"template": sale.pk}, headers=SCRIPT).content.decode()
    assert "can&#x27;t be sent to them" in opened or "can't be sent to them" in opened


def test_one_sent_all_the_same_is_refused_with_the_reason(client_in: Client, closed: Conversation) -> None:
    sale = make_template(make_copy(closed.credential), "sale", category="MARKETING")
    said(closed, is_granted=False)
    answer = client_in.post(f"/inbox/{closed.pk}/templates", {"template": sale.pk, "form_token": "t"}, headers=SCRIPT)
    assert answer.status_code == 422
    assert "This person does not want such messages from you." in answer.content.decode()
    assert Message.objects.count() == 0


# --- which templates are at hand -------------------------------------------------------------------------------------


def names(answer: Any) -> list[tuple[str, str]]:
    return [(one.name, one.language) for one in answer.context["picker"].shelf.choices]


def test_the_customers_language_comes_first_then_what_is_sent_most(client_in: Client, closed: Conversation) -> None:
    copy = make_copy(closed.credential)
    for name, language, uses in (("a", "en_US", 0), ("b", "en_US", 9), ("c", "sw", 0), ("d", "sw", 3)):
        make_template(copy, name, language, use_count=uses)
    make_template(copy, "e", "sw", use_count=99, status="PAUSED")
    address = f"/inbox/{closed.pk}/template"
    assert [name for name, _ in names(client_in.get(address))] == ["b", "d", "a", "c", "e"]
    body = {"type": "template", "template": {"name": "c", "language": {"code": "sw"}}}
    make_message(closed, direction="out", kind="template", body=body, at=timezone.now() - timedelta(hours=30))
    assert [name for name, _ in names(client_in.get(address))] == ["d", "c", "b", "a", "e"]


def test_what_is_sent_is_counted(client_in: Client, closed: Conversation) -> None:
    template = make_template(make_copy(closed.credential), "hello_world")
    for token in ("one", "two", "two"):
        sent = {"template": template.pk, "form_token": token}
        assert client_in.post(f"/inbox/{closed.pk}/templates", sent, headers=SCRIPT).status_code == 200
    template.refresh_from_db()
    assert template.use_count == 2


# --- free entry ------------------------------------------------------------------------------------------------------


def test_the_head_says_until_when_an_advertisement_makes_it_free(client_in: Client, closed: Conversation) -> None:
    body = {"type": "text", "text": {"body": "Roses?"}, "referral": {"source_type": "ad"}}
    make_message(closed, body=body, at=timezone.now() - timedelta(hours=2))
    assert "then 3 days are free" in head(client_in, closed)
    make_message(closed, direction="out", status="delivered", at=timezone.now() - timedelta(hours=1))
    shown = head(client_in, closed)
    assert "Free until" in shown
    assert "Free text still needs the 24-hour window." in shown
    assert 'data-window="locked"' in shown


def test_a_messages_page_says_that_it_cost_nothing(client_in: Client, closed: Conversation) -> None:
    price = {"type": "free_entry_point", "category": "referral_conversion", "pricing_model": "PMP"}
    message = make_message(closed, direction="out", price=price)
    assert "Free: the customer came by an advertisement" in client_in.get(f"/messages/{message.pk}").content.decode()


def test_a_new_conversation_does_not_reach_who_wants_none(client_in: Client, closed: Conversation) -> None:
    sale = make_template(make_copy(closed.credential), "sale", category="MARKETING")
    said(closed, is_granted=False)
    known = {"account": closed.account, "contact": closed.contact, "kind": "phone", "value": closed.contact.phone}
    ContactIdentity.objects.create(**known)
    sent = {"number": closed.credential_id, "phone": "+254 711 000 001", "template": sale.pk, "form_token": "t"}
    answer = client_in.post("/inbox/new", sent)
    assert answer.status_code == 422
    assert "This person does not want such messages from you." in answer.content.decode()
    assert Message.objects.count() == 0
