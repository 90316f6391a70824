"""Logins as rows: what the database knows of them, and how they end."""

import base64

import pytest
from django.conf import settings
from django.test import Client

from safarichat.accounts import logins
from safarichat.accounts.models import Account, Session
from safarichat.ground import fields
from tests.fixtures import PASSWORD

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


def browser(account: Account) -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    form = {"login": account.memberships.get().user.email, "password": PASSWORD, "time_zone": "Asia/Tokyo"}
    client.post("/accounts/login/", form)
    return client


def test_the_database_holds_neither_the_key_of_a_session_nor_what_is_in_it(account: Account) -> None:
    key = browser(account).cookies[settings.SESSION_COOKIE_NAME].value
    row = Session.objects.exclude(user=None).get()
    for shape in (key, key.encode().hex(), base64.b64encode(key.encode()).decode()):
        assert shape not in f"{row.pk} {row.session_data}"
    assert "Tokyo" in fields.opened(row, "session_data")


def test_the_key_that_the_database_knows_opens_nothing(account: Account) -> None:
    browser(account)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.exclude(user=None).get().pk
    assert thief.get("/settings").status_code == 302


def test_sealed_data_of_one_session_does_not_open_in_another(account: Account, other_account: Account) -> None:
    theirs, mine = browser(other_account), browser(account)
    stolen = Session.objects.get(user=other_account.memberships.get().user).session_data
    Session.objects.filter(user=account.memberships.get().user).update(session_data=stolen)
    assert mine.get("/settings").status_code == 302
    assert theirs.get("/settings").status_code == 200


def test_the_list_names_the_device_and_ends_one_login_or_all_others(account: Account) -> None:
    here, lost, old = browser(account), browser(account), browser(account)
    page = here.get("/accounts/sessions/")
    assert page.content.decode().count("Firefox · Linux") == 3
    ended = page.context["logins"][1]

    here.post(f"/accounts/sessions/{ended.key}/end")
    assert sorted(client.get("/settings").status_code for client in (lost, old)) == [200, 302]

    here.post("/accounts/sessions/")
    assert [client.get("/settings").status_code for client in (here, lost, old)] == [200, 302, 302]


def test_nobody_ends_a_strangers_login(account: Account, other_account: Account) -> None:
    mine, theirs = browser(account), browser(other_account)
    key = Session.objects.get(user=other_account.memberships.get().user).pk
    assert mine.post(f"/accounts/sessions/{key}/end").status_code == 404
    assert theirs.get("/settings").status_code == 200


def test_logging_out_leaves_no_row_of_the_login(account: Account) -> None:
    client = browser(account)
    client.post("/accounts/logout/")
    assert logins.count(account.memberships.get().user.pk) == 0


def test_the_time_zone_of_the_browser_is_used_until_one_is_chosen(account: Account) -> None:
    client = browser(account)
    assert 'value="" selected>Asia/Tokyo' in client.get("/settings").content.decode()


def test_what_nobody_could_name_has_no_device() -> None:
    assert logins.device("curl/8") == ""
    assert logins.device("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1") == "Safari · iPhone"
