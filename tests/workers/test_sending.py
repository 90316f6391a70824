"""Workers stop, connections break, answers get lost, tokens end: counted at the sandbox. Kills: tests/faults."""

import signal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.messaging.models import Attempt, Lane
from safarichat.messaging.receiving import own_id
from safarichat.numbers import onboarding
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import SESSION, Person
from tests.workers.processes import connected, counts, nothing_waits, queue_templates, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def number(settings: Any, sandbox: Sandbox, account: Account) -> OfficialWhatsappCredential:
    return connected(settings, sandbox, account)


def arrived(sandbox: Sandbox) -> set[int]:
    """Our messages that the provider took, each once."""
    ids = [own_id(message["opaque"]) for message in sandbox.get("/_sandbox/messages?provider=meta")]
    assert sandbox.get("/_sandbox/stats")["duplicates"] == 0
    assert len(ids) == len(set(ids))
    return {found for found in ids if found is not None}


def test_a_worker_asked_to_stop_leaves_nothing_open(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    queue_templates(number, 200)
    with worker(sandbox, tmp_path / "one.log") as process:
        wait_until(lambda: counts().get("accepted", 0) > 20, 30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(9) == 0
    assert set(counts()) <= {"accepted", "queued"}
    assert Attempt.objects.filter(outcome="").count() == 0
    assert Lane.objects.get().lease is None
    with worker(sandbox, tmp_path / "two.log"):
        wait_until(nothing_waits, 30)
    assert counts() == {"accepted": 200}
    assert len(arrived(sandbox)) == 200


def test_a_database_that_cuts_every_connection_costs_no_message(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    queue_templates(number, 300)
    with worker(sandbox, tmp_path / "one.log"):
        for enough in (20, 80, 140):
            wait_until(lambda: counts().get("accepted", 0) > enough, 60)  # noqa: B023 - asked at once
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        wait_until(nothing_waits, 60)
    assert counts() == {"accepted": 300}
    assert len(arrived(sandbox)) == 300


def test_lost_answers_are_never_asked_for_by_sending_again(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.post("/_sandbox/faults", {"provider": "meta", "kind": "drop_reply", "rate": 0.3, "for": 300})
    queue_templates(number, 60)
    with worker(sandbox, tmp_path / "one.log"):
        wait_until(nothing_waits, 40)
    found = counts()
    assert found["unconfirmed"] > 0
    assert found["unconfirmed"] + found["accepted"] == 60
    assert len(arrived(sandbox)) == 60


def test_errors_that_pass_are_tried_again_until_all_have_arrived(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.post("/_sandbox/faults", {"provider": "meta", "kind": "error", "code": 130429, "rate": 0.1, "for": 4})
    queue_templates(number, 60)
    with worker(sandbox, tmp_path / "one.log"):
        wait_until(nothing_waits, 50)
    assert counts() == {"accepted": 60}
    assert len(arrived(sandbox)) == 60


def test_a_token_that_ends_stops_the_number_and_keeps_its_messages(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    queue_templates(number, 30)
    sandbox.post("/_sandbox/tokens/revoke", {"phone_number_id": number.phone_number_id})
    with worker(sandbox, tmp_path / "one.log"):

        def has_stopped() -> bool:
            number.refresh_from_db()
            return number.status == "reauth_required" and not counts().get("sending")

        wait_until(has_stopped, 20)
    assert counts() == {"queued": 30}
    assert arrived(sandbox) == set()


def test_what_waited_for_a_new_sign_in_goes_out_after_it(
    number: OfficialWhatsappCredential, sandbox: Sandbox, account: Account, client_in: Client, tmp_path: Path
) -> None:
    """One failed call is enough to know; nothing of the number's is lost by signing in again."""
    before = number.pk, number.phone_number_id, number.connection_id
    queue_templates(number, 30)
    sandbox.post("/_sandbox/tokens/revoke", {"phone_number_id": number.phone_number_id})
    with worker(sandbox, tmp_path / "one.log"):

        def has_stopped() -> bool:
            number.refresh_from_db()
            return number.status == "reauth_required" and not counts().get("sending")

        wait_until(has_stopped, 20)
        tried = Attempt.objects.count()
        page = client_in.get("/inbox", headers={"Accept": "text/html"}).content.decode()
        assert page.count('class="alert alert-danger stopped"') == 1
        assert "30 messages wait and go out after you have signed in again." in page
        assert Attempt.objects.count() == tried, "it is not knocked at again"
        sign_in_again(sandbox, number)
        wait_until(nothing_waits, 30)
    assert counts() == {"accepted": 30}
    assert len(arrived(sandbox)) == 30
    number.refresh_from_db()
    assert (number.pk, number.phone_number_id, number.connection_id) == before
    assert number.may_send
    assert "alert-danger stopped" not in client_in.get("/inbox", headers={"Accept": "text/html"}).content.decode()


def sign_in_again(sandbox: Sandbox, number: OfficialWhatsappCredential) -> None:
    account = number.account
    user = account.memberships.get().user
    started = onboarding.start(account.pk, user.pk, SESSION, number.api_provider, "signup", number.pk)
    assert started is not None
    brought = Person(sandbox).sign_in(started.login, waba=number.waba_id or "", number=number.phone_number_id or "")
    walked = onboarding.finish(account.pk, started.state, SESSION, brought)
    assert isinstance(walked, Walked)
    assert walked.outcome == "connected"
