"""A state is good for one login, one use and one hour; and one number has one row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import disconnecting, onboarding
from safarichat.numbers.models import OfficialWhatsappCredential, Onboarding
from safarichat.numbers.onboarding import Brought, Mistyped, Started, StateRefused
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import SESSION, Person

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
Begin = Callable[..., Started]
Connect = Callable[..., Walked]
COME_BACK = Brought(code="c" * 40, event="FINISH")


def finish(
    account: Account, state: str, brought: Brought = COME_BACK, session: str = SESSION
) -> Walked | StateRefused | Mistyped:
    return onboarding.finish(account.pk, state, session, brought)


def row_of(walked: Walked) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def test_an_invented_state_is_unknown(account: Account, begin: Begin) -> None:
    begin()
    assert finish(account, "invented") == StateRefused("unknown")
    assert finish(account, "") == StateRefused("unknown")


def test_a_state_of_another_login_is_unknown(account: Account, begin: Begin) -> None:
    started = begin()
    assert finish(account, started.state, session="another") == StateRefused("unknown")
    assert Onboarding.objects.get(pk=started.onboarding_id).used_at is None


def test_a_state_of_another_account_is_unknown(other_account: Account, begin: Begin) -> None:
    assert finish(other_account, begin().state) == StateRefused("unknown")


def test_a_state_is_too_old_after_an_hour(account: Account, begin: Begin) -> None:
    started = begin()
    Onboarding.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert finish(account, started.state) == StateRefused("expired")
    assert OfficialWhatsappCredential.objects.get(pk=started.credential_id).status == "pending"


def test_only_digests_of_state_and_session_are_kept(begin: Begin) -> None:
    started = begin()
    kept = str(list(Onboarding.objects.values()))
    assert started.state not in kept
    assert SESSION not in kept


def test_a_finished_state_answers_the_same_browser_again(
    account: Account, begin: Begin, signer: Person, meta: Sandbox
) -> None:
    started = begin()
    brought = signer.sign_in(started.login)
    first = finish(account, started.state, brought)
    asked = len(meta.get("/_sandbox/requests?limit=1000"))
    assert finish(account, started.state, brought) == first
    assert len(meta.get("/_sandbox/requests?limit=1000")) == asked


def test_a_state_is_busy_while_it_is_worked_on(account: Account, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onboarding, "BUSY_LOOKS", 1)
    started = begin()
    Onboarding.objects.update(used_at=timezone.now())
    OfficialWhatsappCredential.objects.update(walking_until=timezone.now() + timedelta(seconds=30))
    assert finish(account, started.state) == StateRefused("busy")


def test_a_state_whose_walk_was_interrupted_is_not_used_twice(account: Account, begin: Begin) -> None:
    started = begin()
    Onboarding.objects.update(used_at=timezone.now())
    walked = finish(account, started.state)
    assert isinstance(walked, Walked)
    assert (walked.outcome, walked.problem) == ("wait", "interrupted")


def test_open_attempts_do_not_touch_a_number_that_works(connect: Connect, begin: Begin) -> None:
    walked = connect()
    begin(walked.credential_id)
    begin(walked.credential_id)
    assert row_of(walked).may_send


def test_of_two_open_attempts_each_can_be_finished(account: Account, begin: Begin, signer: Person) -> None:
    first, second = begin(), begin()
    for started in (second, first):
        walked = finish(account, started.state, signer.sign_in(started.login))
        assert isinstance(walked, Walked)
        assert walked.outcome == "connected"


def test_a_number_cannot_be_started_for_another_account(connect: Connect, other_account: Account) -> None:
    walked = connect()
    user = other_account.memberships.get().user
    assert onboarding.start(other_account.pk, user.pk, SESSION, "meta", "signup", walked.credential_id) is None


# --- one number, one row ---------------------------------------------------------------------------------------------


def test_signing_in_again_keeps_the_row_and_changes_the_token(connect: Connect) -> None:
    row = row_of(connect())
    again = row_of(connect(row.pk, business=_business(row), waba=row.waba_id, number=row.phone_number_id))
    assert again.pk == row.pk
    assert again.status == row.status
    assert fields.opened(again, "access_token") != fields.opened(row, "access_token")


def _business(row: OfficialWhatsappCredential) -> str:
    return str(row.meta_app_config["business_id"])


def test_a_number_that_comes_back_goes_on_in_its_old_row(connect: Connect, account: Account) -> None:
    row = row_of(connect())
    disconnecting.disconnect(account.pk, row.pk)
    walked = connect(business=_business(row), waba=row.waba_id, number=row.phone_number_id)
    assert (walked.outcome, walked.credential_id) == ("connected", row.pk)
    assert OfficialWhatsappCredential.objects.count() == 1


def test_another_number_than_the_one_meant_is_refused(connect: Connect) -> None:
    row = row_of(connect())
    for answers in ({}, {"option_order": "lost", "phone_choice": "none"}):
        walked = connect(row.pk, **answers)
        assert (walked.outcome, walked.problem) == ("failed", "other_number")
        kept = row_of(walked)
        assert (kept.phone_number_id, kept.waba_id, kept.status) == (row.phone_number_id, row.waba_id, row.status)
        assert fields.opened(kept, "access_token") == fields.opened(row, "access_token"), "what works goes on working"


def test_a_sign_in_without_a_permission_does_not_cost_a_number_that_works(connect: Connect) -> None:
    row = row_of(connect())
    same = {"business": _business(row), "waba": row.waba_id, "number": row.phone_number_id}
    walked = connect(row.pk, scope=["whatsapp_business_management"], **same)
    assert (walked.outcome, walked.problem) == ("failed", "scope_missing")
    kept = row_of(walked)
    assert kept.may_send
    assert fields.opened(kept, "access_token") == fields.opened(row, "access_token")


def test_a_number_held_by_another_account_is_refused_without_saying_whose(
    connect: Connect, other_account: Account
) -> None:
    row = row_of(connect())
    walked = connect(of=other_account, business=_business(row), waba=row.waba_id, number=row.phone_number_id)
    refused = row_of(walked)
    assert (walked.outcome, walked.problem, refused.status) == ("failed", "number_taken", "failed")
    assert not refused.access_token
    assert "asha" not in str(refused.error_logs).lower()
    assert row_of(Walked(row.pk, "", "")).may_send


# --- at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_callbacks_at_once_one_works(account: Account, begin: Begin, signer: Person, meta: Sandbox) -> None:
    started = begin()
    brought = signer.sign_in(started.login)
    before = len(_exchanges(meta))

    def come_back(_: int) -> Walked | StateRefused | Mistyped:
        try:
            return finish(account, started.state, brought)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(come_back, range(4)))
    assert {answer.outcome for answer in answers if isinstance(answer, Walked)} == {"connected"}
    assert len(_exchanges(meta)) == before + 1
    assert OfficialWhatsappCredential.objects.get().may_send


def _exchanges(meta: Sandbox) -> list[dict[str, str]]:
    return [each for each in meta.get("/_sandbox/requests?limit=1000") if "oauth/access_token" in each["path"]]


@pytest.mark.django_db(transaction=True)
def test_of_two_accounts_that_take_a_number_at_once_one_gets_it(
    account: Account, other_account: Account, connect: Connect, begin: Begin, signer: Person
) -> None:
    row = row_of(connect())
    OfficialWhatsappCredential.objects.all().delete()
    starts = [(of, begin(of=of)) for of in (account, other_account)]
    same: dict[str, Any] = {"business": _business(row), "waba": row.waba_id, "number": row.phone_number_id}
    came = [(of, started, signer.sign_in(started.login, **same)) for of, started in starts]

    def come_back(each: tuple[Account, Started, Brought]) -> Walked | StateRefused | Mistyped:
        try:
            return finish(each[0], each[1].state, each[2])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(come_back, came))
    outcomes = sorted(answer.outcome for answer in answers if isinstance(answer, Walked))
    assert outcomes == ["connected", "failed"]
