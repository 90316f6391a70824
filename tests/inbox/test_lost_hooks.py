"""Twilio's webhooks that were lost on the way, with a real list behind them (contract §5)."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from safarichat.accounts.models import Account
from safarichat.inbox import catching_up
from safarichat.inbox.models import Hook
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Message
from safarichat.numbers import onboarding
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.onboarding import Brought
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox
from tests.providers.hearing import Ear

pytestmark = pytest.mark.django_db
LOST = [f"Lost {n}" for n in range(10)]


@pytest.fixture
def ear() -> Iterator[Ear]:
    """What comes to our address, before we let it in."""
    ear = Ear()
    yield ear
    ear.close()


@pytest.fixture
def number(account: Account, sandbox: Sandbox, ear: Ear, settings: Settings) -> OfficialWhatsappCredential:
    """A number in a Twilio account of the person's own, connected as a person does it."""
    hosts = {name: f"{sandbox.url}/twilio/{name}" for name in ("api", "content", "messaging")}
    settings.PROVIDER_SETTINGS |= {f"TWILIO_{name.upper()}_URL": url for name, url in hosts.items()}
    settings.SAFARICHAT_BASE_URL = ear.url
    made = sandbox.post("/_sandbox/numbers", json={"provider": "twilio"})
    started = onboarding.start(account.pk, account.memberships.get().user.pk, "browser", "twilio", "keys")
    assert started is not None
    typed = {"TWILIO_ACCOUNT_SID": made["account_sid"], "TWILIO_AUTH_TOKEN": made["auth_token"]}
    walked = onboarding.finish(account.pk, started.state, "browser", Brought(data=typed))
    assert isinstance(walked, Walked)
    assert walked.outcome == "connected"
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def write(sandbox: Sandbox, number: OfficialWhatsappCredential, words: str) -> None:
    message = {"type": "text", "text": {"body": words}}
    told: dict[str, Any] = {"number": f"+{number.phone_number}", "from": "+254711000001", "message": message}
    sandbox.post("/_sandbox/inbound", json=told)


def texts() -> list[str]:
    return sorted(Message.objects.values_list("text", flat=True))


def test_ten_messages_whose_hooks_were_lost_arrive_once(
    sandbox: Sandbox, number: OfficialWhatsappCredential, ear: Ear
) -> None:
    sandbox.post("/_sandbox/faults", json={"provider": "twilio", "kind": "inbound_lost"})
    for words in LOST:
        write(sandbox, number, words)
    assert texts() == []
    for _ in range(2):
        assert catching_up.after_an_outage() == 1
        assert texts() == LOST
    assert not ear.heard


def test_a_hook_that_is_late_adds_nothing_to_what_was_listed(
    sandbox: Sandbox, number: OfficialWhatsappCredential, ear: Ear
) -> None:
    write(sandbox, number, "Late")
    ear.wait(lambda: ear.heard)
    assert catching_up.after_an_outage() == 1
    assert texts() == ["Late"]
    [late] = ear.heard
    assert number.connection is not None
    assert late.path == f"/webhooks/twilio/{number.connection.key}"
    Hook.objects.create(provider="twilio", route=number.connection.key, body=late.body)
    assert understand(10) == 1
    assert texts() == ["Late"]
    assert catching_up.after_an_outage() == 1
    assert texts() == ["Late"]
