"""API keys: shown once, kept as digests, opening what they were made for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from safarichat.accounts import apikeys, cleaning
from safarichat.accounts.apikeys import TooManyKeys
from safarichat.accounts.models import Account, ApiKey
from safarichat.ground.tenancy import acting_for
from tests.fixtures import make_account

pytestmark = pytest.mark.django_db


def test_a_key_is_known_by_its_digest_and_kept_nowhere_else(account: Account) -> None:
    row, key = apikeys.make(account.pk, "Shop", ["read", "send"])
    found = apikeys.known(apikeys.digest(key))
    assert found is not None
    assert (found.account_id, sorted(found.scopes), found.credential_ids) == (account.pk, ["read", "send"], None)
    assert key.startswith(row.prefix)
    assert len(key) == apikeys.LENGTH
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM api_keys k WHERE k::text LIKE %s", [f"%{key[apikeys.SHOWN :]}%"])
        assert cursor.fetchone() == (0,)


def test_a_revoked_key_opens_nothing_and_goes_after_a_month(account: Account) -> None:
    row, key = apikeys.make(account.pk, "Shop", ["send"])
    now = timezone.now()
    assert apikeys.revoke(account.pk, row.pk, now)
    assert apikeys.revoke(account.pk, row.pk, now)
    assert apikeys.known(apikeys.digest(key)) is None
    assert cleaning.clean(now + timedelta(days=29))["api_keys"] == 0
    assert cleaning.clean(now + timedelta(days=31))["api_keys"] == 1


def test_another_accounts_key_is_not_found(account: Account) -> None:
    row, key = apikeys.make(make_account("neema@example.com").pk, "Theirs", ["send"])
    with acting_for(account.pk):
        assert apikeys.all_of(account.pk) == []
        assert not ApiKey.objects.exists()
        assert not apikeys.revoke(account.pk, row.pk, timezone.now())
    assert apikeys.known(apikeys.digest(key))


def test_a_key_opens_only_until_its_time_and_only_its_numbers(account: Account) -> None:
    now = timezone.now()
    _row, shown = apikeys.make(account.pk, "Shop", ["send"], credential_ids=[7], expires_at=now + timedelta(days=1))
    key = apikeys.known(apikeys.digest(shown))
    assert key
    assert key.may_use(7)
    assert not key.may_use(8)
    assert key.is_live(now)
    assert not key.is_live(now + timedelta(days=1))


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("203.0.113.9", True),
        ("203.0.114.9", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("::ffff:203.0.113.9", True),
        ("", False),
        ("localhost", False),
    ],
)
def test_a_key_with_addresses_works_only_from_there(account: Account, address: str, may: bool) -> None:
    _row, shown = apikeys.make(account.pk, "Shop", ["send"], addresses=["203.0.113.7/24", "2001:db8::/64"])
    key = apikeys.known(apikeys.digest(shown))
    assert key
    assert key.may_come_from(address) is may


def test_a_key_without_addresses_works_from_anywhere(account: Account) -> None:
    _row, shown = apikeys.make(account.pk, "Shop", ["send"])
    key = apikeys.known(apikeys.digest(shown))
    assert key
    assert key.may_come_from("198.51.100.1")


def test_an_account_has_a_bounded_number_of_live_keys(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apikeys, "MOST", 1)
    row, _key = apikeys.make(account.pk, "One", ["send"])
    with pytest.raises(TooManyKeys):
        apikeys.make(account.pk, "Two", ["send"])
    apikeys.revoke(account.pk, row.pk, timezone.now())
    apikeys.make(account.pk, "Two", ["send"])
