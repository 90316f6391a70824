"""A customer's handset: the sandbox's page in a browser of the customer's own."""

import secrets

from playwright.sync_api import Browser, Locator, Page

from tests.journeys.demo import Demo


def fresh_phone() -> str:
    """A Tanzanian mobile number that nobody in this demo has had before."""
    return f"+25571{secrets.randbelow(10_000_000):07d}"


class Handset:
    def __init__(self, browser: Browser, demo: Demo, phone: str) -> None:
        self.phone = phone
        self.url = f"{demo.facts['sandbox_url']}/phone/{phone}"
        self.context = browser.new_context(viewport={"width": 900, "height": 760}, locale="en-GB")
        self.page: Page = self.context.new_page()

    def open_chat(self, business: str) -> None:
        """`business` is the number's digits, or the name that stands in the list of chats."""
        if business.isdigit():
            self.page.goto(f"{self.url}/{business}")
        else:
            self.page.goto(self.url)
            self.page.get_by_role("navigation").get_by_role("link", name=business).first.click()

    def write(self, text: str) -> None:
        self.page.get_by_label("Message", exact=True).fill(text)
        self.page.keyboard.press("Enter")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    def received(self, text: str) -> Locator:
        return self.thread.locator(".theirs").filter(has_text=text)
