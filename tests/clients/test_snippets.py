"""The programs of the page for developers, run as they are copied: only what they read from outside is given."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.console import snippets
from safarichat.endpoints import envelope
from safarichat.ground import ids
from safarichat.messaging.models import Message
from tests.clients.test_javascript import NODE
from tests.every_kind.installation import Installation, installation, wait_until
from tests.fixtures import free_port, wait_for

SECRET = "whsec_bm90IGEgc2VjcmV0IG9mIGFueWJvZHk="
RUN: dict[str, tuple[str, tuple[str | Path, ...]]] = {
    "curl": ("send.sh", ("sh",)),
    "httpx": ("send.py", (sys.executable,)),
    "pywa": ("send.py", (sys.executable,)),
    "fetch": ("send.mjs", (NODE,)),
    "kapso": ("send.mjs", (NODE,)),
}


@pytest.fixture
def place(settings: Any, account: Account, tmp_path: Path) -> Iterator[Installation]:
    with installation(settings, account, "meta", tmp_path) as running:
        running.written({"type": "text", "text": {"body": "Are you open?"}}, by=snippets.TO)
        wait_until(lambda: Message.objects.filter(direction="in").exists())
        yield running


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_program_that_sends_does(place: Installation, account: Account, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(Path(__file__).parent / "node_modules")
    _row, key = apikeys.make(account.pk, "Copied", ["send"])
    for language in snippets.LANGUAGES:
        if language.slug not in RUN:  # PHP, which is no part of these tests
            continue
        for part in snippets.of(language, place.url, place.number.phone_number_id or "", place.number.waba_id or ""):
            if not part.id.endswith("-receive"):
                name, command = RUN[language.slug]
                (tmp_path / name).write_text(part.code)
                told = run([*command, tmp_path / name], SAFARICHAT_API_KEY=key)
                sent = Message.objects.filter(direction="out").latest("pk")
                assert ids.wamid(sent.pk) in told, part.id
                assert sent.kind == part.id.rpartition("-")[2]
    sent_by_all = Message.objects.filter(direction="out")
    assert sent_by_all.count() == 2 * len(RUN)
    wait_until(lambda: not sent_by_all.exclude(status__in=("sent", "delivered", "read")).exists())


def run(command: list[str | Path], **given: str) -> str:
    done = subprocess.run(
        command,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("slug", "file"), [("httpx", "receive.py"), ("fetch", "receive.mjs")])
def test_a_handler_believes_only_what_is_signed(slug: str, file: str, tmp_path: Path) -> None:
    (language,) = (one for one in snippets.LANGUAGES if one.slug == slug)
    (tmp_path / file).write_text(snippets.of(language, "https://chat.example.com", "300000000000001", "")[-1].code)
    message = {"from": "14155550123", "type": "text", "text": {"body": "Mambo"}}
    body = envelope.body("200000000000001", "messages", {"messages": [message]})
    signed = envelope.headers(body, webhook_id="msg_1", at=int(time.time()), hub=SECRET, all_secrets=[SECRET])
    with handler([*RUN[slug][1], tmp_path / file], tmp_path / "said") as (http, said):
        assert http.post("/", content=body).status_code == 401
        assert http.post("/", content=body + b" ", headers=signed).status_code == 401
        assert "Mambo" not in said()
        assert http.post("/", content=body, headers=signed).status_code == 200
        assert "14155550123" in said()
        assert "Mambo" in said()
        asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "karibu"}
        shaken = http.get("/", params=asked)
        assert (shaken.status_code, shaken.text) == (200, "1158201444")
        assert http.get("/", params=asked | {"hub.verify_token": "other"}).status_code == 403


@contextmanager
def handler(command: list[str | Path], log: Path) -> Iterator[tuple[httpx.Client, Callable[[], str]]]:
    port = free_port()
    given = {"PORT": str(port), "SAFARICHAT_WEBHOOK_SECRET": SECRET, "SAFARICHAT_VERIFY_TOKEN": "karibu"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=os.environ | given, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(port, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as http:
            yield http, log.read_text
    finally:
        process.kill()
        process.wait(10)
