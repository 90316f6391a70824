"""Twilio's webhooks at the edge: signed over the public address, whatever stands between Twilio and us."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from safarichat.accounts.models import Account
from safarichat.edge.hooks import HooksApp
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.edge.test_hooks import call, elsewhere
from tests.edge.test_keyed_hooks import connected, kept, key_of

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN, NEXT_TOKEN = "5c" * 16, "6d" * 16
SID = f"SM{'1' * 32}"
FORM = {
    "MessageSid": SID,
    "AccountSid": f"AC{'a' * 32}",
    "From": "whatsapp:+254711000001",
    "To": "whatsapp:+254700000001",
    "Body": "Olá ☕ 1+1=2 & more",
    "ProfileName": "",
    "NumMedia": "0",
    "SmsStatus": "received",
}
FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
TWIML = (200, b"<Response/>", "text/xml")


@pytest.fixture
def app() -> Iterator[HooksApp]:
    made = HooksApp()
    yield made
    made.close()


@pytest.fixture
def row(account: Account, settings: Settings) -> OfficialWhatsappCredential:
    settings.SAFARICHAT_BASE_URL = "https://safari.example.test"
    secrets = {"TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_AUTH_TOKEN_SECONDARY": NEXT_TOKEN}
    return connected(account, secrets, api_provider="twilio", phone_number_id="1000254700000001",
                     phone_number="254700000001")  # fmt: skip


async def post(
    app: HooksApp, row: OfficialWhatsappCredential, at: str, *, token: str = TOKEN, query: str = "", **headers: str
) -> tuple[int, bytes, str]:
    """As Twilio calls us, by its own library's signature, when the address it was given begins with `at`."""
    path = f"/webhooks/twilio/{key_of(row)}"
    validator: Any = RequestValidator(token)  # type: ignore[no-untyped-call]
    signed = validator.compute_signature(f"{at}{path}{f'?{query}' if query else ''}", FORM)
    given = {"content-type": FORM_TYPE, "x-twilio-signature": signed, **headers}
    answer = await call(app, path=path, query=query, body=urlencode(FORM).encode(), headers=given)
    assert answer
    return answer[0], answer[1], answer[2].get("content-type", "")


async def test_a_message_is_kept_understood_and_answered_with_nothing_to_say(
    app: HooksApp, row: OfficialWhatsappCredential
) -> None:
    assert await post(app, row, "https://safari.example.test") == TWIML
    await asyncio.to_thread(elsewhere, lambda: understand(10))

    def texts() -> list[tuple[int, str]]:
        return list(Message.objects.values_list("credential_id", "text"))

    assert await asyncio.to_thread(elsewhere, texts) == [(row.pk, FORM["Body"])]


@pytest.mark.parametrize(("ours", "theirs"), [
    ("https://safari.example.test", "https://safari.example.test:443"),
    ("https://safari.example.test:443", "https://safari.example.test"),
    ("https://safari.example.test:8443", "https://safari.example.test:8443"),
    ("https://safari.example.test:8443", "https://safari.example.test"),
    ("http://safari.example.test", "http://safari.example.test:80"),
])  # fmt: skip
async def test_the_port_may_be_told_or_not(
    app: HooksApp, row: OfficialWhatsappCredential, settings: Settings, ours: str, theirs: str
) -> None:
    settings.SAFARICHAT_BASE_URL = ours
    assert await post(app, row, theirs) == TWIML


async def test_behind_a_proxy_the_public_address_counts_and_not_what_the_request_says(
    app: HooksApp, row: OfficialWhatsappCredential
) -> None:
    inside = {"host": "10.0.0.7:8000", "x-forwarded-host": "evil.test", "x-forwarded-proto": "http"}
    assert await post(app, row, "https://safari.example.test", **inside) == TWIML
    assert (await post(app, row, "http://10.0.0.7:8000", **inside))[0] == 401
    assert (await post(app, row, "http://evil.test", **inside))[0] == 401


async def test_the_query_is_signed_as_it_was_written(app: HooksApp, row: OfficialWhatsappCredential) -> None:
    query = "m=ours-1&x=%41%20b+c"
    assert await post(app, row, "https://safari.example.test", query=query) == TWIML
    assert [each[2] for each in await asyncio.to_thread(elsewhere, kept)] == [query]


async def test_while_a_token_is_replaced_either_is_good_and_no_other(
    app: HooksApp, row: OfficialWhatsappCredential
) -> None:
    assert await post(app, row, "https://safari.example.test", token=NEXT_TOKEN) == TWIML
    for wrong in ("7e" * 16, TOKEN.upper()):
        status, body, _ = await post(app, row, "https://safari.example.test", token=wrong)
        assert (status, body) == (401, b"")
    assert len(await asyncio.to_thread(elsewhere, kept)) == 1
