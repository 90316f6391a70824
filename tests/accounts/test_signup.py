"""Who may sign up, and what a new person gets."""

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from safarichat.accounts import invitations
from safarichat.accounts.models import Account, User
from tests.accounts.mailbox import newest_link

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Zuri",
    "email": "Zuri@Example.com",
    "password1": "a walk along the beach",
    "time_zone": "Africa/Nairobi",
}


def sign_up(client: Client, **changes: str) -> Any:
    return client.post("/accounts/signup/", FORM | changes)


def test_a_new_person_confirms_the_address_and_is_in_an_account_of_their_own(client: Client) -> None:
    assert sign_up(client).headers["Location"] == "/accounts/confirm-email/"
    link = newest_link()
    assert "Zuri" not in client.get("/").content.decode()

    assert client.post(link).headers["Location"] == "/"

    page = client.get("/settings").content.decode()
    assert "zuri@example.com" in page
    person = User.objects.get()
    assert (person.name, person.time_zone, person.language) == ("Zuri", "Africa/Nairobi", "en")
    assert (person.memberships.get().account.name, person.memberships.get().role) == ("Zuri", "owner")


def test_the_link_in_another_browser_confirms_but_logs_nobody_in(client: Client) -> None:
    sign_up(client)
    elsewhere = Client()
    assert elsewhere.post(newest_link()).headers["Location"] == "/accounts/login/"
    assert elsewhere.get("/settings").status_code == 302


def test_nobody_logs_in_before_the_address_is_confirmed(client: Client) -> None:
    sign_up(client)
    answer = Client().post("/accounts/login/", {"login": FORM["email"], "password": FORM["password1"]})
    assert answer.headers["Location"] == "/accounts/confirm-email/"


def test_links_in_mail_lead_to_the_configured_address_whatever_host_was_asked(
    client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/accounts/signup/", FORM, headers={"host": "elsewhere.example"})
    assert "elsewhere" not in str(mail.outbox[-1].body)
    assert "http://testserver/accounts/" in str(mail.outbox[-1].body)


@pytest.mark.parametrize("password", ["short", "password1234", "zuri@example.com"])
def test_a_weak_password_is_refused_with_a_reason(client: Client, password: str) -> None:
    answer = sign_up(client, password1=password)
    assert answer.context["form"].errors["password1"]
    assert not User.objects.exists()


def test_a_known_address_gets_the_same_answer_and_its_owner_a_message(client: Client) -> None:
    sign_up(client)
    client.post(newest_link())
    cache.clear()  # one message to an address in three minutes: they are over
    unknown = sign_up(Client(), email="neema@example.com")
    known = sign_up(Client())
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert "have an account there already" in str(mail.outbox[-1].body)
    assert User.objects.count() == 2


def test_a_time_zone_that_is_none_is_not_kept(client: Client) -> None:
    sign_up(client, time_zone="Mars/Olympus")
    assert User.objects.get().time_zone == ""


def test_by_invitation_only_the_page_says_so_and_nobody_gets_in(client: Client, settings: Settings) -> None:
    settings.SAFARICHAT_SIGNUP = "invite"
    assert "by invitation" in client.get("/accounts/signup/").content.decode()
    sign_up(client)
    assert not User.objects.exists()


def test_an_operators_invitation_opens_one_account_and_works_once(client: Client, settings: Settings) -> None:
    settings.SAFARICHAT_SIGNUP = "invite"
    _id, token = invitations.invite(account_id=None, made_by=None, note="Zuri", now=timezone.now())
    late = Client()
    late.get(f"/accounts/invitation/{token}/")

    assert client.get(f"/accounts/invitation/{token}/").headers["Location"] == "/accounts/signup/"
    sign_up(client)
    sign_up(late, email="late@example.com")

    assert [person.email for person in User.objects.all()] == ["zuri@example.com"]
    assert Account.objects.count() == 1
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 410


def test_an_owners_invitation_leads_into_their_account(client: Client, account: Account) -> None:
    _id, token = invitations.invite(account_id=account.pk, made_by=None, note="", now=timezone.now())
    client.get(f"/accounts/invitation/{token}/")
    assert f"invited to work in {account.name}" in client.get("/accounts/signup/").content.decode()
    sign_up(client)
    member = User.objects.get(email="zuri@example.com").memberships.get()
    assert (member.account_id, member.role) == (account.pk, "agent")


def test_an_old_invitation_lets_nobody_in(client: Client) -> None:
    then = timezone.now() - invitations.VALID_FOR
    _id, token = invitations.invite(account_id=None, made_by=None, note="", now=then)
    assert client.get(f"/accounts/invitation/{token}/").status_code == 410


def test_when_closed_not_even_an_invitation_helps(client: Client, settings: Settings) -> None:
    settings.SAFARICHAT_SIGNUP = "closed"
    _id, token = invitations.invite(account_id=None, made_by=None, note="", now=timezone.now())
    client.get(f"/accounts/invitation/{token}/")
    sign_up(client)
    assert not User.objects.exists()


def test_without_a_mail_server_an_invitation_vouches_for_the_address(client: Client, settings: Settings) -> None:
    settings.SAFARICHAT_MAIL_ARRIVES = False
    _id, token = invitations.invite(account_id=None, made_by=None, note="", now=timezone.now())
    client.get(f"/accounts/invitation/{token}/")
    assert sign_up(client).headers["Location"] == "/"


def test_with_a_mail_server_an_invited_person_still_shows_that_the_address_is_theirs(
    client: Client, settings: Settings
) -> None:
    settings.SAFARICHAT_MAIL_ARRIVES = True
    _id, token = invitations.invite(account_id=None, made_by=None, note="", now=timezone.now())
    client.get(f"/accounts/invitation/{token}/")
    assert sign_up(client).headers["Location"] == "/accounts/confirm-email/"


def test_a_mail_server_that_is_away_is_told_and_breaks_nothing(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = client.post("/accounts/signup/", FORM, follow=True)
    assert "could not be sent" in answer.content.decode()
