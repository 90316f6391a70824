"""Choosing a template under a thread, with and without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation
from tests.fixtures import make_number
from tests.message_templates.copies import make_copy, make_template

SCRIPT = {"HX-Request": "true"}
ORDER = {"header.1": "A-17", "body.1": "Asha", "body.2": "roses", "body.3": "Friday", "button.0": "A-17"}


@pytest.fixture
def closed(number: OfficialWhatsappCredential) -> Conversation:
    return make_conversation(number, window_closes_at=timezone.now() - timedelta(minutes=1))


def values(**more: str) -> dict[str, str]:
    return {f"value.{key}": value for key, value in (ORDER | more).items()}


def names(answer: Any) -> list[tuple[str, str, bool]]:
    return [(one.name, one.language, one.may_send) for one in answer.context["picker"].shelf.choices]


def test_templates_are_found_by_name_words_language_and_category(client_in: Client, closed: Conversation) -> None:
    copy = make_copy(closed.credential)
    for name, language in (("order_update", "en_US"), ("order_update", "sw"), ("hello_world", "en_US")):
        make_template(copy, name, language)
    make_template(copy, "spring_sale", category="MARKETING", status="PAUSED")
    make_template(copy, "gone", gone_at=timezone.now())
    address = f"/inbox/{closed.pk}/template"
    assert names(client_in.get(address)) == [
        ("hello_world", "en_US", True),
        ("order_update", "en_US", True),
        ("order_update", "sw", True),
        ("spring_sale", "en_US", False),
    ]
    assert [found[1] for found in names(client_in.get(address, {"q": "Order"}))] == ["en_US", "sw"]
    assert [found[0] for found in names(client_in.get(address, {"q": "liko njiani"}))] == ["order_update"]
    assert [found[0] for found in names(client_in.get(address, {"language": "sw"}))] == ["order_update"]
    assert [found[0] for found in names(client_in.get(address, {"category": "MARKETING"}))] == ["spring_sale"]
    assert names(client_in.get(address, {"q": "%"})) == []


def test_a_chosen_template_asks_for_its_values_and_shows_its_look(client_in: Client, closed: Conversation) -> None:
    template = make_template(make_copy(closed.credential))
    for headers in ({}, SCRIPT):
        page = client_in.get(f"/inbox/{closed.pk}/template", {"template": template.pk}, headers=headers)
        assert [field.key for field in page.context["picker"].fields] == list(ORDER)
        shown = page.content.decode()
        assert "For example: Asha" in shown
        assert "Track it" in shown
        assert ("<html" in shown) == (not headers)


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_it_is_sent_with_its_values_once(client_in: Client, closed: Conversation, headers: dict[str, str]) -> None:
    template = make_template(make_copy(closed.credential))
    form = {"template": template.pk, "form_token": "one-token", **values()}
    for _ in range(2):
        answer = client_in.post(f"/inbox/{closed.pk}/templates", form, headers=headers)
        assert answer.status_code == (200 if headers else 302)
    message = Message.objects.get(direction="out")
    header, body, button = message.body["template"]["components"]
    assert [value["text"] for value in body["parameters"]] == ["Asha", "roses", "Friday"]
    assert (header["parameters"][0]["text"], button["parameters"][0]["text"]) == ("A-17", "A-17")
    assert message.text.startswith("Order A-17\nHi Asha, your order of roses")


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_what_is_missing_is_told_at_its_field_and_the_rest_stays(
    client_in: Client, closed: Conversation, headers: dict[str, str]
) -> None:
    template = make_template(make_copy(closed.credential))
    form = {"template": template.pk, "form_token": "t", **values(**{"body.2": " "})}
    answer = client_in.post(f"/inbox/{closed.pk}/templates", form, headers=headers)
    assert answer.status_code == 422
    fields = {field.key: (field.value, field.error) for field in answer.context["picker"].fields}
    assert fields["body.2"] == ("", "Fill this in.")
    assert fields["body.1"] == ("Asha", "")
    assert not Message.objects.filter(direction="out").exists()


def test_what_the_checks_refuse_is_told_with_its_cure(client_in: Client, closed: Conversation) -> None:
    template = make_template(make_copy(closed.credential), "spring_sale")
    form = {"template": template.pk, "form_token": "t", **values(header="http://plain.example/a.jpg")}
    answer = client_in.post(f"/inbox/{closed.pk}/templates", form, headers=SCRIPT)
    assert answer.status_code == 422
    assert "https://" in answer.context["picker"].error


def test_a_strangers_template_is_not_found(client_in: Client, closed: Conversation, other_account: Account) -> None:
    theirs = make_template(make_copy(make_number(other_account, phone_number_id="3999", waba_id="2999")))
    make_copy(closed.credential)
    page = client_in.get(f"/inbox/{closed.pk}/template", {"template": theirs.pk})
    assert page.context["picker"].choice is None
    sent = client_in.post(f"/inbox/{closed.pk}/templates", {"template": theirs.pk, **values()})
    assert sent.headers["Location"] == f"/inbox/{closed.pk}/template"
    assert not Message.objects.filter(direction="out").exists()


def test_what_only_a_program_can_fill_can_not_be_chosen(client_in: Client, closed: Conversation) -> None:
    make_template(make_copy(closed.credential), "shop", components=[{"type": "HEADER", "format": "PRODUCT"}])
    assert names(client_in.get(f"/inbox/{closed.pk}/template")) == [("shop", "en_US", False)]


@pytest.mark.parametrize(
    "told", [{"template": "x"}, {"template": "9" * 30}, {"q": "\x00"}, {"language": "\x00", "q": "%_\\"}]
)
def test_nonsense_in_the_address_is_no_harm(client_in: Client, closed: Conversation, told: dict[str, str]) -> None:
    make_copy(closed.credential)
    assert client_in.get(f"/inbox/{closed.pk}/template", told).status_code == 200


def test_a_list_that_can_not_be_fetched_says_why(client_in: Client, closed: Conversation) -> None:
    form = {"next": f"/inbox/{closed.pk}/template"}
    answer = client_in.post(
        f"/numbers/{closed.credential_id}/templates", form, follow=True, headers={"Accept": "text/html"}
    )
    assert answer.redirect_chain[-1][0] == form["next"]
    assert "could not be reached" in answer.content.decode()


def test_fetching_leads_nowhere_else(client_in: Client, closed: Conversation) -> None:
    form = {"next": "https://elsewhere.example/"}
    answer = client_in.post(f"/numbers/{closed.credential_id}/templates", form, headers={"Accept": "text/html"})
    assert answer.headers["Location"] == "/inbox"
