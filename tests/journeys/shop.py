"""A business that is in the middle of its work: a connected number, and a conversation that a customer began."""

import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.connecting import Number, connect
from tests.journeys.handset import Handset, fresh_phone
from tests.journeys.person import Person

SETTLED_S = 1.0  # long enough for a second message to show that should not be there


@dataclass
class Shop:
    person: Person
    number: Number
    customer: Handset
    thread_url: str

    @classmethod
    def opened(cls, person: Person, browser: Browser) -> "Shop":
        person.sign_up()
        number = connect(person)
        customer = Handset(browser, person.demo, fresh_phone())
        customer.open_chat(number.digits)
        customer.write("Are you open today?")
        person.open("/inbox")
        person.page.locator("#rows").get_by_role("link").filter(has_text="Are you open today?").click()
        expect(person.page.get_by_role("log")).to_contain_text("Are you open today?")
        return cls(person, number, customer, person.page.url)

    @property
    def page(self) -> Page:
        return self.person.page

    @property
    def reply(self) -> Locator:
        return self.page.get_by_label("Your reply")

    @property
    def send(self) -> Locator:
        return self.page.get_by_role("button", name="Send", exact=True)

    def open_thread(self) -> None:
        self.page.goto(self.thread_url)
        expect(self.reply).to_be_visible()

    def new_conversation(self, phone: str, template: str = "hello_world") -> None:
        """As far as the chosen template's form."""
        self.page.get_by_role("link", name="New conversation").click()
        if self.page.get_by_text("have not been fetched yet").is_visible():
            self.page.get_by_role("button", name="Fetch the list now").click()
        self.page.get_by_label("To", exact=True).fill(phone)
        self.page.get_by_role("button", name=template).first.click()

    def bubble(self, text: str) -> Locator:
        return self.page.locator(".bubble-out").filter(has_text=text)

    def sent_once(self, text: str) -> None:
        """It arrived, it stands once in the thread, and the provider was asked once."""
        expect(self.customer.received(text)).to_be_visible()
        expect(self.bubble(text).get_by_title("Read")).to_be_visible()
        time.sleep(SETTLED_S)
        assert self.at_the_provider(text) == 1
        expect(self.bubble(text)).to_have_count(1)

    def at_the_provider(self, text: str) -> int:
        accepted: list[dict[str, Any]] = self.person.demo.sandbox.get(
            f"/_sandbox/messages?to={self.customer.phone[1:]}"
        )
        return sum(text in str(message["body"]) for message in accepted)
