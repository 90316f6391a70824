"""360dialog in each way in: its own pages, a pasted key, Meta's window; finished, left, failed, gone on with."""

import re
import secrets

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.connecting import arrived, begin, finish, open_popup
from tests.journeys.demo import Demo
from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.looking import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def sign_up(page: Page, *, phone: str = "", grants: bool = True) -> None:
    """Through 360dialog's own pages, which send the browser back."""
    press(page, "account")
    if phone:
        page.get_by_label("New number").fill(phone)
    press(page, "number")
    if not grants:
        page.get_by_label("This partner may send").uncheck()
    press(page, "permission")


def press(page: Page, step: str) -> None:
    expect(page.locator(f"form[data-step={step}]")).to_be_visible()
    page.get_by_role("button", name="Continue").click()


def test_its_own_pages_lead_back_to_a_number_that_a_customer_talks_with(
    person: Person, browser: Browser, demo: Demo
) -> None:
    page = person.open("/whatsapp/integration-options")
    look(page, "360dialog/1-comparison")
    begin(page, "360dialog", "Sign up with 360dialog")
    expect(page.locator("form[data-step=account]")).to_be_visible()
    look(page, "360dialog/2-its-pages")
    sign_up(page)
    number = arrived(page)
    look(page, "360dialog/3-connected")

    customer = Handset(browser, demo, fresh_phone())
    customer.page.goto(page.locator("[data-chat-link]").get_attribute("href") or "")
    customer.page.get_by_label("Phone number").fill(customer.phone)
    customer.page.get_by_role("button", name="Open handset").click()
    customer.page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Answer it").click()
    page.get_by_label("Your reply").fill("Karibu!")
    page.keyboard.press("Enter")
    expect(customer.received("Karibu!")).to_be_visible()
    customer.context.close()
    person.open(f"/numbers/{number.credential_id}/health")
    look(page, "360dialog/4-health")


def test_who_closes_its_pages_is_told_and_goes_on_later(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "360dialog", "Sign up with 360dialog")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("main")).to_contain_text("before a number was allowed")
    look(page, "360dialog/5-cancelled")
    person.open("/whatsapp/official/status")
    page.get_by_role("link", name=re.compile("Sign in again|Continue")).click()
    begin(page, "360dialog", "Sign up with 360dialog")
    sign_up(page)
    arrived(page)


def test_who_gives_no_permission_is_told_so(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "360dialog", "Sign up with 360dialog")
    sign_up(page, grants=False)
    expect(page.get_by_role("main")).to_contain_text("before a number was allowed")


def test_a_pasted_key_is_enough_and_a_wrong_one_is_asked_for_again(person: Person, demo: Demo) -> None:
    made = demo.sandbox.post("/_sandbox/numbers", {"provider": "360dialog", "name": "Duka la Amina"})
    page = person.open("/whatsapp/integration-options")
    begin(page, "360dialog", "Paste an API key")
    field = page.get_by_label("API key", exact=True)
    field.fill(secrets.token_hex(16))
    page.get_by_role("button", name="Check and connect").click()
    expect(page.get_by_role("alert").filter(visible=True).first).to_contain_text("key")
    look(page, "360dialog/6-wrong-key")
    person.open("/whatsapp/integration-options")
    begin(page, "360dialog", "Paste an API key")
    page.get_by_label("API key", exact=True).fill(made["api_key"])
    page.get_by_role("button", name="Check and connect").click()
    assert arrived(page).digits == re.sub(r"\D", "", made["phone_number"])


def test_metas_window_brings_a_number_to_it(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "360dialog", "Sign in with Facebook")
    finish(open_popup(page, "360dialog"))
    arrived(page)
    page.get_by_role("link", name="Numbers").click()
    expect(page.get_by_role("row").filter(has_text="360dialog")).to_contain_text("Connected")


def test_metas_window_left_half_way_is_gone_on_with(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "360dialog", "Sign in with Facebook")
    open_popup(page, "360dialog").close()
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("before it was finished")
    begin(page, "360dialog", "Sign in with Facebook")
    finish(open_popup(page, "360dialog"))
    arrived(page)
