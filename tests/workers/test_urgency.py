"""A single reply does not wait behind somebody's campaign: counted in messages, since clocks of busy machines lie."""

from pathlib import Path
from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.messaging.models import Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import Sandbox
from tests.messaging.ours import TEMPLATE, now
from tests.workers.processes import connected, counts, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BULK = 400
A_SECOND = 40  # messages of this number


def order(number: OfficialWhatsappCredential, to: str, priority: int) -> int:
    wanted = Order(credential_id=number.pk, body=TEMPLATE, to=to, priority=priority)
    [found] = queue(number.account_id, [wanted], now=now())
    assert isinstance(found, Queued)
    return found.message_id


def overtaken_by(message_id: int) -> int:
    """How many bulk messages left between the moment it was queued and the one it was accepted."""
    before = counts().get("accepted", 0)
    wait_until(lambda: Message.objects.get(pk=message_id).status == "accepted", 30)
    return counts().get("accepted", 0) - before


@pytest.fixture
def campaigning(settings: Any, sandbox: Sandbox, account: Account) -> OfficialWhatsappCredential:
    number = connected(settings, sandbox, account)
    OfficialWhatsappCredential.objects.filter(pk=number.pk).update(throughput_mps=A_SECOND)
    orders = [Order(credential_id=number.pk, body=TEMPLATE, to=f"2547120{n:05}", priority=9) for n in range(BULK)]
    queue(number.account_id, orders, now=now())
    return number


def test_a_reply_overtakes_its_own_number_s_campaign(
    campaigning: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    with worker(sandbox, tmp_path / "one.log"):
        wait_until(lambda: counts().get("accepted", 0) > 40, 60)
        reply = order(campaigning, "254711000001", priority=0)
        assert overtaken_by(reply) <= 2 * A_SECOND


def test_another_account_s_reply_does_not_notice(
    campaigning: OfficialWhatsappCredential,
    settings: Any,
    sandbox: Sandbox,
    other_account: Account,
    tmp_path: Path,
) -> None:
    other = connected(settings, sandbox, other_account)
    with worker(sandbox, tmp_path / "one.log"):
        wait_until(lambda: counts().get("accepted", 0) > 40, 60)
        reply = order(other, "254711000001", priority=0)
        assert overtaken_by(reply) <= 2 * A_SECOND
