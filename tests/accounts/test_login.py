"""Logging in, being kept out, and choosing a new password."""

import base64
import hmac
import re
import struct
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client

from safarichat.accounts.models import Account, User
from tests.accounts.mailbox import newest_link
from tests.fixtures import PASSWORD

pytestmark = pytest.mark.django_db


def log_in(client: Client, email: str = "asha@example.com", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def one_time_code(secret: str, ahead: int = 0) -> str:
    """RFC 6238, as an authenticator app counts it."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    (number,) = struct.unpack_from(">I", mac, mac[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"


def test_a_person_logs_in_by_address_in_any_case_and_gets_where_they_wanted(account: Account, client: Client) -> None:
    answer = log_in(client, "Asha@Example.com", next="/numbers")
    assert answer.headers["Location"] == "/numbers"


def test_login_never_leads_to_another_site(account: Account, client: Client) -> None:
    assert log_in(client, next="https://elsewhere.example/").headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_read_the_same(account: Account) -> None:
    def said(email: str) -> str:
        page = log_in(Client(), email, "wrong wrong wrong").content.decode()
        return re.sub(r"csrf\S+|value=\S+", "", page.replace(email, ""))

    assert said("asha@example.com") == said("nobody@example.com")


def test_after_five_wrong_passwords_the_right_one_waits_in_every_process(account: Account, client: Client) -> None:
    for _try in range(5):
        log_in(Client(), password="wrong wrong wrong")
    with connection.cursor() as cursor:  # what another process would see
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone()[0] > 0
    answer = log_in(client)
    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.content.decode()


def test_the_address_of_a_person_made_by_the_operator_counts_as_known(client: Client, db: None) -> None:
    User.objects.create_superuser("op@example.com", PASSWORD)
    assert log_in(client, "op@example.com").headers["Location"] == "/"
    assert client.get("/settings").status_code == 200


def test_who_is_switched_off_stays_out(account: Account, client: Client) -> None:
    User.objects.update(is_active=False)
    assert log_in(client).headers["Location"] == "/accounts/inactive/"


def test_a_forgotten_password_is_replaced_by_the_link_once(account: Account, client: Client) -> None:
    log_in(Client())  # the address is known from now on
    client.post("/accounts/password/reset/", {"email": "asha@example.com"})
    link = newest_link()
    form = client.get(link, follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "a new walk on the beach", "password2": "a new walk on the beach"}
    )

    assert log_in(Client(), password="a new walk on the beach").headers["Location"] == "/"
    assert "too old or was used" in Client().get(link, follow=True).content.decode()


def test_asking_for_a_new_password_does_not_tell_who_is_known(account: Account) -> None:
    def ask(email: str) -> tuple[int, str]:
        answer = Client().post("/accounts/password/reset/", {"email": email})
        return answer.status_code, answer.headers["Location"]

    assert ask("asha@example.com") == ask("nobody@example.com")
    assert "nobody is known there" in str(mail.outbox[-1].body)


def test_a_new_password_ends_the_other_logins(account: Account) -> None:
    here, there = Client(), Client()
    log_in(here)
    log_in(there)
    new = {"oldpassword": PASSWORD, "password1": "quite another sentence", "password2": "quite another sentence"}
    here.post("/accounts/password/change/", new)
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 302


def test_an_address_changes_only_after_the_new_one_is_confirmed(account: Account, client: Client) -> None:
    log_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "asha@new.example", "action_add": ""})
    assert User.objects.get().email == "asha@example.com"
    client.post(newest_link())
    assert User.objects.get().email == "asha@new.example"
    assert mail.outbox[-1].to == ["asha@example.com"]  # the old one is told


def test_two_step_login_asks_for_a_code_and_takes_each_once(account: Account) -> None:
    secret, codes = with_two_steps(Client())
    browser = Client()
    assert log_in(browser).headers["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/settings").status_code == 302
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    code = one_time_code(secret, ahead=1)
    assert browser.post("/accounts/2fa/authenticate/", {"code": code}).headers["Location"] == "/"

    second = Client()
    log_in(second)
    assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert second.post("/accounts/2fa/authenticate/", {"code": codes[0]}).headers["Location"] == "/"


def test_no_seed_of_a_second_step_stands_readable_in_the_database(account: Account) -> None:
    secret, codes = with_two_steps(Client())
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in rows
    assert codes[0] not in rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key, session_data, user_id FROM sessions")
        assert secret not in str(cursor.fetchall())


def with_two_steps(client: Client) -> tuple[str, list[str]]:
    """Set up in the settings: the secret, and the recovery codes."""
    log_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r"<code[^>]*>(\w+)</code>", page)
    assert found
    done = client.post("/accounts/2fa/totp/activate/", {"code": one_time_code(found.group(1))}, follow=True)
    return found.group(1), re.findall(r"<li>(\d{8})</li>", done.content.decode())


def test_who_tries_too_often_is_told_so_in_our_look_and_for_how_long(client: Client, db: None) -> None:
    for _try in range(21):
        answer = client.post("/accounts/signup/", {})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "too often" in answer.content.decode()
