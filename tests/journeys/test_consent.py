"""A customer ends advertisements, by a word and by WhatsApp's switch, and comes back; another one came by one."""

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.looking import look
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_stop_shows_at_once_and_no_advertisement_can_be_chosen(shop: Shop) -> None:
    facts = shop.page.locator(".thread-facts")
    expect(facts.get_by_role("link", name="Consent")).to_be_visible()
    shop.customer.write("Simama!")
    expect(facts.get_by_role("link", name="Wants no marketing")).to_be_visible()
    expect(shop.page.get_by_role("log")).to_contain_text("Simama!")
    look(shop.page, "consent/1-head")
    shop.reply.press("Escape")
    shop.page.keyboard.press("t")
    expect(shop.page.get_by_label("Search templates")).to_be_visible()
    if shop.page.get_by_text("have not been fetched yet").is_visible():
        shop.page.get_by_role("button", name="Fetch the list now").click()
        shop.reply.press("Escape")
        shop.page.keyboard.press("t")
    expect(shop.page.get_by_role("button", name="spring_sale")).to_be_disabled()
    expect(shop.page.get_by_role("button", name="order_update en_US")).to_be_enabled()
    expect(shop.page.get_by_text("this person does not want such messages")).to_be_visible()
    look(shop.page, "consent/2-templates")


def test_a_person_sees_who_said_so_and_records_the_opposite_by_keyboard(shop: Shop) -> None:
    shop.open_thread()
    shop.page.get_by_role("link", name="Wants no marketing").press("Enter")
    expect(shop.page.get_by_text("The customer wrote “Simama!”").first).to_be_visible()
    look(shop.page, "consent/3-page")
    shop.page.get_by_label("What they said").select_option("They want them")
    shop.page.get_by_label("How you know").fill("Signed at the counter")
    shop.page.get_by_role("button", name="Record it").press("Enter")
    expect(shop.page.get_by_text("Signed at the counter").first).to_be_visible()
    look(shop.page, "consent/4-recorded")
    shop.page.get_by_role("link", name="Back to the conversation").click()
    expect(shop.page.get_by_role("link", name="Wants marketing")).to_be_visible()


def test_the_switch_in_whatsapp_counts_as_well(shop: Shop) -> None:
    shop.open_thread()
    sandbox = shop.person.demo.sandbox
    sandbox.post("/_sandbox/customers", {"phone": shop.customer.phone, "opted_out": True})
    expect(shop.page.get_by_role("link", name="Wants no marketing")).to_be_visible()
    time.sleep(1.1)  # providers tell whole seconds, and of one moment the withdrawal counts
    sandbox.post("/_sandbox/customers", {"phone": shop.customer.phone, "opted_out": False})
    expect(shop.page.get_by_role("link", name="Wants marketing")).to_be_visible()


def test_an_answer_to_who_came_by_an_advertisement_opens_three_free_days(shop: Shop, browser: Browser) -> None:
    phone = fresh_phone()
    message = {
        "type": "text",
        "text": {"body": "I saw your roses"},
        "referral": {"source_type": "ad", "source_id": "7"},
    }
    asked = {"number": shop.number.digits, "from": phone, "message": message}
    shop.person.demo.sandbox.post("/_sandbox/inbound", asked)
    shop.person.open("/inbox")
    shop.page.locator("#rows").get_by_role("link").filter(has_text="I saw your roses").click()
    expect(shop.page.locator(".thread-facts")).to_contain_text("then 3 days are free")
    look(shop.page, "consent/5-answer-before")
    shop.reply.fill("They are fresh.")
    shop.send.click()
    expect(shop.page.locator(".thread-facts")).to_contain_text("Free until")
    look(shop.page, "consent/6-free-until")
    customer = Handset(browser, shop.person.demo, phone)
    customer.open_chat(shop.number.digits)
    expect(customer.received("They are fresh.")).to_be_visible()
    shop.open_thread()
