"""The provider refuses: the person reads why and what to do, and gets on from there."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.connecting import connected, finish, go_to, open_popup
from tests.journeys.looking import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_number_with_a_pin_asks_for_it_until_it_is_right(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    finish(open_popup(page), pin="314159")
    pin = page.get_by_label("Two-step PIN of this number")
    expect(pin).to_be_visible()
    expect(_told(page)).to_contain_text("PIN")
    look(page, "failure/1-pin-asked")
    pin.fill("271828")
    page.get_by_role("button", name="Register the number").click()
    expect(pin).to_have_value("")
    expect(_told(page)).to_contain_text("Two-step verification PIN incorrect")
    look(page, "failure/2-pin-wrong")
    page.get_by_label("Two-step PIN of this number").fill("314159")
    page.get_by_role("button", name="Register the number").click()
    connected(page)
    expect(page.get_by_role("button", name="Show the PIN")).to_have_count(0)


def test_a_permission_not_given_is_named(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    popup = open_popup(page)
    go_to(popup, "PERMISSIONS")
    popup.get_by_label("Send and receive WhatsApp messages for you").uncheck()
    popup.get_by_role("button", name="Continue").click()
    expect(_told(page)).to_contain_text("whatsapp_business_messaging")
    look(page, "failure/3-scope-missing")
    finish(open_popup(page))
    connected(page)


def test_a_code_that_came_too_late_or_twice_is_asked_for_again(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    finish(open_popup(page), code="expired already")
    expect(_told(page)).to_contain_text("its code is good for 30 seconds only. Sign in once more")
    look(page, "failure/4-code-expired")
    finish(open_popup(page), code="used already")
    expect(_told(page)).to_contain_text("used already. Sign in once more")
    finish(open_popup(page))
    connected(page)


def test_a_sign_in_without_a_number_says_so(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    finish(open_popup(page), finish="FINISH_ONLY_WABA")
    expect(_told(page)).to_contain_text("number")
    look(page, "failure/5-no-number")


def test_a_provider_that_is_away_is_not_the_persons_fault(person: Person) -> None:
    page = person.open("/whatsapp/integration-options")
    popup = open_popup(page)
    go_to(popup, "PERMISSIONS")
    person.demo.sandbox.post("/_sandbox/faults", {"kind": "http_status", "code": 500, "path": "/register", "for": 60})
    popup.get_by_role("button", name="Continue").click()
    expect(_told(page)).to_be_visible()
    look(page, "failure/6-provider-away")
    person.demo.sandbox.http.delete("/_sandbox/faults")
    page.get_by_role("button", name="Continue").click()
    connected(page)


def _told(page: Page) -> Locator:
    return page.get_by_role("alert").filter(visible=True)
