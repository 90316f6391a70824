"""What `safarichat check` says about each provider: settings by way, and where webhooks go; `--fix` registers."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from safarichat.project import checks_inside
from safarichat.project.checks import Level
from tests.fixtures import Sandbox, free_port, wait_for

pytestmark = pytest.mark.django_db
PARTNER = {"D360_PARTNER_ID": "abcdePA", "D360_PARTNER_API_KEY": "partner-key", "D360_PLATFORM_SECRET": "secret"}


@pytest.fixture
def partner(tmp_path: object, settings: Settings) -> Iterator[Sandbox]:
    """A sandbox that knows this partner, and our settings for it; the other providers are not offered."""
    port = free_port()
    arguments = ["sandbox", "--port", str(port), "--data", str(tmp_path)]
    process = subprocess.Popen([sys.executable, "-m", "safarichat", *arguments], env=os.environ | PARTNER)
    url = f"http://127.0.0.1:{port}"
    ours = {
        "360DIALOG_PARTNER_ID": PARTNER["D360_PARTNER_ID"],
        "D360_PARTNER_API_KEY": PARTNER["D360_PARTNER_API_KEY"],
        "D360_PLATFORM_SECRET": PARTNER["D360_PLATFORM_SECRET"],
        "D360_HUB_API_URL": f"{url}/360dialog/hub-api",
        "D360_HUB_URL": f"{url}/360dialog/hub",
    }
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | ours
    settings.WHATSAPP_PROVIDERS = ["360dialog"]
    settings.SAFARICHAT_BASE_URL = url  # somewhere that a webhook address may be
    try:
        wait_for(port, process)
        sandbox = Sandbox(url)
        with sandbox.http:
            yield sandbox
    finally:
        process.terminate()
        process.wait(10)


def told(*, fix: bool = False) -> list[tuple[str, str]]:
    return [(finding.level.value, finding.what) for finding in checks_inside.each_provider(fix=fix)]


def test_missing_settings_are_named_by_way(settings: Settings) -> None:
    settings.WHATSAPP_PROVIDERS = ["360dialog"]
    lines = told()
    assert ("ok", "360dialog: numbers can be connected by “Paste an API key”.") in lines
    missing = [what for level, what in lines if level == Level.WARNING]
    assert any("“Sign up with 360dialog”" in what and "360DIALOG_PARTNER_ID" in what for what in missing)


def test_what_is_not_offered_is_not_checked(settings: Settings) -> None:
    settings.WHATSAPP_PROVIDERS = []
    assert told() == []


def test_a_webhook_that_goes_nowhere_is_told_and_put_right_on_demand(partner: Sandbox) -> None:
    before = [what for level, what in told() if level == Level.WARNING and "check --fix" in what]
    assert len(before) == 1
    told(fix=True)
    after = [what for level, what in told() if level == Level.WARNING and "check --fix" in what]
    assert after == []
