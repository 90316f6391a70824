"""Who may ask the gateway what: forged and expired keys, addresses, scopes, numbers, other accounts."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.gateway.answering import OF_OBJECTS
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number
from tests.gateway.door import NUMBER, Door, make_key
from tests.gateway.door import door as door
from tests.messaging.ours import TEMPLATE

pytestmark = pytest.mark.django_db(transaction=True)

PATH = f"/v25.0/{NUMBER}/messages"
GIVEN: dict[str, Any] = {"messaging_product": "whatsapp", "to": "+14155550123", **TEMPLATE}
THEIRS = "300000000000009"


@pytest.mark.parametrize("key", ["", "sc_short", "sc_" + "x" * 43, "EAAG" + "x" * 100])
def test_a_forged_key_is_an_invalid_token(door: Door, key: str) -> None:
    told = door.call("POST", PATH, GIVEN, key=key)
    assert told.code == (401, 190)
    assert told.error["message"].startswith("Invalid OAuth access token")
    assert told.headers["www-authenticate"].startswith("OAuth")
    assert not Message.objects.exists()


def test_an_expired_key_is_an_expired_session(door: Door, account: Account) -> None:
    key = make_key(account, expires_at=timezone.now() - timedelta(seconds=1))
    told = door.call("POST", PATH, GIVEN, key=key)
    assert told.code == (401, 190)
    assert told.error["error_subcode"] == 463


def test_a_revoked_key_is_refused(door: Door, account: Account) -> None:
    row, key = apikeys.make(account.pk, "Old", ["send"])
    assert door.call("POST", PATH, GIVEN, key=key).status == 200
    apikeys.revoke(account.pk, row.pk, timezone.now())
    door.keys.heard(row.digest)
    assert door.call("POST", PATH, GIVEN, key=key).code == (401, 190)


def test_a_key_with_addresses_opens_only_from_there(door: Door, account: Account) -> None:
    key = make_key(account, addresses=["198.51.100.0/24"])
    assert door.call("POST", PATH, GIVEN, key=key, client="198.51.100.7").status == 200
    assert door.call("POST", PATH, GIVEN, key=key, client="203.0.113.7").code == (403, 10)


@pytest.mark.parametrize(("method", "edge"), sorted(OF_OBJECTS))
def test_a_key_without_the_scope_is_refused(door: Door, account: Account, method: str, edge: str) -> None:
    scope, _verb = OF_OBJECTS[method, edge]
    key = make_key(account, *(set(apikeys.SCOPES) - {scope}))
    told = door.call(method, f"/v25.0/{NUMBER}/{edge}", {"status": "read"}, key=key)
    assert told.code == (403, 200)
    assert scope in told.error["message"]


def test_a_key_without_the_scope_sends_nothing(door: Door, account: Account) -> None:
    assert door.call("POST", PATH, GIVEN, key=make_key(account, "read")).code == (403, 200)
    assert not Message.objects.exists()


@pytest.mark.parametrize(("method", "edge"), sorted(OF_OBJECTS))
def test_anothers_number_does_not_exist(door: Door, other_account: Account, method: str, edge: str) -> None:
    theirs = make_number(other_account, phone_number_id=THEIRS, waba_id="200000000000009")
    for path in (f"/v25.0/{THEIRS}/{edge}", f"/v25.0/{theirs.waba_id}/{edge}", f"/v25.0/777/{edge}"):
        told = door.call(method, path.rstrip("/"), {**GIVEN, "status": "read", "message_id": "wamid.X"})
        assert told.code == (400, 100), path
        assert told.error["error_subcode"] == 33
        assert told.error["type"] == "GraphMethodException"
    told = door.call("POST", f"/v25.0/{THEIRS}/messages", GIVEN)
    assert told.error["error_subcode"] == 33
    assert not Message.objects.exists()


def test_a_key_for_some_numbers_sees_no_other(door: Door, account: Account, number: OfficialWhatsappCredential) -> None:
    second = make_number(account, phone_number_id="300000000000002")
    key = make_key(account, credential_ids=[second.pk])
    assert door.call("POST", PATH, GIVEN, key=key).error["error_subcode"] == 33
    assert door.call("POST", "/v25.0/300000000000002/messages", GIVEN, key=key).status == 200


def test_the_token_may_stand_in_the_query_a_form_or_json(door: Door) -> None:
    token = door.key
    assert door.call("POST", f"{PATH}?access_token={token}", GIVEN, key="").status == 200
    assert door.call("POST", PATH, {**GIVEN, "access_token": token}, key="").status == 200
    assert "access_token" not in Message.objects.latest("id").body
    told = door.call("POST", PATH, GIVEN, key="", headers={"authorization": f"OAuth {token}"})
    assert told.status == 200


@pytest.mark.parametrize("path", ["/v25.0", "/v25.0/", "/v25.0/nothing/here", "/v25.0/1/2/3/4", "/debug_token/x"])
def test_what_is_nothing_is_told_as_nothing(door: Door, path: str) -> None:
    assert door.call("GET", path).code == (400, 100)
