import pytest
from django.test import Client

from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number
from tests.message_templates.copies import make_copy, make_template


def form(client: Client, number: OfficialWhatsappCredential, phone: str) -> dict[str, object]:
    """As the page of the chosen template `hello_world` sends it."""
    template = make_template(make_copy(number), "hello_world")
    asked: dict[str, str | int] = {"number": number.pk, "phone": phone, "template": template.pk}
    page = client.get("/inbox/new", asked)
    token = page.context["form"]["form_token"].value()
    return {"number": number.pk, "phone": phone, "template": template.pk, "form_token": token}


@pytest.mark.parametrize("phone", ["+254 712 345 678", "00254 712-345-678", "254712345678", "+254 (712) 345.678"])
def test_a_template_opens_a_conversation_with_a_phone_number(
    client_in: Client, number: OfficialWhatsappCredential, phone: str
) -> None:
    answer = client_in.post("/inbox/new", form(client_in, number, phone))
    conversation = Conversation.objects.get()
    assert answer.headers["Location"] == f"/inbox/{conversation.pk}"
    assert Message.objects.get().body["template"]["name"] == "hello_world"


def test_the_same_form_twice_opens_one_conversation_with_one_message(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    filled = form(client_in, number, "+254712345678")
    for _click in range(2):
        assert client_in.post("/inbox/new", filled).status_code == 302
    assert Message.objects.count() == 1


@pytest.mark.parametrize("phone", ["", "0712 345 678", "hello", "+1", "+254 712 345 678 999 999", "+254\x00712345678"])
def test_what_is_no_phone_number_stays_with_the_reason(
    client_in: Client, number: OfficialWhatsappCredential, phone: str
) -> None:
    answer = client_in.post("/inbox/new", form(client_in, number, phone))
    assert answer.status_code == 422
    assert answer.context["form"].errors["phone"]
    assert not Message.objects.exists()


def test_another_accounts_number_can_not_be_chosen(
    client_in: Client, number: OfficialWhatsappCredential, other_account: object
) -> None:
    theirs = make_number(other_account, phone_number_id="3999", waba_id="2999")  # type: ignore[arg-type]  # a fixture
    assert client_in.post("/inbox/new", form(client_in, theirs, "+254712345678")).status_code == 422
    assert not Message.objects.exists()


def test_without_a_number_the_page_says_what_to_do(client_in: Client) -> None:
    assert "Connect one" in client_in.get("/inbox/new").content.decode()


def test_the_number_and_phone_are_kept_while_a_template_is_chosen(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    template = make_template(make_copy(number))
    asked: dict[str, str | int] = {"number": number.pk, "phone": "+254 712 345 678", "q": "order"}
    listed = client_in.get("/inbox/new", asked)
    assert [choice.id for choice in listed.context["picker"].shelf.choices] == [template.pk]
    assert "+254 712 345 678" in listed.content.decode()
    chosen = client_in.get("/inbox/new", asked | {"template": template.pk}).content.decode()
    assert "+254 712 345 678" in chosen
    assert "value.body.1" in chosen


def test_values_and_phone_stay_when_something_is_missing(client_in: Client, number: OfficialWhatsappCredential) -> None:
    template = make_template(make_copy(number))
    filled = {"number": number.pk, "phone": "12", "template": template.pk, "form_token": "t", "value.body.1": "Asha"}
    answer = client_in.post("/inbox/new", filled)
    assert answer.status_code == 422
    fields = {field.key: (field.value, field.error) for field in answer.context["picker"].fields}
    assert fields["body.1"] == ("Asha", "")
    assert fields["body.2"] == ("", "Fill this in.")
    assert not Message.objects.exists()
