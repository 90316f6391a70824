"""In a language that puts every translated text into brackets, nothing on a page stands without them but data."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.connecting import connected, finish, open_popup
from tests.journeys.demo import Demo
from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

LOGGED_OUT = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/confirm-email/x/",
    "/nowhere",
]
MOST_PAGES = 60
# Every text and every attribute that people read or hear, each with its place.
TEXTS = """() => {
    const silent = new Set(["SCRIPT", "STYLE", "TEMPLATE", "CODE", "KBD", "PRE", "NOSCRIPT"]);
    const found = [];
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
        acceptNode: node => silent.has(node.tagName) || node.translate === false
            ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
    });
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.nodeType === Node.TEXT_NODE) found.push(["", node.textContent]);
        else for (const name of ["aria-label", "title", "placeholder", "alt"])
            if (node.getAttribute(name)) found.push([name, node.getAttribute(name)]);
    }
    return found;
}"""
FILES = re.compile(r"^/media/|\.txt$")  # no pages of ours
REFERENCE = "/api/docs"  # for who writes programs: in English, as the descriptions it shows
DATA = [
    *(r"wamid\.\S+", r"sc-\d+", "AC…", "SK…"),  # ids, and how a provider's begin
    *("SafariChat", "WhatsApp", "Meta", "360dialog", "Twilio", "Chrome", "Linux", "English"),
    *("Asha Demo", "Baraka Traders", "Amina Salim", "Stone Town", "Zanzibar", "hello_world", "en_US"),
    *(
        "Message undeliverable.",
        "Two-step verification PIN incorrect.",
        "Error validating access token: [^⟦]*",
    ),  # Meta's
    *("BUSINESS_ACCOUNT_SELECTION", "cancelled", r"\bA[\w-]{22}\b"),  # codes, for whom people ask for help
    *(r"Customer \d+", r"[\w.+-]+@[\w.-]+", r"https?://\S+", r"\w+/(png|webp|ogg|pdf)", r"document\.pdf"),
    r"\b(Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[\w/+-]+|\bUTC\b",
]


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    pseudo = os.pathsep.join(filter(None, [str(Path(__file__).parent / "pseudo"), os.environ.get("PYTHONPATH")]))
    with Demo.running(tmp_path_factory.mktemp("pseudo"), "--connect", "meta", PYTHONPATH=pseudo) as running:
        yield running


def test_every_page_is_in_brackets(bracketed: Demo, browser: Browser) -> None:
    person = Person(browser, bracketed, bracketed.facts["email"])
    person.password = bracketed.facts["password"]
    found: dict[str, list[str]] = {}

    def read(name: str = "", page: Page = person.page) -> None:
        found[name or page.url] = _unwrapped(page)

    for path in LOGGED_OUT:
        person.open(path)
        read()
    _wrong_login(person)
    read("a wrong login")
    _log_in(person)
    for name in _states(person, browser):
        read(name)
    for path in _linked(person):
        read(path)
    person.context.close()
    assert len(found) > 30, sorted(found)
    told = [f"{name}: {text}" for name, texts in found.items() for text in texts]
    assert not told, "\n".join(dict.fromkeys(told))


def _wrong_login(person: Person) -> None:
    page = person.open("/accounts/login/")
    page.get_by_label("Email").fill(person.address)
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def _log_in(person: Person) -> None:
    page = person.page
    page.get_by_label("Password").fill(person.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def _states(person: Person, browser: Browser) -> Iterator[str]:
    """Pages that are only seen on the way."""
    page = person.page
    yield "overview"
    yield from _conversation(person, browser)
    yield from _endpoint(person)
    person.open("/whatsapp/integration-options")
    popup = open_popup(page)
    yield "popup open"
    popup.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    yield "cancelled"
    finish(open_popup(page), pin="314159")
    pin = page.get_by_label("Two-step PIN of this number")
    expect(pin).to_be_visible()
    yield "PIN asked"
    pin.fill("314159")
    page.get_by_role("button", name="Register the number").click()
    number = connected(page)
    yield "connected"
    person.open(f"/numbers/{number.credential_id}")
    page.get_by_role("button", name="Test now").click()
    expect(page.locator("#tested li").first).to_be_visible()
    yield "tested"
    person.demo.sandbox.post("/_sandbox/tokens/revoke", {"number": number.digits})
    page.get_by_role("button", name="Test now").click()
    expect(page.locator("#tested .check-failed").first).to_be_visible()
    yield "token revoked"


def _conversation(person: Person, browser: Browser) -> Iterator[str]:
    page, phone = person.page, fresh_phone()
    person.demo.sandbox.post("/_sandbox/customers", {"phone": phone, "on_whatsapp": False})
    person.open("/inbox")
    yield "empty inbox"
    person.open("/inbox/new")
    yield "templates"
    if page.get_by_role("button", name="hello_world").count() == 0:
        page.locator(".picker-fetch button").click()
    page.get_by_role("button", name="order_update").first.click()
    expect(page.locator(".bubble-look")).to_be_visible()
    yield "a template's values"
    page.go_back()
    page.get_by_role("button", name="hello_world").click()
    page.get_by_label("To").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    yield "no phone number"
    page.get_by_label("To").fill(phone)
    page.keyboard.press("Enter")
    expect(page.locator(".bubble-problem")).to_be_visible()
    yield "failed message"
    customer = Handset(browser, person.demo, fresh_phone())
    customer.open_chat(page.locator(".thread-who").inner_text().rpartition("+")[2].strip(" ⟧").replace(" ", ""))
    customer.write("12345")
    for kind in ("Photo", "Voice message", "Document", "Sticker", "Location", "Contact"):
        customer.page.get_by_label("Attach").click()
        customer.page.get_by_role("button", name=kind).click()
    page.locator("#rows a").first.click()
    expect(page.locator(".bubble-in")).to_have_count(7)
    yield "every kind of message"
    page.get_by_label("Your reply").fill("1" * 4097)
    yield "too long"
    page.get_by_label("Your reply").fill("")
    customer.context.close()


def _endpoint(person: Person) -> Iterator[str]:
    """One at which nobody answers."""
    page = person.page
    person.open("/developers/endpoints")
    yield "no endpoint"
    page.get_by_role("textbox", name="Address").fill("http://10.0.0.1/hook")
    page.get_by_role("button", name="Make an endpoint").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    yield "no address for an endpoint"
    page.get_by_role("textbox", name="Address").fill("http://127.0.0.1:9/hook")
    page.get_by_role("button", name="Make an endpoint").click()
    expect(page.locator("#new-secret")).to_be_visible()
    yield "a new endpoint"
    page.get_by_role("button", name="Try the handshake").click()
    expect(page.get_by_role("status").first).to_be_visible()
    yield "no handshake"
    page.get_by_role("button", name="Send a test event").click()
    expect(page.locator("details.event")).to_be_visible()
    yield "a failed delivery"


def _linked(person: Person) -> Iterator[str]:
    """Every page of ours that links lead to, one of a kind."""
    page = person.page
    seen: set[str] = set()
    waiting = ["/", "/settings"]
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        kind = re.sub(r"\d+", "N", path)
        if kind in seen:
            continue
        seen.add(kind)
        person.open(path)
        yield path
        hrefs: list[str] = page.evaluate("[...document.links].map(link => link.href)")
        here = [urlsplit(href) for href in hrefs if href.startswith(f"{person.demo.url}/")]
        here = [link for link in here if not FILES.search(link.path) and link.path != REFERENCE]
        waiting += [f"{link.path}?{link.query}" if link.query else link.path for link in here]


def _unwrapped(page: Page) -> list[str]:
    """What stands outside of brackets and is no data. A translated sentence may hold elements, so brackets are counted
    over the whole page."""
    plain, depth = "", 0
    for kind, text in page.evaluate(TEXTS):
        outside, after = _outside(text, 0 if kind else depth)
        depth = depth if kind else after
        plain += f"{outside}\n"
    for known in DATA:
        plain = re.sub(known, "", plain)
    return [line.strip() for line in plain.splitlines() if re.search(r"[^\W\d_]{2,}", line)]


def _outside(text: str, depth: int) -> tuple[str, int]:
    kept = ""
    for character in text:
        depth += {"⟦": 1, "⟧": -1}.get(character, 0)
        kept += character if depth == 0 else ""
    return kept.replace("⟧", ""), depth
