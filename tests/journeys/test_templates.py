"""Templates by clicks and keys: found, filled in, seen, sent, and read on the customer's phone."""

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.looking import look
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


def fill_order(page: Page) -> None:
    page.get_by_label("Heading").fill("A-2024")
    for label, value in (("Value 1", "Zawadi"), ("Value 2", "lilies"), ("Value 3", "Monday")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("End of the link").fill("A-2024")


def test_a_template_is_found_filled_in_seen_and_sent(shop: Shop, browser: Browser) -> None:
    phone = fresh_phone()
    shop.new_conversation(phone, "order_update en_US")
    look(shop.page, "templates/1-fields")
    fill_order(shop.page)
    expect(shop.page.locator(".bubble-look")).to_contain_text("Hi Zawadi, your order of lilies")
    look(shop.page, "templates/2-filled")
    shop.page.get_by_role("button", name="Send the template").click()
    expect(shop.page.locator(".bubble-out")).to_be_visible()
    customer = Handset(browser, shop.person.demo, phone)
    customer.open_chat(shop.number.digits)
    expect(customer.received("Hi Zawadi, your order of lilies")).to_be_visible()
    look(customer.page, "templates/3-handset")
    shop.open_thread()


def test_behind_a_closed_window_a_template_is_at_hand_by_keyboard_and_on_a_phone(shop: Shop) -> None:
    shop.new_conversation(fresh_phone())
    shop.page.get_by_role("button", name="Send the template").click()
    expect(shop.page.get_by_text("The 24-hour window is closed.")).to_be_visible()
    expect(shop.page.get_by_role("button", name="order_update en_US")).to_be_visible()
    expect(shop.page.get_by_role("button", name="feedback")).to_be_disabled()
    look(shop.page, "templates/4-closed-window")
    shop.page.set_viewport_size(NARROW)
    shop.page.get_by_label("Search templates").fill("coffee")
    shop.page.get_by_label("Search templates").press("Enter")
    expect(shop.page.get_by_role("button", name="hello_world")).to_have_count(0)
    shop.page.get_by_role("button", name="new_coffees").press("Enter")
    expect(shop.page.get_by_label("Card 1: Picture")).to_be_visible()
    look(shop.page, "templates/5-carousel-on-a-phone")
    shop.page.get_by_label("Value 1", exact=True).fill("Zawadi")
    for card in ("Card 1", "Card 2"):
        shop.page.get_by_label(f"{card}: Picture").fill("https://files.example/coffee.jpg")
        shop.page.get_by_label(f"{card}: End of the link").fill("blend")
    shop.page.get_by_role("button", name="Send the template").press("Enter")
    expect(shop.page.get_by_text("The template new_coffees is on its way.")).to_be_visible()
    expect(
        shop.page.locator(".bubble-out").filter(has_text="New this week, Zawadi").get_by_title("Delivered")
    ).to_be_visible()
    look(shop.page, "templates/6-sent")
    shop.page.set_viewport_size(WIDE)
    shop.open_thread()


def test_t_opens_the_templates_beside_a_reply(shop: Shop) -> None:
    shop.reply.press("Escape")
    shop.page.keyboard.press("t")
    shop.page.get_by_role("button", name="sign_in_code").click()
    shop.page.get_by_label("Value 1", exact=True).fill("482913")
    shop.page.get_by_role("button", name="Send the template").click()
    expect(shop.customer.received("*482913* is your verification code")).to_be_visible()
    expect(shop.reply).to_be_visible()
