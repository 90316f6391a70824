"""A STOP that comes while messages wait: the real worker sends the others and not that one."""

from pathlib import Path
from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.messaging.models import Attempt, Message
from tests.fixtures import Sandbox
from tests.inbox.payloads import AT, inbound, take
from tests.workers.processes import connected, counts, nothing_waits, queue_templates, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_who_said_stop_meanwhile_gets_nothing(
    settings: Any, sandbox: Sandbox, account: Account, tmp_path: Path
) -> None:
    number = connected(settings, sandbox, account)
    queue_templates(number, 5)  # of a purpose that is not known here, so it counts as marketing
    stopped = Message.objects.order_by("id")[2]
    take(inbound(text="STOP", at=AT, wa_id="254711000002", number=number.phone_number_id or ""))
    with worker(sandbox, tmp_path / "one.log"):
        wait_until(nothing_waits, 40)
    assert counts() == {"accepted": 4, "failed": 1}
    stopped.refresh_from_db()
    assert (stopped.status, (stopped.problem or {})["code"]) == ("failed", 131050)
    assert not Attempt.objects.filter(message=stopped).exists()
    arrived = {message["to"] for message in sandbox.get("/_sandbox/messages?provider=meta")}
    assert len(arrived) == 4
    assert "254711000002" not in {to.removeprefix("+") for to in arrived}
