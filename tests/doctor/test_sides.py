"""Trouble on one side of a connection never disables another."""

import pytest

from safarichat.accounts.models import Account
from safarichat.numbers import health, reading, sides
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Health, Problem
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db


def problem(*hurts: str, status: str = "") -> Problem:
    return Problem(key="broken", message="It is broken.", cure="Mend it.", hurts=hurts, number_status=status)  # type: ignore[arg-type]  # words


def states(row: OfficialWhatsappCredential) -> dict[str, str]:
    return {one.side: one.state for one in sides.of(row)}


def checked(row: OfficialWhatsappCredential, found: Problem, status: str) -> None:
    health.take_check(row, Health(status=status, checks=(), problems=(found,)))
    row.save()


def test_a_templates_trouble_stops_neither_sending_nor_receiving(number: OfficialWhatsappCredential) -> None:
    checked(number, problem("templates", status="suspended"), "suspended")
    assert number.status == "attention"
    assert number.may_send
    assert states(number) == {"sending": "good", "receiving": "good", "templates": "trouble", "media": "good"}


def test_a_failed_call_about_templates_leaves_the_number_sending(number: OfficialWhatsappCredential) -> None:
    health.credential_failed(number.pk, problem("templates", status="reauth_required"))
    number.refresh_from_db()
    assert number.may_send


def test_what_hurts_sending_may_suspend_the_number(number: OfficialWhatsappCredential) -> None:
    checked(number, problem("sending", status="suspended"), "suspended")
    assert number.status == "suspended"
    assert states(number)["sending"] == "stopped"
    assert states(number)["receiving"] == "good"


def test_without_a_sign_in_messages_still_arrive(account: Account) -> None:
    row = make_number(account, status="reauth_required", checked_at="2026-11-01T00:00:00Z")
    assert states(row) == {"sending": "stopped", "receiving": "good", "templates": "stopped", "media": "stopped"}


def test_what_is_disconnected_has_no_side_left(account: Account) -> None:
    row = make_number(account, status="disconnected")
    assert set(states(row).values()) == {"stopped"}


def test_a_number_that_was_never_looked_at_is_not_called_healthy(account: Account) -> None:
    assert set(states(make_number(account)).values()) == {"unknown"}


def test_the_status_answer_tells_each_side_and_why(number: OfficialWhatsappCredential) -> None:
    checked(number, problem("media"), "attention")
    told = reading.summary(number)["health"]["sides"]
    assert told["media"] == {"state": "trouble", "because": ["broken"]}
    assert told["sending"] == {"state": "good", "because": []}


def test_a_check_that_finds_nothing_clears_what_was_found_before(number: OfficialWhatsappCredential) -> None:
    checked(number, problem("media"), "attention")
    health.take_check(number, Health(status="connected", checks=(), problems=()))
    assert set(states(number).values()) == {"good"}


def test_a_provider_that_can_not_be_asked_changes_nothing(number: OfficialWhatsappCredential) -> None:
    checked(number, problem("media"), "attention")
    health.take_check(number, Health(status="", checks=(), problems=()))
    assert states(number)["media"] == "trouble"
