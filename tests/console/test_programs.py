"""Where who writes a program begins: the account's own address and ids, in programs to copy."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.console import snippets
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db

PAGE = "/developers"
CODE = re.compile(r'<pre [^>]*translate="no" id="([\w-]+)">(.*?)</pre>', re.DOTALL)


def codes(client: Client, address: str = PAGE) -> dict[str, str]:
    page = client.get(address)
    assert page.status_code == 200
    return {name: html.unescape(code) for name, code in CODE.findall(page.content.decode())}


def test_every_language_sends_with_the_accounts_own_address_and_number(
    client_in: Client, number: OfficialWhatsappCredential, settings: Any
) -> None:
    settings.SAFARICHAT_BASE_URL = "https://chat.example.com"
    found = codes(client_in)
    for language in snippets.LANGUAGES:
        for kind, said in (("text", "Karibu"), ("template", "hello_world")):
            code = found[f"{language.slug}-{kind}"]
            for part in ("https://chat.example.com", "300000000000001", "SAFARICHAT_API_KEY", said):
                assert part in code
    assert "200000000000001" in found["pywa-text"]
    assert not re.search("BASE_URL|NUMBER|WABA|MESSAGE", " ".join(found.values()).replace("MESSAGES", ""))
    assert len([name for name in found if name.endswith("-receive")]) == 4


def test_every_handler_checks_the_signature(client_in: Client, number: OfficialWhatsappCredential) -> None:
    for name, code in codes(client_in).items():
        if name.endswith("-receive"):
            assert re.search("X.Hub.Signature.256", code, re.IGNORECASE)
            assert "SAFARICHAT_WEBHOOK_SECRET" in code


@pytest.mark.parametrize("waba_id", ["200000000000001", ""])
def test_every_python_program_compiles(client_in: Client, account: Account, waba_id: str) -> None:
    make_number(account, waba_id=waba_id)
    programs = {name: code for name, code in codes(client_in).items() if name.startswith(("httpx", "pywa"))}
    assert len(programs) == 6
    for name, code in programs.items():
        compile(code, name, "exec")
        assert "WABA" not in code
        assert ("waba_id=" in code) == (waba_id != "" and name in ("pywa-text", "pywa-template"))


def test_another_number_of_the_account_can_be_chosen(client_in: Client, account: Account) -> None:
    for phone_number_id in ("300000000000001", "300000000000002"):
        number = make_number(account, phone_number_id=phone_number_id)
        code = codes(client_in, f"{PAGE}?number={number.pk}")["curl-text"]
        assert f"/{phone_number_id}/messages" in code


def test_another_accounts_number_is_not_found(
    client_in: Client, number: OfficialWhatsappCredential, other_account: Account
) -> None:
    theirs = make_number(other_account, phone_number_id="300000000000009", verified_name="Neema's")
    assert client_in.get(f"{PAGE}?number={theirs.pk}").status_code == 404
    page = client_in.get(PAGE).content.decode()
    assert "300000000000009" not in page
    assert "Neema" not in page


@pytest.mark.parametrize("columns", [{"status": "disconnected"}, {"status": "pending"}])
def test_without_a_connected_number_the_page_leads_to_connecting_one(
    client_in: Client, account: Account, columns: dict[str, str]
) -> None:
    make_number(account, **columns)
    assert codes(client_in) == {}
    assert b'href="/whatsapp/integration-options"' in client_in.get(PAGE).content


def test_the_page_shows_no_secret_and_leads_to_what_a_program_needs(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    page = client_in.get(PAGE).content.decode()
    assert "sc_" not in page
    assert number.access_token not in page
    for link in ("/developers/keys", "/developers/endpoints", "/developers/log", "/api/docs"):
        assert f'href="{link}"' in page
    assert 'href="/developers"' in client_in.get("/").content.decode()
