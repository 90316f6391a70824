"""Twilio in each way in: a person's own account, Meta's window, the installation's own number; finished, left, failed,
gone on with."""

import re
import secrets
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.connecting import arrived, begin, choose, finish, go_to, open_popup
from tests.journeys.demo import Demo
from tests.journeys.fixtures import NewPerson
from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.looking import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
KEYS, WINDOW = "Your own Twilio account", "Sign in with Facebook"
OWN = "The installation's own number"


def account(demo: Demo, **facts: str) -> dict[str, Any]:
    """An account as somebody has it at Twilio already, with a number."""
    made: dict[str, Any] = demo.sandbox.post("/_sandbox/numbers", {"provider": "twilio", **facts})
    return made


def paste(page: Page, made: dict[str, Any], **instead: str) -> None:
    typed = {**made, **instead}
    page.get_by_label("Account SID", exact=True).fill(typed["account_sid"])
    page.get_by_label("Auth Token", exact=True).fill(typed["auth_token"])
    page.get_by_role("button", name="Check and connect").click()


def talk(page: Page, browser: Browser, demo: Demo) -> None:
    """From the last page of the wizard: a customer writes by its link, and is answered."""
    customer = Handset(browser, demo, fresh_phone())
    customer.page.goto(page.locator("[data-chat-link]").get_attribute("href") or "")
    customer.page.get_by_label("Phone number").fill(customer.phone)
    customer.page.get_by_role("button", name="Open handset").click()
    customer.page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Answer it").click()
    page.get_by_label("Your reply").fill("Karibu!")
    page.keyboard.press("Enter")
    expect(customer.received("Karibu!")).to_be_visible()
    expect(page.locator(".bubble-out").filter(has_text="Karibu!").get_by_title("Read")).to_be_visible()
    customer.context.close()


def told(page: Page) -> Any:
    return page.get_by_role("alert").filter(visible=True)


# --- an account of one's own -----------------------------------------------------------------------------------------


def test_the_keys_of_an_account_bring_its_number_and_a_customer_talks_with_it(
    person: Person, browser: Browser, demo: Demo
) -> None:
    made = account(demo, name="Duka la Amina")
    page = person.open("/whatsapp/integration-options")
    begin(page, "Twilio", KEYS)
    look(page, "twilio/1-keys")
    paste(page, made)
    number = arrived(page)
    assert number.digits == re.sub(r"\D", "", made["phone_number"])
    expect(page.get_by_text("Write to the number first")).to_be_visible()
    look(page, "twilio/2-connected")
    talk(page, browser, demo)
    person.open(f"/numbers/{number.credential_id}/health")
    look(page, "twilio/3-health")


def test_a_wrong_token_is_told_and_asked_for_again(person: Person, demo: Demo) -> None:
    made = account(demo)
    page = person.open("/whatsapp/integration-options")
    begin(page, "Twilio", KEYS)
    paste(page, made, auth_token=secrets.token_hex(16))
    expect(told(page).first).to_contain_text("does not accept this Account SID with this Auth Token")
    look(page, "twilio/4-wrong-token")
    begin(page, "Twilio", KEYS)
    paste(page, made)
    arrived(page)


def test_of_several_senders_the_person_chooses(person: Person, demo: Demo) -> None:
    first = account(demo, name="Duka")
    second = account(demo, name="Mkahawa", account_sid=first["account_sid"], waba_id=first["waba_id"])
    page = person.open("/whatsapp/integration-options")
    begin(page, "Twilio", KEYS)
    paste(page, first)
    page.get_by_label("Mkahawa").check()
    look(page, "twilio/5-choice")
    page.get_by_role("button", name="Connect this number").click()
    assert arrived(page).digits == re.sub(r"\D", "", second["phone_number"])


def test_an_account_without_a_sender_is_explained_and_gone_on_with(person: Person, demo: Demo) -> None:
    made = account(demo)
    removed = demo.sandbox.http.delete(
        f"/twilio/messaging/v2/Channels/Senders/{made['sender_sid']}", auth=(made["account_sid"], made["auth_token"])
    )
    assert removed.status_code == 204
    page = person.open("/whatsapp/integration-options")
    begin(page, "Twilio", KEYS)
    paste(page, made)
    expect(told(page).first).to_contain_text("has no WhatsApp sender yet")
    look(page, "twilio/6-no-sender")
    account(demo, account_sid=made["account_sid"])
    page.get_by_role("button", name="Continue").click()
    arrived(page)


# --- Meta's window ---------------------------------------------------------------------------------------------------


def test_metas_window_makes_a_number_that_a_customer_talks_with(person: Person, browser: Browser, demo: Demo) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "Twilio", WINDOW)
    finish(open_popup(page, "Twilio"))
    arrived(page)
    talk(page, browser, demo)
    page.get_by_role("link", name="Numbers").click()
    expect(page.get_by_role("row").filter(has_text="Twilio")).to_contain_text("Connected")


def test_who_closes_metas_window_is_told_and_goes_on(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "Twilio", WINDOW)
    popup = open_popup(page, "Twilio")
    go_to(popup, "PHONE_NUMBER_SETUP")
    popup.get_by_role("button", name="Cancel").click()
    expect(told(page).first).to_contain_text("Nothing was changed")
    begin(page, "Twilio", WINDOW)
    finish(open_popup(page, "Twilio"))
    arrived(page)


def test_a_number_that_is_not_verified_asks_for_its_code(person: Person, demo: Demo) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "Twilio", WINDOW)
    popup = open_popup(page, "Twilio")
    choose(popup, verified="not verified")
    finish(popup)
    code = page.get_by_label("Code that the number received")
    expect(code).to_be_visible(timeout=60_000)
    look(page, "twilio/7-code")
    right = newest_code(demo)
    code.fill("000000" if right != "000000" else "111111")
    page.get_by_role("button", name="Verify the number").click()
    expect(told(page).first).to_contain_text("does not accept this code", timeout=60_000)
    code.fill(right)
    page.get_by_role("button", name="Verify the number").click()
    arrived(page)


# --- the installation's own number -----------------------------------------------------------------------------------


def test_only_whoever_runs_the_installation_connects_its_own_number(
    person: Person, new_person: NewPerson, browser: Browser, demo: Demo
) -> None:
    person.open("/whatsapp/integration-options").get_by_role("link", name="Connect with Twilio").click()
    expect(person.page.get_by_label(KEYS, exact=True)).to_be_visible()
    expect(person.page.get_by_label(OWN, exact=True)).to_have_count(0)
    operator = new_person()
    operator.address, operator.password = demo.facts["email"], demo.facts["password"]
    page = operator.open("/whatsapp/integration-options")
    operator.log_in()
    begin(page, "Twilio", OWN)
    look(page, "twilio/8-own-number")
    page.get_by_role("button", name="Check and connect").click()
    assert arrived(page).digits == "14155550100"
    talk(page, browser, demo)
    page.get_by_role("link", name="Numbers").click()
    expect(page.get_by_role("row").filter(has_text="Twilio")).to_contain_text("Connected")


def newest_code(demo: Demo, patience_s: float = 10) -> str:
    """What the SMS said."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        waiting = [each for each in demo.sandbox.get("/_sandbox/numbers") if each["code"] and "sender_sid" in each]
        if waiting:
            return str(waiting[-1]["code"])
        time.sleep(0.1)
    raise AssertionError("no code was sent")
