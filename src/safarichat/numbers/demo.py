"""Onboarding without a person: through the sandbox's own sign-in pages and the real onboarding (`demo --connect`)."""

import secrets
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from safarichat import providers
from safarichat.accounts import people
from safarichat.accounts.models import Account
from safarichat.ground import outbound
from safarichat.ground.talks import Call, Reply
from safarichat.numbers import carrying_on, onboarding, rows
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.onboarding import Brought, Mistyped, StateRefused
from safarichat.numbers.platform import platform
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import Way

MOST_PAGES = 20
PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.5
WAITS = ("wait", "number")


class DemoFailed(RuntimeError):
    """The sandbox's sign-in, or the onboarding after it, did not come to its end."""


def connect(provider: str, sandbox_url: str, account: Account) -> dict[str, Any]:
    """Connect a new pretend number for the account's owner; its entry of the demo's ready-file."""
    session_key = secrets.token_urlsafe(16)
    owner_id = people.owner_ids(account.pk)[0]
    way = _way(provider)
    started = onboarding.start(account.pk, owner_id, session_key, provider, way.mode)
    if started is None:
        raise DemoFailed(f"{provider} could not be started")
    if way.flow == "form":
        brought = Brought(data=_typed(way, _ready_made(provider, sandbox_url)))
        state = started.state
    else:
        came_back = _sign_in(str(started.login["redirect_url"]), sandbox_url)
        state, code = came_back.pop("state", ""), came_back.pop("code", "")
        brought = Brought(code=code, by_page=True, query=came_back)
    row = _connected(account.pk, provider, onboarding.finish(account.pk, state, session_key, brought))
    return {
        "provider": provider,
        "credential_id": row.pk,
        "phone_number_id": row.phone_number_id,
        "waba_id": row.waba_id,
        "phone_number": f"+{row.phone_number}",
    }


def _way(name: str) -> Way:
    """The first of the provider's ways that leads through pages which can be pressed through, else one with a form."""
    provider, place = providers.get(name), platform(name)
    ways = [way for way in provider.abilities.ways if not way.is_for_staff]
    ways = [way for way in ways if not provider.missing_settings(place, way.mode)]
    for way in ways:
        if way.flow == "redirect" or provider.login(place, mode=way.mode, state="").get("redirect_url"):
            return way
    for way in ways:
        if way.flow == "form":
            return way
    raise DemoFailed(f"{name} has no way that goes without a person")


def _connected(account_id: int, provider: str, walked: Walked | StateRefused | Mistyped) -> OfficialWhatsappCredential:
    """Wait for what the provider takes its time for."""
    until = time.monotonic() + PATIENCE_S
    while isinstance(walked, Walked):
        row = rows.find(account_id, walked.credential_id)
        if row is not None and row.may_send:
            return row
        if walked.outcome not in WAITS or row is None or time.monotonic() > until:
            break
        time.sleep(LOOK_AGAIN_S)
        walked = carrying_on.carry_on(account_id, row.pk) or walked
    raise DemoFailed(f"{provider} ended as {walked}")


def _ready_made(provider: str, sandbox_url: str) -> Mapping[str, Any]:
    """An account of a customer's own, with a number, as the sandbox makes them."""
    call = Call(name="demo account", method="POST", url=f"{sandbox_url}/_sandbox/numbers", json={"provider": provider})
    answer = outbound.ask(call)
    made = answer.json() if isinstance(answer, Reply) and answer.status < 300 else None
    if not isinstance(made, dict):
        raise DemoFailed(f"the sandbox at {sandbox_url} made no account for {provider}")
    return made


def _typed(way: Way, made: Mapping[str, Any]) -> dict[str, str]:
    """What a person would copy from there into our form: the field whose name ends as the account calls it."""
    return {
        field.name: str(value)
        for field in way.fields
        for name, value in made.items()
        if field.name.lower().endswith(f"_{name.lower()}") and isinstance(value, str)
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
