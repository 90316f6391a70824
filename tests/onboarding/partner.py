"""A sandbox that knows our partner account, for whole modules."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.fixtures import Sandbox, free_port, wait_for
from tests.onboarding.signing_up import KNOWN_TO_BOTH

HOME = "http://127.0.0.1:9"  # where webhooks may go; nobody listens


@pytest.fixture(scope="module")
def partner_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    data, port = tmp_path_factory.mktemp("partner"), free_port()
    arguments = ["sandbox", "--port", str(port), "--data", str(data)]
    with open(data / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "safarichat", *arguments], env=os.environ | KNOWN_TO_BOTH, stderr=log
        )
    try:
        wait_for(port, process)
        sandbox = Sandbox(f"http://127.0.0.1:{port}")
        with sandbox.http:
            sandbox.post("/_sandbox/settings", json={"rates": False})
            yield sandbox
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def partner(partner_sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Our settings for it. Its limit of calls is tried elsewhere: here it would only make everybody wait."""
    url = partner_sandbox.url
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {
        "360DIALOG_PARTNER_ID": KNOWN_TO_BOTH["D360_PARTNER_ID"],
        "D360_PARTNER_API_KEY": KNOWN_TO_BOTH["D360_PARTNER_API_KEY"],
        "D360_PLATFORM_SECRET": KNOWN_TO_BOTH["D360_PLATFORM_SECRET"],
        "D360_API_URL": f"{url}/360dialog/messaging",
        "D360_HUB_URL": f"{url}/360dialog/hub",
        "D360_HUB_API_URL": f"{url}/360dialog/hub-api",
    }
    settings.SAFARICHAT_BASE_URL = HOME
    settings.WHATSAPP_RATE_LIMIT_ONBOARDING = 1000
    monkeypatch.setattr("safarichat.providers.BUDGETS", {"360dialog-partner": (1000, 30)})
    return partner_sandbox
