"""A whole installation on the test's own database: web and worker processes, and the sandbox as each provider."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from safarichat.accounts.models import Account
from safarichat.messaging.models import Message
from safarichat.numbers import demo, hooks
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import Sandbox, free_port, wait_for
from tests.onboarding.signing_up import KNOWN_TO_BOTH
from tests.workers.processes import database_url

PATIENCE_S = 40
CUSTOMER = "+255712000001"


class Installation:
    """With one number connected; `url` is our own address."""

    def __init__(self, url: str, sandbox: Sandbox, number: OfficialWhatsappCredential) -> None:
        self.url, self.sandbox, self.number = url, sandbox, number
        self.address = f"+{number.phone_number}"

    def written(self, content: dict[str, Any], by: str = CUSTOMER) -> str:
        """A customer writes: the provider's id of the message."""
        asked = {"number": self.address, "from": by, "name": "Asha", "message": content}
        told: dict[str, str] = self.sandbox.post("/_sandbox/inbound", asked)
        return told["id"]

    def phone(self, of: str = CUSTOMER) -> str:
        """The customer's handset with this chat open."""
        page = self.sandbox.http.get(f"/phone/{of}/{self.address}")
        assert page.status_code == 200
        return page.text


@contextmanager
def installation(settings: Any, account: Account, provider: str, data: Path) -> Iterator[Installation]:
    web_port, sandbox_port = free_port(), free_port()
    url, sandbox_url = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{sandbox_port}"
    places = _places(sandbox_url)
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | places
    settings.SAFARICHAT_BASE_URL = url
    environment = os.environ | places | {"DATABASE_URL": database_url(), "SAFARICHAT_BASE_URL": url}
    environment |= {"DJANGO_SETTINGS_MODULE": "safarichat.project.settings"}
    with ExitStack() as stack:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(_program(environment, data / f"{arguments[0]}.log", *arguments))

        wait_for(sandbox_port, start("sandbox", "--port", str(sandbox_port), "--data", str(data / "sandbox")))
        web = start("web", "--host", "127.0.0.1", "--port", str(web_port))
        start("work")
        wait_for(web_port, web, PATIENCE_S)
        sandbox = Sandbox(sandbox_url)
        with sandbox.http:
            sandbox.post("/_sandbox/settings", {"channel_ms": 0})
            hooks.register(provider)
            connected = demo.connect(provider, sandbox_url, account)
            yield Installation(url, sandbox, OfficialWhatsappCredential.objects.get(pk=connected["credential_id"]))


def _places(sandbox: str) -> dict[str, str]:
    return {
        **KNOWN_TO_BOTH,
        "360DIALOG_PARTNER_ID": KNOWN_TO_BOTH["D360_PARTNER_ID"],
        "META_GRAPH_URL": sandbox,
        "META_DIALOG_URL": sandbox,
        "META_SDK_URL": f"{sandbox}/sdk.js",
        "D360_API_URL": f"{sandbox}/360dialog/messaging",
        "D360_HUB_URL": f"{sandbox}/360dialog/hub",
        "D360_HUB_API_URL": f"{sandbox}/360dialog/hub-api",
        "TWILIO_API_URL": f"{sandbox}/twilio/api",
        "TWILIO_CONTENT_URL": f"{sandbox}/twilio/content",
        "TWILIO_MESSAGING_URL": f"{sandbox}/twilio/messaging",
    }


@contextmanager
def _program(environment: dict[str, str], log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with open(log, "ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "safarichat", *arguments], env=environment, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(12)
        finally:
            process.kill()
            process.wait(5)


def wait_until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until, list(Message.objects.values_list("kind", "status", "problem"))
        time.sleep(0.1)
