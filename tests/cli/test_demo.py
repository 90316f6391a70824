"""`safarichat demo`: what it starts, what it says, and that nothing of it stays behind."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from safarichat import providers
from safarichat.ground import embedded
from tests.fixtures import free_port

UP_WITHIN_S = 150
GONE_WITHIN_S = 10


class Demo:
    """A demo in a process group of its own, as a terminal makes one."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data, self.ready_file = data, data.parent / "ready" / "demo.json"
        self.port = free_port(neighbours=1)
        self.ready_file.unlink(missing_ok=True)
        self.out = open(data.parent / "demo.out", "w+")  # noqa: SIM115 - closed in `end`
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "safarichat", "demo", "--port", str(self.port), "--data", str(data)),
                *("--ready-file", str(self.ready_file), *options),
            ],
            env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            stdout=self.out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.facts = self._wait()

    def _wait(self) -> dict[str, Any]:
        until = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < until and self.process.poll() is None:
            if self.ready_file.exists():
                facts: dict[str, Any] = json.loads(self.ready_file.read_text())
                return facts
            time.sleep(0.05)
        raise AssertionError(f"the demo did not come up:\n{self.said()}")

    def said(self) -> str:
        return Path(self.out.name).read_text()

    def pids(self) -> list[int]:
        pids = self.facts["pids"]
        return [self.process.pid, *pids["web"], *pids["workers"], *pids["sandbox"], pids["postgres"]]

    def all_gone(self) -> bool:
        until = time.monotonic() + GONE_WITHIN_S
        while time.monotonic() < until:
            self.process.poll()
            if not any(map(is_alive, self.pids())):
                return True
            time.sleep(0.05)
        return False

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)
        self.out.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("demo") / "data"
    yield made
    embedded.remove(made)


@pytest.fixture(scope="module")
def demo(data: Path) -> Iterator[Demo]:
    made = Demo(data)
    yield made
    made.end()


def test_it_comes_up_and_says_where_to_click_and_how_to_log_in(demo: Demo) -> None:
    facts, said = demo.facts, demo.said()
    for word in (facts["url"], facts["sandbox_url"], facts["email"], facts["password"]):
        assert word in said
    assert facts["sandbox_url"] == f"http://127.0.0.1:{demo.port + 1}"
    assert [len(facts["pids"][kind]) for kind in ("web", "workers", "sandbox")] == [2, 2, 1]
    assert all(map(is_alive, demo.pids()))
    answer = httpx.get(f"{facts['url']}/api/v1/numbers", headers={"authorization": f"Bearer {facts['api_key']}"})
    assert answer.status_code == 200, answer.text
    assert facts["numbers"] == []
    assert httpx.get(f"{facts['url']}/readyz", trust_env=False).text == "ready\n"
    with psycopg.connect(facts["database_url"]) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_its_person_can_log_in(demo: Demo) -> None:
    with httpx.Client(base_url=demo.facts["url"], trust_env=False, follow_redirects=True) as browser:
        page = browser.get("/accounts/login/")
        token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"login": demo.facts["email"], "password": demo.facts["password"], "csrfmiddlewaretoken": token}
        home = browser.post("/accounts/login/", data=form, headers={"Referer": demo.facts["url"]})
    assert home.status_code == 200
    assert "login" not in home.url.path


def test_what_it_keeps_is_for_nobody_else(demo: Demo) -> None:
    for file in (demo.data / "demo.json", demo.data / "postgres.passwords.json", *(demo.data / "logs").iterdir()):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_a_killed_process_is_started_again_and_the_ready_file_follows(demo: Demo) -> None:
    for kind in ("web", "workers", "sandbox"):
        killed = demo.facts["pids"][kind][0]
        os.kill(killed, signal.SIGKILL)
        until = time.monotonic() + 20
        while killed in json.loads(demo.ready_file.read_text())["pids"][kind] and time.monotonic() < until:
            time.sleep(0.05)
        demo.facts = json.loads(demo.ready_file.read_text())
        assert killed not in demo.facts["pids"][kind]
        assert all(map(is_alive, demo.pids()))


def ctrl_c(demo: Demo) -> None:
    os.killpg(demo.process.pid, signal.SIGINT)


def ctrl_c_twice(demo: Demo) -> None:
    ctrl_c(demo)
    time.sleep(0.2)
    ctrl_c(demo)


def terminate(demo: Demo) -> None:
    demo.process.terminate()


def close_the_terminal(demo: Demo) -> None:
    os.killpg(demo.process.pid, signal.SIGHUP)


def kill(demo: Demo) -> None:
    demo.process.kill()


@pytest.mark.timeout(600)
@pytest.mark.slow
def test_however_it_ends_nothing_of_it_stays_and_the_next_start_works(data: Path, demo: Demo) -> None:
    password = demo.facts["password"]
    demo.end()
    for end in (ctrl_c, ctrl_c_twice, terminate, close_the_terminal, kill):
        next_one = Demo(data)
        assert next_one.facts["password"] == password
        end(next_one)
        assert next_one.all_gone(), f"after {end.__name__}"
        next_one.end()


def test_reset_forgets_everything(data: Path) -> None:
    before = json.loads((data / "demo.json").read_text())
    demo = Demo(data, "--reset")
    demo.end()
    assert demo.facts["password"] != before["password"]


@pytest.mark.slow
def test_with_connect_each_provider_has_a_live_number_that_a_handset_talks_with(data: Path) -> None:
    demo = Demo(data, "--reset", "--connect", ",".join(providers.names()))
    try:
        numbers = {number["provider"]: number for number in demo.facts["numbers"]}
        assert list(numbers) == list(providers.names())
        assert all(set(number) == NUMBER_FACTS for number in numbers.values())
        for name, number in numbers.items():
            write = {"number": number["phone_number"], "from": "+254711000001", "name": "Asha", "message": hello(name)}
            httpx.post(f"{demo.facts['sandbox_url']}/_sandbox/inbound", json=write, trust_env=False).raise_for_status()
        assert wait_for_texts(demo, len(numbers)) == {(numbers[name]["credential_id"], name) for name in numbers}
    finally:
        demo.end()


NUMBER_FACTS = {"provider", "credential_id", "phone_number_id", "waba_id", "phone_number"}


def hello(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text}}


def wait_for_texts(demo: Demo, count: int) -> set[tuple[int, str]]:
    """What customers wrote, by number."""
    until = time.monotonic() + 30
    with psycopg.connect(demo.facts["database_url"], autocommit=True) as connection:
        while True:
            found = connection.execute("SELECT credential_id, text FROM messages WHERE direction = 'in'").fetchall()
            if len(found) >= count or time.monotonic() > until:
                return set(found)
            time.sleep(0.1)
