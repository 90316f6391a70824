"""Connect links: made at a desk, opened by a customer who has no login, once."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.connecting import begin, finish, open_popup
from tests.journeys.demo import Demo
from tests.journeys.fixtures import NewPerson
from tests.journeys.looking import SCREENS, look
from tests.journeys.person import Person
from tests.journeys.test_360dialog import sign_up

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def make(person: Person, reference: str) -> str:
    """The address of a new link."""
    page = person.open("/developers/links")
    page.get_by_label("Who invites").fill("Asha Flowers")
    page.get_by_label("Colour").fill("#0f766e")
    page.get_by_label("Your reference").fill(reference)
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_role("listitem").filter(has_text=reference).locator("[data-address]").inner_text()


def thanked(page: Page) -> None:
    heading = page.get_by_role("heading", name="Your number is connected")
    expect(heading).to_be_visible(timeout=150_000)


def test_a_customer_connects_a_number_through_metas_window(person: Person, new_person: NewPerson) -> None:
    address = make(person, "window")
    look(person.page, "links/1-made")
    customer = new_person()
    page = customer.page
    page.goto(address)
    expect(page.get_by_role("heading", name="Asha Flowers invites you")).to_be_visible()
    look(page, "links/2-invited")
    page.get_by_role("link", name="Connect with Meta").click()
    look(page, "links/3-wizard")
    finish(open_popup(page))
    thanked(page)
    look(page, "links/4-connected")
    entry = person.page.get_by_role("listitem").filter(has_text="window")
    expect(entry).to_contain_text("Number connected")
    entry.get_by_role("link").click()
    expect(person.page.get_by_role("main")).to_contain_text("Connected")

    stranger = new_person()
    stranger.expect_trouble(r"status of 410")
    stranger.page.goto(address)
    expect(stranger.page.get_by_role("heading", name="can't be used any more")).to_be_visible()


def test_a_customer_is_led_through_360dialogs_own_pages_and_back(person: Person, new_person: NewPerson) -> None:
    address = make(person, "pages")
    customer = new_person()
    page = customer.page
    page.goto(address)
    begin(page, "360dialog", "Sign up with 360dialog")
    expect(page.locator("form[data-step=account]")).to_be_visible()
    sign_up(page)
    thanked(page)
    expect(person.page.get_by_role("listitem").filter(has_text="pages")).to_contain_text("Number connected")


def test_a_pin_is_entered_on_the_links_page(person: Person, new_person: NewPerson) -> None:
    address = make(person, "pin")
    customer = new_person()
    page = customer.page
    page.goto(address)
    page.get_by_role("link", name="Connect with Meta").click()
    finish(open_popup(page), pin="123456")
    page.get_by_label("Two-step PIN of this number").fill("123456")
    page.get_by_role("button", name="Register the number").click()
    thanked(page)


def test_a_link_taken_back_is_of_no_use(person: Person, browser: Browser, demo: Demo) -> None:
    address = make(person, "withdrawn")
    person.page.get_by_role("button", name="Revoke the link for withdrawn").click()
    expect(person.page.get_by_role("listitem").filter(has_text="withdrawn")).to_contain_text("Revoked")
    context = browser.new_context()
    answer = context.new_page().goto(address)
    assert answer is not None
    assert answer.status == 410
    assert re.search("taken back", answer.text())
    context.close()


def test_the_management_api_is_read_and_tried_in_the_browser(person: Person) -> None:
    page = person.open("/developers/links")
    page.get_by_role("link", name="Reference").click()
    expect(page.get_by_role("heading", name="SafariChat management API")).to_be_visible()
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_text("bearer", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_text("List numbers").click()
    page.get_by_role("button", name="Try it out").click()
    person.expect_trouble(r"status of 401")
    page.get_by_role("button", name="Execute").click()
    expect(page.get_by_text("unknown_key").first).to_be_visible()
    page.screenshot(path=SCREENS / "links" / "5-reference.png")
