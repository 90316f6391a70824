"""The embedded PostgreSQL: started when `DATABASE_URL` is empty, from the binaries of a Python wheel.

A *keeper* process (`embedded_keeper`) is the server's parent. Everybody who needs the server holds a shared lock on
`users.lock`; when nobody holds it any more, because all have left or been killed, the keeper stops the server and
leaves. So any number of commands may use one server, and no kill leaves it behind.
"""

import fcntl
import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from msgspec import Struct
from psycopg import sql

from safarichat.ground.embedded_place import Place

OWNER = "safarichat"
ADMIN = "postgres"
START_TIMEOUT_S = 60.0


class CannotStart(RuntimeError):
    """The embedded PostgreSQL did not come up; the message says why in one sentence."""


class Server(Struct, frozen=True):
    """A running embedded server, as long as the block that got it."""

    url: str
    pid: int
    lock: int  # an open file: processes that inherit it keep the server up as long as they live

    def __repr__(self) -> str:  # the address holds the password
        return f"Server(pid {self.pid})"


@contextmanager
def running(data: Path, *, max_connections: int = 200) -> Iterator[Server]:
    """The embedded server under `data`, started when it does not run yet, for the length of the block."""
    place = Place.prepare(data)
    with open(place.users_lock, "a") as users:
        with locked(place.start_lock, fcntl.LOCK_EX):
            fcntl.flock(users, fcntl.LOCK_SH)
            url = address(place)
            if not _answers(place):
                _start(place, max_connections)
        yield Server(url, place.postgres_pid or 0, users.fileno())


def wait_until_stopped(data: Path, *, patience_s: float) -> bool:
    """After the last user left: whether server and keeper are gone in time."""
    place = Place.prepare(data)
    until = time.monotonic() + patience_s
    while place.keeper_pid or place.postgres_pid:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def remove(data: Path) -> None:
    """Delete the server's data for good. Nobody may be using it."""
    place = Place.prepare(data)
    if not wait_until_stopped(data, patience_s=10):
        raise CannotStart(f"The embedded PostgreSQL of {data} is in use, so it can't be reset.")
    for directory in {place.home, place.socket}:
        shutil.rmtree(directory, ignore_errors=True)
    for file in (place.passwords, place.log):
        file.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, kind: int) -> Iterator[IO[str]]:
    with open(path, "a") as file:
        fcntl.flock(file, kind)
        yield file


def address(place: Place, *, role: str = OWNER, database: str = OWNER) -> str:
    password = _passwords(place)[role]
    return f"postgresql://{role}:{password}@/{database}?host={quote(str(place.socket), safe='/')}"


def admin_password(place: Place) -> str:
    return _passwords(place)[ADMIN]


def _passwords(place: Place) -> dict[str, str]:
    """Generated once, kept beside the data, readable by us alone."""
    if not place.passwords.exists():
        made = {role: secrets.token_urlsafe(24) for role in (ADMIN, OWNER)}
        file = os.open(place.passwords, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w") as out:
            json.dump(made, out)
    kept: dict[str, str] = json.loads(place.passwords.read_text())
    return kept


def _answers(place: Place) -> bool:
    if not place.keeper_pid or not place.cluster.exists():
        return False
    try:
        psycopg.connect(address(place), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _start(place: Place, max_connections: int) -> None:
    _passwords(place)
    with _keeper(place, max_connections) as lives:
        until = time.monotonic() + START_TIMEOUT_S
        while lives() and time.monotonic() < until:
            if _ready(place):
                _make_roles(place)
                return
            time.sleep(0.05)
    raise CannotStart(f"The embedded PostgreSQL did not start: {_last_words(place)} (log: {place.log})")


@contextmanager
def _keeper(place: Place, max_connections: int) -> Iterator[Callable[[], bool]]:
    """Start a keeper, which belongs to nobody, and yield whether it lives: it holds the other end of a pipe."""
    ours, its = os.pipe()
    try:
        with _log(place) as log:
            command = ["-m", "safarichat.ground.embedded_keeper", str(place.data), str(max_connections)]
            subprocess.run(
                [sys.executable, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[its],
                start_new_session=True,  # Ctrl-C in the terminal is for us: the server ends after its users
                check=False,
            )
        os.close(its)
        yield lambda: not select.select([ours], [], [], 0)[0]
    finally:
        os.close(ours)


def _log(place: Place) -> IO[bytes]:
    if place.log.exists() and place.log.stat().st_size > 10_000_000:
        place.log.replace(place.log.with_suffix(".old.log"))
    log = open(place.log, "ab")  # noqa: SIM115 - the caller closes it
    os.fchmod(log.fileno(), 0o600)
    return log


def _ready(place: Place) -> bool:
    if not place.cluster.exists():
        return False
    try:
        psycopg.connect(address(place, role=ADMIN, database="postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _last_words(place: Place) -> str:
    lines = place.log.read_text(errors="replace").strip().splitlines() if place.log.exists() else []
    telling = [line for line in lines[-40:] if "FATAL" in line or "rror" in line or "PANIC" in line]
    return (telling or lines or ["it said nothing"])[-1].strip()


def _make_roles(place: Place) -> None:
    """Our role owns the database and is no superuser, for whom row-level security would not count."""
    owner, tenant = sql.Identifier(OWNER), sql.Identifier(f"{OWNER}_tenant")
    with psycopg.connect(address(place, role=ADMIN, database="postgres"), autocommit=True) as admin:
        known = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
        if OWNER not in known:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER").format(owner))
        # Set at every start: the password file may have been made anew.
        password = sql.Literal(_passwords(place)[OWNER])
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(owner, password))
        if f"{OWNER}_tenant" not in known:
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(tenant))
            admin.execute(sql.SQL("GRANT {} TO {}").format(tenant, owner))
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(owner, owner))
