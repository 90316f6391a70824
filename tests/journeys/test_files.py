"""Pictures and papers, there and back: as a person attaches them, and as they see what a customer sent."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from tests.journeys.looking import look
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

PICTURE = (Path(__file__).parent.parent.parent / "docs" / "images" / "inbox.png").read_bytes()
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
IS_LOADED = "image => image.complete && image.naturalWidth > 0"
GIVE = """([selector, kind, data, name, type]) => {
    const bytes = Uint8Array.from(atob(data), sign => sign.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, { type }));
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true })
        : new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
}"""


def paper(name: str, data: bytes = PAPER) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": data}


def give(shop: Shop, kind: str, name: str, *, at: str) -> None:
    """As a file is pasted or dropped: browsers let no test do that with real ones."""
    picture = base64.b64encode(PICTURE).decode()
    shop.page.evaluate(GIVE, [at, kind, picture, name, "image/png"])


def test_what_a_customer_sends_is_seen(shop: Shop) -> None:
    shop.open_thread()
    customer = shop.customer.page
    customer.get_by_label("Attach").click()
    customer.get_by_label("From this computer").set_input_files(
        {"name": "door.png", "mimeType": "image/png", "buffer": PICTURE}
    )
    picture = shop.page.locator(".bubble-in").get_by_role("img", name="Photo")
    expect(picture).to_be_visible()
    shop.page.wait_for_function(IS_LOADED, arg=picture.element_handle())
    for button in ("Voice message", "Document", "Sticker"):
        customer.get_by_label("Attach").click()
        customer.get_by_role("button", name=button).click()
    expect(shop.page.get_by_label("Audio")).to_be_visible()
    expect(shop.page.get_by_role("link", name="document.pdf")).to_be_visible()
    expect(shop.page.get_by_role("img", name="Sticker")).to_be_visible()
    look(shop.page, "files/received")


def test_a_picture_is_chosen_seen_before_it_goes_and_arrives(shop: Shop) -> None:
    shop.open_thread()
    with shop.page.expect_file_chooser() as chooser:
        shop.page.get_by_role("button", name="Attach a file").click()
    chooser.value.set_files({"name": "roses.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(shop.page.get_by_role("status").filter(has_text="roses.png")).to_be_visible()
    shop.reply.fill("The red ones")
    look(shop.page, "files/attached")
    shop.send.click()
    bubble = shop.bubble("The red ones")
    shop.page.wait_for_function(IS_LOADED, arg=bubble.get_by_role("img", name="Photo").element_handle())
    theirs = shop.customer.received("The red ones").locator("img.media")
    expect(theirs).to_be_visible()
    shop.customer.page.wait_for_function(IS_LOADED, arg=theirs.element_handle())
    expect(shop.page.locator(".composer-file")).to_be_hidden()
    expect(shop.reply).to_have_value("")
    shop.sent_once("The red ones")


@pytest.mark.parametrize(("kind", "at"), [("paste", "#text"), ("drop", "#thread")])
def test_a_picture_is_pasted_or_dropped(shop: Shop, kind: str, at: str) -> None:
    shop.open_thread()
    give(shop, kind, f"{kind}.png", at=at)
    expect(shop.page.get_by_role("status").filter(has_text=f"{kind}.png")).to_be_visible()
    shop.reply.fill(f"By {kind}")
    shop.reply.press("Enter")
    shop.sent_once(f"By {kind}")


def test_a_file_is_taken_back_and_the_words_go_alone(shop: Shop) -> None:
    shop.open_thread()
    shop.page.locator("#file").set_input_files(paper("wrong.pdf"))
    shop.reply.fill("Only these words")
    shop.page.get_by_role("button", name="Do not send this file").click()
    expect(shop.page.locator(".composer-file")).to_be_hidden()
    shop.send.click()
    shop.sent_once("Only these words")
    expect(shop.page.get_by_text("wrong.pdf")).to_have_count(0)


def test_a_file_without_words_goes_by_enter(shop: Shop) -> None:
    shop.open_thread()
    shop.page.locator("#file").set_input_files(paper("price list.pdf"))
    expect(shop.page.locator(".composer-file-facts")).to_contain_text("as a document")
    shop.reply.press("Enter")
    expect(shop.page.locator(".bubble-out").get_by_role("link", name="price list.pdf")).to_be_visible()
    expect(shop.customer.thread.get_by_role("link", name="price list.pdf")).to_be_visible()


def test_an_empty_file_is_refused_before_it_leaves(shop: Shop) -> None:
    shop.open_thread()
    shop.page.locator("#file").set_input_files(paper("nothing.pdf", b""))
    expect(shop.page.get_by_role("alert")).to_contain_text("empty")
    expect(shop.page.locator(".composer-file")).to_be_hidden()
    look(shop.page, "files/empty")


def test_a_large_file_shows_how_far_it_is_and_can_be_stopped(shop: Shop, tmp_path: Path) -> None:
    shop.open_thread()
    large = tmp_path / "catalogue.pdf"
    large.write_bytes(PAPER + b" " * 20_000_000)
    session = shop.person.context.new_cdp_session(shop.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
    shop.page.locator("#file").set_input_files(large)
    session.send("Network.emulateNetworkConditions", slow)
    shop.send.click()
    expect(shop.page.get_by_role("progressbar", name="Upload")).to_be_visible()
    expect(shop.page.locator(".composer-file-facts")).to_contain_text("uploading")
    shop.person.expect_trouble("htmx:afterRequest", "htmx:sendAbort")  # how htmx tells of what was stopped
    shop.page.get_by_role("button", name="Do not send this file").click()
    session.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    expect(shop.page.locator(".composer-file")).to_be_hidden()
    shop.reply.fill("Too large, sorry")
    shop.send.click()
    shop.sent_once("Too large, sorry")
    expect(shop.page.get_by_text("catalogue.pdf")).to_have_count(0)


def test_without_javascript_a_file_goes_all_the_same(shop: Shop, browser: Browser) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=shop.person.context.storage_state())
    page = plain.new_page()
    page.goto(shop.thread_url)
    page.get_by_label("File", exact=True).set_input_files(paper("bill.pdf"))
    page.get_by_label("Your reply").fill("Your bill")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("link", name="bill.pdf")).to_be_visible()
    plain.close()
    expect(shop.customer.thread.get_by_role("link", name="bill.pdf")).to_be_visible()
