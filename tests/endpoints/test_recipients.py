"""The ids that programs get for people are accepted back."""

import pytest

from safarichat.accounts.models import Account
from safarichat.ground import ids
from safarichat.messaging.models import Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Refused
from tests.endpoints.made import endpoint, value
from tests.fixtures import make_number
from tests.inbox.payloads import inbound, take
from tests.messaging.ours import now, open_window, text

pytestmark = pytest.mark.django_db
Number = OfficialWhatsappCredential


def test_a_program_answers_by_the_id_that_it_was_told(number: Number, account: Account) -> None:
    made = endpoint(account)
    open_window(number)
    user_id = value(made)["messages"][0]["from_user_id"]
    [answer] = queue(account.pk, [Order(credential_id=number.pk, recipient=user_id, body=text())], now=now())
    assert isinstance(answer, Queued)
    assert Message.objects.get(pk=answer.message_id).conversation == Message.objects.get(direction="in").conversation


def test_an_id_of_another_accounts_customer_is_nobody(number: Number, other_account: Account, account: Account) -> None:
    open_window(number)
    user_id = ids.user_id(Message.objects.get().conversation.contact_id)
    theirs = make_number(other_account, phone_number_id="300000000000002")
    [answer] = queue(other_account.pk, [Order(credential_id=theirs.pk, recipient=user_id, body=text())], now=now())
    assert isinstance(answer, Refused)
    assert answer.problem.key == "recipient_unknown"


def test_our_ids_are_of_the_form_that_providers_have() -> None:
    assert ids.user_id(17) == "ZZ.SC.17"
    assert ids.contact_id("ZZ.SC.17") == 17
    assert ids.contact_id("US.17") is None
    assert ids.contact_id("ZZ.SC.x") is None


def test_who_became_one_with_another_is_still_reached(number: Number, account: Account) -> None:
    take(inbound("wamid.1", wa_id="", user_id="US.77"), inbound("wamid.2"))
    contacts = {row.conversation.contact_id for row in Message.objects.all()}
    take(inbound("wamid.3", user_id="US.77", at=int(now().timestamp())))
    for contact_id in contacts:
        order = Order(credential_id=number.pk, recipient=ids.user_id(contact_id), body=text())
        assert isinstance(queue(account.pk, [order], now=now())[0], Queued)
    assert len({row.conversation_id for row in Message.objects.all()}) == 1
