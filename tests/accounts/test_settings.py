"""What a person chooses, the people of an account, and leaving it."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from safarichat.accounts import invitations, people
from safarichat.accounts.models import Account, Membership, Session, User
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import PASSWORD, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(account: Account) -> User:
    person = User.objects.create_user("neema@example.com", PASSWORD, name="Neema")
    Membership.objects.create(account=account, user=person, role="agent")
    return person


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def fresh_browser(person: User) -> Client:
    """Who has just shown again who they are, as important changes ask for."""
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def number_of(person: User, account: Account) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.create(
        account=account, user=person, status="connected", api_provider="meta", phone_number_id="1"
    )


def test_a_person_chooses_name_zone_and_colors_and_pages_follow(client_in: Client, account: Account) -> None:
    form = {"name": "Asha W.", "language": "en", "time_zone": "Asia/Tokyo", "theme": "dark"}
    page = client_in.post("/settings", form, follow=True).content.decode()
    assert 'data-bs-theme="dark"' in page
    assert "Asha W." in page
    assert User.objects.get().time_zone == "Asia/Tokyo"


def test_a_zone_that_is_none_is_refused_where_the_person_is(client_in: Client) -> None:
    answer = client_in.post("/settings", {"name": "Asha", "time_zone": "Mars/Olympus", "theme": "dark"})
    assert answer.status_code == 400
    assert answer.context["form"].errors["time_zone"]


def test_times_are_shown_in_the_persons_zone(client_in: Client) -> None:
    def shown() -> str:
        found = re.search(r"Since ([^·]+)", client_in.get("/accounts/sessions/").content.decode())
        assert found
        return found.group(1)

    in_utc = shown()
    User.objects.update(time_zone="Asia/Kathmandu")  # a quarter of an hour off everybody else
    assert shown() != in_utc


def test_an_owner_invites_and_the_link_is_shown_once(client_in: Client) -> None:
    page = client_in.post("/settings/people/invitations", {"note": "Neema"})
    link = re.search(r'value="(http://testserver/accounts/invitation/[\w-]+/)"', page.content.decode())
    assert page.status_code == 201
    assert link
    again = client_in.get("/settings/people").content.decode()
    assert "Neema" in again
    assert link.group(1) not in again


def test_a_withdrawn_invitation_lets_nobody_in(client_in: Client, account: Account) -> None:
    number, token = invitations.invite(account_id=account.pk, made_by=None, note="", now=timezone.now())
    client_in.post(f"/settings/people/invitations/{number}/withdraw")
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 410


def test_nobody_withdraws_a_strangers_invitation(client_in: Client, other_account: Account) -> None:
    number, token = invitations.invite(account_id=other_account.pk, made_by=None, note="", now=timezone.now())
    client_in.post(f"/settings/people/invitations/{number}/withdraw")
    assert invitations.is_open(token, timezone.now())


@pytest.mark.parametrize("path", ["invitations", "name", "{me}/owner", "{me}/remove", "{owner}/remove"])
def test_what_is_the_owners_is_refused_to_others(account: Account, colleague: User, path: str) -> None:
    owner = account.memberships.get(role="owner").user_id
    answer = browser(colleague).post(f"/settings/people/{path.format(me=colleague.pk, owner=owner)}", {"name": "Mine"})
    assert answer.status_code == 403
    account.refresh_from_db()
    assert (account.name, account.memberships.count()) == ("Asha", 2)


def test_with_sign_up_closed_nobody_is_offered_to_invite(client_in: Client, settings: Settings) -> None:
    settings.SAFARICHAT_SIGNUP = "closed"
    assert "Make a link" not in client_in.get("/settings/people").content.decode()
    assert client_in.post("/settings/people/invitations", {"note": "x"}).status_code == 403


def test_a_removed_member_is_logged_out_and_their_numbers_are_the_owners(account: Account, colleague: User) -> None:
    owner = account.memberships.get(role="owner").user
    number = number_of(colleague, account)
    theirs = browser(colleague)
    invitations.invite(account_id=account.pk, made_by=colleague.pk, note="", now=timezone.now())

    browser(owner).post(f"/settings/people/{colleague.pk}/remove")

    number.refresh_from_db()
    assert number.user_id == owner.pk
    assert theirs.get("/settings").status_code == 302
    assert people.account_of(colleague.pk) != account
    assert not invitations.open_ones(account.pk, timezone.now()).exists()


def test_nobody_removes_a_stranger(client_in: Client, other_account: Account) -> None:
    stranger = other_account.memberships.get().user_id
    assert client_in.post(f"/settings/people/{stranger}/remove").status_code == 404
    assert client_in.post(f"/settings/people/{stranger}/owner").status_code == 404


def test_the_last_owner_cannot_be_removed(account: Account, colleague: User) -> None:
    owner = account.memberships.get(role="owner").user_id
    assert not people.remove(account.pk, owner)
    people.make_owner(account.pk, colleague.pk)
    assert people.remove(account.pk, owner)


def test_deleting_asks_who_it_is_and_for_the_address_to_be_typed(account: Account) -> None:
    person = account.memberships.get().user
    assert "reauthenticate" in browser(person).post("/settings/delete", {"email": person.email}).headers["Location"]
    answer = fresh_browser(person).post("/settings/delete", {"email": "another@example.com"})
    assert answer.status_code == 400
    assert User.objects.filter(pk=person.pk).exists()


def test_the_only_person_deletes_the_account_with_everything_in_it(account: Account, other_account: Account) -> None:
    person = account.memberships.get().user
    make_number(account, status="disconnected")
    client = fresh_browser(person)

    answer = client.post("/settings/delete", {"email": "Asha@example.com "}, follow=True)

    assert "is deleted" in answer.content.decode()
    assert not Account.objects.filter(pk=account.pk).exists()
    assert not OfficialWhatsappCredential.objects.exists()
    assert list(User.objects.all()) == [other_account.memberships.get().user]
    assert not Session.objects.filter(user_id=person.pk).exists()


def test_a_number_that_the_provider_does_not_let_go_stops_the_deletion_until_the_person_insists(
    account: Account,
) -> None:
    person = account.memberships.get().user
    make_number(account)  # its provider does not answer
    client = fresh_browser(person)

    first = client.post("/settings/delete", {"email": person.email})
    assert first.status_code == 409
    assert "+254 700 000 001" in first.content.decode()
    assert User.objects.filter(pk=person.pk).exists()

    client.post("/settings/delete", {"email": person.email, "anyway": "1"})
    assert not User.objects.exists()


def test_who_leaves_others_behind_hands_their_numbers_over(account: Account, colleague: User) -> None:
    number = number_of(colleague, account)
    fresh_browser(colleague).post("/settings/delete", {"email": colleague.email})
    number.refresh_from_db()
    assert (number.status, number.user.email) == ("connected", "asha@example.com")
    assert not User.objects.filter(pk=colleague.pk).exists()


def test_the_only_owner_of_others_is_told_to_make_another_first(account: Account, colleague: User) -> None:
    owner = account.memberships.get(role="owner").user
    client = fresh_browser(owner)
    assert "Make one of them an owner first" in client.get("/settings/delete").content.decode()
    assert client.post("/settings/delete", {"email": owner.email}).status_code == 409
    assert User.objects.filter(pk=owner.pk).exists()
