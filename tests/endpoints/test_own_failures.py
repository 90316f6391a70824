"""Messages that fail here, of which no webhook of a provider will ever tell."""

from datetime import timedelta

import pytest

from safarichat.accounts.models import Account
from safarichat.endpoints.models import Delivery
from safarichat.ground import ids
from safarichat.messaging.expiring import expire
from safarichat.messaging.models import Attempt, Message
from safarichat.messaging.sending import Due, Ended, record
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Problem, Refused
from tests.endpoints.made import endpoint, value
from tests.messaging.ours import now, queued

pytestmark = pytest.mark.django_db
Number = OfficialWhatsappCredential
UNDELIVERABLE = Problem(key="undeliverable", code=63003, message="It can't be delivered.", details="No such person.")


def refuse(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(status="sending", attempt_count=1)
    lease = "00000000-0000-4000-8000-000000000001"
    Attempt.objects.create(account_id=message.account_id, message=message, number=1, lease=lease)
    phone = message.conversation.contact.phone
    ends = (message.pk, message.account_id, message.credential_id, message.conversation_id)
    record([Ended(Due(*ends, {}, phone, ""), 1, now(), Refused(UNDELIVERABLE))])


def test_a_message_that_the_provider_refused_is_told_as_failed(number: Number, account: Account) -> None:
    made = endpoint(account)
    message = queued(number)
    refuse(message)
    [status] = value(made)["statuses"]
    assert (status["id"], status["status"]) == (ids.wamid(message.pk), "failed")
    assert status["recipient_id"] == "14155550123"
    assert status["errors"] == [
        {
            "code": 131026,
            "title": "It can't be delivered.",
            "message": "It can't be delivered.",
            "error_data": {"details": "No such person."},
        }
    ]
    assert value(made)["contacts"][0]["user_id"] == status["recipient_user_id"]
    assert value(made)["metadata"] == {"display_phone_number": "254700000001", "phone_number_id": "300000000000001"}


def test_a_message_that_expired_unsent_is_told_as_failed(number: Number, account: Account) -> None:
    made = endpoint(account)
    message = queued(number, expires_at=now() + timedelta(seconds=1))
    Message.objects.filter(pk=message.pk).update(expires_at=now() - timedelta(seconds=1))
    expire()
    assert value(made)["statuses"][0]["id"] == ids.wamid(message.pk)
    assert value(made)["statuses"][0]["errors"][0]["code"] == 131000


def test_an_account_without_endpoints_is_told_nothing(number: Number) -> None:
    refuse(queued(number))
    assert Delivery.objects.count() == 0
