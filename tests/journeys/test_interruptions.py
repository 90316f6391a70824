"""Logged out in the middle of a sentence, cut off, servers killed: nothing that was written is lost, nothing missed."""

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from tests.journeys.looking import look
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_session_that_ends_keeps_the_text(shop: Shop) -> None:
    shop.person.expect_trouble("401", "htmx:")
    shop.reply.fill("Yes, and I was just writing")
    _log_out_in_another_tab(shop)
    shop.reply.press("Enter")
    told = shop.page.get_by_role("alert").filter(visible=True)
    expect(told).to_contain_text("Not sent: you are logged out. Your text is kept.")
    look(shop.page, "interruptions/1-logged-out")
    told.get_by_role("link", name="Log in again").click()
    shop.person.log_in()
    expect(shop.reply).to_have_value("Yes, and I was just writing")
    assert shop.at_the_provider("just writing") == 0
    shop.reply.press("Enter")
    shop.sent_once("Yes, and I was just writing")


def _log_out_in_another_tab(shop: Shop) -> None:
    other = shop.person.open("/settings", shop.person.context.new_page())
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("heading", name="Log in")).to_be_visible()
    other.close()


def test_what_came_while_the_network_was_away_is_there_when_it_is_back(shop: Shop) -> None:
    shop.person.expect_trouble("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "ERR_INCOMPLETE_CHUNKED_ENCODING")
    shop.open_thread()
    shop.page.evaluate("window.isTheSamePage = true")
    shop.person.context.set_offline(True)
    shop.customer.write("Written while you were offline")
    shop.page.wait_for_timeout(1500)
    expect(shop.page.get_by_role("log")).not_to_contain_text("while you were offline")
    shop.person.context.set_offline(False)
    expect(shop.page.get_by_role("log")).to_contain_text("Written while you were offline")
    assert shop.page.evaluate("window.isTheSamePage")


def test_open_pages_and_customers_outlive_the_death_of_every_web_process(shop: Shop) -> None:
    shop.person.expect_trouble("ERR_CONNECTION", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_SOCKET")
    shop.open_thread()
    shop.page.evaluate("window.isTheSamePage = true")
    dead = shop.person.demo.facts["pids"]["web"]
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    shop.customer.write("Written while the servers were dead")
    state = shop.page.locator("#live-state")
    expect(shop.page.get_by_role("log")).to_contain_text("while the servers were dead", timeout=60_000)
    expect(state).to_be_hidden()
    assert shop.page.evaluate("window.isTheSamePage")
    assert not set(dead) & set(shop.person.demo.facts["pids"]["web"])
    shop.reply.fill("We are back")
    shop.reply.press("Enter")
    shop.sent_once("We are back")
    assert not re.search("Traceback", shop.person.demo.logs)
