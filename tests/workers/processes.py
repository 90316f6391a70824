"""Worker processes on the test's own database, with the sandbox as the provider."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg.conninfo import make_conninfo

from safarichat.accounts.models import Account
from safarichat.messaging.models import Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.numbers import demo
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import Sandbox
from tests.messaging.ours import TEMPLATE, now


def provider_settings(sandbox: Sandbox) -> dict[str, str]:
    return {
        "META_GRAPH_URL": sandbox.url,
        "META_DIALOG_URL": sandbox.url,
        "META_SDK_URL": f"{sandbox.url}/sdk.js",
    }


def connected(settings: Any, sandbox: Sandbox, account: Account) -> OfficialWhatsappCredential:
    """A number of the account, onboarded at the sandbox by the real code."""
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | provider_settings(sandbox)
    entry = demo.connect("meta", sandbox.url, account)
    return OfficialWhatsappCredential.objects.get(pk=entry["credential_id"])


@contextmanager
def worker(sandbox: Sandbox, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`safarichat work`, ended at the latest with the block."""
    url = database_url()
    with open(log, "ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "safarichat", "work"],
            env=os.environ | provider_settings(sandbox) | {"DATABASE_URL": url},
            stdout=out,
            stderr=out,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            finally:
                process.kill()
                process.wait(5)


def database_url() -> str:
    """The test's own database, for a process of its own."""
    where = connection.settings_dict
    parts = {"host": where["HOST"], "port": where["PORT"], "user": where["USER"], "password": where["PASSWORD"]}
    return make_conninfo(dbname=where["NAME"], **{name: part for name, part in parts.items() if part})


def queue_templates(number: OfficialWhatsappCredential, count: int) -> None:
    orders = [Order(credential_id=number.pk, body=TEMPLATE, to=f"2547110{n:05}") for n in range(count)]
    assert all(isinstance(found, Queued) for found in queue(number.account_id, orders, now=now()))


def counts() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in Message.objects.filter(direction="out").values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def wait_until(done: Callable[[], bool], patience_s: float) -> float:
    started = time.monotonic()
    while not done():
        assert time.monotonic() - started < patience_s, counts()
        time.sleep(0.05)
    return time.monotonic() - started


def nothing_waits() -> bool:
    return not {"queued", "sending"} & counts().keys()
