"""Somebody at a desk: a browser of their own, an address, a password, and what they do with clicks and keys."""

import re
import secrets

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from tests.journeys.demo import Demo

PATIENCE_MS = 20_000  # on a busy machine; what must be quick is measured where it matters
expect.set_options(timeout=PATIENCE_MS)


class Person:
    def __init__(self, browser: Browser, demo: Demo, address: str) -> None:
        self.demo = demo
        self.address = address
        self.name = address.partition(".")[0].title()
        self.password = f"{secrets.token_hex(4)} over the hills"
        self.problems: list[str] = []
        self.expected: list[str] = []
        self.context = browser.new_context(
            locale="en-GB", timezone_id="Africa/Nairobi", viewport={"width": 1280, "height": 800}
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        self.context.on("response", self._see)
        self.page = self.context.new_page()

    def expect_trouble(self, *patterns: str) -> None:
        """What the browser will complain about in this journey, and rightly."""
        self.expected += patterns

    def leave(self) -> None:
        self.context.close()
        self.problems = [
            problem for problem in self.problems if not any(re.search(known, problem) for known in self.expected)
        ]

    def open(self, path: str, page: Page | None = None) -> Page:
        (page or self.page).goto(f"{self.demo.url}{path}")
        return page or self.page

    def sign_up(self) -> None:
        page = self.open("/accounts/signup/")
        page.get_by_label("Your name").fill(self.name)
        page.get_by_label("Email").fill(self.address)
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Sign up").click()
        expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
        (link,) = [link for link in self.demo.links_mailed_to(self.address) if "confirm-email" in link]
        page.goto(link)
        page.get_by_role("button", name="Yes, confirm").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    def log_in(self, page: Page | None = None) -> None:
        """On the login page, wherever it came from."""
        page = page or self.page
        page.get_by_label("Email").fill(self.address)
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Log in", exact=True).click()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console on {message.page and message.page.url}: {message.text} ({message.location})")

    def _see(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status}: {response.url}")
