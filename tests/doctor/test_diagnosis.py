"""A diagnosis against the sandbox: what is broken is named, what is repaired is gone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from safarichat import providers
from safarichat.accounts.models import Account
from safarichat.doctor import causes, polling, report, surroundings
from safarichat.doctor.diagnosing import Diagnosis, diagnose
from safarichat.ground import fields
from safarichat.ground.sql import fetch
from safarichat.inbox.keeping import count_refused
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import SIDES
from tests.fixtures import Sandbox, make_number

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ask_anew() -> Iterator[None]:
    surroundings._known.clear()
    yield
    surroundings._known.clear()


@pytest.fixture
def row(connect: Callable[..., Walked]) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=connect().credential_id)


def found(row: OfficialWhatsappCredential) -> Diagnosis:
    diagnosis = diagnose(row.account_id, row.pk)
    assert diagnosis is not None
    return diagnosis


def keys(row: OfficialWhatsappCredential) -> set[str]:
    return {problem.key for problem in found(row).problems}


def test_every_cause_has_a_sentence_a_cure_and_what_it_hurts() -> None:
    every = {name: causes.every(name) for name in providers.names()}
    for name, known in every.items():
        for problem in known.values():
            assert problem.message.endswith("."), (name, problem.key)
            assert problem.cure, (name, problem.key)
            assert set(problem.hurts) <= set(SIDES), (name, problem.key)
    print(f"\n{len({key for known in every.values() for key in known})} causes are known to the doctor")


def test_a_repair_is_a_deed_that_the_provider_has() -> None:
    for name in providers.names():
        provider = providers.get(name)
        for problem in provider.causes:
            if problem.repair:
                assert problem.repair in provider.deeds, (name, problem.key)


def test_what_was_asked_is_told_with_its_time(row: OfficialWhatsappCredential) -> None:
    diagnosis = found(row)
    assert diagnosis.is_reached
    assert all(one.status == 200 and one.ms >= 0 for one in diagnosis.asked)
    assert len(diagnosis.asked) > 2


def test_a_lost_subscription_is_found(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    before = keys(row)
    meta.http.patch(f"/_sandbox/numbers/{row.phone_number_id}", json={"subscribed": False})
    assert keys(row) - before


def test_a_provider_that_is_away_is_not_called_broken(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    status = row.status
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 30})
    diagnosis = found(row)
    row.refresh_from_db()
    assert not diagnosis.is_reached
    assert row.status == status


def test_nobody_at_the_public_address(row: OfficialWhatsappCredential, settings: Settings) -> None:
    settings.SAFARICHAT_BASE_URL = "http://127.0.0.1:9"
    assert causes.UNREACHABLE.key in keys(row)


def test_another_program_at_the_public_address(
    row: OfficialWhatsappCredential, settings: Settings, meta: Sandbox
) -> None:
    settings.SAFARICHAT_BASE_URL = meta.url
    assert causes.SOMEBODY_ELSE.key in keys(row)


def test_a_public_address_without_a_certificate(row: OfficialWhatsappCredential, settings: Settings) -> None:
    settings.SAFARICHAT_BASE_URL = "http://chat.example.com"
    assert causes.NOT_HTTPS.key in keys(row)


def test_a_wrong_clock_is_found_by_the_providers_own(row: OfficialWhatsappCredential) -> None:
    assert surroundings.clock_problem("Tue, 24 Nov 2020 10:00:00 GMT") is not None
    assert surroundings.clock_problem(timezone.now().strftime("%a, %d %b %Y %H:%M:%S GMT")) is None
    assert surroundings.clock_problem("soon") is None


def test_refused_webhooks_are_told(row: OfficialWhatsappCredential) -> None:
    count_refused({(row.api_provider, "signature"): 7})
    problems = {problem.key: problem for problem in found(row).problems}
    assert "7" in problems[causes.SIGNATURES_REFUSED.key].details


def test_refused_webhooks_of_yesterday_are_forgotten(row: OfficialWhatsappCredential) -> None:
    count_refused({(row.api_provider, "signature"): 7})
    fetch("UPDATE inbox_refused SET minute = %s", timezone.now() - timedelta(hours=2))
    assert causes.SIGNATURES_REFUSED.key not in keys(row)


def test_secrets_that_can_not_be_opened(account: Account, settings: Settings, row: OfficialWhatsappCredential) -> None:
    sealed = fields.ring().seal("EAA", "elsewhere:1")
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(access_token=sealed)
    assert causes.KEY_MISSING.key in keys(row)


def test_a_number_without_a_sign_in(account: Account) -> None:
    row = make_number(account)
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(access_token="")
    assert causes.NOT_SIGNED_IN.key in keys(row)


def test_another_accounts_number_is_not_found(row: OfficialWhatsappCredential, other_account: Account) -> None:
    assert diagnose(other_account.pk, row.pk) is None


# --- by itself -------------------------------------------------------------------------------------------------------


def test_every_live_number_is_looked_at_once_in_a_quarter_of_an_hour(
    row: OfficialWhatsappCredential, meta: Sandbox
) -> None:
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(checked_at=None)
    meta.http.patch(f"/_sandbox/numbers/{row.phone_number_id}", json={"quality_rating": "RED"})
    assert polling.poll() == 1
    row.refresh_from_db()
    assert row.quality_rating == "RED"
    assert polling.poll() == 0


def test_a_number_that_was_just_tested_is_left_alone(row: OfficialWhatsappCredential) -> None:
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(checked_at=timezone.now())
    assert polling.poll() == 0


# --- the report ------------------------------------------------------------------------------------------------------


def test_a_report_names_no_secret_no_number_and_no_id(row: OfficialWhatsappCredential) -> None:
    token = fields.opened(row, "access_token")
    row.error_logs = [{"at": "now", "step": "sending", "code": 190, "message": f"bad {token}", "details": token}]
    row.provider_config = {**row.provider_config, "hook_url": f"https://x.test/webhooks/meta/{'ab' * 16}"}
    told = report.of(row)
    assert "SafariChat" in told
    for planted in (token, str(row.phone_number), str(row.phone_number_id), str(row.waba_id), "ab" * 16):
        assert planted not in told
    assert str(row.phone_number)[-4:] in told


# --- the pages -------------------------------------------------------------------------------------------------------


def test_check_now_shows_what_was_found(client_in: Client, row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    meta.http.patch(f"/_sandbox/numbers/{row.phone_number_id}", json={"quality_rating": "RED"})
    answer = client_in.post(f"/numbers/{row.pk}/check", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "quality" in answer.text.lower()
    page = client_in.get(f"/numbers/{row.pk}/health")
    assert 'id="health"' in page.text


def test_a_program_gets_the_diagnosis_as_json(client_in: Client, row: OfficialWhatsappCredential) -> None:
    told: Any = client_in.post(f"/numbers/{row.pk}/check", headers={"Accept": "application/json"}).json()
    assert set(told["sides"]) == set(SIDES)
    assert told["asked"]
    assert all(problem["message"] and problem["cure"] for problem in told["problems"])


def test_too_many_checks_are_refused_with_a_time(client_in: Client, row: OfficialWhatsappCredential) -> None:
    answers = [client_in.post(f"/numbers/{row.pk}/check", headers={"Accept": "application/json"}) for _ in range(8)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_cause_that_nobody_can_repair_is_refused(client_in: Client, row: OfficialWhatsappCredential) -> None:
    url = f"/numbers/{row.pk}/repair"
    for cause in ("clock_off", "no_such_thing"):
        answer = client_in.post(url, {"cause": cause}, headers={"Accept": "application/json"})
        assert answer.status_code == 422


def test_the_report_is_a_file_to_keep(client_in: Client, row: OfficialWhatsappCredential) -> None:
    answer = client_in.get(f"/numbers/{row.pk}/report.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert "attachment" in answer["Content-Disposition"]
