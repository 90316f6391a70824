"""`safarichat demo` as a child of the tests, in a data directory of its own."""

import email
import email.policy
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safarichat.ground import embedded
from tests.fixtures import Sandbox, free_port

PATIENCE_S = 90
KEPT_FROM_OUTSIDE = ("PATH", "HOME", "LANG", "TMPDIR", "USER", "PYTHONPATH")


class Demo:
    def __init__(self, data: Path, ready_file: Path) -> None:
        self.data = data
        self.ready_file = ready_file
        self.sandbox = Sandbox(self.facts["sandbox_url"])

    @property
    def facts(self) -> dict[str, Any]:
        """The ready-file, read anew: it follows restarted processes."""
        facts: dict[str, Any] = json.loads(self.ready_file.read_text())
        return facts

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def logs(self) -> str:
        return "\n".join(file.read_text(errors="replace") for file in sorted((self.data / "logs").glob("*")))

    def links_mailed_to(self, address: str) -> list[str]:
        """Every link in that person's mail, oldest first."""
        files = sorted((self.data / "mail").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        texts = [str(mail.get_content()) for mail in mails if address in str(mail["To"])]
        return [link for text in texts for link in re.findall(r"https?://\S+", text)]

    @classmethod
    @contextmanager
    def running(cls, data: Path, *options: str, **environment: str) -> "Iterator[Demo]":
        """Starts it, waits until it says that it is up, and ends it."""
        ready_file = data / "ready.json"
        outside = {name: os.environ[name] for name in KEPT_FROM_OUTSIDE if name in os.environ}
        with open(data / "demo.out", "wb") as out:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "safarichat", "demo", "--port", str(free_port(neighbours=1))),
                    *("--data", str(data / "data"), "--ready-file", str(ready_file), *options),
                ],
                env=outside | {"SAFARICHAT_FOLLOW_PARENT": "1"} | environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            _wait(process, ready_file, data / "demo.out")
            demo = cls(data / "data", ready_file)
            with demo.sandbox.http:  # closed when the test fails too: the warning would be another test's failure
                yield demo
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            embedded.remove(data / "data")  # as root it stands in a system directory, which pytest knows nothing of


def _wait(process: "subprocess.Popen[bytes]", ready_file: Path, out: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while not ready_file.exists():
        assert process.poll() is None, f"the demo ended:\n{out.read_text()[-4000:]}"
        assert time.monotonic() < until, f"the demo was not up after {PATIENCE_S} s:\n{out.read_text()[-4000:]}"
        time.sleep(0.05)
