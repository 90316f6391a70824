"""Nobody knows whether it arrived: who may decide."""

from datetime import timedelta

import pytest

from safarichat.accounts.models import Account
from safarichat.messaging.models import Message, MessageEvent
from safarichat.messaging.settling import PATIENCE, leave, resend
from safarichat.messaging.timeline import life
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.inbox.payloads import status, take
from tests.messaging.ours import now, open_window, sent_out

pytestmark = pytest.mark.django_db


def unconfirmed(number: OfficialWhatsappCredential) -> Message:
    message = sent_out(number, None)
    Message.objects.filter(pk=message.pk).update(status="unconfirmed", status_at=now() - PATIENCE * 2)
    return Message.objects.get(pk=message.pk)


def wants_them_again(number: OfficialWhatsappCredential) -> None:
    Account.objects.filter(pk=number.account_id).update(resends_unconfirmed=True)


def test_by_itself_nothing_is_sent_again(number: OfficialWhatsappCredential) -> None:
    unconfirmed(number)
    assert resend() == 0


def test_an_account_may_want_it_so_after_patience(number: OfficialWhatsappCredential) -> None:
    wants_them_again(number)
    message, fresh = unconfirmed(number), unconfirmed(number)
    Message.objects.filter(pk=fresh.pk).update(status_at=now() - PATIENCE / 2)
    assert resend() == 1
    message.refresh_from_db()
    assert message.status == "queued"
    assert MessageEvent.objects.get().source == "us"


def test_what_was_left_as_it_is_stays_so(number: OfficialWhatsappCredential) -> None:
    wants_them_again(number)
    message = unconfirmed(number)
    assert leave(number.account_id, message.pk)
    assert resend() == 0
    message.refresh_from_db()
    assert message.status == "unconfirmed"
    assert MessageEvent.objects.get().source == "person"


def test_the_provider_s_word_still_settles_it(number: OfficialWhatsappCredential) -> None:
    message = unconfirmed(number)
    leave(number.account_id, message.pk)
    take(status("wamid.LATE", "delivered", opaque=message.opaque, number=number.phone_number_id or ""))
    message.refresh_from_db()
    assert (message.status, message.problem) == ("delivered", None)


def test_only_what_is_unconfirmed_can_be_left(number: OfficialWhatsappCredential) -> None:
    assert not leave(number.account_id, sent_out(number).pk)
    assert not leave(number.account_id, 10**9)


def test_the_timeline_tells_who_said_what_and_when_we_learnt_it(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    message = unconfirmed(number)
    leave(number.account_id, message.pk)
    happened = int((now() - timedelta(seconds=40)).timestamp())
    take(status("wamid.LATE", "sent", at=happened, opaque=message.opaque, number=number.phone_number_id or ""))
    known = life(number.account_id, message.pk)
    assert known is not None
    assert [(one.status, one.said_by) for one in known.moments] == [
        ("queued", "us"),
        ("sending", "us"),
        ("unconfirmed", "person"),
        ("sent", "provider"),
    ]
    assert known.moments[-1].at.timestamp() == happened
    assert known.moments[-1].learnt_at > known.moments[-1].at


def test_a_stranger_s_message_has_no_life(number: OfficialWhatsappCredential, other_account: Account) -> None:
    assert life(other_account.pk, sent_out(number).pk) is None
