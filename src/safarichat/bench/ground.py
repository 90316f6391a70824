"""What a benchmark stands on: a fresh PostgreSQL, complete settings, the program's own processes, printed figures."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import django
import msgspec
from django.db import connection

from safarichat.ground import embedded
from safarichat.ground.embedded_place import Place
from safarichat.ground.keyring import new_key
from safarichat.ground.sql import fetch

READY_S = 60.0
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes", "server_version")


class Site:
    """Where the benchmark runs; everything it starts ends with it."""

    def __init__(self, data: Path, stack: ExitStack) -> None:
        self.data = data
        self._stack = stack
        self._lifeline, self._ours = os.pipe()  # children end when our end is closed, however we end

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """`python -m …` until the benchmark's end."""
        log = open(self.data / "processes.log", "ab")  # noqa: SIM115 - closed with the stack
        self._stack.callback(log.close)
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=os.environ | {"SAFARICHAT_LIFELINE_FD": str(self._lifeline)} | dict(env or {}),
            pass_fds=[self._lifeline],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        self._stack.callback(stop, process)
        return process

    def start_program(self, *arguments: str, count: int = 1, env: Mapping[str, str] | None = None) -> list[Any]:
        """`safarichat …`, so many processes of it."""
        return [self.start("safarichat", *arguments, env=env) for _ in range(count)]


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def installation() -> Iterator[Site]:
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="safarichat-bench-")))
        data.chmod(0o711)  # as root: PostgreSQL's own user finds its way in, and all is gone with this directory
        stack.callback(wait_for_end, data / "database")
        server = stack.enter_context(embedded.running(data / "database"))
        os.environ |= _settings(data) | {"DATABASE_URL": server.url}
        subprocess.run([sys.executable, "-m", "safarichat", "migrate"], check=True, stdout=subprocess.DEVNULL)
        django.setup()
        stack.callback(connection.close)
        yield Site(data, stack)


def wait_for_end(database: Path) -> None:
    """The server stops when its last user has left; its files can go then."""
    until = time.monotonic() + READY_S
    while Place.prepare(database).postgres_pid and time.monotonic() < until:
        time.sleep(0.1)


def _settings(data: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "safarichat.project.settings",
        "SAFARICHAT_ENV_FILE": os.devnull,
        "SAFARICHAT_BASE_URL": "http://127.0.0.1",
        "SAFARICHAT_SECRET_KEY": secrets.token_urlsafe(40),
        "SAFARICHAT_ENCRYPTION_KEYS": new_key(),
        "SAFARICHAT_DATA": str(data),
        "SAFARICHAT_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
        "SAFARICHAT_LOG_LEVEL": "WARNING",
        "META_APP_ID": "1000000000000001",
        "META_APP_SECRET": secrets.token_hex(16),
        "META_WEBHOOK_VERIFY_TOKEN": secrets.token_urlsafe(16),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def say(**facts: object) -> None:
    """One line of the result."""
    print(msgspec.json.encode(facts).decode(), flush=True)


def say_durability() -> None:
    say(**{name: fetch(f"SHOW {name}")[0][0] for name in DURABILITY}, cores=os.cpu_count())
