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
NO_BROWSER = "NO BROWSER: its tests did not run. Install Chromium (Debian: apt-get install -y chromium)."
LEFT_OUT = pytest.StashKey[bool]()
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
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browsers come last: Playwright's event loop would be in the way of tests that bring another."""
    items.sort(key=_needs_browser)
    without = [item for item in items if not _needs_browser(item)]
    if len(without) < len(items) and not _chromium() and os.environ.get("CI") != "true":
        config.hook.pytest_deselected(items=items[len(without) :])
        items[:] = without
        config.stash[LEFT_OUT] = True


def _needs_browser(item: pytest.Item) -> bool:
    return "playwright" in getattr(item, "fixturenames", ())


def _chromium() -> str | None:
    return os.environ.get("SAFARICHAT_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash.get(LEFT_OUT, False):
        terminalreporter.write_line(NO_BROWSER, red=True, bold=True)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = _chromium()
    assert found, NO_BROWSER
    running = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
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
