from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.ground.keyring import Keyring, new_key
from safarichat.numbers.models import OfficialWhatsappCredential as Credential
from tests.fixtures import make_number


def test_secrets_are_counted_by_the_key_that_sealed_them(number: Credential, account: Account) -> None:
    make_number(account, phone_number_id="300000000000002")
    lost = make_number(account, phone_number_id="300000000000003")
    Credential.objects.filter(pk=lost.pk).update(access_token=Keyring.from_setting(new_key()).seal("x", "elsewhere"))
    ours = fields.ring().key_ids()[0]
    counts = fields.count_by_key(Credential)
    assert counts.pop(ours) == 2
    assert list(counts.values()) == [1]
    assert fields.count_unopenable(Credential) == 1


def test_a_secret_does_not_open_in_another_row(number: Credential, account: Account) -> None:
    other = make_number(account, phone_number_id="300000000000002")
    Credential.objects.filter(pk=other.pk).update(access_token=number.access_token)
    assert fields.opened(number, "access_token").startswith("EAA")
    assert fields.count_unopenable(Credential) == 1


def test_an_empty_secret_stays_empty(number: Credential) -> None:
    fields.seal(number, "access_token", "")
    number.save(update_fields=["access_token"])
    assert fields.opened(number, "access_token") == ""
    assert fields.count_by_key(Credential) == {}
