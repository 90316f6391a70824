"""A connect link whose way is a form: what is typed wrong is typed again, and a known number goes on in its row."""

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.numbers.models import ConnectLink, OfficialWhatsappCredential
from tests.console.visitor import HTML, Visitor, make
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import Person

pytest_plugins = ["tests.onboarding.partner"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def link(account: Account, partner: Sandbox) -> ConnectLink:
    return make(account, providers=("360dialog",))


@pytest.fixture
def visitor(link: ConnectLink, partner: Sandbox) -> Visitor:
    return Visitor(link, Person(partner))


def key_of_a_number(partner: Sandbox) -> str:
    return str(partner.post("/_sandbox/numbers", json={"provider": "360dialog"})["api_key"])


def typed(visitor: Visitor, key: str) -> object:
    state = visitor.begin(provider="360dialog", mode="keys").json()["state"]
    return visitor.post("callback", {"state": state, "event": "FORM", "data": {"access_token": key}}).json()


def test_what_was_typed_wrong_takes_no_link_and_is_typed_again_without_a_script(
    visitor: Visitor, partner: Sandbox
) -> None:
    begun = visitor.client.post(f"{visitor.place}/initialize", {"provider": "360dialog", "mode": "keys"}, headers=HTML)
    html = begun.content.decode()
    state = html.partition('name="state" value="')[2].partition('"')[0]
    assert (begun.status_code, f'action="{visitor.place}/callback"' in html, "sidebar" in html) == (200, True, False)

    said = {"state": state, "event": "FORM", "data.access_token": "x"}
    wrong = visitor.client.post(f"{visitor.place}/callback", said, headers=HTML)
    assert (wrong.status_code, ConnectLink.objects.get().browser_digest) == (422, "")
    right = visitor.client.post(
        f"{visitor.place}/callback", {**said, "data.access_token": key_of_a_number(partner)}, headers=HTML
    )
    assert (right.status_code, right["Location"]) == (303, visitor.place)
    assert "Your number is connected" in visitor.page().content.decode()


def test_a_number_that_the_account_has_goes_on_in_its_row(
    visitor: Visitor, account: Account, partner: Sandbox, link: ConnectLink
) -> None:
    key = key_of_a_number(partner)
    typed(visitor, key)
    again = make(account, providers=("360dialog",))
    typed(Visitor(again, Person(partner), Client()), key)
    link.refresh_from_db()
    again.refresh_from_db()
    assert OfficialWhatsappCredential.objects.count() == 1
    assert link.credential_id == again.credential_id == OfficialWhatsappCredential.objects.get().pk
    assert again.used_at is not None


def test_a_number_that_another_account_has_is_refused_and_the_link_stays(
    visitor: Visitor, other_account: Account, partner: Sandbox, link: ConnectLink
) -> None:
    key = key_of_a_number(partner)
    typed(Visitor(make(other_account, providers=("360dialog",)), Person(partner)), key)
    told = typed(visitor, key)
    assert isinstance(told, dict)
    assert (told["outcome"], told["problem"]) == ("failed", "number_taken")
    link.refresh_from_db()
    assert link.used_at is None
    assert visitor.page().status_code == 200
