"""What news, failed calls and time do to a number."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import expiring, health, news, recording, tokens
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import AccountChanged, Health, Problem
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
PROBLEM = Problem(key="token_expired", code=190, message="The sign-in has expired.", cure="Sign in again.")


def route_of(number: OfficialWhatsappCredential) -> Route:
    return Route(number.pk, number.account_id)


def told(number: OfficialWhatsappCredential, **more: object) -> AccountChanged:
    common = {"field": "account_update", "event": "X", "waba_id": number.waba_id, "at": 1_800_000_000}
    return AccountChanged(**{**common, **more})  # type: ignore[arg-type]  # names of its fields


# --- failed calls ----------------------------------------------------------------------------------------------------


def test_a_token_that_failed_once_stops_the_number(number: OfficialWhatsappCredential) -> None:
    health.credential_failed(number.pk, PROBLEM)
    number.refresh_from_db()
    assert number.status == "reauth_required"
    assert number.error_logs[0]["code"] == 190
    assert not number.may_send


def test_the_same_failure_again_is_one_entry(number: OfficialWhatsappCredential) -> None:
    for _ in range(5):
        health.credential_failed(number.pk, PROBLEM)
    number.refresh_from_db()
    assert len(number.error_logs) == 1


def test_a_late_failure_does_not_wake_what_is_disconnected(account: Account) -> None:
    number = make_number(account, status="disconnected")
    health.credential_failed(number.pk, PROBLEM)
    number.refresh_from_db()
    assert number.status == "disconnected"


def test_the_error_log_keeps_the_newest_fifty(number: OfficialWhatsappCredential) -> None:
    for count in range(60):
        recording.note_problem(number, "sending", Problem(key=f"k{count}", message="M."), timezone.now())
    assert len(number.error_logs) == 50
    assert number.error_logs[0]["code"] == "k59"
    assert {"at", "step", "code", "message", "fbtrace_id", "cure"} <= set(number.error_logs[0])


def test_a_token_in_a_provider_s_own_words_is_left_out(number: OfficialWhatsappCredential) -> None:
    secret = fields.opened(number, "access_token")
    problem = Problem(key="bad", message="M.", details=f"Malformed access token {secret} at PHONE_NUMBER_VERIFICATION")
    recording.note_problem(number, "sending", problem, timezone.now())
    assert secret not in str(number.error_logs)
    assert "Malformed access token … at PHONE_NUMBER_VERIFICATION" in number.error_logs[0]["details"]


# --- checks ----------------------------------------------------------------------------------------------------------


def test_a_check_that_could_not_be_made_changes_nothing(number: OfficialWhatsappCredential) -> None:
    health.take_check(number, Health(status="", checks=()))
    assert number.status == "connected"
    assert number.health == {}


def test_a_check_never_revives_a_number_that_is_being_connected(account: Account) -> None:
    number = make_number(account, status="code_required")
    health.take_check(number, Health(status="connected", checks=()))
    assert number.status == "code_required"


# --- news ------------------------------------------------------------------------------------------------------------


def test_news_of_the_account_reach_each_of_its_numbers(account: Account) -> None:
    first = make_number(account)
    second = make_number(account, phone_number_id="3", phone_number="254700000003")
    news.apply([(route_of(row), told(row, status="reauth_required")) for row in (first, second)])
    statuses = set(OfficialWhatsappCredential.objects.values_list("status", flat=True))
    assert statuses == {"reauth_required"}


def test_news_that_name_a_number_concern_only_that_one(account: Account) -> None:
    first = make_number(account)
    second = make_number(account, phone_number_id="3", phone_number="254700000003")
    event = told(first, phone_number="254700000003", facts={"messaging_limit": "TIER_10K"})
    news.apply([(route_of(row), event) for row in (first, second)])
    limits = [row.provider_config.get("messaging_limit") for row in OfficialWhatsappCredential.objects.order_by("pk")]
    assert limits == [None, "TIER_10K"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_news_in_any_order_end_in_the_newest_state(number: OfficialWhatsappCredential, order: tuple[int, ...]) -> None:
    events = [told(number, status="attention", at=1), told(number, status="suspended", at=2),
              told(number, status="connected", at=3)]  # fmt: skip
    for place in (*order, *order):
        news.apply([(route_of(number), events[place])])
    number.refresh_from_db()
    assert number.status == "connected"


def test_good_news_do_not_cure_a_dead_sign_in(account: Account) -> None:
    number = make_number(account, status="reauth_required")
    news.apply([(route_of(number), told(number, status="connected"))])
    number.refresh_from_db()
    assert number.status == "reauth_required"


def test_what_the_provider_ended_is_disconnected_without_secrets(number: OfficialWhatsappCredential) -> None:
    news.apply([(route_of(number), told(number, status="disconnected", problem=PROBLEM))])
    number.refresh_from_db()
    assert number.status == "disconnected"
    assert not number.access_token


def test_a_new_name_is_taken_over(number: OfficialWhatsappCredential) -> None:
    event = told(
        number, field="phone_number_name_update", facts={"verified_name": "Asha & Co", "name_status": "APPROVED"}
    )
    news.apply([(route_of(number), event)])
    number.refresh_from_db()
    assert (number.verified_name, number.provider_config["name_status"]) == ("Asha & Co", "APPROVED")


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_code_is_forgotten_after_a_minute(account: Account) -> None:
    number = make_number(account, status="connecting", access_token="")
    fields.seal(number, "temporary_code", "code-of-the-sign-in")
    number.access_token, number.temporary_code_at = "", timezone.now() - timedelta(seconds=61)
    number.save()
    assert expiring.forget_codes() == 1
    number.refresh_from_db()
    assert (number.temporary_code, number.status) == ("", "failed")


def test_a_fresh_code_stays(account: Account) -> None:
    number = make_number(account, temporary_code_at=timezone.now() - timedelta(seconds=20))
    fields.seal(number, "temporary_code", "code-of-the-sign-in")
    number.save()
    assert expiring.forget_codes() == 0


@pytest.mark.parametrize(
    ("left", "status"),
    [(timedelta(days=30), "connected"), (timedelta(days=3), "attention"), (timedelta(minutes=-1), "reauth_required")],
)
def test_a_token_s_end_is_told_in_time(account: Account, left: timedelta, status: str) -> None:
    number = make_number(account, token_expiration=timezone.now() + left)
    tokens.watch()
    tokens.watch()
    number.refresh_from_db()
    assert number.status == status
    assert len(number.error_logs) == (status != "connected")


# --- facts -----------------------------------------------------------------------------------------------------------


def test_what_is_not_known_to_be_public_is_not_kept(number: OfficialWhatsappCredential) -> None:
    recording.take_facts(number, {"access_token": "EAAsecret", "app_secret": "s", "messaging_limit": "TIER_1K"})
    kept = f"{number.provider_config}{number.meta_app_config}"
    assert "EAAsecret" not in kept
    assert number.provider_config == {"messaging_limit": "TIER_1K"}


@pytest.mark.parametrize(("told_as", "kept"), [("GREEN", "GREEN"), ("red", "RED"), ("NA", "UNKNOWN")])
def test_quality_is_one_of_four_words(number: OfficialWhatsappCredential, told_as: str, kept: str) -> None:
    recording.take_facts(number, {"quality_rating": told_as})
    assert number.quality_rating == kept


def test_facts_come_back_by_the_names_they_were_given(number: OfficialWhatsappCredential) -> None:
    facts = {
        "waba_id": "9",
        "scopes": ["a"],
        "session": {"event": "FINISH"},
        "verified_name": "B",
        "is_registered": True,
    }
    recording.take_facts(number, facts)
    known = recording.known_facts(number)
    assert {name: known[name] for name in facts} == facts
