"""Planted secrets are searched, plain, in base64 and in hex, wherever something could have been left lying about."""

import base64
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect
from psycopg import sql

from tests.journeys.connecting import connect, connected, finish, open_popup
from tests.journeys.demo import Demo
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

THEIR_PIN = "580417"
PAGES = [
    *("/", "/inbox", "/inbox/new", "/numbers", "/numbers/{id}", "/settings", "/settings/people", "/accounts/sessions/"),
    *("/whatsapp/integration-options", "/whatsapp/integration-options?credential_id={id}", "/whatsapp/official/status"),
    *(
        "/whatsapp/integration-success?credential_id={id}",
        "/whatsapp/integration-error?credential_id={id}&error=failed",
    ),
    *("/numbers/{id}/log", "/numbers/{id}/log?side=out&outcome=failed", "/numbers/{id}/health"),
    *("/whatsapp/official/{id}/steps", "/whatsapp/official/{id}/proof", "/whatsapp/official/before/meta"),
]


@dataclass(frozen=True)
class Secret:
    """What it is called, and itself. A PIN is so short that it is only one where it stands alone."""

    name: str
    text: str

    def is_in(self, haystack: str) -> bool:
        if len(self.text) > 6:
            return any(form in haystack for form in (self.text, *self._encoded()))
        plain = re.search(rf"(?<![\w.]){self.text}(?!\w)", haystack)
        return bool(plain) or any(form in haystack for form in self._encoded())

    def _encoded(self) -> Iterator[str]:
        """In hex, and in base64 wherever in a longer text it begins."""
        raw = self.text.encode()
        yield raw.hex()
        yield raw.hex().upper()
        for lead in range(3):
            whole = base64.b64encode(b"\0" * lead + raw).decode().rstrip("=")
            inner = whole[(0, 2, 3)[lead] : len(whole) - (1 if (lead + len(raw)) % 3 else 0)]
            yield inner
            yield inner.replace("+", "-").replace("/", "_")


@pytest.mark.parametrize("secret", [Secret("long", "a-token/with+signs?"), Secret("PIN", "580417")], ids=str)
def test_the_search_finds_what_is_there(secret: Secret) -> None:
    for lead in ("", "x", "xy", "xyz"):
        said = f"{lead}:{secret.text}:end".encode()
        for form in (said, base64.b64encode(said), base64.urlsafe_b64encode(said), said.hex().encode()):
            assert secret.is_in(form.decode()), (lead, form)
    assert not secret.is_in("nothing of the kind 1580417 12:30:01.580417")


def test_no_secret_lies_about(person: Person, demo: Demo) -> None:
    pins = [_connect_with_our_pin(person), _connect_with_their_pin(person)]
    left = dict(chain(_pages(person), _database(demo), _logs(demo), _processes(demo)))
    secrets = [*_planted(person, demo), *(Secret("PIN", pin) for pin in pins)]
    assert {secret.name for secret in secrets} >= {"token", "code", "PIN", "app secret", "verify token", "session key"}
    assert len(left) > 40
    everything = "\n".join(left.values())
    lost = [secret for secret in secrets if secret.is_in(everything)]
    assert not [f"{secret} in {place}" for secret in lost for place, text in left.items() if secret.is_in(text)]


def _connect_with_our_pin(person: Person) -> str:
    connect(person)
    person.page.get_by_role("button", name="Show the PIN").click()
    return person.page.locator("[data-pin]").inner_text()


def _connect_with_their_pin(person: Person) -> str:
    """With a wrong try and a late code before it, so that there are errors to look at."""
    page = person.open("/whatsapp/integration-options")
    finish(open_popup(page), code="expired already")
    expect(page.get_by_text("Sign in once more")).to_be_visible()
    finish(open_popup(page), pin=THEIR_PIN)
    page.get_by_label("Two-step PIN of this number").fill(THEIR_PIN)
    page.get_by_role("button", name="Register the number").click()
    connected(page)
    return THEIR_PIN


def _planted(person: Person, demo: Demo) -> Iterator[Secret]:
    yield Secret("app secret", demo.facts["meta_app_secret"])
    yield Secret("verify token", demo.facts["webhook_verify_token"])
    yield Secret("password", person.password)
    (session,) = [cookie for cookie in person.context.cookies() if cookie.get("name") == "sessionid"]
    yield Secret("session key", session.get("value", ""))
    (kept,) = (demo.data / "sandbox").glob("*.sqlite*[!lm]")
    with sqlite3.connect(kept) as db:
        for kind, body in db.execute("select kind, body from things where kind in ('Token', 'Code')"):
            yield Secret(kind.lower(), json.loads(body)["id"])


def _pages(person: Person) -> Iterator[tuple[str, str]]:
    """Pages, their errors, and the errors of programs; one address carries a secret itself, as providers' do."""
    (number, *_) = re.findall(r"/numbers/(\d+)", person.open("/numbers").content())
    ask = person.context.request
    codes = [secret.text for secret in _planted(person, person.demo) if secret.name == "code"]
    wrong = [f"/whatsapp/official/callback?state=wrong&code={codes[0]}", "/numbers/999999", "/nothing/here"]
    for path in [page.format(id=number) for page in PAGES] + wrong:
        for kind in ("text/html", "application/json"):
            yield f"{path} as {kind}", ask.get(f"{person.demo.url}{path}", headers={"Accept": kind}).text()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', person.page.content())
    assert token
    posts: list[tuple[str, dict[str, str | float | bool]]] = [
        ("/whatsapp/official/test-connection", {"credential_id": number}),
        ("/whatsapp/official/callback", {"state": "wrong", "code": codes[0]}),
        (f"/whatsapp/official/{number}/continue", {"pin": THEIR_PIN}),
    ]
    for path, form in posts:
        for csrf in (token[1], "wrong"):
            headers = {"X-CSRFToken": csrf, "Accept": "application/json", "Referer": person.demo.url}
            answer = ask.post(f"{person.demo.url}{path}", form=form, headers=headers)
            yield f"POST {path} {answer.status}", answer.text()


def _database(demo: Demo) -> Iterator[tuple[str, str]]:
    """Every table, jobs included, as COPY writes it; packed values unpacked, clocks taken out."""
    with psycopg.connect(demo.facts["database_url"]) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert ("public", "procrastinate_jobs") in tables
        for table in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*table))) as copy:
                text = b"".join(bytes(part) for part in copy).decode()
            yield f"table {table[1]}", _without_clocks(text) + _unpacked(text)


def _logs(demo: Demo) -> Iterator[tuple[str, str]]:
    for file in [*(demo.data / "logs").glob("*"), demo.data / "postgres.log"]:
        yield f"log {file.name}", _without_clocks(file.read_text(errors="replace"))


def _processes(demo: Demo) -> Iterator[tuple[str, str]]:
    """What everybody on the machine may read of a process."""
    pids = demo.facts["pids"]
    for pid in (*pids["web"], *pids["workers"], *pids["sandbox"]):
        yield f"process {pid}", Path(f"/proc/{pid}/cmdline").read_text()


def _without_clocks(text: str) -> str:
    return re.sub(r"(:\d\d)\.\d{3,6}", r"\1", text)


def _unpacked(text: str) -> str:
    """Django packs what it signs."""
    packed = re.findall(r"(?<![\w-])\.(eJ[\w-]{20,})", text)
    return "".join(zlib.decompress(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))).decode() for part in packed)
