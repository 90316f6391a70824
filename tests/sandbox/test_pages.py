"""The sandbox's pages in a real browser: the SDK and its popup on somebody else's page, and the handsets."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.looking import look
from tests.sandbox.outside import CUSTOMER, Listener, Meta, Number

pytestmark = pytest.mark.browser

CONTINUES = 6
PARTNER = """<!doctype html><html lang="en"><title>Partner</title><h1>Partner</h1>
<button>Sign up</button><ol></ol>
<script>
const say = (text) => { const line = document.createElement("li"); line.textContent = text;
  document.querySelector("ol").append(line); };
window.addEventListener("message", (event) => {
  if (event.origin !== "%(origin)s") return say("stranger " + event.origin);
  try { const told = JSON.parse(event.data); say("told " + told.event + " " + JSON.stringify(told.data)); } catch { }
});
document.querySelector("button").addEventListener("click", () => {
  FB.login((answer) => say("login " + (answer.authResponse ? "code" : answer.status)),
    { config_id: "%(config)s", response_type: "code", override_default_response_type: true, extras: { setup: {} } });
});
const begin = () => { FB.init({ appId: "%(app)s", version: "v25.0" }); say("ready"); };
setTimeout(() => { window.fbAsyncInit = begin; }, %(late)d);
</script>
<script async defer src="%(origin)s/sdk.js"></script></html>"""


class Partner:
    """Somebody's page on another origin, which loads the SDK."""

    def __init__(self, meta: Meta, late_ms: int = 0) -> None:
        facts = {"origin": meta.url, "config": meta.config_id, "app": meta.app_id, "late": late_ms}
        html = (PARTNER % facts).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(html)))
                self.send_header("cross-origin-opener-policy", "same-origin-allow-popups")
                self.end_headers()
                self.wfile.write(html)

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet: pytest shows enough."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def partner(meta: Meta) -> Iterator[Partner]:
    partner = Partner(meta)
    yield partner
    partner.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def open_popup(page: Page, partner: Partner) -> Page:
    page.goto(partner.url)
    expect(page.get_by_text("ready")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Sign up").click()
    return opened.value


def lines(page: Page) -> list[str]:
    return page.locator("li").all_inner_texts()


def test_continue_six_times_by_keyboard_gives_a_code(page: Page, partner: Partner) -> None:
    popup = open_popup(page, partner)
    for _ in range(CONTINUES):
        expect(popup.get_by_role("button", name="Continue")).to_be_focused()
        step = popup.locator("form").get_attribute("data-step")
        popup.keyboard.press("Enter")
        if step != "PERMISSIONS":
            expect(popup.locator(f'form[data-step="{step}"]')).to_have_count(0)
    expect(page.get_by_text("login code")).to_be_visible()
    told = lines(page)
    assert told[1].startswith('told FINISH {"phone_number_id"')
    assert told[2] == "login code"
    page.wait_for_timeout(400)
    assert popup.is_closed()


def test_the_message_may_come_after_the_login_answer(page: Page, partner: Partner) -> None:
    popup = open_popup(page, partner)
    popup.get_by_text("Sandbox options").click()
    popup.get_by_label("Window message comes").select_option("after")
    for _ in range(CONTINUES):
        popup.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("told FINISH")).to_be_visible()
    assert [line.split()[0] for line in lines(page)] == ["ready", "login", "told"]


def test_cancel_tells_the_step_and_gives_nothing(page: Page, partner: Partner) -> None:
    popup = open_popup(page, partner)
    popup.get_by_role("button", name="Continue").click()
    popup.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("login unknown")).to_be_visible()
    assert 'told CANCEL {"current_step":"WABA_PHONE_PROFILE_PICKER"}' in lines(page)


def test_closing_the_window_gives_nothing(page: Page, partner: Partner) -> None:
    open_popup(page, partner).close()
    expect(page.get_by_text("login unknown")).to_be_visible()


