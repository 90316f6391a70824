"""A whole worker process."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safarichat.inbox.keeping import Kept, keep
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import Sandbox
from tests.inbox.payloads import inbound
from tests.workers.processes import wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_hooks_are_understood_as_they_come_and_scheduled_work_is_done(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    OfficialWhatsappCredential.objects.filter(pk=number.pk).update(
        temporary_code="k:sealed", temporary_code_at=datetime.now(UTC) - timedelta(minutes=2)
    )
    log = tmp_path / "work.log"
    with worker(sandbox, log):
        wait_until(lambda: "working as" in log.read_text(), 30)
        time.sleep(1)
        keep([Kept("meta", "", inbound())])
        assert wait_until(Message.objects.exists, 5) < 2
        wait_until(lambda: not OfficialWhatsappCredential.objects.get().temporary_code, 45)
    assert "ERROR" not in log.read_text()
