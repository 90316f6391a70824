"""Who came by an advertisement and is answered within a day costs nothing for three."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from safarichat.ground.tenancy import acting_for
from safarichat.messaging.entering import Entry, entry
from safarichat.messaging.models import Conversation, Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Refused
from tests.inbox.payloads import inbound, status, take
from tests.messaging.ours import TEMPLATE, now, queued, text

pytestmark = pytest.mark.django_db

AD = {"source_type": "ad", "source_id": "7", "headline": "Roses"}
HOUR = timedelta(hours=1)


def came(at: datetime, id: str = "wamid.AD") -> bytes:
    return inbound(id, "Are there roses?", at=int(at.timestamp()), referral=AD)


def told(message: Message, until: datetime, at: datetime, origin: str = "referral_conversion") -> bytes:
    stamp = str(int(until.timestamp()))
    conversation = {"id": "c", "expiration_timestamp": stamp, "origin": {"type": origin}}
    pricing = {"type": "free_entry_point", "category": "referral_conversion", "billable": False}
    opaque = f"sc-{message.pk}"
    return status("wamid.O", "sent", opaque=opaque, at=int(at.timestamp()), conversation=conversation, pricing=pricing)


def found(number: OfficialWhatsappCredential, at: datetime) -> Entry:
    with acting_for(number.account_id):
        return entry(number.account_id, Conversation.objects.get().pk, at)


def whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def answered(number: OfficialWhatsappCredential, at: datetime, **columns: Any) -> Message:
    message = queued(number)
    Message.objects.filter(pk=message.pk).update(**{"status": "delivered", "at": at, **columns})
    return message


def test_until_it_is_answered_a_window_waits(number: OfficialWhatsappCredential) -> None:
    at = whole(now())
    take(came(at))
    place = Message.objects.get().at
    assert found(number, at + HOUR) == Entry(answer_before=place + timedelta(hours=24))
    assert found(number, at + 25 * HOUR) == Entry()


def test_the_first_answer_opens_it_for_three_days(number: OfficialWhatsappCredential) -> None:
    at = whole(now())
    take(came(at))
    answered(number, at + 2 * HOUR)
    answered(number, at + 5 * HOUR)
    assert found(number, at + 6 * HOUR) == Entry(free_until=at + 74 * HOUR)
    assert found(number, at + 73 * HOUR) == Entry(free_until=at + 74 * HOUR)
    assert found(number, at + 75 * HOUR) == Entry()


@pytest.mark.parametrize("columns", [{"status": "failed"}, {"status": "queued"}, {"status": "unconfirmed"}])
def test_what_did_not_reach_whatsapp_is_no_answer(number: OfficialWhatsappCredential, columns: dict[str, str]) -> None:
    at = whole(now())
    take(came(at))
    answered(number, at + HOUR, **columns)
    assert found(number, at + 2 * HOUR).free_until is None


def test_an_answer_after_a_day_opens_nothing(number: OfficialWhatsappCredential) -> None:
    at = whole(now())
    take(came(at))
    answered(number, at + 25 * HOUR)
    assert found(number, at + 26 * HOUR) == Entry()


def test_who_wrote_by_themselves_has_none(number: OfficialWhatsappCredential) -> None:
    at = whole(now())
    take(inbound(at=int(at.timestamp())))
    answered(number, at + HOUR)
    assert found(number, at + 2 * HOUR) == Entry()


def test_the_providers_word_on_its_end_counts_in_any_order(number: OfficialWhatsappCredential) -> None:
    """Since autumn 2026 it may last longer than three days."""
    at = whole(now())
    take(came(at))
    message = queued(number)
    ends = at + timedelta(days=7)
    news = [
        told(message, ends, at),
        told(message, at + 72 * HOUR, at),
        status("wamid.O", "delivered", opaque=f"sc-{message.pk}", at=int(at.timestamp()) + 1),
    ]
    for order in permutations(news):
        Conversation.objects.update(free_until=None)
        take(*order, order[0])
        assert found(number, at + 80 * HOUR) == Entry(free_until=ends)


def test_another_kind_of_conversation_is_not_free(number: OfficialWhatsappCredential) -> None:
    at = whole(now())
    take(inbound(at=int(at.timestamp())))
    take(told(queued(number), at + 24 * HOUR, at, origin="marketing"))
    assert found(number, at) == Entry()


def test_it_does_not_let_free_text_out_after_24_hours(number: OfficialWhatsappCredential) -> None:
    at = datetime.now(UTC)
    take(came(at - 30 * HOUR))
    answered(number, at - 29 * HOUR)
    assert found(number, at).free_until is not None
    order = Order(credential_id=number.pk, to="14155550123", body=text())
    [answer] = queue(number.account_id, [order], now=at)
    assert isinstance(answer, Refused)
    assert answer.problem.code == 131047
    [answer] = queue(number.account_id, [Order(credential_id=number.pk, to="14155550123", body=TEMPLATE)], now=at)
    assert isinstance(answer, Queued)


def test_its_price_is_kept(number: OfficialWhatsappCredential) -> None:
    at = whole(now())
    take(came(at))
    message = queued(number)
    take(told(message, at + 72 * HOUR, at))
    message.refresh_from_db()
    assert (message.price or {})["type"] == "free_entry_point"