def test_a_blocked_popup_gives_nothing(page: Page, partner: Partner) -> None:
    page.add_init_script("window.open = () => null")
    page.goto(partner.url)
    expect(page.get_by_text("ready")).to_be_visible()
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("login unknown")).to_be_visible()


def test_a_page_may_define_fb_async_init_late(page: Page, meta: Meta) -> None:
    late = Partner(meta, late_ms=700)
    page.goto(late.url)
    expect(page.get_by_text("ready")).to_be_visible()
    late.close()


def test_a_wrong_code_is_said_and_can_be_mended(page: Page, partner: Partner) -> None:
    popup = open_popup(page, partner)
    for _ in range(4):
        popup.get_by_role("button", name="Continue").click()
    popup.get_by_label("Code", exact=True).fill("12")
    popup.get_by_role("button", name="Continue").click()
    expect(popup.get_by_role("alert")).to_contain_text("not right")


def test_the_popup_looks_right(page: Page, partner: Partner) -> None:
    popup = open_popup(page, partner)
    look(popup, "sandbox/signup-first")
    for _ in range(CONTINUES - 1):
        popup.get_by_role("button", name="Continue").click()
    look(popup, "sandbox/signup-last")


# --- handsets --------------------------------------------------------------------------------------------------------


def open_chat(page: Page, number: Number, customer: str = CUSTOMER) -> None:
    page.goto(f"{number.meta.url}/phone/{customer}")
    page.get_by_role("link", name="Acme Ltd").first.click()
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


def test_a_customer_writes_reads_quotes_and_taps(page: Page, number: Number, listener: Listener) -> None:
    customer = "+255712000030"
    page.goto(f"{number.meta.url}/phone/{customer}/{number.id}")
    box = page.get_by_role("textbox", name="Message")
    box.fill("Do you have roses?")
    box.press("Enter")
    expect(page.get_by_role("img", name="Delivered")).to_be_visible()
    expect(box).to_have_value("")
    buttons = [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(("Red", "White"))]
    asked = {"type": "button", "body": {"text": "Which colour?"}, "action": {"buttons": buttons}}
    sent = number.send({"type": "interactive", "interactive": asked}, customer).json()["messages"][0]["id"]
    expect(page.get_by_text("Which colour?").first).to_be_visible()
    listener.wait_status(sent, "read")
    page.get_by_role("button", name="White").click()
    expect(page.locator(".mine").get_by_text("White", exact=True)).to_be_visible()
    replies = listener.wait(
        lambda: [m for v in listener.values() for m in v.get("messages", []) if m["type"] == "interactive"]
    )
    assert replies[0]["interactive"]["button_reply"] == {"id": "b1", "title": "White"}
    assert replies[0]["context"] == {"from": number.phone[1:], "id": sent}
    bubble = page.locator(".theirs").first
    bubble.hover()
    bubble.get_by_role("button", name="Reply").click()
    expect(page.get_by_text("Which colour?").last).to_be_visible()
    box.fill("A quoted answer")
    box.press("Enter")
    expect(page.locator("blockquote").last).to_contain_text("Which colour?")


def test_a_list_a_template_a_picture_and_a_reaction_work(page: Page, number: Number, listener: Listener) -> None:
    customer = "+255712000031"
    page.goto(f"{number.meta.url}/phone/{customer}/{number.id}")
    number.send_template(customer)
    expect(page.locator("#thread").get_by_text("Welcome and congratulations")).to_be_visible()
    page.get_by_text("+", exact=True).click()
    page.get_by_role("button", name="Photo").click()
    expect(page.get_by_role("img", name="Photo")).to_be_visible()
    rows = [{"id": "1", "title": "Chai", "description": "with milk"}, {"id": "2", "title": "Kahawa"}]
    menu = {"type": "list", "body": {"text": "Pick"}, "action": {"button": "Menu", "sections": [{"rows": rows}]}}
    number.send({"type": "interactive", "interactive": menu}, customer)
    page.get_by_text("Menu").click()
    page.get_by_role("button", name="Chai").click()
    expect(page.locator(".mine").get_by_text("Chai")).to_be_visible()
    first = page.locator(".theirs").first
    first.hover()
    first.get_by_role("button", name="React 👍").click()
    expect(first.locator(".reaction")).to_have_text("👍")
    kinds = [message["type"] for value in listener.values() for message in value.get("messages", [])]
    assert kinds == ["image", "interactive", "reaction"]
    look(page, "sandbox/handset")


