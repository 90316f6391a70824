"""Ways through the provider's own pages: the browser comes back with words in its address that nobody signed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import disconnecting, onboarding
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.onboarding import Brought, Started
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox
from tests.onboarding.signing_up import sign_up

pytest_plugins = ["tests.onboarding.partner"]
pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INITIALIZE, CALLBACK = "/whatsapp/official/initialize", "/whatsapp/official/callback"
SESSION = "session-of-the-browser"
Begin = Callable[..., Started]


def start(client: Client, **more: Any) -> Any:
    return client.post(INITIALIZE, {"provider": "360dialog", **more}).json()


def test_all_pages_pressed_through_end_on_the_success_page(client_in: Client, partner: Sandbox) -> None:
    told = start(client_in)
    assert told["flow"] == "redirect"
    came_back = sign_up(partner, told["redirect_url"])
    assert set(came_back) == {"client", "channels", "state"}
    assert came_back["channels"].startswith("[")
    for _ in range(2):  # a reload gets the same
        answer = client_in.get(CALLBACK, came_back, headers=HTML)
        assert answer.status_code == 303
        assert "/whatsapp/integration-success" in answer["Location"]
    row = OfficialWhatsappCredential.objects.get()
    assert (row.status, row.phone_number_id != "", row.waba_id != "") == ("connected", True, True)
    assert row.connection is not None


def test_a_plain_form_leads_to_the_provider_s_page(client_in: Client, partner: Sandbox) -> None:
    answer = client_in.post(INITIALIZE, {"provider": "360dialog"}, headers=HTML)
    assert (answer.status_code, answer["Location"].startswith(f"{partner.url}/360dialog/hub/")) == (303, True)


def test_who_leaves_the_page_is_told_so_and_may_begin_again(client_in: Client, partner: Sandbox) -> None:
    told = start(client_in)
    answer = client_in.get(CALLBACK, {"state": told["state"], "channels": "[]"}, headers=HTML)
    assert answer.status_code == 303
    assert "/whatsapp/integration-error" in answer["Location"]
    row = OfficialWhatsappCredential.objects.get()
    assert row.status == "pending"
    again = start(client_in, credential_id=row.pk)
    back = client_in.get(CALLBACK, sign_up(partner, again["redirect_url"]), headers=HTML)
    assert "/whatsapp/integration-success" in back["Location"]
    assert OfficialWhatsappCredential.objects.count() == 1


def test_a_channel_of_somebody_else_can_t_be_named(client_in: Client, other_account: Account, partner: Sandbox) -> None:
    """The address is nobody's word: whose sign-up it was, the provider has to say."""
    theirs = onboarding.start(other_account.pk, other_account.memberships.get().user.pk, SESSION, "360dialog", "signup")
    assert theirs is not None
    stolen = sign_up(partner, str(theirs.login["redirect_url"]))
    answer = client_in.get(CALLBACK, stolen | {"state": start(client_in)["state"]}, headers=HTML)
    assert "/whatsapp/integration-error" in answer["Location"]
    assert parse_qs(urlsplit(answer["Location"]).query)["error"] != [""]
    assert not OfficialWhatsappCredential.objects.filter(access_token__gt="").exists()


# --- one channel, one number -----------------------------------------------------------------------------------------


@pytest.fixture
def begin(account: Account, partner: Sandbox) -> Begin:
    def go(credential_id: int | None = None) -> Started:
        user = account.memberships.get().user
        begun = onboarding.start(account.pk, user.pk, SESSION, "360dialog", "signup", credential_id)
        assert begun is not None
        return begun

    return go


def back(came: dict[str, str], begun: Started) -> tuple[str, Brought]:
    query = {name: value for name, value in came.items() if name != "state"}
    return begun.state, Brought(by_page=True, query=query)


@pytest.mark.django_db(transaction=True)
def test_of_two_attempts_at_once_on_one_channel_the_key_that_is_kept_is_the_one_that_works(
    account: Account, begin: Begin, partner: Sandbox
) -> None:
    """Making a key ends the one before."""
    first, second = begin(), begin()
    came = sign_up(partner, str(first.login["redirect_url"]))

    def finish(begun: Started) -> Any:
        try:
            return onboarding.finish(account.pk, begun.state, SESSION, back(came, begun)[1])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(finish, (first, second)))
    assert any(isinstance(walked, Walked) and walked.outcome == "connected" for walked in outcomes)
    (row,) = OfficialWhatsappCredential.objects.filter(status="connected")
    answer = partner.http.get(
        "/360dialog/messaging/health_status", headers={"D360-API-KEY": fields.opened(row, "access_token")}
    )
    assert answer.status_code == 200


def test_a_number_that_was_given_up_comes_back_in_its_row_with_a_new_address(
    account: Account, begin: Begin, partner: Sandbox
) -> None:
    begun = begin()
    came = sign_up(partner, str(begun.login["redirect_url"]))
    walked = onboarding.finish(account.pk, begun.state, SESSION, back(came, begun)[1])
    assert isinstance(walked, Walked)
    row = OfficialWhatsappCredential.objects.get(pk=walked.credential_id)
    old_key = row.connection.key if row.connection else ""
    assert disconnecting.disconnect(account.pk, row.pk) is not None
    row.refresh_from_db()
    assert (row.status, row.access_token, row.connection) == ("disconnected", "", None)
    again = begin()
    walked = onboarding.finish(account.pk, again.state, SESSION, back(came, again)[1])
    assert isinstance(walked, Walked)
    assert (walked.outcome, walked.credential_id) == ("connected", row.pk)
    row = OfficialWhatsappCredential.objects.get()
    assert row.connection is not None
    assert row.connection.key not in ("", old_key)
