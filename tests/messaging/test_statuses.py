"""Statuses come home: in any order, any number of times, before or after our own record."""

from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safarichat.accounts.models import Account
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Conversation, Message, MessageEvent
from safarichat.messaging.retrying import retry
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number
from tests.inbox.payloads import AT, inbound, status, take
from tests.messaging.ours import open_window, sent_out

pytestmark = pytest.mark.django_db
PRICE: dict[str, Any] = {
    "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
}


def news(message: Message) -> list[bytes]:
    """Everything a provider says about one conversation, each with its own time."""
    return [
        status("wamid.OUT1", "sent", at=AT + 1, opaque=message.opaque, **PRICE),
        status("wamid.OUT1", "delivered", at=AT + 2, **PRICE),
        status("wamid.OUT1", "read", at=AT + 3, opaque=message.opaque),
        status("wamid.OUT1", "failed", at=AT + 4, code=131047),
        inbound("wamid.IN1", "one", at=AT + 5),
        inbound("wamid.IN2", "two", at=AT + 6, user_id="US.1"),
        inbound("wamid.IN3", "three", at=AT + 7, wa_id="", user_id="US.1"),
    ]


def state() -> list[object]:
    """What a person can see of it all; our own ids and clocks left out."""
    conversations = Conversation.objects.order_by("id").values_list(
        "last_text",
        "last_direction",
        "last_status",
        "unread_count",
        "window_closes_at",
        "contact__user_id",
        "contact__profile_name",
    )
    messages = Message.objects.order_by("provider_message_id").values_list(
        "provider_message_id", "status", "text", "price", "problem", "conversation__contact__phone"
    )
    events = MessageEvent.objects.order_by("status", "at").values_list("status", "at")
    return [list(conversations), list(messages), list(events)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_any_repetition_end_the_same(number: OfficialWhatsappCredential, data: st.DataObject) -> None:
    expected = ended(number, [list(range(7))])
    order = data.draw(st.permutations(range(7)))
    again = data.draw(st.lists(st.sampled_from(range(7)), max_size=5))
    cuts = sorted(data.draw(st.lists(st.integers(0, 12), max_size=3)))
    sequence = [*order, *again]
    batches = [sequence[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    assert ended(number, batches) == expected


def ended(number: OfficialWhatsappCredential, batches: list[list[int]]) -> list[object]:
    """The state after these batches, from the same beginning; nothing of it stays."""
    with transaction.atomic():
        message = sent_out(number)
        said = news(message)
        for batch in batches:
            keep([Kept("meta", "", said[index]) for index in batch])
            while understand(100):
                pass
        found = state()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_a_late_read_receipt_never_goes_back_to_delivered(
    number: OfficialWhatsappCredential, order: tuple[str, ...]
) -> None:
    message = sent_out(number)
    take(*(status("wamid.OUT1", kind, at=AT + n) for n, kind in enumerate(order)))
    message.refresh_from_db()
    assert message.status == "read"
    assert MessageEvent.objects.filter(message=message).count() == 3


def test_a_status_that_overtakes_our_own_record_is_matched_by_our_own_id(number: OfficialWhatsappCredential) -> None:
    message = sent_out(number, None)
    take(status("wamid.NEW", "delivered", opaque=message.opaque))
    message.refresh_from_db()
    assert (message.status, message.provider_message_id) == ("delivered", "wamid.NEW")
    assert message.attempts.get().provider_message_id == "wamid.NEW"


def test_another_numbers_status_with_our_id_in_it_changes_nothing(
    number: OfficialWhatsappCredential, other_account: Account
) -> None:
    message = sent_out(number)
    make_number(other_account, phone_number_id="300000000000777", phone_number="254700000777")
    take(status("wamid.X", "failed", opaque=message.opaque, number="300000000000777", code=131047))
    message.refresh_from_db()
    assert message.status == "accepted"


def test_an_opaque_id_that_is_not_ours_is_no_harm(number: OfficialWhatsappCredential) -> None:
    message = sent_out(number)
    for opaque in ("sc-", "sc-x", "sc-" + "9" * 30, "order-7", "sc-٣"):
        take(status("wamid.OUT1", "delivered", opaque=opaque))
    message.refresh_from_db()
    assert message.status == "delivered"


def test_a_failure_tells_its_cause_and_shows_in_the_list(number: OfficialWhatsappCredential) -> None:
    message = sent_out(number)
    take(status("wamid.OUT1", "failed", code=131047))
    message.refresh_from_db()
    assert message.status == "failed"
    assert message.problem
    assert message.problem["code"] == 131047
    assert Conversation.objects.get().last_status == "failed"


def test_the_price_counts_once(number: OfficialWhatsappCredential) -> None:
    message = sent_out(number)
    take(status("wamid.OUT1", "sent", **PRICE), status("wamid.OUT1", "delivered", pricing={"category": "other"}))
    message.refresh_from_db()
    assert message.price
    assert message.price["category"] == "utility"


def test_late_news_of_a_failed_attempt_does_not_fail_the_retry(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    message = sent_out(number)
    failure = status("wamid.OUT1", "failed", opaque=message.opaque, code=131026)
    take(failure)
    retry(number.account_id, message.pk, sent_by=None)
    take(failure, status("wamid.OUT1", "sent", opaque=message.opaque))
    message.refresh_from_db()
    assert (message.status, message.provider_message_id) == ("queued", None)
    take(status("wamid.OUT1", "delivered", opaque=message.opaque))
    message.refresh_from_db()
    assert message.status == "delivered"  # the customer has it: no second one


def test_a_status_teaches_the_id_that_a_later_message_carries_alone(number: OfficialWhatsappCredential) -> None:
    sent_out(number)
    take(status("wamid.OUT1", "delivered", user_id="US.77"))
    take(inbound("wamid.IN9", "hello", wa_id="", user_id="US.77"))
    assert Conversation.objects.get().unread_count == 1


def test_two_conversations_that_turn_out_to_be_one_person_become_one(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.A", "by phone", at=AT), inbound("wamid.B", "by id", at=AT + 1, wa_id="", user_id="US.1"))
    assert Conversation.objects.count() == 2
    take(inbound("wamid.C", "both", at=AT + 2, user_id="US.1"))
    conversation = Conversation.objects.get()
    assert (conversation.unread_count, conversation.last_text) == (3, "both")
    assert Message.objects.filter(conversation=conversation).count() == 3
