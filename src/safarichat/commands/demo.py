"""Everything on one machine, with the sandbox as every provider."""

import fcntl
import json
import logging.config
import os
import pkgutil
import shutil
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safarichat import providers
from safarichat.commands import demo_settings
from safarichat.commands.demo_settings import EMAIL, Kept
from safarichat.commands.ground import database, start_django
from safarichat.commands.schema import bring_up_to_date
from safarichat.ground import embedded, logs
from safarichat.project import serving
from safarichat.project.environment import SettingsError
from safarichat.project.supervise import Role, Supervisor

WEB = 2
WORKERS = 2
STOP_PATIENCE_S = 3.0


def run(arguments: Namespace) -> int:
    data: Path = arguments.data.resolve()
    port: int = arguments.port
    for each in (port, port + 1):
        serving.refuse_busy("127.0.0.1", each)
    connect = demo_settings.providers(arguments.connect)
    with _alone(data):
        if arguments.reset:
            _forget(data)
        kept = Kept.load(data)
        (data / "logs").mkdir(exist_ok=True)
        os.environ.update(kept.environment(port, data), SAFARICHAT_LOG_FILE=str(data / "logs" / "demo.log"))
        logging.config.dictConfig(logs.configuration("WARNING"))
        with database(os.environ.get("DATABASE_URL", ""), data) as server:
            start_django()
            bring_up_to_date(verbosity=0)
            account = _person(kept)
            kept = _with_key(kept, data, account)
            _run(port, data, kept, server, arguments.ready_file, connect, account)
        if server:
            embedded.wait_until_stopped(data, patience_s=STOP_PATIENCE_S)
    return 0


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        # PostgreSQL runs as somebody else and passes through; all else in here is ours alone.
        os.chmod(data, 0o711)  # noqa: S103
    with open(data / "demo.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            taken = f"A demo is running on {data} already; end it first, or choose another --data."
            raise SettingsError(taken) from None
        yield


def _forget(data: Path) -> None:
    embedded.remove(data)
    for found in data.iterdir():
        if found.name != "demo.lock":
            shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()


def _person(kept: Kept) -> Any:
    ensure = pkgutil.resolve_name("safarichat.accounts.first:ensure_person")
    return ensure(EMAIL, kept.password, name="Asha Demo")


def _with_key(kept: Kept, data: Path, account: Any) -> Kept:
    """The account's key for programs, the same at each start; a new one when it was revoked."""
    apikeys = pkgutil.resolve_name("safarichat.accounts.apikeys")
    if kept.api_key and apikeys.known(apikeys.digest(kept.api_key)):
        return kept
    _row, key = apikeys.make(account.pk, "Demo", apikeys.SCOPES)
    return kept.with_api_key(key, data)


def _run(
    port: int,
    data: Path,
    kept: Kept,
    server: embedded.Server | None,
    ready_file: Path | None,
    connect: list[str],
    account: Any,
) -> None:
    supervisor = Supervisor(_roles(port, data), [server.lock] if server else [])
    sandbox_url = f"http://127.0.0.1:{port + 1}"
    numbers: list[dict[str, Any]] = []

    def tell() -> None:
        if ready_file:
            _write(ready_file, {**kept.facts(port), "numbers": numbers, "pids": _pids(supervisor, server)})

    try:
        supervisor.start()
        if supervisor.is_asked_to_stop:
            return
        for provider in providers.names():  # nothing is delivered to an app that has not registered
            pkgutil.resolve_name("safarichat.numbers.hooks:register")(provider)
        numbers.extend(_numbers(account, connect, sandbox_url))
        tell()
        _welcome(port, data, kept)
        supervisor.watch(on_restart=tell)
    finally:
        supervisor.stop()


def _numbers(account: Any, wanted: list[str], sandbox_url: str) -> list[dict[str, Any]]:
    """The account's connected numbers, with one more of each wanted provider that it has none of."""
    rows = pkgutil.resolve_name("safarichat.numbers.rows")
    demo = pkgutil.resolve_name("safarichat.numbers.demo")
    there = [_facts(row) for row in rows.all_of(account.pk) if row.may_send]
    have = {number["provider"] for number in there}
    return there + [demo.connect(provider, sandbox_url, account) for provider in wanted if provider not in have]


def _facts(row: Any) -> dict[str, Any]:
    return {
        "provider": row.api_provider,
        "credential_id": row.pk,
        "phone_number_id": row.phone_number_id,
        "waba_id": row.waba_id,
        "phone_number": f"+{row.phone_number}",
    }


def _roles(port: int, data: Path) -> list[Role]:
    def logged(name: str) -> dict[str, str]:
        return {"SAFARICHAT_LOG_FILE": str(data / "logs" / f"{name}.log")}

    address = ["--host", "127.0.0.1", "--port", str(port)]
    sandbox = ["sandbox", "--port", str(port + 1), "--data", str(data / "sandbox")]
    return [
        Role(name="sandbox", arguments=sandbox, environment=logged("sandbox"), wave=1),
        *(Role(name=f"web-{n}", arguments=["web", *address], environment=logged(f"web-{n}")) for n in _upto(WEB)),
        *(Role(name=f"work-{n}", arguments=["work"], environment=logged(f"work-{n}")) for n in _upto(WORKERS)),
    ]


def _upto(count: int) -> range:
    return range(1, count + 1)


def _pids(supervisor: Supervisor, server: embedded.Server | None) -> dict[str, Any]:
    return {
        "web": supervisor.pids("web"),
        "workers": supervisor.pids("work"),
        "sandbox": supervisor.pids("sandbox"),
        "postgres": server.pid if server else None,
    }


def _write(file: Path, facts: dict[str, Any]) -> None:
    """Whole or not at all: whoever waits for the file reads a complete one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    making = file.with_name(f".{file.name}.{os.getpid()}")
    making.write_text(json.dumps(facts, indent=2) + "\n")
    making.replace(file)


def _welcome(port: int, data: Path, kept: Kept) -> None:
    url = f"http://127.0.0.1:{port}"
    print(
        f"""
SafariChat is up. Everything here is pretend: no message leaves this machine.

  Console    {url}/
  Log in     {EMAIL}
  Password   {kept.password}
  API key    {kept.api_key}

  Customers' phones and the provider sandbox: http://127.0.0.1:{port + 1}/
  Mail, logs and the database are kept in {data}

Ctrl-C ends it.""",
        flush=True,
    )
