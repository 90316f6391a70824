"""The demo's own processes, and people who use them in a real browser. Nothing here writes to a database."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.journeys.demo import Demo
from tests.journeys.looking import SCREENS
from tests.journeys.person import Person
from tests.journeys.shop import Shop

LOGS = Path(__file__).parent.parent.parent / "build" / "logs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

AT_DESKS: list[Person] = []  # now
NewPerson = Callable[[], Person]


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One for all journeys; each brings its own people and numbers."""
    with tempfile.TemporaryDirectory(prefix="safarichat-demo-") as data:
        with Demo.running(Path(data)) as running:
            yield running
        shutil.copytree(Path(data) / "data" / "logs", LOGS, dirs_exist_ok=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last: Playwright's event loop would be in the way of tests that bring another."""
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> str:
    found = os.environ.get("SAFARICHAT_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    sentence = "NO BROWSER: the journeys did not run. Install Chromium (Debian: apt-get install -y chromium)."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture
def new_person(browser: Browser, demo: Demo) -> Iterator[NewPerson]:
    """A person at a desk of their own who has no account yet. What went wrong unseen in their pages fails the test."""
    with _desks(browser, demo) as new:
        yield new


@pytest.fixture(scope="module")
def shop(browser: Browser, demo: Demo) -> Iterator[Shop]:
    """Somebody with a connected number, and a customer who has written to it; for a whole module."""
    with _desks(browser, demo) as new:
        yield Shop.opened(new(), browser)


@contextmanager
def _desks(browser: Browser, demo: Demo) -> Iterator[NewPerson]:
    people: list[Person] = []

    def new() -> Person:
        people.append(Person(browser, demo, f"{secrets.choice(NAMES)}.{secrets.token_hex(3)}@example.com"))
        AT_DESKS.append(people[-1])
        return people[-1]

    yield new
    for person in people:
        person.leave()
        AT_DESKS.remove(person)
    problems = [problem for person in people for problem in person.problems]
    assert not problems, "\n".join(problems)


def pytest_exception_interact(node: pytest.Item | pytest.Collector, report: pytest.TestReport) -> None:
    """What the people of a failed journey have before their eyes."""
    for person in AT_DESKS:
        for place, page in enumerate(person.context.pages):
            picture = SCREENS / "failed" / f"{node.name}-{person.name}-{place}.png"
            page.screenshot(path=picture)
            said = f"{page.url}\n{picture}\n{page.locator('body').aria_snapshot()}"
            report.sections.append((f"{person.address}, window {place + 1}", said))


@pytest.fixture
def person(new_person: NewPerson) -> Person:
    """Signed up and logged in, at the overview."""
    someone = new_person()
    someone.sign_up()
    return someone


NAMES = ["amina", "baraka", "chausiku", "daudi", "esther", "faraji", "grace", "hamisi"]
