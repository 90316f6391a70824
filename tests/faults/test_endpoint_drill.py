"""Customers write while the tenant's server fails a third of the time and is killed twice, and workers are killed too:
each event arrives, none is lost, and what comes twice comes under the same webhook-id.

`make faults` runs it with 10,000 events (FAULT_MESSAGES), the suite with a few hundred.
"""

import os
import random
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from tests.fixtures import free_port, wait_for
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

EVENTS = int(os.environ.get("FAULT_MESSAGES", "300"))
PATIENCE_S = 600.0
HANDS = 12
UNDELIVERED = "SELECT id FROM endpoint_deliveries WHERE state <> 'delivered'"


class Tenant:
    """Their server, which may be killed, and its owner, who uses the console."""

    def __init__(self, demo: Demo, data: Path) -> None:
        self.demo, self.port, self.file = demo, free_port(), data / "arrived.jsonl"
        self.http = httpx.Client(base_url=demo.url, trust_env=False, timeout=15, headers={"Referer": demo.url})
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.http.get("/accounts/login/").text)
        assert found
        who = {"login": demo.facts["email"], "password": demo.facts["password"], "csrfmiddlewaretoken": found[1]}
        assert self.http.post("/accounts/login/", data=who).status_code == 302
        made = self._post("/developers/endpoints", url=f"http://127.0.0.1:{self.port}/hook", kinds="messages")
        assert made.status_code == 201
        [(self.endpoint,)] = self.query("SELECT id FROM endpoints")

    @contextmanager
    def serving(self) -> Iterator[None]:
        self._start()
        try:
            yield
        finally:
            self.process.kill()
            self.process.wait()
            self.http.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        time.sleep(random.uniform(0.5, 2))
        self._start()

    def send_failed_again(self) -> None:
        """They need not wait for the next tries: they press the button."""
        with suppress(httpx.TransportError):
            self._post(f"/developers/endpoints/{self.endpoint}/replay", failed="1")

    def arrived(self) -> list[dict[str, str]]:
        return [msgspec.json.decode(line) for line in self.file.read_bytes().splitlines()]

    def query(self, text: str) -> list[Any]:
        with psycopg.connect(self.demo.facts["database_url"], connect_timeout=5) as connection:
            return connection.execute(text).fetchall()

    def _start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.tenant", str(self.port), str(self.file)]
        self.process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        wait_for(self.port, self.process)

    def _post(self, path: str, **form: str) -> httpx.Response:
        return self.http.post(path, data=form, headers={"X-CSRFToken": self.http.cookies["csrftoken"]})


def customers_write(demo: Demo, name: str) -> None:
    number = demo.facts["numbers"][0]["phone_number_id"]

    def write(place: int) -> None:
        told = {"number": number, "from": f"+2557{place % 997:08d}", "text": f"{name} {place}"}
        demo.sandbox.post("/_sandbox/inbound", told)

    with ThreadPoolExecutor(HANDS) as threads:
        list(threads.map(write, range(EVENTS)))


def kill_workers(demo: Demo, is_over: threading.Event, kills: Counter[str]) -> None:
    """The first one soon: a few hundred events may be delivered in three seconds."""
    rest_s = random.uniform(0.2, 1)
    while not is_over.wait(rest_s):
        rest_s = random.uniform(3, 6)
        with suppress(ProcessLookupError):
            os.kill(random.choice(demo.facts["pids"]["workers"]), signal.SIGKILL)
            kills["worker"] += 1


def test_each_event_arrives_and_what_comes_twice_has_the_same_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Demo.running(tmp_path, "--connect", "meta") as demo:
        tenant, name, kills = Tenant(demo, tmp_path), secrets.token_hex(4), Counter[str]()
        is_over = threading.Event()
        with tenant.serving():
            killer = threading.Thread(target=kill_workers, args=(demo, is_over, kills))
            killer.start()
            try:
                writing = threading.Thread(target=customers_write, args=(demo, name))
                writing.start()
                for share in (0.2, 0.6):
                    _wait_until(lambda share=share: len(_texts(tenant)) >= EVENTS * share, tenant)
                    tenant.kill()
                    kills["tenant"] += 1
                writing.join()
            finally:
                is_over.set()
                killer.join()
            _wait_until(lambda: len(_texts(tenant)) == EVENTS, tenant)
            _wait_until(lambda: not tenant.query(UNDELIVERED), tenant)
        lines = tenant.arrived()
        by_text: dict[str, set[str]] = {}
        for line in lines:
            by_text.setdefault(line["text"], set()).add(line["webhook_id"])
        with capsys.disabled():
            print(
                f"\n{dict(kills)}: {EVENTS} events, {len(by_text)} arrived, {len(lines) - len(by_text)} of them again"
            )
        assert by_text.keys() == {f"{name} {place}" for place in range(EVENTS)}
        assert all(len(ids) == 1 for ids in by_text.values())
        assert len({next(iter(ids)) for ids in by_text.values()}) == EVENTS
        assert kills["tenant"] == 2
        assert kills["worker"] >= 1


def _texts(tenant: Tenant) -> set[str]:
    return {line["text"] for line in tenant.arrived()} if tenant.file.exists() else set()


def _wait_until(is_so: Any, tenant: Tenant) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, f"{len(_texts(tenant))} of {EVENTS} arrived"
        tenant.send_failed_again()
        time.sleep(1)
