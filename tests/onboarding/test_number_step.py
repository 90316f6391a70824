"""Signed in without a number that works: one is added, a code is sent and typed, and the walk goes on to its end."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.numbers import carrying_on
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
NEW = {"add_cc": "44", "add_name": "Baraka Traders"}


def row_of(walked: Walked) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def say(row: OfficialWhatsappCredential, **said: str) -> Walked:
    walked = carrying_on.carry_on(row.account_id, row.pk, said=said)
    assert walked is not None
    return walked


def code_sent(meta: Sandbox, row: OfficialWhatsappCredential) -> str:
    row.refresh_from_db()
    return str(meta.get(f"/_sandbox/numbers/{row.phone_number_id}")["code"])


@pytest.fixture
def unverified(connect: Callable[..., Walked]) -> OfficialWhatsappCredential:
    walked = connect(option_verified="no")
    assert (walked.outcome, walked.problem) == ("number", "number_unverified")
    return row_of(walked)


def test_an_unverified_number_gets_a_code_and_is_connected(
    unverified: OfficialWhatsappCredential, meta: Sandbox
) -> None:
    walked = say(unverified, method="voice", language="sw")
    assert (walked.outcome, walked.problem, walked.status) == ("code", "code_sent", "code_required")
    code = code_sent(meta, unverified)
    done = carrying_on.carry_on(unverified.account_id, unverified.pk, code=f"{code[:3]}-{code[3:]}")
    assert done is not None
    assert done.outcome == "connected"


def test_a_wrong_code_may_be_typed_again_and_another_one_sent(
    unverified: OfficialWhatsappCredential, meta: Sandbox
) -> None:
    say(unverified, method="sms")
    first = code_sent(meta, unverified)
    wrong = carrying_on.carry_on(unverified.account_id, unverified.pk, code="000000" if first != "000000" else "111111")
    assert wrong is not None
    assert (wrong.outcome, wrong.problem) == ("code", "code_wrong")
    assert say(unverified, method="sms").outcome == "code"
    done = carrying_on.carry_on(unverified.account_id, unverified.pk, code=code_sent(meta, unverified))
    assert done is not None
    assert done.outcome == "connected"


def test_too_many_codes_lead_back_to_the_number_step(unverified: OfficialWhatsappCredential) -> None:
    outcomes = [say(unverified, method="sms") for _ in range(6)]
    assert [walked.outcome for walked in outcomes] == ["code"] * 5 + ["number"]
    assert outcomes[-1].problem == "code_request_refused"


def test_a_number_that_was_verified_elsewhere_just_goes_on(
    unverified: OfficialWhatsappCredential, meta: Sandbox
) -> None:
    states = {"code_verification_status": "VERIFIED"}
    meta.http.patch(f"/_sandbox/numbers/{unverified.phone_number_id}", json=states)
    assert say(unverified).outcome == "connected"


@pytest.fixture
def without(connect: Callable[..., Walked]) -> OfficialWhatsappCredential:
    walked = connect(phone_choice="none")
    assert (walked.outcome, walked.problem) == ("number", "no_number")
    return row_of(walked)


def test_an_account_without_a_number_gets_one_here(without: OfficialWhatsappCredential, meta: Sandbox) -> None:
    walked = say(without, **NEW, add_number="7700 900941")
    assert (walked.outcome, walked.problem) == ("number", "number_unverified")
    assert say(without, method="sms").outcome == "code"
    done = carrying_on.carry_on(without.account_id, without.pk, code=code_sent(meta, without))
    assert done is not None
    assert done.outcome == "connected"
    without.refresh_from_db()
    assert (without.phone_number, without.verified_name) == ("447700900941", "Baraka Traders")


def test_a_number_in_use_is_refused_with_a_cure(without: OfficialWhatsappCredential, meta: Sandbox) -> None:
    taken = meta.post("/_sandbox/numbers")["phone_number"].removeprefix("+44")
    walked = say(without, **NEW, add_number=taken)
    assert (walked.outcome, walked.problem) == ("number", "number_refused")
    without.refresh_from_db()
    assert "in use" in without.error_logs[0]["cure"]


def test_nothing_is_said_where_nothing_is_asked(connect: Callable[..., Walked], meta: Sandbox) -> None:
    row = row_of(connect(option_pin="123456"))
    assert row.waiting["for"] == "pin"
    walked = say(row, method="sms", add_number="7700900999")
    assert walked.outcome == "pin"


# --- the pages -------------------------------------------------------------------------------------------------------


def shown(client: Client, row: OfficialWhatsappCredential, **given: str) -> Any:
    return client.post(f"/whatsapp/official/{row.pk}/continue", given, headers={"HX-Request": "true"})


def test_the_wizard_offers_to_add_a_number_then_to_send_a_code_then_asks_for_it(
    client_in: Client, without: OfficialWhatsappCredential, meta: Sandbox
) -> None:
    page = client_in.get(f"/whatsapp/official/{without.pk}/steps").text
    assert 'name="add_number"' in page
    assert 'name="method"' not in page
    page = shown(client_in, without, **NEW, add_number="7700900942").text
    assert 'value="sms"' in page
    assert 'value="voice"' in page
    assert 'name="add_number"' not in page
    page = shown(client_in, without, method="sms", language="en_US").text
    assert 'name="code"' in page
    assert 'value="voice"' in page
    answer = shown(client_in, without, code=code_sent(meta, without))
    assert answer.headers["HX-Redirect"].endswith(f"credential_id={without.pk}")


def test_the_number_step_of_another_account_is_not_found(
    client: Client, other_account: Account, without: OfficialWhatsappCredential
) -> None:
    client.force_login(other_account.memberships.get().user)
    assert shown(client, without, method="sms").status_code == 404
