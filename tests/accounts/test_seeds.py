"""Seeds of second factors belong to what the key ring must be able to open."""

import secrets

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from safarichat.accounts import seeds
from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.ground.keyring import Keyring, new_key


@pytest.fixture
def seeded(account: Account) -> None:
    adapter = get_adapter()
    user = account.memberships.get().user
    totp, codes = adapter.encrypt(secrets.token_hex(10)), adapter.encrypt(secrets.token_hex(10))
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": totp})
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": codes})


def test_seeds_are_counted_under_the_key_that_sealed_them(seeded: None) -> None:
    assert seeds.count_by_key() == {fields.ring().key_ids()[0]: 2}
    assert seeds.count_unopenable() == 0


def test_seeds_whose_key_is_missing_are_told(seeded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Keyring.from_setting(new_key())
    monkeypatch.setattr(fields, "ring", lambda: other)
    assert seeds.count_unopenable() == 2
