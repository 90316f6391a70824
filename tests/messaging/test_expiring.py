"""What comes too late is not sent."""

from datetime import timedelta

import pytest

from safarichat.messaging import lanes
from safarichat.messaging.expiring import expire
from safarichat.messaging.models import Message, MessageEvent
from safarichat.messaging.retrying import cancel, retry
from safarichat.messaging.sending import Departure, Want, depart, fetch_due
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.messaging.ours import now, queued

pytestmark = pytest.mark.django_db


def late(number: OfficialWhatsappCredential) -> Message:
    return queued(number, expires_at=now() - timedelta(seconds=1))


def test_a_reply_is_worth_sending_for_a_day_and_bulk_for_three(number: OfficialWhatsappCredential) -> None:
    for priority, hours in ((0, 24), (5, 24), (9, 72)):
        message = queued(number, priority=priority)
        assert message.expires_at is not None
        assert abs(message.expires_at - message.at - timedelta(hours=hours)) < timedelta(seconds=1)


def test_it_does_not_leave_any_more(number: OfficialWhatsappCredential) -> None:
    message = late(number)
    [lane] = lanes.lease("me", 10)
    assert fetch_due([Want(lane.credential_id, 10)]) == [[]]
    assert depart([Departure(lane.credential_id, lane.lease, (message.pk,))]) == [{}]


def test_it_fails_with_its_cause_and_the_timeline_says_that_we_did_it(number: OfficialWhatsappCredential) -> None:
    message, kept, stopped = late(number), queued(number), late(number)
    cancel(number.account_id, stopped.pk)
    assert expire() == 1
    message.refresh_from_db()
    assert message.status == "failed"
    assert message.problem is not None
    assert message.problem["key"] == "expired"
    assert MessageEvent.objects.get(message=message).source == "us"
    assert {one.status for one in Message.objects.filter(pk__in=(kept.pk, stopped.pk))} == {"queued", "cancelled"}


def test_tried_again_it_has_a_life_of_its_own(number: OfficialWhatsappCredential) -> None:
    message = late(number)
    expire()
    retry(number.account_id, message.pk, sent_by=None)
    message.refresh_from_db()
    assert message.status == "queued"
    assert message.expires_at is not None
    assert message.expires_at > now()
