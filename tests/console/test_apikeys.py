"""The page of API keys: made, shown once, listed, revoked."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account, ApiKey, Membership, User
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import PASSWORD, make_account

pytestmark = pytest.mark.django_db

PAGE = "/developers/keys"


def test_a_new_key_is_shown_once_and_then_only_its_beginning(client_in: Client, account: Account) -> None:
    made = client_in.post(PAGE, {"name": "Shop", "scopes": ["send", "read"]})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    (key,) = re.findall(r'value="(sc_[\w-]{43})"', made.content.decode())
    found = apikeys.known(apikeys.digest(key))
    assert found
    assert found.account_id == account.pk
    page = client_in.get(PAGE).content.decode()
    assert key not in page
    assert key[: apikeys.SHOWN] in page
    assert "made by Asha" in page


def test_a_key_is_made_for_a_number_a_time_and_addresses(client_in: Client, number: OfficialWhatsappCredential) -> None:
    form = {"name": "Shop", "scopes": ["send"], "numbers": [number.pk], "lives": "30"}
    assert client_in.post(PAGE, {**form, "addresses": "203.0.113.7\n198.51.100.0/24"}).status_code == 201
    row = ApiKey.objects.get()
    assert row.credential_ids == [number.pk]
    assert row.addresses == ["203.0.113.7/32", "198.51.100.0/24"]
    assert row.expires_at
    assert timedelta(days=29) < row.expires_at - timezone.now() < timedelta(days=31)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"addresses": "10.0.0.0/99"}, "is no address or network"),
        ({"scopes": []}, "Choose at least one thing"),
        ({"scopes": ["everything"]}, "Select a valid choice"),
        ({"numbers": ["999999"]}, "Select a valid choice"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_is_mistyped_makes_no_key(
    client_in: Client, number: OfficialWhatsappCredential, wrong: dict[str, object], said: str
) -> None:
    answer = client_in.post(PAGE, {"name": "Shop", "scopes": ["send"], **wrong})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_revoked_key_opens_nothing_and_says_so(client_in: Client, account: Account) -> None:
    row, key = apikeys.make(account.pk, "Shop", ["send"])
    answer = client_in.post(f"{PAGE}/{row.pk}/revoke", follow=True)
    assert apikeys.known(apikeys.digest(key)) is None
    assert "Revoked" in answer.content.decode()


def test_another_accounts_key_can_not_be_revoked(client_in: Client, account: Account) -> None:
    row, key = apikeys.make(make_account("neema@example.com").pk, "Theirs", ["send"])
    assert client_in.post(f"{PAGE}/{row.pk}/revoke").status_code == 404
    assert apikeys.known(apikeys.digest(key))
    assert b"Theirs" not in client_in.get(PAGE).content


def test_who_is_no_owner_sees_keys_and_makes_none(account: Account) -> None:
    person = User.objects.create_user("juma@example.com", PASSWORD, name="Juma")
    Membership.objects.create(account=account, user=person, role="agent")
    row, key = apikeys.make(account.pk, "Shop", ["send"])
    client = Client()
    client.force_login(person)
    assert b"Make a key" not in client.get(PAGE).content
    assert client.post(PAGE, {"name": "Mine", "scopes": ["send"]}).status_code == 403
    assert client.post(f"{PAGE}/{row.pk}/revoke").status_code == 403
    assert apikeys.known(apikeys.digest(key))
