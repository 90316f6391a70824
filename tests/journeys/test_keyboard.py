"""The main job by keyboard alone: the mouse is never touched."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.connecting import STEPS, at_step, connected
from tests.journeys.demo import Demo
from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.looking import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

MOST_TABS = 60


def test_the_main_job_needs_no_mouse(person: Person, browser: Browser, demo: Demo) -> None:
    page = person.page
    _log_out_and_in(person)
    _connect(page)
    customer = Handset(browser, demo, fresh_phone())
    _open_the_conversation(page, customer)
    _reply(page, customer)
    customer.context.close()


def _log_out_and_in(person: Person) -> None:
    page = person.page
    _press(page, page.get_by_role("button", name="Log out"))
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    _type(page, page.get_by_label("Email"), person.address)
    _type(page, page.get_by_label("Password"), person.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def _connect(page: Page) -> None:
    _press(page, page.get_by_role("main").get_by_role("link", name="Connect a number"))
    _press(page, page.get_by_role("link", name="Connect with Meta"))
    _press(page, page.get_by_role("button", name="Connect with Meta"))
    sign_in = page.get_by_role("button", name="Sign in with Meta")
    expect(sign_in).to_be_focused()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    popup = opened.value
    for step in STEPS:
        expect(at_step(popup, step)).to_be_visible()
        _press(popup, popup.get_by_role("button", name="Continue"))
    connected(page)


def _open_the_conversation(page: Page, customer: Handset) -> None:
    _type(page, page.get_by_label("To", exact=True), customer.phone)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your message arrived.")).to_be_visible()
    _press(page, page.get_by_role("link", name="Open the inbox"))
    customer.open_chat("Baraka Traders")
    customer.write("By keyboard?")
    expect(page.locator("#rows")).to_contain_text("By keyboard?")
    page.keyboard.press("j")
    expect(page.locator("#rows a").first).to_be_focused()
    look(page, "keyboard/1-inbox")
    page.keyboard.press("Enter")


def _reply(page: Page, customer: Handset) -> None:
    expect(page.get_by_role("log")).to_contain_text("By keyboard?")
    expect(page.get_by_label("Your reply")).to_be_focused()
    page.keyboard.type("By keyboard.")
    page.keyboard.press("Enter")
    expect(customer.received("By keyboard.")).to_be_visible()
    expect(page.locator(".bubble-out").filter(has_text="By keyboard.").get_by_title("Read")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    look(page, "keyboard/2-keys")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def _type(page: Page, field: Locator, text: str) -> None:
    _go_to(page, field)
    page.keyboard.type(text)


def _press(page: Page, button: Locator) -> None:
    _go_to(page, button)
    page.keyboard.press("Enter")


def _go_to(page: Page, wanted: Locator) -> None:
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")
