"""A connect link over HTTP: who holds it connects one number, and reaches nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from msgspec.structs import replace
from pytest_django import Settings

from safarichat.accounts import people
from safarichat.accounts.models import Account, Membership, User
from safarichat.console.views import linked
from safarichat.numbers import leaving, links, visits
from safarichat.numbers.carrying_on import carry_on_stuck
from safarichat.numbers.links import Unusable, Wanted
from safarichat.numbers.models import ConnectLink, OfficialWhatsappCredential, Onboarding
from tests.console.visitor import HTML, Visitor, make
from tests.fixtures import Sandbox, make_number
from tests.onboarding.signing_in import Person

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
NEXT = "https://shop.example/connected?step=2"


@pytest.fixture
def link(account: Account, meta: Sandbox) -> ConnectLink:
    return make(account, next_url=NEXT, reference="customer 7")


@pytest.fixture
def visitor(link: ConnectLink, signer: Person) -> Visitor:
    return Visitor(link, signer)


# --- the way ---------------------------------------------------------------------------------------------------------


def test_the_page_says_who_invites_and_what_for(visitor: Visitor) -> None:
    answer = visitor.page()
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Asha Flowers invites you" in html
    assert 'data-wizard="meta"' in html
    assert [word for word in ("asha@example.com", "/live", 'href="/inbox') if word in html] == []
    assert "no-store" in answer["Cache-Control"]


def test_a_number_connected_by_link_is_the_account_s_and_its_maker_s(
    visitor: Visitor, account: Account, link: ConnectLink
) -> None:
    told = visitor.connect().json()
    row = OfficialWhatsappCredential.objects.get(pk=told["credential_id"])
    link.refresh_from_db()
    assert (told["outcome"], told["next"]) == ("connected", visitor.place)
    assert (row.account_id, row.user_id, row.may_send) == (account.pk, link.created_by_id, True)
    assert (link.credential_id, link.token, link.used_at is not None) == (row.pk, "", True)
    assert OfficialWhatsappCredential.objects.count() == 1


def test_the_end_is_shown_and_goes_on_to_where_the_account_wants(visitor: Visitor) -> None:
    credential_id = visitor.connect().json()["credential_id"]
    answer = visitor.page()
    assert "Your number is connected" in answer.content.decode()
    assert answer["Refresh"] == f"3; url={NEXT}&credential_id={credential_id}&reference=customer+7"


def test_the_provider_s_own_page_leads_back_to_the_link(visitor: Visitor) -> None:
    started = visitor.begin().json()
    brought = visitor.signer.sign_in(started, by_page=True)
    query = {"state": started["state"], "code": brought.code}
    answer = visitor.client.get("/whatsapp/official/callback", query, headers=HTML)
    assert (answer.status_code, answer["Location"]) == (303, visitor.place)
    again = visitor.client.get("/whatsapp/official/callback", query, headers=HTML)
    assert (again.status_code, "Your number is connected" in again.content.decode()) == (200, True)


def test_who_cancels_may_begin_again_with_the_same_attempt(visitor: Visitor) -> None:
    started = visitor.begin().json()
    told = visitor.come_back(started, leave_at="PERMISSIONS").json()
    assert (told["outcome"], told["next"]) == ("cancelled", f"{visitor.place}?credential_id={told['credential_id']}")
    assert f'href="{NEXT}&amp;error=cancelled&amp;reference=customer+7"' in visitor.page().content.decode()
    assert visitor.begin().json()["credential_id"] == started["credential_id"]
    assert visitor.connect().json()["outcome"] == "connected"


def test_a_pin_that_is_asked_for_is_entered_on_the_link_s_page(visitor: Visitor) -> None:
    told = visitor.connect(option_pin="123456").json()
    assert told["outcome"] == "pin"
    place = f"{visitor.place}/{told['credential_id']}/continue"
    assert f'action="{place}"' in visitor.page().content.decode()
    done = visitor.client.post(place, {"pin": "123456"}, headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == visitor.place
    assert "Your number is connected" in visitor.page().content.decode()


def test_who_is_logged_in_elsewhere_here_acts_as_the_visitor(
    link: ConnectLink, signer: Person, other_account: Account, account: Account
) -> None:
    client = Client()
    client.force_login(other_account.memberships.get().user)
    visitor = Visitor(link, signer, client)
    assert "baraka" not in visitor.page().content.decode().lower()
    told = visitor.connect().json()
    assert OfficialWhatsappCredential.objects.get(pk=told["credential_id"]).account_id == account.pk
    assert client.get("/whatsapp/official/status").json()["numbers"] == []


def test_a_logo_is_served_as_the_picture_that_it_is(account: Account, signer: Person, meta: Sandbox) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (64).to_bytes(4) * 2 + b"\x08\x06\0\0\0" + b"\0" * 16
    visitor = Visitor(make(account, logo=png, color="#00AA88"), signer)
    answer = visitor.page("/logo")
    assert (answer["Content-Type"], answer.content) == ("image/png", png)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert 'fill="#00aa88"' in visitor.page().content.decode()


# --- one browser, once -----------------------------------------------------------------------------------------------


def test_two_browsers_may_begin_and_the_first_to_sign_in_keeps_the_link(
    visitor: Visitor, link: ConnectLink, signer: Person
) -> None:
    second = Visitor(link, signer)
    first_started, second_started = visitor.begin().json(), second.begin().json()
    assert first_started["credential_id"] != second_started["credential_id"]
    assert visitor.come_back(first_started, option_pin="123456").json()["outcome"] == "pin"

    assert second.come_back(second_started).status_code == 409
    assert second.page().status_code == 409
    assert second.begin().status_code == 409
    assert second.page(f"/{first_started['credential_id']}/steps").status_code == 409
    assert OfficialWhatsappCredential.objects.get(pk=second_started["credential_id"]).status == "pending"
    assert visitor.page().status_code == 200


def test_a_sign_in_that_overtakes_another_takes_the_link_in_the_same_step(
    visitor: Visitor, link: ConnectLink, signer: Person
) -> None:
    """Both are past the look at the link's state: only one may change it."""
    second = Visitor(link, signer)
    started = visitor.begin().json()
    Onboarding.objects.filter(pk=started["onboarding_id"]).update(session_digest="0" * 64)
    ConnectLink.objects.update(browser_digest="1" * 64)
    found = Onboarding.objects.get(pk=started["onboarding_id"])
    assert visits.take(link.pk, found, timezone.now()) is False
    assert second.page().status_code == 409


