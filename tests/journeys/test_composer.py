"""One intention, one message: whatever fingers, browsers and networks do."""

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.journeys.looking import look
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_double_click_sends_one_message(shop: Shop) -> None:
    shop.reply.fill("Double click: we are open.")
    shop.send.dblclick()
    shop.sent_once("Double click: we are open.")


def test_enter_twice_sends_one_message(shop: Shop) -> None:
    shop.reply.fill("Enter twice: until six.")
    shop.reply.press("Enter")
    shop.page.keyboard.press("Enter")
    shop.sent_once("Enter twice: until six.")


def test_reloading_and_going_back_send_nothing_again(shop: Shop) -> None:
    shop.reply.fill("Reload: come by.")
    shop.reply.press("Enter")
    expect(shop.bubble("Reload: come by.")).to_be_visible()
    shop.page.reload()
    expect(shop.reply).to_have_value("")
    shop.page.get_by_role("link", name="Numbers").click()
    expect(shop.page.get_by_role("heading", name="Numbers")).to_be_visible()
    shop.page.go_back()
    expect(shop.reply).to_have_value("")
    shop.reply.press("Enter")
    shop.sent_once("Reload: come by.")


def test_sending_again_after_a_lost_answer_sends_one_message(shop: Shop) -> None:
    """The server has it, the browser does not know: the person is told to press Send again, and does."""
    shop.person.expect_trouble("ERR_FAILED", "htmx:(sendError|afterRequest)")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    shop.page.route("**/messages", lose_the_answer)
    shop.reply.fill("Lost answer: bring a bag.")
    shop.reply.press("Enter")
    expect(shop.page.get_by_role("alert").filter(visible=True)).to_contain_text("Your text is kept")
    expect(shop.reply).to_have_value("Lost answer: bring a bag.")
    look(shop.page, "composer/1-no-connection")
    shop.page.unroute("**/messages")
    shop.send.click()
    expect(shop.reply).to_have_value("")
    shop.sent_once("Lost answer: bring a bag.")


def test_what_is_being_written_outlives_a_reload(shop: Shop) -> None:
    shop.reply.press_sequentially("Half a sent")
    shop.page.reload()
    expect(shop.reply).to_have_value("Half a sent")
    shop.page.get_by_role("link", name="Overview").click()
    shop.open_thread()
    expect(shop.reply).to_have_value("Half a sent")
    shop.reply.fill("Draft: a whole sentence.")
    shop.reply.press("Enter")
    shop.sent_once("Draft: a whole sentence.")


def test_without_scripts_a_form_that_is_sent_twice_is_one_message(shop: Shop, browser: Browser) -> None:
    plain = browser.new_context(storage_state=shop.person.context.storage_state(), java_script_enabled=False)
    page = plain.new_page()
    page.goto(shop.page.url)
    page.get_by_label("Your reply").fill("No scripts: see you.")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.locator(".bubble-out").filter(has_text="No scripts: see you.")).to_have_count(1)
    plain.close()
    shop.sent_once("No scripts: see you.")
