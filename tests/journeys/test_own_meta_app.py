"""Meta direct by an app of one's own, and a sign-in that shares no number yet."""

import secrets
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.connecting import arrived, begin, choose, finish, open_popup
from tests.journeys.demo import Demo
from tests.journeys.looking import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def paste(page: Page, app: dict[str, Any], **instead: str) -> None:
    typed = {**app, **instead}
    page.get_by_label("App id", exact=True).fill(typed["app_id"])
    page.get_by_label("App secret", exact=True).fill(typed["app_secret"])
    page.get_by_label("System user's token", exact=True).fill(typed["access_token"])
    page.get_by_role("button", name="Check and connect").click()


def test_one_of_an_app_s_numbers_is_chosen_after_a_wrong_secret(person: Person, demo: Demo) -> None:
    app = demo.sandbox.post("/_sandbox/apps", {"numbers": 2})
    page = person.open("/whatsapp/integration-options")
    begin(page, "Meta", "Your own Meta app")
    paste(page, app, app_secret=secrets.token_hex(16))
    expect(page.get_by_role("alert").filter(visible=True).first).to_contain_text("secret")
    look(page, "own-app/1-wrong-secret")
    person.open("/whatsapp/integration-options")
    begin(page, "Meta", "Your own Meta app")
    paste(page, app)
    second = page.locator("input[name=choice]").nth(1)
    expect(second).to_be_visible()
    look(page, "own-app/2-which-number")
    second.check()
    page.get_by_role("button", name="Connect this number").click()
    number = arrived(page)
    person.open(f"/numbers/{number.credential_id}/health")
    page.get_by_text("Set it yourself at the provider").click()
    expect(page.get_by_text("Verify token", exact=True)).to_be_visible()


def test_a_sign_in_without_a_number_goes_on_with_one_that_is_added_here(person: Person, demo: Demo) -> None:
    page = person.open("/whatsapp/integration-options")
    popup = open_popup(page)
    choose(popup, finish="FINISH_ONLY_WABA")
    finish(popup)
    page.get_by_label("Country code").fill("44")
    look(page, "own-app/3-add-a-number")
    page.get_by_label("Phone number", exact=True).fill("7700 900987")
    page.get_by_label("Name that customers see").fill("Duka la Amina")
    page.get_by_role("button", name="Add this number").click()
    code = page.get_by_label("Code that the number received")
    send = page.get_by_role("button", name="Send a code by SMS")
    expect(code.or_(send).first).to_be_visible()
    if send.count():
        send.click()
    expect(code).to_be_visible()
    code.fill(demo.sandbox.get("/_sandbox/numbers/+447700900987")["code"])
    look(page, "own-app/4-code")
    code.press("Enter")
    assert arrived(page).digits == "447700900987"
