"""A number after it was connected: its profile, its code and PIN, a sign-in that is taken away and given again."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.connecting import Number, at_step, connect, connected
from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.looking import look
from tests.journeys.person import Person
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_profile_is_checked_before_it_is_sent_and_saved(person: Person) -> None:
    page = person.open("/whatsapp/integration-options?provider=360dialog&mode=keys")
    key = person.demo.sandbox.post("/_sandbox/numbers", {"provider": "360dialog"})["api_key"]
    page.get_by_role("button", name="Connect with 360dialog").click()
    page.locator("form[data-typed] input[type=password]").fill(key)
    page.locator("form[data-typed]").get_by_role("button").click()
    number = connected(page)
    page = person.open(f"/numbers/{number.credential_id}")
    page.get_by_role("link", name="Profile").click()
    look(page, "life/1-profile")
    page.get_by_label("Email").fill("nobody")
    page.get_by_label("Description").fill("Flowers, brought to you.")
    page.get_by_role("button", name="Save the profile").click()
    expect(page.get_by_text("Enter a valid email address.")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Flowers, brought to you.")
    look(page, "life/2-profile-wrong")
    page.get_by_label("Email").fill("hello@example.com")
    page.get_by_label("Kind of business").select_option("Shopping and retail")
    page.get_by_role("button", name="Save the profile").press("Enter")
    expect(page.get_by_text("The profile is changed.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Email")).to_have_value("hello@example.com")
    expect(page.get_by_text("The photo is changed in 360dialog's hub.")).to_be_visible()
    page.get_by_role("link", name="Registration").click()
    expect(page.get_by_text("360dialog registers and verifies the number itself").first).to_be_visible()
    look(page, "life/3-registration-elsewhere")


def test_a_code_is_entered_a_pin_set_and_the_number_signed_off_and_on(person: Person) -> None:
    number = connect(person)
    page = person.open(f"/numbers/{number.credential_id}/registration")
    _, phone_number_id = _ids_of(person, number)
    change = {"code_verification_status": "NOT_VERIFIED"}
    person.demo.sandbox.http.patch(f"/_sandbox/numbers/{phone_number_id}", json=change)
    page.get_by_text("Verify it again").click()
    page.get_by_label("How shall the code come?").select_option("By a call")
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("button", name="Send another code")).to_be_disabled()
    expect(page.locator("[data-wait]")).to_have_text(re.compile(r"0:[0-5]\d"))
    look(page, "life/4-code")
    page.get_by_label("Code that the number received").fill("000000")
    page.get_by_role("button", name="Verify the number").click()
    expect(page.get_by_text("4 more tries with this code.")).to_be_visible()
    look(page, "life/5-code-wrong")
    code = person.demo.sandbox.get(f"/_sandbox/numbers/{phone_number_id}")["code"]
    page.get_by_label("Code that the number received").fill(f"{code[:3]}-{code[3:]}")
    page.get_by_label("Code that the number received").press("Enter")
    expect(page.get_by_text("The number is verified: a code that came to it was entered.")).to_be_visible()
    pin = page.locator("#two-step")
    pin.get_by_label("PIN", exact=True).fill("135790")
    pin.get_by_label("The same PIN again").fill("135790")
    pin.get_by_role("button", name="Change the PIN").click()
    expect(pin.get_by_role("status")).to_be_visible()
    place = page.locator("#registered")
    place.get_by_text("Sign it off").click()
    place.get_by_label("to confirm").fill(number.display)
    place.get_by_role("button", name="Sign the number off").click()
    expect(place.get_by_text("nothing can be sent with it")).to_be_visible()
    look(page, "life/6-signed-off")
    place.get_by_label("PIN", exact=True).fill("135790")
    place.get_by_role("button", name="Register the number").click()
    expect(place.get_by_text("The number is registered: messages can go out.")).to_be_visible()
    expect(place.get_by_text("3 times in the last 72 hours")).to_be_visible()


def test_a_sign_in_that_is_taken_away_stops_nothing_for_good(person: Person, browser: Browser) -> None:
    """The message waits below one banner, and goes out after one sign-in with its conversation where it was."""
    number = connect(person)
    customer = Handset(browser, person.demo, fresh_phone())
    customer.open_chat(number.digits)
    customer.write("Are you open today?")
    page = person.open("/inbox")
    page.locator("#rows").get_by_role("link").filter(has_text="Are you open today?").click()
    mine = Shop(person, number, customer, page.url)
    waba_id, phone_number_id = _ids_of(person, number)
    mine.reply.fill("Until six.")
    person.demo.sandbox.post("/_sandbox/tokens/revoke", {"phone_number_id": phone_number_id})
    mine.reply.press("Enter")
    banner = page.locator("#stopped").get_by_role("alert")
    expect(banner).to_contain_text(number.display)
    expect(banner).to_contain_text("1 message waits and goes out after you have signed in again.")
    look(page, "life/7-stopped")
    banner.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_role("button", name="Sign in with Meta")).to_be_enabled()
    look(page, "life/8-sign-in-again")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Sign in with Meta").click()
    _sign_in_with(opened.value, waba_id, phone_number_id)
    connected(page)
    mine.open_thread()
    expect(page.locator("#stopped").get_by_role("alert")).to_have_count(0)
    mine.sent_once("Until six.")


def _sign_in_with(popup: Page, waba_id: str, phone_number_id: str) -> None:
    """Through the sign-in window with what was chosen there the first time."""
    expect(at_step(popup, "BUSINESS_ACCOUNT_SELECTION")).to_be_visible()
    popup.locator("input[name=business]:not([value=new])").last.check()
    popup.get_by_role("button", name="Continue").click()
    expect(at_step(popup, "WABA_PHONE_PROFILE_PICKER")).to_be_visible()
    popup.locator(f"input[name=waba][value='{waba_id}']").check()
    popup.locator(f"input[name=number][value='{phone_number_id}']").check()
    popup.get_by_role("button", name="Continue").click()
    expect(at_step(popup, "PERMISSIONS")).to_be_visible()
    popup.get_by_role("button", name="Continue").click()


def _ids_of(person: Person, number: Number) -> tuple[str, str]:
    """The business account's and the number's at the provider."""
    known = person.demo.sandbox.get("/_sandbox/numbers?provider=meta")
    ((waba_id, phone_number_id),) = [
        (each["waba_id"], each["phone_number_id"]) for each in known if each["phone_number"] == f"+{number.digits}"
    ]
    return waba_id, phone_number_id
