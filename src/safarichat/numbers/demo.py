"""Onboarding without a person: through the sandbox's own sign-in pages and the real onboarding (`demo --connect`)."""

import secrets
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from safarichat.accounts import people
from safarichat.accounts.models import Account
from safarichat.ground import outbound
from safarichat.ground.talks import Call, Reply
from safarichat.numbers import onboarding, rows
from safarichat.numbers.onboarding import Brought
from safarichat.numbers.walking import Walked

MOST_PAGES = 20


class DemoFailed(RuntimeError):
    """The sandbox's sign-in, or the onboarding after it, did not come to its end."""


def connect(provider: str, sandbox_url: str, account: Account) -> dict[str, Any]:
    """Connect a new pretend number for the account's owner; its entry of the demo's ready-file."""
    session_key = secrets.token_urlsafe(16)
    owner_id = people.owner_ids(account.pk)[0]
    started = onboarding.start(account.pk, owner_id, session_key, provider, "signup")
    if started is None:
        raise DemoFailed(f"{provider} could not be started")
    came_back = _sign_in(str(started.login["redirect_url"]), sandbox_url)
    walked = onboarding.finish(
        account.pk, came_back.get("state", ""), session_key, Brought(code=came_back.get("code", ""), by_page=True)
    )
    if not isinstance(walked, Walked) or walked.outcome != "connected":
        raise DemoFailed(f"{provider} ended as {walked}")
    row = rows.find(account.pk, walked.credential_id)
    if row is None:
        raise DemoFailed(f"{provider} ended without a number")
    return {
        "provider": provider,
        "credential_id": row.pk,
        "phone_number_id": row.phone_number_id,
        "waba_id": row.waba_id,
        "phone_number": f"+{row.phone_number}",
    }


def _sign_in(url: str, sandbox_url: str) -> dict[str, str]:
    """Press Continue on each page, with what it has filled in, until it sends us back; the query of that address."""
    form: list[tuple[str, str]] | None = None
    for _ in range(MOST_PAGES):
        answer = outbound.ask(Call(name="demo sign-in", method="POST" if form else "GET", url=url, form=form))
        if not isinstance(answer, Reply):
            raise DemoFailed(f"the sandbox at {sandbox_url} can't be reached: {answer.reason}")
        if answer.status in (302, 303):
            url, form = urljoin(url, answer.headers["location"]), None
            if not url.startswith(sandbox_url):
                return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
            continue
        page = _Form()
        page.feed(answer.body.decode())
        if answer.status != 200 or not page.address:
            raise DemoFailed(f"the sandbox's sign-in answered {answer.status}")
        url, form = urljoin(url, page.address), [*page.filled_in, ("action", "continue")]
    raise DemoFailed("the sandbox's sign-in does not end")


class _Form(HTMLParser):
    """What a browser would send for the page's form if nobody touched it."""

    def __init__(self) -> None:
        super().__init__()
        self.address = ""
        self.filled_in: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.address = given.get("action", "")
            case "input":
                self._take_input(given)
            case "select":
                self._select = given.get("name", "")
            case "option" if "selected" in given:
                self.filled_in.append((self._select, given.get("value", "")))

    def _take_input(self, given: dict[str, str]) -> None:
        is_choice = given.get("type") in ("radio", "checkbox")
        if given.get("name") and (not is_choice or "checked" in given):
            self.filled_in.append((given["name"], given.get("value", "")))
