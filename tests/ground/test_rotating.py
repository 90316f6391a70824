"""Every secret under the newest key, while others write, and after a kill in the middle."""

import os
import re
import secrets
import subprocess
import sys
import threading
import time

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import connection

from safarichat.accounts import seeds
from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.ground.keyring import Keyring, new_key
from safarichat.numbers.models import Connection
from safarichat.numbers.models import OfficialWhatsappCredential as Credential
from safarichat.numbers.rows import changing
from tests.fixtures import make_number
from tests.workers.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keys() -> str:
    """The setting with a new key in front of the one that sealed all there is."""
    return f"{new_key()},{os.environ['SAFARICHAT_ENCRYPTION_KEYS']}"


def rotate(keys: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "safarichat", "keys", "rotate"],
        env=os.environ | {"DATABASE_URL": database_url(), "SAFARICHAT_ENCRYPTION_KEYS": keys},
        stdout=subprocess.PIPE,
        text=True,
    )


def many_secrets(account: Account, count: int) -> dict[int, str]:
    """Rows of one table, each with a secret of its own."""
    rows = Connection.objects.bulk_create(
        [Connection(account=account, provider="meta", key=f"key-{n}", holder="") for n in range(count)]
    )
    plain = {row.pk: secrets.token_hex(20) for row in rows}
    for row in rows:
        fields.seal(row, "secrets", plain[row.pk])
    Connection.objects.bulk_update(rows, ["secrets"], batch_size=500)
    return plain


def second_factors(account: Account) -> None:
    user, adapter = account.memberships.get().user, get_adapter()
    Authenticator.objects.create(user=user, type="totp", data={"secret": adapter.encrypt("seed of an app")})
    migrated = [adapter.encrypt("12345678"), adapter.encrypt("87654321")]
    codes = {"seed": adapter.encrypt("seed of codes"), "used_mask": 5, "migrated_codes": migrated}
    Authenticator.objects.create(user=user, type="recovery_codes", data=codes)


def test_everything_sealed_is_sealed_anew_and_still_opens(
    account: Account, number: Credential, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make_number(account, phone_number_id="300000000000009", temporary_code="", before="")
    for column in fields.sealed_columns(Credential):
        fields.seal(number, column, f"the {column}")
    number.save()
    second_factors(account)
    plain = many_secrets(account, 3)
    process = rotate(keys)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    ring = Keyring.from_setting(keys)
    newest, older = ring.key_ids()
    assert f"{older}: 0 secrets" in told
    assert f"Every secret is sealed with {newest}." in told
    assert "second factors: 4 sealed anew" in told
    monkeypatch.setattr(fields, "ring", lambda: ring)
    for row in Connection.objects.all():
        assert fields.opened(row, "secrets") == plain[row.pk]
    number.refresh_from_db()
    for column in fields.sealed_columns(Credential):
        assert fields.opened(number, column) == f"the {column}"
    assert (seeds.count_by_key(), seeds.count_unopenable()) == ({newest: 4}, 0)
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 5


def test_a_secret_written_meanwhile_keeps_its_new_value(
    account: Account, number: Credential, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who has the old key only writes all the time, as a process does that was not started anew yet."""
    many_secrets(account, 1500)
    older = fields.ring()
    ended = threading.Event()
    newest = {"value": ""}

    def write() -> None:
        try:
            while not ended.is_set():
                with changing(number.pk, account.pk) as row:
                    newest["value"] = secrets.token_hex(8)
                    where = fields.place(row, "access_token")
                    row.access_token = older.seal(newest["value"], where)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        process = rotate(keys)
        told, _ = process.communicate(timeout=60)
    finally:
        ended.set()
        writer.join()
    process = rotate(keys)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    ring = Keyring.from_setting(keys)
    number.refresh_from_db()
    assert number.access_token.startswith(f"{ring.key_ids()[0]}.")
    monkeypatch.setattr(fields, "ring", lambda: ring)
    assert fields.opened(number, "access_token") == newest["value"]
    assert fields.count_by_key(Connection) == {ring.key_ids()[0]: 1500}


def test_killed_in_the_middle_it_goes_on_where_it_was(
    account: Account, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = many_secrets(account, 4000)
    newest = Keyring.from_setting(keys).key_ids()[0]
    process = rotate(keys)
    until = time.monotonic() + 30
    while not fields.count_by_key(Connection).get(newest):
        assert process.poll() is None, "it was done before it was killed"
        assert time.monotonic() < until
    process.kill()
    process.communicate(timeout=10)
    counts = fields.count_by_key(Connection)
    assert len(counts) == 2, counts
    process = rotate(keys)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    found = re.search(r"provider_connections.secrets: (\d+) sealed anew", told)
    assert found is not None
    assert 0 < int(found[1]) < 4000
    ring = Keyring.from_setting(keys)
    monkeypatch.setattr(fields, "ring", lambda: ring)
    assert {row.pk: fields.opened(row, "secrets") for row in Connection.objects.all()} == plain


def test_what_no_key_opens_is_left_and_told(account: Account, keys: str) -> None:
    many_secrets(account, 2)
    lost = Keyring.from_setting(new_key())
    row = Connection.objects.order_by("pk")[0]
    Connection.objects.filter(pk=row.pk).update(secrets=lost.seal("x", fields.place(row, "secrets")))
    process = rotate(keys)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"{lost.key_ids()[0]}: 1 secrets - KEY MISSING" in told
    assert "1 secrets are left under other keys." in told
