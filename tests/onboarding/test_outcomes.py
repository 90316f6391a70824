"""What may come of a sign-in, against the sandbox's own pages and Graph."""

from collections.abc import Callable

import pytest

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import carrying_on, onboarding
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.onboarding import Started
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import SESSION, Person

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
Connect = Callable[..., Walked]


def row_of(walked: Walked) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def test_a_sign_in_connects_the_number(connect: Connect) -> None:
    walked = connect()
    row = row_of(walked)
    assert walked.outcome == "connected"
    assert row.may_send
    assert row.onboarding_completed_at is not None
    assert row.phone_number_id
    assert row.waba_id
    assert row.phone_number
    assert row.verified_name == "Baraka Traders"
    done = {step for step, noted in row.steps.items() if noted["state"] == "done"}
    assert {"signed_in", "exchanged", "inspected", "number_chosen", "subscribed", "registered", "profile_read"} <= done


def test_a_full_page_sign_in_connects_it_too(connect: Connect) -> None:
    assert connect(by_page=True).outcome == "connected"


def test_the_code_is_gone_once_it_was_exchanged(connect: Connect) -> None:
    row = row_of(connect())
    assert not row.temporary_code
    assert row.temporary_code_at is None
    assert fields.opened(row, "access_token")


@pytest.mark.parametrize("order", ["lost", "after"])
@pytest.mark.parametrize("data", ["string", "object"])
def test_the_window_message_is_only_a_hint(connect: Connect, order: str, data: str) -> None:
    assert connect(option_order=order, option_data=data).outcome == "connected"


def test_a_number_in_the_phone_app_is_not_registered(connect: Connect) -> None:
    walked = connect(mode="coexistence", option_finish="FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", option_ids="waba")
    row = row_of(walked)
    assert walked.outcome == "connected"
    assert row.steps["registered"]["state"] == "skipped"
    assert not row.pin
    assert row.throughput_mps == 20
    assert row.provider_config["is_on_phone_app"] is True
    assert row.provider_config["phone_data_asked"] == ["smb_app_state_sync", "history"]


def test_the_second_phase_of_the_account_model_connects_and_keeps_the_new_id(connect: Connect, meta: Sandbox) -> None:
    meta.post("/_sandbox/settings", {"account_phase": 2})
    try:
        walked = connect()
    finally:
        meta.post("/_sandbox/settings", {"account_phase": 1})
    row = row_of(walked)
    assert walked.outcome == "connected"
    assert row.provider_config["waac_id"] == f"9{row.phone_number_id}"


def test_api_access_alone_connects(connect: Connect) -> None:
    assert connect(option_finish="FINISH_GRANT_ONLY_API_ACCESS").outcome == "connected"


@pytest.mark.parametrize(
    "step", ["BUSINESS_ACCOUNT_SELECTION", "WHATSAPP_BUSINESS_PROFILE_SETUP", "PHONE_NUMBER_SETUP", "PERMISSIONS"]
)
def test_a_cancelled_sign_in_says_where_it_was_left_and_changes_nothing(connect: Connect, step: str) -> None:
    walked = connect(leave_at=step)
    row = row_of(walked)
    assert (walked.outcome, walked.problem, row.status) == ("cancelled", "cancelled", "pending")
    assert row.error_logs[0]["details"] == step
    assert not row.access_token


def test_a_cancelled_one_can_be_started_again(connect: Connect) -> None:
    cancelled = connect(leave_at="PERMISSIONS")
    walked = connect(cancelled.credential_id)
    assert (walked.outcome, walked.credential_id) == ("connected", cancelled.credential_id)


def test_an_error_in_the_window_is_told_in_its_own_words(connect: Connect) -> None:
    walked = connect(option_finish="ERROR")
    assert (walked.outcome, walked.problem) == ("cancelled", "signup_error")
    assert "couldn't finish" in row_of(walked).error_logs[0]["details"]


@pytest.mark.parametrize("code", ["expired", "used"])
def test_a_code_that_is_no_good_fails_with_a_sentence(connect: Connect, code: str) -> None:
    row = row_of(connect(option_code=code))
    assert row.status == "failed"
    assert row.error_logs[0]["step"] == "exchanged"
    assert row.error_logs[0]["cure"]
    assert not row.access_token


def test_a_missing_permission_is_named(connect: Connect) -> None:
    walked = connect(scope=["whatsapp_business_management"])
    row = row_of(walked)
    assert (walked.outcome, walked.problem) == ("failed", "scope_missing")
    assert not row.access_token, "a sign-in that can't be used is not kept"


def test_a_number_with_a_pin_waits_for_it(connect: Connect, account: Account) -> None:
    walked = connect(option_pin="314159")
    assert (walked.outcome, row_of(walked).status) == ("pin", "code_required")
    right = carrying_on.carry_on(account.pk, walked.credential_id, pin="314159")
    assert right is not None
    assert right.outcome == "connected"
    row = row_of(right)
    assert row.pin_is_theirs
    assert fields.opened(row, "pin") == "314159"


def test_after_too_many_wrong_pins_the_wait_is_kept(connect: Connect, account: Account) -> None:
    walked = connect(option_pin="314159")
    for _ in range(12):
        if carrying_on.carry_on(account.pk, walked.credential_id, pin="271828") is None:
            break
    row = row_of(walked)
    assert row.waiting["until"]
    assert carrying_on.carry_on(account.pk, walked.credential_id, pin="314159") is None


def test_without_a_number_it_waits_for_one(connect: Connect, account: Account) -> None:
    walked = connect(phone_choice="none")
    assert (walked.outcome, row_of(walked).status) == ("number", "pending")
    again = carrying_on.carry_on(account.pk, walked.credential_id)
    assert again is not None
    assert again.outcome == "number"


def test_of_several_numbers_one_is_chosen(connect: Connect, account: Account, meta: Sandbox) -> None:
    first = row_of(connect())
    second = meta.post("/_sandbox/numbers", json={"waba_id": first.waba_id, "name": "Second line"})
    business_id = second["business_id"]
    first.delete()
    walked = connect(option_order="lost", business=business_id, waba=first.waba_id, number=first.phone_number_id)
    row = row_of(walked)
    assert (walked.outcome, row.status) == ("choice", "connecting")
    assert {each["phone_number_id"] for each in row.waiting["numbers"]} == {
        first.phone_number_id,
        second["phone_number_id"],
    }
    done = carrying_on.carry_on(account.pk, walked.credential_id, choice=second["phone_number_id"])
    assert done is not None
    assert done.outcome == "connected"
    assert row_of(done).phone_number_id == second["phone_number_id"]


def test_an_outage_in_the_middle_is_gone_on_from(connect: Connect, begin: Callable[..., Started], signer: Person,
                                                 account: Account, meta: Sandbox) -> None:  # fmt: skip
    started = begin()
    brought = signer.sign_in(started.login)
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 30})
    walked = onboarding.finish(account.pk, started.state, SESSION, brought)
    assert isinstance(walked, Walked)
    assert walked.outcome in ("wait", "failed")
    meta.http.request("DELETE", "/_sandbox/faults")
    row = row_of(walked)
    if walked.outcome == "wait":
        row.waiting = {**row.waiting, "until": ""}
        row.save()
        again = carrying_on.carry_on(account.pk, walked.credential_id)
        assert again is not None
        assert again.outcome == "connected"
