"""An account at a provider that carries several numbers: one connection, whose secrets a slip must not cost them."""

import json
from typing import Any

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.numbers import connections
from safarichat.numbers.models import Connection, OfficialWhatsappCredential, Onboarding
from safarichat.numbers.platform import platform_of
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
INITIALIZE, CALLBACK = "/whatsapp/official/initialize", "/whatsapp/official/callback"
SID, TOKEN, PARENT = f"AC{'a' * 32}", "the-token-as-it-is-typed", f"AC{'0' * 32}"


@pytest.fixture(autouse=True)
def away(settings: Any) -> None:
    """Nobody answers there; the operator has an account of the same kind."""
    hosts = dict.fromkeys(("TWILIO_API_URL", "TWILIO_MESSAGING_URL", "TWILIO_CONTENT_URL"), "http://127.0.0.1:9")
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, **hosts, "TWILIO_ACCOUNT_SID": PARENT}
    settings.WHATSAPP_PROVIDERS = ["twilio"]


def typed(client: Client, token: str = TOKEN) -> dict[str, Any]:
    def post(path: str, body: Any) -> Any:
        return client.post(path, json.dumps(body), content_type="application/json").json()

    started = post(INITIALIZE, {"provider": "twilio", "mode": "keys"})
    assert started["flow"] == "form"
    data = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": token}
    told: dict[str, Any] = post(CALLBACK, {"state": started["state"], "event": "FORM", "data": data})
    return told


def test_what_was_typed_waits_sealed_while_the_provider_is_away(client_in: Client) -> None:
    told = typed(client_in)
    assert (told["outcome"], told["problem"]) == ("wait", "unreachable")
    row = OfficialWhatsappCredential.objects.get(pk=told["credential_id"])
    assert row.connection is not None
    assert row.connection.holder == SID
    assert connections.opened(row.connection) == {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN}
    assert TOKEN not in str(Onboarding.objects.get().data) + str(row.provider_config) + str(row.error_logs)


def test_another_number_of_the_account_shares_its_connection_and_a_wrong_token_costs_neither(client_in: Client) -> None:
    first = typed(client_in)
    second = typed(client_in, "a-slip-of-the-keyboard")
    assert second["outcome"] == "failed"
    connection = Connection.objects.get()
    assert connections.opened(connection)["TWILIO_AUTH_TOKEN"] == TOKEN
    row = OfficialWhatsappCredential.objects.get(pk=first["credential_id"])
    assert row.connection_id == connection.pk


def test_a_connection_s_values_stand_in_front_and_the_operator_s_own_stay_known(account: Account) -> None:
    row = make_number(account, api_provider="twilio")
    connection = connections.give(row, SID)
    row.save()
    connections.put_secrets(connection, {"TWILIO_ACCOUNT_SID": SID})
    place = platform_of(row)
    assert (place["TWILIO_ACCOUNT_SID"], place.of_operator["TWILIO_ACCOUNT_SID"]) == (SID, PARENT)
    assert place.hook_url == place.of_operator.hook_url
