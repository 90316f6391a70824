"""Workers killed with -9 while 500 replies go out: each is sent once, or it is said that nobody knows."""

import os
import re
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.journeys.demo import Demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

MESSAGES = 500
IN_THE_AIR = 64  # of one lane, house.md §6
SETTLED_AFTER_S = 60
KILL_AT = (100, 300)  # accepted by the provider
AT_ONCE = 12
SENT = {"accepted", "sent", "delivered", "read"}


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Demo]:
    with Demo.running(tmp_path, "--connect", "meta") as running:
        yield running


def test_no_message_is_lost_or_sent_twice_when_workers_are_killed(
    busy: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    conversations = _customers_write(busy)
    busy.sandbox.post("/_sandbox/faults", {"kind": "latency", "ms": 100, "path": "/messages"})
    kills, console = len(KILL_AT), _Console(busy)
    with ThreadPoolExecutor(AT_ONCE + 1) as threads:
        killing = threads.submit(_kill_twice, busy)
        texts = list(threads.map(console.reply, conversations))
        killed_at = killing.result()
    console.http.close()
    status_of = _settled(busy, killed_at)
    arrived = Counter(message["body"]["text"]["body"] for message in _at_the_provider(busy))
    statuses = Counter(status_of.values())
    with capsys.disabled():
        print(f"\nkilled {kills} times: {dict(statuses)}, settled {time.monotonic() - killed_at:.0f} s after the last")

    assert set(status_of) == set(texts)
    assert max(arrived.values()) == 1
    assert busy.sandbox.get("/_sandbox/stats")["duplicates"] == 0
    assert {text for text, status in status_of.items() if status in SENT} == set(arrived)
    assert statuses.keys() <= {*SENT, "unconfirmed"}
    assert statuses["unconfirmed"] <= kills * IN_THE_AIR


def _customers_write(demo: Demo) -> list[int]:
    """500 customers, each of whom opens a conversation."""
    number = demo.facts["numbers"][0]["phone_number_id"]

    def write(n: int) -> None:
        demo.sandbox.post("/_sandbox/inbound", {"number": number, "from": f"+2557{n:08d}", "text": "Hello"})

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(write, range(MESSAGES)))
    until = time.monotonic() + SETTLED_AFTER_S
    while len(ids := [row[0] for row in _rows(demo, "SELECT id FROM conversations")]) < MESSAGES:
        assert time.monotonic() < until, f"only {len(ids)} conversations"
        time.sleep(0.2)
    return ids


class _Console:
    """The composer's form, filled in by many hands at once."""

    def __init__(self, demo: Demo) -> None:
        self.http = httpx.Client(base_url=demo.url, trust_env=False, timeout=30, headers={"Referer": demo.url})
        page = self.http.get("/accounts/login/").text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        form = {"login": demo.facts["email"], "password": demo.facts["password"], "csrfmiddlewaretoken": found[1]}
        assert self.http.post("/accounts/login/", data=form).status_code == 302

    def reply(self, conversation_id: int) -> str:
        """The text, once the console has answered that it has it."""
        text = f"Reply to {conversation_id}"
        form = {"text": text, "form_token": secrets.token_urlsafe(18)}
        answer = self.http.post(
            f"/inbox/{conversation_id}/messages", data=form, headers={"X-CSRFToken": self.http.cookies["csrftoken"]}
        )
        assert answer.status_code == 302, answer.text
        return text


def _kill_twice(demo: Demo) -> float:
    for accepted in KILL_AT:
        until = time.monotonic() + SETTLED_AFTER_S
        while len(_at_the_provider(demo)) < accepted:
            assert time.monotonic() < until, "the messages do not go out"
            time.sleep(0.05)
        for pid in demo.facts["pids"]["workers"]:
            os.kill(pid, signal.SIGKILL)
    return time.monotonic()


def _settled(demo: Demo, since: float) -> dict[str, str]:
    """Text → status, once nothing is on its way any more."""
    while True:
        rows = _rows(demo, "SELECT text, status FROM messages WHERE direction = 'out'")
        waiting = [status for _, status in rows if status in ("queued", "sending")]
        if len(rows) == MESSAGES and not waiting:
            return dict(rows)
        assert time.monotonic() < since + SETTLED_AFTER_S, f"{Counter(waiting)} of {len(rows)}"
        time.sleep(0.2)


def _at_the_provider(demo: Demo) -> list[dict[str, Any]]:
    accepted: list[dict[str, Any]] = demo.sandbox.get("/_sandbox/messages")
    return accepted


def _rows(demo: Demo, query: str) -> list[Any]:
    with psycopg.connect(demo.facts["database_url"]) as connection:
        return connection.execute(query).fetchall()