def test_typing_dots_and_read_ticks_appear_without_a_reload(page: Page, number: Number) -> None:
    customer = "+255712000032"
    page.goto(f"{number.meta.url}/phone/{customer}/{number.id}")
    id = number.receive(sender=customer)
    expect(page.get_by_text("Hi", exact=True).first).to_be_visible()
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": id, "typing_indicator": {"type": "text"}}
    number.meta.call("POST", f"{number.id}/messages", number.token, json=body)
    expect(page.get_by_role("status")).to_contain_text("typing")
    expect(page.get_by_role("img", name="Read", exact=True)).to_be_visible()
    number.send_text("Here", customer)
    expect(page.get_by_role("status")).to_have_count(0)


def test_two_handsets_are_two_people_and_unread_counts_wait(browser: Browser, page: Page, number: Number) -> None:
    page.goto(f"{number.meta.url}/phone/+255712000033")
    other = page.context.new_page()
    other.goto(f"{number.meta.url}/phone/+255712000034")
    number.send_template("+255712000033")
    expect(page.get_by_text("1 unread")).to_be_attached()
    expect(other.get_by_text("unread")).to_have_count(0)
    look(page, "sandbox/chats")


def test_switches_block_hide_receipts_and_change_the_number(page: Page, number: Number, listener: Listener) -> None:
    page.goto(f"{number.meta.url}/phone/+255712000035")
    page.get_by_text("Settings of this handset").click()
    page.get_by_label("Blocks the businesses").check()
    page.get_by_role("button", name="Save").click()
    listener.wait_status(number.send_template("+255712000035"), "failed")
    page.get_by_text("Settings of this handset").click()
    page.get_by_label("Blocks the businesses").uncheck()
    page.get_by_label("Sends read receipts").uncheck()
    page.get_by_role("button", name="Save").click()
    id = number.send_template("+255712000035")
    listener.wait_status(id, "delivered")
    page.get_by_role("link", name="Acme Ltd").first.click()
    expect(page.locator("#thread").get_by_text("Welcome and congratulations")).to_be_visible()
    page.wait_for_timeout(300)
    assert listener.statuses(id) == ["sent", "delivered"]
    page.get_by_text("Settings of this handset").click()
    page.get_by_label("Change to number").fill("+255712000036")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(f"{number.meta.url}/phone/+255712000036")
    listener.wait(lambda: [m for v in listener.values() for m in v.get("messages", []) if m["type"] == "system"])


def test_a_wa_me_link_opens_a_chat_with_the_text_filled_in(page: Page, number: Number, listener: Listener) -> None:
    page.goto(f"{number.meta.url}/wa.me/{number.phone[1:]}?text=Hello+there")
    look(page, "sandbox/wa-me")
    page.get_by_label("Phone number").fill("+255712000037")
    page.get_by_role("button", name="Open handset").click()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Hello there")
    page.get_by_role("button", name="Send").click()
    listener.wait(lambda: [m for v in listener.values() for m in v.get("messages", []) if m["type"] == "text"])


def test_the_overview_lists_what_is_here(page: Page, number: Number) -> None:
    page.goto(f"{number.meta.url}/_sandbox/")
    expect(page.get_by_role("heading", name="Provider sandbox")).to_be_visible()
    expect(page.get_by_text(number.id)).to_be_visible()
    look(page, "sandbox/overview")
