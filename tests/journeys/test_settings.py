"""A person makes the console theirs: name, theme, time zone; and is who they are in each new login."""

import pytest
from playwright.sync_api import expect

from tests.journeys.looking import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_newcomer_signs_up_and_chooses_name_and_theme(person: Person) -> None:
    page = person.page
    look(page, "settings/1-overview-of-a-newcomer")
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_label("Name")).to_have_value(person.name)
    expect(page.get_by_label("Time zone")).to_have_value("Africa/Nairobi")
    look(page, "settings/2-settings")
    page.get_by_label("Name").fill("Amina of Zanzibar")
    page.get_by_label("Colors").select_option("Dark")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("banner")).to_contain_text("Amina of Zanzibar")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Amina of Zanzibar")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
