"""The operator's admin."""

import pytest
from django.test import Client

from safarichat.accounts import invitations
from safarichat.accounts.models import Account, Invitation, Session, User
from safarichat.inbox.models import Hook
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import PASSWORD

pytestmark = pytest.mark.django_db

PAGES = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/account/",
    "/admin/accounts/invitation/",
    "/admin/numbers/officialwhatsappcredential/",
    "/admin/inbox/hook/",
    "/admin/inbox/refusedcount/",
]


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(User.objects.create_user("op@example.com", PASSWORD, is_staff=True))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_staff_see_it_others_are_refused_and_strangers_log_in_first(
    operator: Client, account: Account, page: str
) -> None:
    staff = Client()
    staff.force_login(User.objects.get(email="op@example.com"))
    person = Client()
    person.force_login(account.memberships.get().user)
    assert staff.get(page).status_code == 200
    assert person.get(page).status_code == 403
    assert Client().get(page, follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_no_page_of_a_number_holds_what_is_sealed(operator: Client, number: OfficialWhatsappCredential) -> None:
    page = operator.get(f"/admin/numbers/officialwhatsappcredential/{number.pk}/change/").content.decode()
    assert "Asha Flowers" in page
    assert str(number.access_token) not in page
    assert "access_token" not in page


def test_hooks_are_shown_without_their_bodies_and_given_back_to_the_workers(operator: Client) -> None:
    hook = Hook.objects.create(provider="meta", body=b'{"text": "good morning"}', state=2, reason="unknown number")
    page = operator.get("/admin/inbox/hook/").content.decode()
    assert "unknown number" in page
    assert "24" in page
    assert "good morning" not in page
    operator.post("/admin/inbox/hook/", {"action": "understand_again", "_selected_action": [hook.pk]})
    hook.refresh_from_db()
    assert hook.state == 0


def test_an_operator_switches_a_person_off_and_their_logins_end(operator: Client, account: Account) -> None:
    person = account.memberships.get().user
    theirs = Client()
    theirs.force_login(person)
    operator.post(f"/admin/accounts/user/{person.pk}/change/", {})
    person.refresh_from_db()
    assert not person.is_active
    assert theirs.get("/settings").status_code == 302
    assert not Session.objects.filter(user=person).exists()


def test_an_operator_makes_nobody_an_operator_and_locks_out_no_superuser(operator: Client, account: Account) -> None:
    person = account.memberships.get().user
    operator.post(f"/admin/accounts/user/{person.pk}/change/", {"is_active": "on", "is_staff": "on"})
    person.refresh_from_db()
    assert not person.is_staff
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    assert operator.post(f"/admin/accounts/user/{root.pk}/change/", {}).status_code == 403


def test_an_operator_invites_somebody_to_an_account_of_their_own(operator: Client) -> None:
    page = operator.post("/admin/accounts/invitation/add/", {"note": "Neema"}, follow=True).content.decode()
    token = page.partition("testserver/accounts/invitation/")[2].partition("/")[0]
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 302
    assert Invitation.objects.get().account is None
    assert invitations.account_name(token, Invitation.objects.get().created_at) == ""


def test_nobody_is_deleted_in_the_admin_past_the_providers(operator: Client, account: Account) -> None:
    person = account.memberships.get().user
    assert operator.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert operator.post(f"/admin/accounts/account/{account.pk}/delete/", {"post": "yes"}).status_code == 403
