"""Numbers with a connection of their own: held by one account, signed in anew without loss, given up without a rest."""

from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import connections, disconnecting, onboarding
from safarichat.numbers.models import Connection, OfficialWhatsappCredential
from safarichat.numbers.onboarding import Brought
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox

pytest_plugins = ["tests.onboarding.partner"]
pytestmark = pytest.mark.django_db
SESSION = "session-of-the-browser"
UNKNOWN_KEY = "nobody-has-this-key-1234"


@pytest.fixture
def key(partner: Sandbox) -> str:
    return made(partner)


def made(partner: Sandbox) -> str:
    """The key of a new number at the provider."""
    return str(partner.post("/_sandbox/numbers", json={"provider": "360dialog"})["api_key"])


def typed(of: Account, key: str, credential_id: int | None = None) -> Walked:
    user = of.memberships.get().user
    begun = onboarding.start(of.pk, user.pk, SESSION, "360dialog", "keys", credential_id)
    assert begun is not None
    walked = onboarding.finish(of.pk, begun.state, SESSION, Brought(data={"access_token": key}))
    assert isinstance(walked, Walked)
    return walked


def row_of(walked: Walked) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def webhook(partner: Sandbox, key: str) -> Any:
    return partner.get("/360dialog/messaging/v1/configs/webhook", headers={"D360-API-KEY": key})


def test_a_number_of_another_account_is_refused_and_left_as_it_is(
    account: Account, other_account: Account, partner: Sandbox, key: str
) -> None:
    mine = row_of(typed(account, key))
    before = webhook(partner, key)
    theirs = typed(other_account, key)
    assert (theirs.outcome, theirs.problem) == ("failed", "number_taken")
    assert webhook(partner, key) == before, "it still delivers to whom it belongs"
    told = row_of(theirs)
    assert (told.access_token, told.connection, told.phone_number_id) == ("", None, None)
    assert row_of(typed(account, key, mine.pk)).may_send


def test_a_wrong_key_does_not_cost_a_number_that_works(account: Account, partner: Sandbox, key: str) -> None:
    row = row_of(typed(account, key))
    address, secrets = row.connection and row.connection.key, connections.opened(row.connection)
    walked = typed(account, UNKNOWN_KEY, row.pk)
    assert walked.outcome == "failed"
    kept = row_of(walked)
    assert (kept.status, kept.pk) == ("connected", row.pk)
    assert fields.opened(kept, "access_token") == key
    assert kept.connection is not None
    assert (kept.connection.key, connections.opened(kept.connection)) == (address, secrets)


def test_the_key_of_another_number_does_not_cost_it_either(account: Account, partner: Sandbox, key: str) -> None:
    row = row_of(typed(account, key))
    walked = typed(account, made(partner), row.pk)
    assert (walked.outcome, walked.problem) == ("failed", "other_number")
    assert fields.opened(row_of(walked), "access_token") == key


def test_the_same_key_pasted_once_more_goes_on_in_the_same_row(account: Account, partner: Sandbox, key: str) -> None:
    row = row_of(typed(account, key))
    again = row_of(typed(account, key))
    assert (again.pk, again.status, again.before) == (row.pk, "connected", "")
    assert OfficialWhatsappCredential.objects.count() == 1
    assert again.connection is not None
    assert list(Connection.objects.values_list("key", flat=True)) == [again.connection.key]
    assert webhook(partner, key)["url"].endswith(again.connection.key)


def test_a_number_that_is_given_up_leaves_no_secret_and_no_address(
    account: Account, partner: Sandbox, key: str
) -> None:
    row = row_of(typed(account, key))
    done = disconnecting.disconnect(account.pk, row.pk)
    assert done is not None
    assert done.status == "disconnected"
    assert not Connection.objects.exists()
    row.refresh_from_db()
    assert [getattr(row, name) for name in fields.sealed_columns(OfficialWhatsappCredential)] == ["", "", "", ""]


def test_a_number_is_not_given_up_while_its_provider_is_away(account: Account, partner: Sandbox, key: str) -> None:
    row = row_of(typed(account, key))
    partner.post("/_sandbox/faults", json={"provider": "360dialog", "kind": "outage", "for": 30})
    done = disconnecting.disconnect(account.pk, row.pk)
    partner.http.request("DELETE", "/_sandbox/faults")
    assert done is not None
    assert done.status != "disconnected"
    assert Connection.objects.count() == 1
    again = disconnecting.disconnect(account.pk, row.pk)
    assert again is not None
    assert again.status == "disconnected"