def test_a_used_link_shows_its_end_in_its_own_browser_alone(
    visitor: Visitor, link: ConnectLink, signer: Person
) -> None:
    other = Visitor(link, signer)
    credential_id = visitor.connect().json()["credential_id"]
    for answer in (other.page(), other.begin(), other.page("/logo"), other.page(f"/{credential_id}/steps")):
        assert answer.status_code == 410
        assert b"+" not in answer.content or b"connected" not in answer.content
    assert visitor.begin().status_code == 410
    assert visitor.post(f"{credential_id}/continue").status_code == 410
    assert visitor.page(f"/{credential_id}/steps").headers["HX-Redirect"] == visitor.place


def test_a_page_that_looked_while_the_number_was_being_connected_looks_again(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential_id = visitor.connect().json()["credential_id"]
    seen = linked._visit
    monkeypatch.setattr(linked, "_visit", lambda asker: replace(seen(asker), state="begun"))
    answer = visitor.page(f"/{credential_id}/steps")
    assert answer.status_code == 200
    assert f'hx-get="{visitor.place}/{credential_id}/steps" hx-trigger="load delay:2s"' in answer.content.decode()


def test_a_revoked_link_opens_nothing_also_in_the_middle(visitor: Visitor, link: ConnectLink, account: Account) -> None:
    started = visitor.begin().json()
    links.revoke(account.pk, link.pk, timezone.now())
    assert visitor.page().status_code == 410
    assert visitor.come_back(started).status_code == 410
    query = {"state": started["state"], "code": "x"}
    assert visitor.client.get("/whatsapp/official/callback", query, headers=HTML).status_code == 410
    row = OfficialWhatsappCredential.objects.get(pk=started["credential_id"])
    assert (row.status, row.access_token) == ("pending", None)


def test_what_waits_behind_a_revoked_link_is_not_gone_on_with(
    visitor: Visitor, link: ConnectLink, account: Account
) -> None:
    told = visitor.connect(option_pin="123456").json()
    waits = {"for": "time", "until": "", "problem": {}}
    rows = OfficialWhatsappCredential.objects.filter(pk=told["credential_id"])
    rows.update(waiting=waits, status="connecting", walking_until=timezone.now() - timedelta(seconds=1))
    links.revoke(account.pk, link.pk, timezone.now())
    assert carry_on_stuck() == 0
    ConnectLink.objects.update(revoked_at=None)
    assert carry_on_stuck() == 1


def test_a_link_that_ran_out_opens_nothing_but_who_had_signed_in_finishes(
    visitor: Visitor, link: ConnectLink, signer: Person
) -> None:
    told = visitor.connect(option_pin="123456").json()
    ConnectLink.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert Visitor(link, signer).page().status_code == 409
    place = f"{visitor.place}/{told['credential_id']}/continue"
    done = visitor.client.post(place, {"pin": "123456"}, headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == visitor.place


def test_a_link_that_ran_out_unused_is_over(visitor: Visitor, link: ConnectLink) -> None:
    ConnectLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert visitor.page().status_code == 410
    assert visitor.begin().status_code == 410
    ConnectLink.objects.update(browser_digest=links.digest("x"), expires_at=timezone.now() - timedelta(days=2))
    visitor.client.cookies["connect"] = "x"
    assert visitor.page().status_code == 410


def test_a_link_whose_maker_was_removed_goes_on_under_who_removed_them(
    account: Account, signer: Person, meta: Sandbox
) -> None:
    owner = account.memberships.get().user
    maker = User.objects.create_user("chege@example.com", "correct horse battery staple")
    Membership.objects.create(account=account, user=maker, role="agent")
    made = links.make(account.pk, maker.pk, Wanted(name="Asha", providers=("meta",)), timezone.now())
    assert isinstance(made, ConnectLink)
    leaving.hand_over(account.pk, from_user_id=maker.pk, to_user_id=owner.pk)
    people.remove(account.pk, maker.pk)
    told = Visitor(made, signer).connect().json()
    assert OfficialWhatsappCredential.objects.get(pk=told["credential_id"]).user_id == owner.pk


def test_a_link_without_its_maker_is_over(visitor: Visitor, account: Account, link: ConnectLink) -> None:
    User.objects.update(is_active=False)
    assert visitor.page().status_code == 410
    User.objects.update(is_active=True)
    other = User.objects.create_user("chege@example.com", "correct horse battery staple")
    Membership.objects.create(account=account, user=other, role="owner")
    people.remove(account.pk, link.created_by_id or 0)
    assert visitor.begin().status_code == 410


# --- nothing else ----------------------------------------------------------------------------------------------------


def test_a_visitor_reaches_no_other_attempt(
    visitor: Visitor, account: Account, other_account: Account, signer: Person
) -> None:
    others = [
        make_number(account, status="pending", phone_number_id="300000000000011"),
        make_number(other_account, status="pending", phone_number_id="300000000000012"),
    ]
    neighbour = Visitor(make(account), signer)
    others.append(OfficialWhatsappCredential.objects.get(pk=neighbour.begin().json()["credential_id"]))
    visitor.begin()
    for row in others:
        assert visitor.page(f"/{row.pk}/steps").status_code == 404
        assert visitor.client.post(f"{visitor.place}/{row.pk}/continue", {"pin": "123456"}).status_code == 404
        assert visitor.begin(credential_id=row.pk).status_code == 404


def test_a_state_is_good_in_its_own_link_and_browser_alone(
    visitor: Visitor, link: ConnectLink, account: Account, client_in: Client, signer: Person
) -> None:
    started = visitor.begin().json()
    thief = Visitor(link, signer)
    thief.begin()
    assert thief.come_back(started).status_code == 403
    query = {"state": started["state"], "code": "x"}
    assert client_in.get("/whatsapp/official/callback", query, headers=HTML).status_code == 403
    assert Client().get("/whatsapp/official/callback", query, headers=HTML).status_code == 302
    assert visitor.connect().json()["outcome"] == "connected"


def test_a_visitor_is_nobody_on_every_other_address(visitor: Visitor) -> None:
    credential_id = visitor.connect(option_pin="123456").json()["credential_id"]
    for path in ("status", f"{credential_id}/steps", f"{credential_id}/proof"):
        assert visitor.client.get(f"/whatsapp/official/{path}", headers=HTML).status_code == 302
    for path in ("initialize", "disconnect", "test-connection", f"{credential_id}/pin", f"{credential_id}/continue"):
        assert visitor.client.post(f"/whatsapp/official/{path}").status_code in (302, 401)
    assert visitor.client.get(f"/numbers/{credential_id}").status_code == 302


@pytest.mark.parametrize("provider", ["360dialog", "twilio", "telegram", ""])
def test_only_the_link_s_providers_are_offered(visitor: Visitor, settings: Settings, provider: str) -> None:
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"D360_PARTNER_ID": "x"}
    settings.WHATSAPP_DEFAULT_PROVIDER = "twilio"
    assert visitor.begin(provider=provider).status_code in (403, 409, 422)
    assert visitor.page(f"/before/{provider or 'twilio'}").status_code == 404
    assert OfficialWhatsappCredential.objects.count() == 0


def test_unknown_tokens_are_not_found_and_soon_not_even_looked_for(account: Account) -> None:
    client = Client()
    answers = [client.get(f"/connect/guess-{turn}", headers=HTML).status_code for turn in range(22)]
    assert answers == [404] * 20 + [429] * 2


def test_beginning_is_limited_per_link(visitor: Visitor, settings: Settings, signer: Person, account: Account) -> None:
    settings.WHATSAPP_RATE_LIMIT_ONBOARDING = 2
    link = ConnectLink.objects.get()
    assert [Visitor(link, signer).begin().status_code for _ in range(3)] == [201, 201, 429]
    assert Visitor(make(account), signer).begin().status_code == 201


def test_no_form_of_a_link_is_taken_without_its_token(link: ConnectLink, signer: Person) -> None:
    visitor = Visitor(link, signer, Client(enforce_csrf_checks=True))
    assert visitor.begin().status_code == 403


# --- the account's side ----------------------------------------------------------------------------------------------


def test_a_link_is_made_copied_and_revoked_on_its_page(client_in: Client, meta: Sandbox, account: Account) -> None:
    said = {"name": "Asha Flowers", "providers": ["meta"], "lives": "7", "reference": "c-1", "next_url": NEXT}
    made = client_in.post("/developers/links", said)
    link = ConnectLink.objects.get()
    address = links.address(link)
    assert (made.status_code, address in made.content.decode()) == (201, True)
    assert address.rpartition("/")[2] not in str(list(ConnectLink.objects.values()))
    assert client_in.post(f"/developers/links/{link.pk}/revoke").status_code == 302
    assert address not in client_in.get("/developers/links").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("next_url", "javascript:alert(1)"),
        ("next_url", "http://shop.example/"),
        ("next_url", "https://user:secret@shop.example/"),
        ("next_url", "//shop.example"),
        ("next_url", "https://shop.example/\\x"),
        ("next_url", "https:///path"),
        ("next_url", "https://shop.example:port/"),
        ("color", "red"),
        ("color", "#12345\n"),
        ("name", "  "),
        ("providers", ("telegram",)),
        ("logo", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("logo", b"GIF89a"),
        ("valid_for", timedelta(days=91)),
        ("reference", "x" * 201),
    ],
)
def test_what_can_t_be_used_is_refused_with_its_field(account: Account, field: str, value: Any) -> None:
    refused = links.make(account.pk, 1, Wanted(**{"name": "Asha", field: value}), timezone.now())
    assert isinstance(refused, Unusable)
    assert (refused.field, refused.message[-1]) == (field, ".")
