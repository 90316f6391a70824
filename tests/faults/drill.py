"""A drill: real processes under load, disturbed, and what is true of every message afterwards.

Customers open conversations, colleagues answer each of them several times over the console, and ask again with the same
form until the console has said that it has the message. What it said is held against what arrived at the provider.
"""

import os
import random
import re
import secrets
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from safarichat.ground.embedded_place import Place
from tests.journeys.demo import Demo

EACH = 4  # answers in a conversation
HANDS = 12
PATIENCE_S = 120.0
FINAL = {"accepted", "sent", "delivered", "read", "failed", "unconfirmed"}
WITH_THE_CUSTOMER = {"accepted", "sent", "delivered", "read"}


@dataclass
class Outcome:
    """What a drill found."""

    accepted: int
    sent: int
    lost: list[str]
    doubled: list[str]
    failed: int
    unconfirmed_had_left: list[str]
    unconfirmed_had_not: list[str]
    in_the_air_at_a_kill: list[str]  # unconfirmed too, and never arrived: nobody can know whether it was on the wire
    out_of_order: list[str]
    opaque_twice: int
    recovered_after_s: float
    disturbances: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        numbers = {
            name: len(value) if isinstance(value, list) else value
            for name, value in vars(self).items()
            if name != "disturbances"
        }
        return f"{dict(self.disturbances)}: {numbers}"


