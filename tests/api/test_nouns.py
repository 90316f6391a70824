"""What the management API says of numbers, conversations, messages, contacts, links and keys."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from safarichat.accounts.models import Account, ApiKey
from safarichat.contacts.models import Contact
from safarichat.ground import ids
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import ConnectLink, OfficialWhatsappCredential
from tests.api.program import Program, problem
from tests.fixtures import make_number

pytest_plugins = ["tests.api.fixtures"]
pytestmark = pytest.mark.django_db
Make = Callable[..., Program]


@pytest.fixture
def conversation(account: Account, number: OfficialWhatsappCredential) -> Conversation:
    contact = Contact.objects.create(account=account, name="Wanjiru", phone="254711111111")
    return Conversation.objects.create(
        account=account, credential=number, contact=contact, last_message_at=timezone.now(), last_text="Habari"
    )


def said(conversation: Conversation, text: str, **columns: Any) -> Message:
    return Message.objects.create(
        **{
            "account_id": conversation.account_id,
            "credential_id": conversation.credential_id,
            "conversation": conversation,
            "direction": "in",
            "kind": "text",
            "status": "received",
            "body": {"type": "text", "text": {"body": text}},
            "text": text,
            **columns,
        }
    )


def every(program: Program, path: str, limit: int) -> list[Any]:
    """All pages of a list."""
    found, cursor = [], ""
    while True:
        page = program.get(path, limit=limit, cursor=cursor).json()
        assert len(page["data"]) <= limit
        found += page["data"]
        if not page["next_cursor"]:
            return found
        cursor = page["next_cursor"]


def test_numbers_are_listed_in_pages_without_a_secret(program: Make, account: Account) -> None:
    made = [make_number(account, phone_number_id=f"30000000000000{turn}").pk for turn in range(5)]
    shop = program("read")
    assert [row["credential_id"] for row in every(shop, "/numbers", 2)] == made[::-1]
    answer = shop.get(f"/numbers/{made[0]}")
    assert (answer.json()["status"], answer.json()["color"]) == ("connected", "success")
    assert b"EAA" not in answer.content
    assert "access_token" not in answer.content.decode()


def test_a_number_that_is_not_signed_in_is_tested_and_told_so(
    program: Make, number: OfficialWhatsappCredential
) -> None:
    OfficialWhatsappCredential.objects.update(access_token="", status="pending")
    told = program("numbers").post(f"/numbers/{number.pk}/test").json()
    assert (told["ok"], told["checks"][0]["name"]) == (False, "token")


def test_a_number_is_disconnected_twice_with_the_same_answer(program: Make, number: OfficialWhatsappCredential) -> None:
    OfficialWhatsappCredential.objects.update(access_token="")
    shop = program("numbers")
    first, second = (shop.post(f"/numbers/{number.pk}/disconnect").json() for _ in range(2))
    assert first == second
    assert first["status"] == "disconnected"


def test_conversations_and_messages_come_newest_first_with_ids_of_the_cloud_api(
    program: Make, conversation: Conversation
) -> None:
    now = timezone.now()
    texts = [f"turn {turn}" for turn in range(5)]
    rows = [said(conversation, text, at=now - timedelta(minutes=9 - turn)) for turn, text in enumerate(texts)]
    shop = program("read")
    (listed,) = shop.get("/conversations").json()["data"]
    assert (listed["name"], listed["phone"], listed["last_text"]) == ("Wanjiru", "254711111111", "Habari")
    assert shop.get(f"/conversations/{listed['id']}").json() == listed
    found = every(shop, f"/conversations/{listed['id']}/messages", 2)
    assert [message["text"] for message in found] == texts[::-1]
    assert found[0]["id"] == ids.wamid(rows[-1].pk)
    assert shop.get(f"/messages/{found[0]['id']}").json() == found[0]


def test_conversations_are_found_by_name_and_paged_by_time(program: Make, account: Account) -> None:
    numbers = [make_number(account, phone_number_id=f"30000000000000{turn}") for turn in range(5)]
    contact = Contact.objects.create(account=account, name="Wanjiru", phone="254711111111")
    at = timezone.now()
    made = [
        Conversation.objects.create(account=account, credential=number, contact=contact, last_message_at=at)
        for number in numbers
    ]
    shop = program("read")
    assert [row["id"] for row in every(shop, "/conversations", 2)] == [row.pk for row in made[::-1]]
    assert len(shop.get("/conversations", q="wanj").json()["data"]) == 5
    assert shop.get("/conversations", q="somebody").json()["data"] == []
    only = shop.get("/conversations", credential_id=numbers[0].pk).json()["data"]
    assert [row["id"] for row in only] == [made[0].pk]
    few = program("read", credential_ids=[numbers[1].pk]).get("/conversations").json()["data"]
    assert [row["id"] for row in few] == [made[1].pk]


def test_a_message_s_timeline_is_told_and_what_waits_is_taken_back(program: Make, conversation: Conversation) -> None:
    message = said(conversation, "Karibu", direction="out", status="queued")
    place = f"/messages/{ids.wamid(message.pk)}"
    shop = program("read", "send")
    assert shop.post(f"{place}/cancel").json() == {"id": ids.wamid(message.pk), "status": "cancelled"}
    assert shop.post(f"{place}/cancel").status_code == 200
    told = shop.get(f"{place}/timeline").json()
    assert (told["status"], [moment["status"] for moment in told["moments"]]) == ("cancelled", ["queued", "cancelled"])


def test_what_has_left_is_not_taken_back(program: Make, conversation: Conversation) -> None:
    message = said(conversation, "Karibu", direction="out", status="delivered")
    assert problem(program("send").post(f"/messages/{ids.wamid(message.pk)}/cancel")) == (409, "too_late")


@pytest.mark.parametrize("name", ["wamid.HBgM", "7", "wamid.U2FmYXJpQ2hhdP//////////", "x"])
def test_what_is_no_message_of_ours_is_not_found(program: Make, name: str) -> None:
    assert problem(program().get(f"/messages/{name}")) == (404, "not_found")


def test_contacts_are_told_with_what_they_said(program: Make, conversation: Conversation) -> None:
    shop = program("read")
    (listed,) = shop.get("/contacts", q="0711 111 111").json()["data"]
    assert (listed["id"], listed["name"]) == (conversation.contact_id, "Wanjiru")
    assert shop.get(f"/contacts/{listed['id']}").json() == {**listed, "consents": {}}


def test_a_link_is_made_listed_and_taken_back(program: Make, account: Account) -> None:
    shop = program("numbers")
    body = {"name": "Asha", "providers": ["facebook"], "next_url": "https://shop.example/", "reference": "c-7"}
    answer = shop.post("/connect-links", body)
    made = answer.json()
    assert (answer.status_code, made["state"], made["providers"]) == (201, "open", ["meta"])
    assert made["url"].startswith("http://testserver/connect/")
    assert ConnectLink.objects.get().created_by_id == account.memberships.get().user_id
    assert shop.get("/connect-links").json()["data"] == [made]
    ended = shop.post(f"/connect-links/{made['id']}/revoke").json()
    assert (ended["state"], ended["url"]) == ("revoked", "")
    assert shop.get(f"/connect-links/{made['id']}").json() == ended


@pytest.mark.parametrize(
    ("field", "value"),
    [("next_url", "http://shop.example"), ("logo", "%"), ("logo", "PHN2Zz4="), ("color", "red"), ("providers", ["x"])],
)
def test_a_link_s_unusable_field_is_named(program: Make, field: str, value: Any) -> None:
    answer = program("numbers").post("/connect-links", {"name": "Asha", field: value})
    assert problem(answer) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_key_is_made_shown_once_and_revoked(program: Make, number: OfficialWhatsappCredential) -> None:
    chief = program("admin")
    body = {"name": "Shop", "scopes": ["read"], "credential_ids": [number.pk], "addresses": ["127.0.0.1"]}
    answer = chief.post("/keys", body)
    made = answer.json()
    assert (answer.status_code, made["scopes"], made["credential_ids"]) == (201, ["read"], [number.pk])
    shop = Program(made["key"])
    assert shop.get("/numbers").status_code == 200
    assert made["key"] not in chief.get("/keys").content.decode()
    assert chief.post(f"/keys/{made['id']}/revoke").status_code == 204
    assert problem(shop.get("/numbers")) == (401, "unknown_key")


@pytest.mark.parametrize(
    "wrong", [{"addresses": ["nowhere"]}, {"expires_at": "2020-01-01T00:00:00Z"}, {"credential_ids": []}, {"name": ""}]
)
def test_a_key_that_can_t_be_is_refused(program: Make, wrong: dict[str, Any]) -> None:
    answer = program("admin").post("/keys", {"name": "Shop", "scopes": ["read"], **wrong})
    assert problem(answer) == (422, "invalid")
    assert ApiKey.objects.count() == 1
