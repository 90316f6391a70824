"""Ways by a form: what is typed is looked at, sealed, never sent back; with our script and without any."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from safarichat.numbers.models import Connection, OfficialWhatsappCredential, Onboarding
from tests.fixtures import Sandbox

pytest_plugins = ["tests.onboarding.partner"]
pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INITIALIZE, CALLBACK = "/whatsapp/official/initialize", "/whatsapp/official/callback"
TOO_SHORT, UNKNOWN_KEY = "short", "nobody-has-this-key-1234"


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def started(client: Client, **more: Any) -> Any:
    return post(client, INITIALIZE, {"provider": "360dialog", "mode": "keys", **more}).json()


@pytest.fixture
def key(partner: Sandbox) -> str:
    """Of a number that a client of the provider has already."""
    return str(partner.post("/_sandbox/numbers", json={"provider": "360dialog"})["api_key"])


def test_initialize_says_what_to_type(client_in: Client, partner: Sandbox) -> None:
    told = started(client_in)
    assert told["flow"] == "form"
    (field,) = told["fields"]
    assert set(field) == {"name", "label", "help", "placeholder", "secret", "required", "pattern"}
    assert (field["name"], field["secret"], field["required"]) == ("access_token", True, True)


def test_what_was_typed_connects_the_number(client_in: Client, key: str) -> None:
    told = started(client_in)
    answer = post(client_in, CALLBACK, {"state": told["state"], "data": {"access_token": f" {key}\n"}})
    assert (answer.status_code, answer.json()["status"]) == (200, "connected")
    row = OfficialWhatsappCredential.objects.get()
    assert row.connection is not None
    kept = json.dumps(
        [
            list(Onboarding.objects.values()),
            list(OfficialWhatsappCredential.objects.values()),
            list(Connection.objects.values()),
        ],
        default=str,
    )
    assert key not in kept
    assert key not in answer.content.decode()


def test_what_can_t_be_right_is_named_and_the_state_stays_good(client_in: Client, key: str) -> None:
    told = started(client_in)
    for wrong in (TOO_SHORT, "", None, 7, ["x"]):
        answer = post(client_in, CALLBACK, {"state": told["state"], "data": {"access_token": wrong}})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "invalid")
        assert "API key" in error["message"]
    answer = post(client_in, CALLBACK, {"state": told["state"], "data": {"access_token": key}})
    assert answer.json()["status"] == "connected"


def test_a_key_that_the_provider_does_not_know_fails_with_its_cause(client_in: Client, partner: Sandbox) -> None:
    told = started(client_in)
    answer = post(client_in, CALLBACK, {"state": told["state"], "data": {"access_token": UNKNOWN_KEY}}).json()
    assert (answer["status"], answer["outcome"], answer["problem"]) == ("failed", "failed", "key_wrong")
    assert not Connection.objects.exists(), "nothing of it stays"


# --- without a script ------------------------------------------------------------------------------------------------


def form_of(page: str) -> dict[str, str]:
    """The names and values of the form that is open."""
    (form,) = re.findall(r'<form[^>]*data-typed="keys"[^>]*>.*?</form>', page, re.DOTALL)
    assert "hidden>" not in form.partition(">")[0] + ">"
    inputs = re.findall(r"<input[^>]*>", form)
    values = {}
    for each in inputs:
        name, value = re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)
        assert name
        values[name[1]] = value[1] if value else ""
    return values


def test_a_browser_without_our_script_gets_the_form_as_a_page(client_in: Client, key: str) -> None:
    page = client_in.post(INITIALIZE, {"provider": "360dialog", "mode": "keys"}, headers=HTML)
    form = form_of(page.content.decode())
    assert set(form) >= {"state", "data.access_token"}
    assert page.status_code == 200
    answer = client_in.post(CALLBACK, form | {"data.access_token": key}, headers=HTML)
    assert answer.status_code == 303
    assert "integration-success" in answer["Location"]


def test_what_was_mistyped_comes_back_as_the_same_form_without_its_secret(client_in: Client, key: str) -> None:
    page = client_in.post(INITIALIZE, {"provider": "360dialog", "mode": "keys"}, headers=HTML)
    form = form_of(page.content.decode())
    wrong = client_in.post(CALLBACK, form | {"data.access_token": TOO_SHORT}, headers=HTML)
    again = form_of(wrong.content.decode())
    assert wrong.status_code == 422
    assert "is-invalid" in wrong.content.decode()
    assert (again["state"], again["data.access_token"]) == (form["state"], "")
    assert client_in.post(CALLBACK, again | {"data.access_token": key}, headers=HTML).status_code == 303


def test_a_form_of_another_login_is_refused(client_in: Client, other_account: Any, key: str) -> None:
    told = started(client_in)
    stranger = Client()
    stranger.force_login(other_account.memberships.get().user)
    answer = post(stranger, CALLBACK, {"state": told["state"], "data": {"access_token": key}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "state_unknown")
