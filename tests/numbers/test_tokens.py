"""Tokens that end: people hear of it in time and once, what can be made new is, one banner says what has stopped."""

from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from safarichat.accounts.models import Account, Membership, User
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import problems, recording, reminding, tokens
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html"}
CONNECT = "/whatsapp/integration-options"


def ending_in(account: Account, days: float, **columns: Any) -> OfficialWhatsappCredential:
    return make_number(account, token_expiration=timezone.now() + timedelta(days=days), **columns)


def later(row: OfficialWhatsappCredential, days: float) -> None:
    """As if that much time had gone by."""
    row.refresh_from_db()
    assert row.token_expiration is not None
    left = row.token_expiration - timedelta(days=days)
    kept = row.provider_config
    if reminded := kept.get("reminded"):
        reminded["of"] = left.isoformat()
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(token_expiration=left, provider_config=kept)


# --- reminders -------------------------------------------------------------------------------------------------------


def test_mail_comes_at_14_7_3_and_1_days_and_each_once(account: Account) -> None:
    row = ending_in(account, 20)
    sent = []
    for day in range(21):
        for _ in range(3):
            reminding.remind(timezone.now())
        if mail.outbox:
            sent.append((20 - day, len(mail.outbox)))
            mail.outbox.clear()
        later(row, 1)
    assert [count for _, count in sent] == [1, 1, 1, 1]
    assert [left for left, _ in sent] == [14, 7, 3, 1]


def test_of_several_missed_reminders_only_the_last_is_sent(account: Account) -> None:
    ending_in(account, 2.5)
    assert [reminding.remind(timezone.now()) for _ in range(2)] == [1, 0]
    (told,) = mail.outbox
    assert "ends in 3 days" in told.subject


def test_owners_and_who_connected_hear_of_it_each_with_a_link_to_sign_in_again(account: Account) -> None:
    connected_by = User.objects.create_user("juma@example.com", name="Juma")
    row = ending_in(account, 6)
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(user=connected_by)
    gone = User.objects.create_user("gone@example.com", is_active=False)
    colleague = User.objects.create_user("colleague@example.com")
    for user, role in ((connected_by, "agent"), (gone, "owner"), (colleague, "agent")):
        Membership.objects.create(account=account, user=user, role=role)
    assert reminding.remind(timezone.now()) == 2
    assert sorted(to for message in mail.outbox for to in message.to) == ["asha@example.com", "juma@example.com"]
    for message in mail.outbox:
        assert (
            f"http://testserver/whatsapp/integration-options?credential_id={row.pk}&again=1#connect-meta"
            in message.body
        )
        assert str(row) in message.body
        assert "EAA" not in message.body


def test_the_end_is_told_in_the_readers_time_zone(account: Account) -> None:
    User.objects.update(time_zone="Pacific/Auckland")
    row = ending_in(account, 6)
    row.token_expiration = row.token_expiration and row.token_expiration.replace(hour=20, minute=30)
    row.save()
    reminding.remind(timezone.now())
    assert "9:30 a.m." in mail.outbox[0].body


def test_a_mail_server_that_is_away_is_tried_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> int:
        raise SMTPException

    ending_in(account, 6)
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        assert reminding.remind(timezone.now()) == 0
    assert [reminding.remind(timezone.now()) for _ in range(2)] == [1, 0]


def test_a_new_token_begins_anew(account: Account) -> None:
    row = ending_in(account, 0.5)
    assert reminding.remind(timezone.now()) == 1
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(token_expiration=timezone.now() + timedelta(days=13))
    assert reminding.remind(timezone.now()) == 1


def test_nobody_is_reminded_of_what_is_stopped_or_does_not_end(account: Account) -> None:
    ending_in(account, 2, status="reauth_required")
    make_number(account, phone_number_id="300000000000002")
    ending_in(account, -1, phone_number_id="300000000000003")
    assert reminding.remind(timezone.now()) == 0


# --- made new --------------------------------------------------------------------------------------------------------


def test_a_warning_is_taken_back_when_the_token_was_made_new(account: Account) -> None:
    row = ending_in(account, 6)
    assert tokens.watch() == 1
    row.refresh_from_db()
    assert (row.status, len(mail.outbox)) == ("attention", 1)
    OfficialWhatsappCredential.objects.update(token_expiration=timezone.now() + timedelta(days=60))
    assert tokens.watch() == 1
    row.refresh_from_db()
    assert row.status == "connected"
    assert tokens.watch() == 0


def test_what_else_asks_for_attention_stays(account: Account) -> None:
    row = ending_in(account, 60, status="attention")
    recording.note_problem(row, "tested", problems.NUMBER_TAKEN, timezone.now())
    row.save()
    tokens.watch()
    row.refresh_from_db()
    assert row.status == "attention"


# --- on pages --------------------------------------------------------------------------------------------------------


def test_a_coming_end_stands_on_overview_and_number_with_the_way_to_sign_in_again(
    client_in: Client, account: Account
) -> None:
    row = ending_in(account, 13)
    link = f'href="/whatsapp/integration-options?credential_id={row.pk}&amp;again=1#connect-meta"'
    for path in ("/", "/numbers", f"/numbers/{row.pk}"):
        page = client_in.get(path, headers=HTML).content.decode()
        assert link in page, path
        assert "ends:" in page, path
    ending = OfficialWhatsappCredential.objects.filter(pk=row.pk)
    ending.update(token_expiration=timezone.now() + timedelta(days=15))
    assert link not in client_in.get(f"/numbers/{row.pk}", headers=HTML).content.decode()


def test_one_banner_on_every_page_names_what_has_stopped_and_what_waits(client_in: Client, account: Account) -> None:
    row = make_number(account)
    make_message(make_conversation(row), direction="out", status="queued")
    for path in ("/", "/inbox", "/numbers", f"/numbers/{row.pk}/profile", "/settings", "/accounts/sessions/"):
        assert 'class="alert alert-danger stopped"' not in client_in.get(path, headers=HTML).content.decode(), path
    row.status = "reauth_required"
    recording.note_problem(row, "sending", problems.TOKEN_EXPIRED, timezone.now())
    row.save()
    for path in ("/", "/inbox", "/numbers", f"/numbers/{row.pk}", f"/numbers/{row.pk}/health", "/settings"):
        page = client_in.get(path, headers=HTML).content.decode()
        assert page.count('class="alert alert-danger stopped"') == 1, path
        assert page.count("The sign-in for this number has expired.") >= 1, path
        assert "1 message waits and goes out after you have signed in again." in page, path
        assert f'credential_id={row.pk}&amp;again=1#connect-meta">Sign in again' in page, path
    fragment = client_in.get("/numbers/stopped", headers={"HX-Request": "true"}).content.decode()
    assert str(row) in fragment
    assert "<html" not in fragment


def test_nobody_sees_that_a_strangers_number_has_stopped(client_in: Client, other_account: Account) -> None:
    theirs = make_number(other_account, status="reauth_required", verified_name="Baraka Shoes")
    for path in ("/", "/numbers/stopped"):
        assert "Baraka Shoes" not in client_in.get(path, headers=HTML).content.decode()
    with acting_for(other_account.pk):
        assert OfficialWhatsappCredential.objects.get().pk == theirs.pk
