"""What is old goes, as the operator says; what is not old stays."""

from datetime import timedelta

import pytest

from safarichat.messaging import clearing
from safarichat.messaging.clearing import clear
from safarichat.messaging.models import Attempt, Message, MessageEvent
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.inbox.payloads import status, take
from tests.messaging.ours import now, sent_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch) -> tuple[Message, Message]:
    """One of long ago, one of today, each with an attempt and a status."""
    monkeypatch.setattr(clearing, "CHUNK", 1)
    old, new = (sent_out(number, f"wamid.OUT{n}") for n in (1, 2))
    take(*(status(f"wamid.OUT{n}", "sent", number=number.phone_number_id or "") for n in (1, 2)))
    then = now() - timedelta(days=100)
    Message.objects.filter(pk=old.pk).update(created_at=then)
    Attempt.objects.filter(message=old).update(started_at=then)
    MessageEvent.objects.filter(message=old).update(learnt_at=then)
    return old, new


def test_nothing_goes_unless_the_operator_says_so(two: tuple[Message, Message]) -> None:
    assert clear(evidence_days=0, message_days=0) == 0
    assert clear(evidence_days=101, message_days=101) == 0


def test_evidence_may_go_before_its_message(two: tuple[Message, Message]) -> None:
    assert clear(evidence_days=90, message_days=0) == 2
    assert list(Attempt.objects.values_list("message_id", flat=True)) == [two[1].pk]
    assert list(MessageEvent.objects.values_list("message_id", flat=True)) == [two[1].pk]
    assert Message.objects.count() == 2


def test_a_message_takes_its_evidence_along(two: tuple[Message, Message]) -> None:
    assert clear(evidence_days=0, message_days=90) == 1
    assert Message.objects.get() == two[1]
    assert Attempt.objects.get().message_id == two[1].pk