class Drill:
    def __init__(self, demo: Demo, count: int) -> None:
        self.demo, self.count = demo, count
        self.disturbances: Counter[str] = Counter()
        self.number = demo.facts["numbers"][0]
        self.said: list[str] = []
        self._is_over = threading.Event()
        self._had_sent = 0

    @classmethod
    @contextmanager
    def begun(cls, data: Path, count: int, **environment: str) -> "Iterator[Drill]":
        with Demo.running(data, "--connect", "meta", **environment) as demo:
            drill = cls(demo, count)
            drill.query("UPDATE official_whatsapp_credentials SET throughput_mps = 1000")
            yield drill

    def run(self, *troubles: Callable[[], object]) -> Outcome:
        """Answer every customer while the troubles happen, again and again; then wait until all is settled."""
        conversations = self._customers_write()
        console = _Console(self.demo)
        with ThreadPoolExecutor(HANDS + 1) as threads:
            making = threads.submit(self._make_trouble, troubles)
            try:
                for texts in threads.map(console.answer, conversations):
                    self.said += texts
                while self._waits() > self.count / 20:  # it goes on until nearly everything has left
                    time.sleep(0.1)
            finally:
                self._is_over.set()
                console.http.close()
            making.result()
        return self._judge(self._settled())

    # --- trouble ---

    def _make_trouble(self, troubles: Sequence[Callable[[], object]]) -> None:
        dice = random.Random(4)
        while troubles and not self._is_over.wait(dice.uniform(0.5, 1.5)):
            with suppress(ProcessLookupError, httpx.TransportError, psycopg.OperationalError):
                trouble = dice.choice(troubles)
                self.disturbances[trouble.__name__] += bool(trouble())

    # Killed is what works: on a slow machine nothing would ever come up between two kills.

    def kill_worker(self) -> bool:
        has_sent = len(self.demo.sandbox.get("/_sandbox/messages"))
        if has_sent == self._had_sent:
            return False
        self._had_sent = has_sent
        os.kill(random.choice(self.demo.facts["pids"]["workers"]), signal.SIGKILL)
        return True

    def kill_web(self) -> bool:
        if httpx.get(f"{self.demo.url}/readyz", timeout=2, trust_env=False).status_code != 200:
            return False
        os.kill(random.choice(self.demo.facts["pids"]["web"]), signal.SIGKILL)
        return True

    def kill_postgres(self) -> bool:
        self.query("SELECT 1")
        pid = Place.prepare(self.demo.data).postgres_pid
        if pid:
            os.kill(pid, signal.SIGKILL)
        return bool(pid)

    def fill_disk(self) -> bool:
        """What PostgreSQL says of a hook for which there is no room, for a second."""
        self.query(
            "CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$;"
            " CREATE OR REPLACE TRIGGER no_room BEFORE INSERT ON inbox EXECUTE FUNCTION no_room()"
        )
        time.sleep(1)
        self.query("DROP FUNCTION no_room CASCADE")
        return True

    def fault(self, kind: str, **more: object) -> Callable[[], object]:
        """A fault of the provider's, for two seconds at a time."""

        def happen() -> object:
            return self.demo.sandbox.post("/_sandbox/faults", {"kind": kind, "for": 2, **more})

        happen.__name__ = kind
        return happen

    # --- load ---

    def _customers_write(self) -> list[int]:
        def write(place: int) -> None:
            self.demo.sandbox.post(
                "/_sandbox/inbound",
                {"number": self.number["phone_number_id"], "from": f"+2557{place:08d}", "text": "Hello"},
            )

        wanted = self.count // EACH
        with ThreadPoolExecutor(HANDS) as threads:
            list(threads.map(write, range(wanted)))
        until = time.monotonic() + PATIENCE_S
        while len(ids := [row[0] for row in self.query("SELECT id FROM conversations ORDER BY id")]) < wanted:
            assert time.monotonic() < until, f"only {len(ids)} conversations"
            time.sleep(0.2)
        return ids

    # --- afterwards ---

    def _settled(self) -> float:
        """Seconds until each message has its final status."""
        self.demo.sandbox.http.delete("/_sandbox/faults")
        began = time.monotonic()
        while self._waits():
            assert time.monotonic() < began + PATIENCE_S, f"{self._statuses()} after {PATIENCE_S} s"
            time.sleep(0.2)
        settled_after_s = time.monotonic() - began
        until = time.monotonic() + PATIENCE_S  # the provider repeats what we could not take
        while time.monotonic() < until and self._statuses()["unconfirmed"]:
            time.sleep(0.5)
        return settled_after_s

    def _waits(self) -> int:
        with suppress(psycopg.OperationalError):
            return int(self.query("SELECT count(*) FROM messages WHERE is_waiting")[0][0])
        return self.count

    def _statuses(self) -> Counter[str]:
        return Counter(row[0] for row in self.query("SELECT status FROM messages WHERE direction = 'out'"))

    def _judge(self, recovered_after_s: float) -> Outcome:
        status_of = dict(self.query("SELECT text, status FROM messages WHERE direction = 'out'"))
        in_order = [message["body"]["text"]["body"] for message in self.demo.sandbox.get("/_sandbox/messages")]
        arrived = Counter(in_order)
        unconfirmed = {text for text, status in status_of.items() if status == "unconfirmed"}
        interrupted = {row[0] for row in self.query("SELECT text FROM messages WHERE problem->>'key' = 'interrupted'")}
        last: dict[str, int] = {}
        out_of_order = []
        for text in in_order:
            conversation, place = text.split(" / ")
            if int(place) < last.get(conversation, 0):
                out_of_order.append(text)
            last[conversation] = int(place)
        return Outcome(
            accepted=len(self.said),
            sent=len(arrived),
            lost=[
                text
                for text in self.said
                if status_of.get(text) not in FINAL or (status_of[text] in WITH_THE_CUSTOMER and text not in arrived)
            ],
            doubled=[text for text, count in arrived.items() if count > 1],
            failed=sum(status == "failed" for status in status_of.values()),
            unconfirmed_had_left=sorted(unconfirmed & arrived.keys()),
            unconfirmed_had_not=sorted(unconfirmed - arrived.keys() - interrupted),
            in_the_air_at_a_kill=sorted(unconfirmed & interrupted - arrived.keys()),
            out_of_order=out_of_order,
            opaque_twice=self.demo.sandbox.get("/_sandbox/stats")["duplicates"],
            recovered_after_s=round(recovered_after_s, 1),
            disturbances=self.disturbances,
        )

    def query(self, text: str) -> list[Any]:
        with psycopg.connect(self.demo.facts["database_url"], connect_timeout=5) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []


class _Console:
    """The composer's form, filled in by many hands at once; who gets no answer sends the same form again."""

    def __init__(self, demo: Demo) -> None:
        self.http = httpx.Client(base_url=demo.url, trust_env=False, timeout=15, headers={"Referer": demo.url})
        page = self.http.get("/accounts/login/").text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        form = {"login": demo.facts["email"], "password": demo.facts["password"], "csrfmiddlewaretoken": found[1]}
        assert self.http.post("/accounts/login/", data=form).status_code == 302

    def answer(self, conversation_id: int) -> list[str]:
        return [self._reply(conversation_id, f"To {conversation_id} / {place}") for place in range(EACH)]

    def _reply(self, conversation_id: int, text: str) -> str:
        """The text, once the console has said that it has it."""
        form = {"text": text, "form_token": secrets.token_urlsafe(18)}
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"]}
        until = time.monotonic() + PATIENCE_S
        while True:
            with suppress(httpx.TransportError):
                answer = self.http.post(f"/inbox/{conversation_id}/messages", data=form, headers=headers)
                if answer.status_code == 302 and "/inbox/" in answer.headers["location"]:
                    return text
                assert answer.status_code >= 500, answer.text
            assert time.monotonic() < until, "the console does not answer"
            time.sleep(0.2)
