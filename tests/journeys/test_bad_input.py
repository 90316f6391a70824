"""What should not be: each a clear sentence where the person is, nothing stored that should not be, nothing lost."""

import hashlib
import hmac
import json
import secrets
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Request, expect

from tests.journeys.connecting import connected, finish, get_ready
from tests.journeys.demo import Demo
from tests.journeys.fixtures import NewPerson
from tests.journeys.handset import fresh_phone
from tests.journeys.looking import look
from tests.journeys.person import Person
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


# --- in the console --------------------------------------------------------------------------------------------------


def test_4097_characters_are_one_too_many_and_4096_are_sent(shop: Shop) -> None:
    shop.reply.fill("ä" * 4097)
    expect(shop.page.get_by_text("1 too many")).to_be_visible()
    shop.person.expect_trouble("422")
    shop.reply.press("Enter")
    expect(shop.reply).to_have_value("ä" * 4097)
    shop.send.click()
    expect(shop.page.get_by_role("alert").filter(visible=True)).to_contain_text("4097 characters long")
    expect(shop.reply).to_have_value("ä" * 4097)
    look(shop.page, "bad-input/1-too-long")
    assert shop.at_the_provider("äää") == 0
    shop.reply.fill("ä" * 4096)
    shop.reply.press("Enter")
    shop.sent_once("ä" * 4096)


def test_outside_the_window_the_composer_says_what_may_be_sent(shop: Shop) -> None:
    phone = fresh_phone()
    shop.new_conversation("0712")
    shop.page.get_by_role("button", name="Send the template").click()
    expect(shop.page.get_by_text("This is not a phone number with its country code")).to_be_visible()
    shop.person.expect_trouble("422")
    look(shop.page, "bad-input/2-no-phone-number")
    shop.page.get_by_label("To", exact=True).fill(phone)
    shop.page.get_by_role("button", name="Send the template").click()
    expect(shop.page.get_by_text("The 24-hour window is closed.")).to_be_visible()
    expect(shop.reply).to_have_count(0)
    look(shop.page, "bad-input/3-window-closed")
    shop.open_thread()


def test_a_customer_who_is_not_on_whatsapp_is_a_failure_with_cause_and_cure(shop: Shop) -> None:
    phone = fresh_phone()
    shop.person.demo.sandbox.post("/_sandbox/customers", {"phone": phone, "on_whatsapp": False})
    shop.new_conversation(phone)
    shop.page.get_by_role("button", name="Send the template").click()
    failed = shop.page.locator(".bubble-out")
    expect(failed).to_contain_text("Failed")
    expect(failed).to_contain_text("131026")
    look(shop.page, "bad-input/4-failed-message")
    shop.person.demo.sandbox.post("/_sandbox/customers", {"phone": phone, "on_whatsapp": True})
    failed.get_by_role("button", name="Try again").click()
    expect(shop.page.locator(".bubble-out").get_by_title("Delivered")).to_be_visible()
    shop.open_thread()


def test_a_page_that_does_not_exist_says_so(shop: Shop) -> None:
    shop.person.expect_trouble("404")
    shop.person.open("/inbox/999999999")
    expect(shop.page.get_by_role("heading", level=1)).to_be_visible()
    look(shop.page, "bad-input/5-not-found")
    shop.open_thread()


# --- at the sign-in --------------------------------------------------------------------------------------------------


def test_a_callback_works_once_in_its_own_browser_only(new_person: NewPerson) -> None:
    asha, thief = new_person(), new_person()
    asha.sign_up()
    callback = _connect_on_a_full_page(asha)
    asha.page.goto(callback)
    connected(asha.page)
    asha.page.get_by_role("link", name="Numbers").click()
    expect(asha.page.get_by_role("row")).to_have_count(2)  # with the head

    thief.sign_up()
    thief.expect_trouble("403")
    for address in (callback, f"{thief.demo.url}/whatsapp/official/callback?state=made-up&code=made-up"):
        thief.page.goto(address)
        expect(
            thief.page.get_by_text("This sign-in was not started in this login, so nothing was changed.")
        ).to_be_visible()
    look(thief.page, "bad-input/6-wrong-state")
    thief.open("/numbers")
    expect(thief.page.get_by_text("No number is connected yet")).to_be_visible()


def _connect_on_a_full_page(person: Person) -> str:
    """The address by which the provider sent the browser back."""
    callbacks: list[str] = []

    def note(request: Request) -> None:
        if "/official/callback?" in request.url:
            callbacks.append(request.url)

    person.context.add_init_script("window.open = () => null")
    person.page.on("request", note)
    page = person.open("/whatsapp/integration-options")
    get_ready(page)
    page.get_by_role("button", name="Sign in with Meta").click()
    page.get_by_role("link", name="Sign in on a full page").click()
    finish(page)
    connected(page)
    return callbacks[-1]


# --- from a provider, or from somebody who says so -------------------------------------------------------------------


def test_calls_that_are_not_the_providers_leave_nothing_behind(demo: Demo) -> None:
    before = _kept(demo)
    body = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    refused = [
        _call(demo, body, secret="wrong"),
        _call(demo, body, secret=None),
        _call(demo, body, secret=None, **{"X-Hub-Signature-256": "sha256=nonsense"}),
        _call(demo, body, path="/webhooks/meta/no-such-key"),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.content for answer in refused}) == 1
    assert _call(demo, b"x" * 5_000_000).status_code == 413
    handshake = {"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1158201444"}
    assert httpx.get(f"{demo.url}/webhooks/meta", params=handshake, trust_env=False).status_code == 403
    assert _kept(demo) == before


def test_what_is_signed_but_not_understood_is_kept(demo: Demo) -> None:
    """Never a 5xx, which the provider would repeat for days; what is wrong with it can be looked at later."""
    before = _kept(demo)
    unknown = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "999", "changes": [{"field": "messages", "value": _message_to("000000000000000")}]}],
    }
    for body in (b"{not json", b"[]", b"\xff\xfe", json.dumps(unknown).encode()):
        assert _call(demo, body).status_code == 200
    assert _kept(demo) == before + 4


def _message_to(phone_number_id: str) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000000", "phone_number_id": phone_number_id},
        "contacts": [{"profile": {"name": "Nobody"}, "wa_id": "255700000000"}],
        "messages": [
            {
                "from": "255700000000",
                "id": f"wamid.{secrets.token_hex(8)}",
                "timestamp": "1700000000",
                "type": "text",
                "text": {"body": "Lost?"},
            }
        ],
    }


def _call(
    demo: Demo, body: bytes, *, path: str = "/webhooks/meta", secret: str | None = "", **headers: str
) -> httpx.Response:
    """`secret` is the app's own when empty; None leaves the signature away."""
    if secret is not None:
        key = (secret or demo.facts["meta_app_secret"]).encode()
        headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    return httpx.post(f"{demo.url}{path}", content=body, headers=headers, trust_env=False)


def _kept(demo: Demo) -> int:
    with psycopg.connect(demo.facts["database_url"]) as connection:
        row = connection.execute("SELECT count(*) FROM inbox").fetchone()
    assert row
    return int(row[0])
