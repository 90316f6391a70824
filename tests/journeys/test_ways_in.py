"""Signing in at the provider: finished, left half-way, in a blocked window, and what the customer can start."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
from playwright.sync_api import Browser, expect

from tests.journeys.connecting import at_step, begin, connect, connected, finish, get_ready, go_to, open_popup
from tests.journeys.demo import Demo
from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.looking import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_customer_writes_first_by_the_link_of_the_last_page(person: Person, browser: Browser, demo: Demo) -> None:
    number = connect(person)
    page = person.page
    link = page.locator("[data-chat-link]").get_attribute("href") or ""
    assert urlsplit(link).path.endswith(f"/wa.me/{number.digits}")
    drawn = page.get_by_role("img", name="QR code").locator("path").get_attribute("d")
    assert drawn == _drawing(link)

    customer = Handset(browser, demo, fresh_phone())
    customer.page.goto(link)
    look(customer.page, "wa-me/1-choose-a-handset")
    customer.page.get_by_label("Phone number").fill(customer.phone)
    customer.page.get_by_role("button", name="Open handset").click()
    assert parse_qs(urlsplit(link).query)["text"] == [customer.page.get_by_label("Message", exact=True).input_value()]
    customer.page.get_by_role("button", name="Send").click()

    expect(page.get_by_text("A message came in")).to_be_visible()
    look(page, "wa-me/2-message-came-in")
    page.get_by_role("link", name="Answer it").click()
    page.get_by_label("Your reply").fill("Welcome!")
    page.keyboard.press("Enter")
    expect(customer.received("Welcome!")).to_be_visible()
    customer.context.close()


def _drawing(link: str) -> str:
    svg = segno.make(link, error="m").svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True)
    found = re.search(r'\bd="([^"]+)"', svg)
    assert found
    return found[1]


def test_a_sign_in_left_half_way_says_so_and_goes_on(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    popup = open_popup(page)
    go_to(popup, "PHONE_NUMBER_SETUP")
    look(popup, "cancelled/1-popup")
    popup.get_by_role("button", name="Cancel").click()
    told = page.get_by_role("alert").filter(visible=True)
    expect(told).to_contain_text("closed while the phone number was being added. Nothing was changed.")
    expect(page.get_by_role("listitem").filter(has_text="Number added")).to_have_attribute("aria-current", "step")
    look(page, "cancelled/2-told")
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("main").get_by_role("link", name="Connect a number").click()
    page.get_by_role("link", name="All attempts").click()
    expect(page.get_by_role("article")).to_contain_text("Not finished")
    look(page, "cancelled/3-attempts")
    page.get_by_role("link", name=re.compile("Sign in again|Continue")).click()
    finish(open_popup(page))
    connected(page)
    page.get_by_role("link", name="Numbers").click()
    expect(page.get_by_role("row").filter(has_text="Connected")).to_have_count(1)
    expect(page.get_by_role("row").filter(has_text="Not finished")).to_have_count(0)


def test_a_closed_window_is_a_sign_in_left_half_way(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    open_popup(page).close()
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("before it was finished")
    finish(open_popup(page))
    connected(page)


def test_a_problem_that_meta_reports_is_told_in_its_words(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    popup = open_popup(page)
    popup.get_by_role("button", name="Report a problem").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("because of a problem that you reported")
    look(page, "cancelled/4-reported")


def test_a_blocked_window_leads_to_a_sign_in_on_a_full_page(person: Person) -> None:
    person.context.add_init_script("window.open = () => null")  # as a content blocker answers
    page = person.open("/whatsapp/integration-options")
    get_ready(page)
    page.get_by_role("button", name="Sign in with Meta").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("blocked the sign-in window")
    look(page, "blocked/1-told")
    page.get_by_role("link", name="Sign in on a full page").click()
    expect(at_step(page, "BUSINESS_ACCOUNT_SELECTION")).to_be_visible()
    look(page, "blocked/2-full-page")
    finish(page)
    connected(page)
    assert unquote(page.url).startswith(person.demo.url)


def test_whatever_the_window_says_the_number_is_found(person: Person) -> None:
    """The message as an object and late, lost, or without ids; and a number that stays in the phone's app."""
    numbers = [
        connect(person, data="an object", order="after the login answer"),
        connect(person, order="never"),
        connect(person, ids="only the WABA's"),
        connect(person, finish="FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING"),
    ]
    person.page.get_by_role("link", name="Numbers").click()
    for number in numbers:
        expect(person.page.get_by_role("row").filter(has_text=number.display)).to_contain_text("Connected")
    look(person.page, "numbers/1-several")


def test_a_number_that_stays_in_the_phone_s_app_is_used_here_as_well(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    begin(page, "Meta", "Keep the WhatsApp Business app")
    finish(open_popup(page, "Meta"))
    number = connected(page)
    person.open(f"/numbers/{number.credential_id}/registration")
    expect(page.get_by_role("main")).to_contain_text("in the WhatsApp Business app")
