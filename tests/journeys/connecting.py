"""The wizard and the provider's popup, as a person goes through them."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.journeys.person import Person

STEPS = (
    "BUSINESS_ACCOUNT_SELECTION",
    "WABA_PHONE_PROFILE_PICKER",
    "WHATSAPP_BUSINESS_PROFILE_SETUP",
    "PHONE_NUMBER_SETUP",
    "PHONE_NUMBER_VERIFICATION",
    "PERMISSIONS",
)


@dataclass(frozen=True)
class Number:
    """`digits` is the phone number with country code."""

    credential_id: int
    display: str

    @property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.display)


def connect(person: Person, **options: str) -> Number:
    """All the way to the success page."""
    person.open("/whatsapp/integration-options")
    finish(open_popup(person.page), **options)
    return connected(person.page)


def open_popup(page: Page, provider: str = "") -> Page:
    """From the wizard's first button to Meta's window; from behind that button where the provider is named."""
    sign_in = page.get_by_role("button", name=f"Sign in with {provider or 'Meta'}")
    if not provider:
        get_ready(page)
    expect(sign_in).to_be_enabled()
    with page.expect_popup() as opened:
        sign_in.click()
    expect(at_step(opened.value, STEPS[0])).to_be_visible()
    return opened.value


def get_ready(page: Page) -> None:
    """From the comparison of providers, or from the wizard at one of them."""
    card = page.get_by_role("link", name="Connect with Meta")
    if card.count():
        card.click()
    page.get_by_role("button", name="Connect with Meta").click()
    expect(page.get_by_role("button", name="Sign in with Meta")).to_be_enabled()


def begin(page: Page, provider: str, way: str) -> None:
    """From the comparison, or from the wizard, to where the chosen way begins."""
    card = page.get_by_role("link", name=f"Connect with {provider}")
    if card.count():
        card.click()
    page.get_by_label(way, exact=True).check()
    page.get_by_role("button", name=f"Connect with {provider}").click()


def finish(popup: Page, **options: str) -> None:
    """Continue until it closes itself. Options are the sandbox's own, such as code="expired already"."""
    if options:
        choose(popup, **options)
    for step in STEPS:
        expect(at_step(popup, step)).to_be_visible()
        popup.get_by_role("button", name="Continue").click()


def go_to(popup: Page, wanted: str) -> None:
    for step in STEPS[: STEPS.index(wanted)]:
        expect(at_step(popup, step)).to_be_visible()
        popup.get_by_role("button", name="Continue").click()
    expect(at_step(popup, wanted)).to_be_visible()


def choose(popup: Page, **options: str) -> None:
    popup.get_by_text("Sandbox options").click()
    for name, value in options.items():
        field = popup.locator(f"[name=option_{name}]")
        if name == "pin":
            field.fill(value)
        else:
            field.select_option(label=value)


def connected(page: Page) -> Number:
    """What the success page says."""
    expect(page.get_by_role("heading", name="Your number is connected")).to_be_visible()
    found = re.search(r"credential_id=(\d+)", page.url)
    assert found, page.url
    return Number(int(found[1]), page.locator("#number-title").inner_text())


def arrived(page: Page) -> Number:
    """The number may have to wait until its provider has set it up: then the page tells when it goes on. (A provider
    that allows five calls in half a minute sets up one number after the other.)"""
    ready = page.get_by_role("link", name="Try the number")
    expect(ready.or_(page.get_by_role("heading", name="Your number is connected"))).to_be_visible(timeout=150_000)
    if ready.count():
        ready.click()
    return connected(page)


def at_step(popup: Page, step: str) -> Locator:
    return popup.locator(f"form[data-step={step}]")
