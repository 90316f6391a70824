from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.inbox.models import HookEvent
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message
from tests.fixtures import make_number
from tests.inbox.payloads import hook, take


def test_a_newcomer_is_led_to_the_first_number(client_in: Client) -> None:
    page = client_in.get("/").content.decode()
    assert "First steps" in page
    assert 'href="/whatsapp/integration-options"' in page
    assert "No number is connected yet" in client_in.get("/numbers").content.decode()


def test_the_next_step_moves_on_with_what_was_done(client_in: Client, number: OfficialWhatsappCredential) -> None:
    assert [step["is_next"] for step in client_in.get("/").context["steps"]] == [False, True, False]
    conversation = make_conversation(number)
    make_message(conversation, direction="out")
    assert [step["is_next"] for step in client_in.get("/").context["steps"]] == [False, False, True]
    make_message(conversation)
    assert "First steps" not in client_in.get("/").content.decode()


def test_the_overview_counts_today_and_tells_how_long_the_oldest_waits(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    conversation = make_conversation(number)
    make_message(conversation)
    make_message(conversation, direction="out", status="read")
    make_message(conversation, direction="out", status="failed")
    make_message(conversation, at=timezone.now() - timedelta(days=2))
    waiting = make_message(conversation, direction="out", status="queued")
    shown = client_in.get("/").context
    total = shown["total"]
    assert (total.received, total.sent, total.failed) == (1, 3, 1)
    assert shown["oldest_at"] == waiting.created_at


def test_a_numbers_page_says_what_is_wrong_and_what_to_do(client_in: Client, account: Account) -> None:
    problem = {
        "at": timezone.now().isoformat(),
        "step": "sending",
        "code": 190,
        "message": "The access has expired.",
        "cure": "Sign in again.",
    }
    number = make_number(account, status="reauth_required", error_logs=[problem])
    HookEvent.objects.create(account=account, credential=number, field="account_update", value={"<x>": "y"})
    page = client_in.get(f"/numbers/{number.pk}").content.decode()
    assert "The access has expired." in page
    assert "Sign in again." in page
    assert "190" in page
    assert f'href="/whatsapp/integration-options?credential_id={number.pk}&amp;again=1#connect-meta"' in page
    assert "account_update" in page
    assert "&lt;x&gt;" in page


def test_a_page_about_a_number_holds_no_secret(client_in: Client, number: OfficialWhatsappCredential) -> None:
    page = client_in.get(f"/numbers/{number.pk}").content.decode()
    assert number.access_token
    assert number.access_token not in page
    assert fields.opened(number, "access_token") not in page  # three letters of it may stand in a form's token


def test_another_accounts_number_is_neither_listed_nor_found(client_in: Client, other_account: Account) -> None:
    theirs = make_number(other_account, verified_name="Baraka Shoes")
    assert "Baraka Shoes" not in client_in.get("/numbers").content.decode()
    assert "Baraka Shoes" not in client_in.get("/").content.decode()
    assert client_in.get(f"/numbers/{theirs.pk}").status_code == 404


def test_news_from_the_provider_have_a_name_and_say_what_they_are_about(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    template = {"message_template_id": 1, "message_template_name": "promo", "message_template_language": "en_US"}
    stop = {"wa_id": "14155550123", "category": "marketing_messages", "value": "stop", "timestamp": 1790000000}
    metadata = {"phone_number_id": number.phone_number_id}
    take(
        hook_to(number, "message_template_status_update", {"event": "REJECTED", "reason": "SCAM", **template}),
        hook_to(number, "user_preferences", {"metadata": metadata, "user_preferences": [stop]}),
        hook_to(number, "smb_app_state_sync", {"metadata": metadata, "state_sync": [{"action": "add"}]}),
    )
    page = client_in.get(f"/numbers/{number.pk}").content.decode()
    for words in (
        "A template&#x27;s review: promo (en_US)", "A customer chose what they want to get: advertising messages",
        "The phone&#x27;s address book", "REJECTED", "stop",
    ):  # fmt: skip
        assert words in page


def hook_to(number: OfficialWhatsappCredential, field: str, value: Any) -> bytes:
    return hook(value, field=field, waba=number.waba_id or "")
