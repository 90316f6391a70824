"""What the test of a connection finds at Twilio: each cause, and nothing more than it hurts."""

from typing import Any

import pytest

from safarichat.providers import twilio
from safarichat.providers.shapes import Health
from tests.conformance.subject import CUT, GONE, Pretend, Routes, reply
from tests.conformance.twilio.connects import (
    ACCOUNT,
    BASE,
    CHILD,
    HAPPY,
    HOOK,
    HOOK_URL,
    MESSAGES,
    NOT_KNOWN,
    OFFLINE,
    ONLINE,
    READ,
    SENDERS,
    account,
    listed,
    refusal,
)
from tests.conformance.twilio.subject import OF_NUMBER
from tests.providers.test_twilio_talks import BY_KEY, HELD, MADE, OF_CHILD, ONE, SERVICE, stands


def check(routes: Routes, place: Any = OF_NUMBER, number: Any = ONE) -> tuple[Health, Pretend]:
    pretend = Pretend(HAPPY, routes)
    return pretend.run(twilio.check(number, place)), pretend


CASES: list[tuple[str, Routes, str, tuple[str, ...]]] = [
    ("token revoked", {ACCOUNT: [NOT_KNOWN]}, "reauth_required", ("token_invalid",)),
    ("account suspended", {ACCOUNT: [reply(account(status="suspended"))]}, "suspended", ("account_suspended",)),
    ("account closed", {ACCOUNT: [reply(account(status="closed"))]}, "suspended", ("account_closed",)),
    ("account not active", {ACCOUNT: [refusal(20005, 403)]}, "suspended", ("account_suspended",)),
    ("a trial", {ACCOUNT: [reply(account(kind="Trial"))]}, "attention", ("trial_account",)),
    ("sender gone", {READ: [refusal(20404, 404)], SENDERS: [listed()]}, "attention", ("sender_gone",)),
    ("not paid, or not invited", {READ: [reply(OFFLINE)]}, "attention", ("sender_offline",)),
    ("offline for two reasons", stands(
        status="OFFLINE", offline_reasons=[{"code": 63022, "message": "a"}, {"code": "63124", "message": "b"}]),
     "attention", ("name_certificate", "name_refused")),
    ("offline for a reason that nobody knows", stands(
        status="OFFLINE", offline_reasons=[{"code": "69999", "message": "New."}]), "attention", ("sender_not_online",)),
    ("offline without a reason", stands(status="OFFLINE"), "attention", ("sender_not_online",)),
    ("flagged for spam", stands(status="OFFLINE", offline_reasons=[{"code": "63026"}]), "suspended",
     ("sender_flagged",)),
    ("in review", stands(status="TWILIO_REVIEW"), "in_review", ("sender_in_review",)),
    ("not verified", stands(status="PENDING_VERIFICATION"), "attention", ("sender_not_verified",)),
    ("being made", stands(status="CREATING"), "attention", ("sender_being_made",)),
    ("quality low", stands(properties={"quality_rating": "LOW"}), "attention", ("quality_low",)),
    ("no webhook", stands(webhook={"callback_url": None}), "attention", ("hook_missing",)),
    ("webhook elsewhere", stands(webhook={**HOOK, "callback_url": "https://other.test/in"}), "attention",
     ("hook_elsewhere",)),
    ("another method", stands(webhook={**HOOK, "callback_method": "PUT"}), "attention", ("hook_method",)),
    ("no status callback", stands(webhook={**HOOK, "status_callback_url": ""}), "connected", ("status_hook_missing",)),
    ("a messaging service in the way", HELD, "attention", ("hook_overridden",)),
    ("daily limit reached", {MESSAGES: [reply(
        {"messages": [{"status": "failed", "error_code": 63038, "error_message": "cap"}]})]}, "connected",
     ("daily_limit",)),
    ("number disabled at its last message", {MESSAGES: [reply(
        {"messages": [{"status": "undelivered", "error_code": 63112}]})]}, "attention", ("number_disabled",)),
]  # fmt: skip


@pytest.mark.parametrize(("routes", "status", "keys"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_cause_is_found_and_is_in_the_table(routes: Routes, status: str, keys: tuple[str, ...]) -> None:
    health, _ = check(routes)
    assert (health.status, tuple(problem.key for problem in health.problems)) == (status, keys)
    known = {cause.key: cause for cause in twilio.causes}
    for problem in health.problems:
        assert set() < set(problem.hurts) <= set(known[problem.key].hurts)
        assert problem.repair == known[problem.key].repair
    assert any(not line.ok for line in health.checks)


def test_every_cause_has_its_own_key() -> None:
    assert len({cause.key for cause in twilio.causes}) == len(twilio.causes) > 25


@pytest.mark.parametrize("answer", [GONE, CUT, refusal(20429, 429), reply({}, 503)])
def test_twilio_away_is_not_called_broken(answer: Any) -> None:
    for route in (ACCOUNT, READ):
        health, _ = check({route: [answer]})
        assert health.status == ""
        assert all(not problem.number_status for problem in health.problems)


def test_a_key_works_on_when_the_token_was_replaced_but_nothing_signed_is_believed() -> None:
    health, pretend = check({ACCOUNT: [NOT_KNOWN]}, BY_KEY)
    assert [(problem.key, problem.hurts) for problem in health.problems] == [("token_replaced", ("receiving",))]
    assert READ in pretend.asked


def test_a_deleted_key_is_told_from_a_replaced_token() -> None:
    health, _ = check({READ: [NOT_KNOWN]}, BY_KEY)
    assert [problem.key for problem in health.problems] == ["api_key_refused"]
    assert "receiving" not in health.problems[0].hurts


def test_a_subaccount_that_the_operator_suspended_is_not_the_customer_s_to_open() -> None:
    page: Routes = {f"GET {BASE}/{CHILD}.json": [reply(account(CHILD, "suspended"))]}
    health, _ = check(page, OF_CHILD, MADE)
    assert [(each.key, each.fault, each.repair) for each in health.problems] == [("subaccount_suspended", "us", "")]


def test_a_sender_that_was_made_anew_is_found_by_its_number() -> None:
    health, _ = check({READ: [refusal(20404, 404)], SENDERS: [listed({**ONLINE, "sid": f"XE{'9' * 32}"})]})
    assert health.status == "connected"
    assert health.facts["channel_id"] == f"XE{'9' * 32}"


@pytest.mark.parametrize(
    "service",
    [
        {**SERVICE, "use_inbound_webhook_on_number": True},
        {**SERVICE, "inbound_request_url": None},
        {**SERVICE, "inbound_request_url": f"{HOOK_URL}#rc=5"},
    ],
)
def test_a_service_that_leaves_messages_to_the_sender_is_in_nobody_s_way(service: dict[str, Any]) -> None:
    health, pretend = check({"GET Services": [reply({"services": [service]})]})
    assert health.status == "connected"
    assert not any("ChannelSenders" in route for route in pretend.asked)


def test_a_last_message_that_only_its_person_could_not_get_says_nothing_of_the_number() -> None:
    health, _ = check({MESSAGES: [reply({"messages": [{"status": "undelivered", "error_code": 63003}]})]})
    assert (health.status, health.problems) == ("connected", ())
