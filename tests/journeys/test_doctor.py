"""The doctor's page: five things go wrong at providers, each is named there, and one click cures it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.connecting import arrived, begin, connect
from tests.journeys.demo import Demo
from tests.journeys.looking import look
from tests.journeys.person import Person
from tests.journeys.test_360dialog import sign_up

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
PATIENCE_MS = 70_000  # a provider's narrow limit of calls makes a check wait its turn
STRANGERS = re.compile(r"signature did not fit|tried to verify our webhook address")  # other journeys of this demo
ELSEWHERE = "https://elsewhere.example.com/hook"


def go_wrong(demo: Demo, digits: str, **states: Any) -> None:
    demo.sandbox.http.patch(f"/_sandbox/numbers/+{digits}", json=states).raise_for_status()


def check(page: Page, told: str) -> None:
    """Have it looked at; the finding says what is wrong."""
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("article").filter(has_text=told)).to_be_visible(timeout=PATIENCE_MS)


def repair(page: Page, told: str) -> None:
    page.get_by_role("article").filter(has_text=told).get_by_role("button", name="Repair").click()
    expect(page.get_by_role("article").filter(has_text=told)).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.get_by_text("Repaired.")).to_be_visible()


def is_well(page: Page) -> None:
    """Nothing is wrong with the number; what strangers tried at the installation is told on each of its numbers."""
    expect(page.get_by_role("region", name="Webhook")).to_be_visible()
    expect(page.get_by_role("article").filter(has_not_text=STRANGERS)).to_have_count(0)


def test_three_troubles_at_meta_are_named_and_cured(person: Person, demo: Demo) -> None:
    number = connect(person)
    page = person.open(f"/numbers/{number.credential_id}/health")
    for states, told in (
        ({"subscribed": False}, "get this account's events"),
        ({"override_callback_uri": ELSEWHERE}, "Another webhook address is set for this number"),
        ({"registered": False}, "not registered"),
    ):
        go_wrong(demo, number.digits, **states)
        check(page, told)
        if "subscribed" in states:
            look(page, "doctor/1-not-subscribed")
        repair(page, told)
    is_well(page)
    look(page, "doctor/2-well-again")


def test_two_troubles_at_360dialog_are_named_and_cured(person: Person, demo: Demo) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "360dialog", "Sign up with 360dialog")
    sign_up(page)
    number = arrived(page)
    page = person.open(f"/numbers/{number.credential_id}/health")
    for states, told in (
        ({"webhook_url": ""}, "has no webhook address"),
        ({"key_replaced": True}, "newer key was made"),
    ):
        go_wrong(demo, number.digits, **states)
        check(page, told)
        repair(page, told)
    is_well(page)


def test_the_report_names_what_is_wrong_and_nobody(person: Person, demo: Demo) -> None:
    number = connect(person)
    go_wrong(demo, number.digits, payment=False)
    page = person.open(f"/numbers/{number.credential_id}/health")
    check(page, "no payment method")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Report to share").click()
    told = saved.value.path().read_text()
    assert "payment_missing" in told
    assert number.digits not in told
    assert not re.search(r"EAA\w{10,}", told)
