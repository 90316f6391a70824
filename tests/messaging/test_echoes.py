"""What the business writes on its phone stands in the thread: once, whenever it is told, and never sent by us."""

from itertools import permutations

import pytest

from safarichat.console.bubbles import bubble
from safarichat.contacts.models import Contact
from safarichat.ground.tenancy import acting_for
from safarichat.inbox.models import HookEvent
from safarichat.messaging.models import Conversation, Message
from safarichat.messaging.retrying import retry
from safarichat.messaging.sending import Due, Ended, record
from safarichat.messaging.thread import thread
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Accepted, Refused
from tests.inbox.payloads import ANN, AT, echo, inbound, status, take
from tests.messaging.ours import now, sent_out

pytestmark = pytest.mark.django_db


def seen() -> tuple[object, ...]:
    """What a person can see of the only conversation; our own clocks left out."""
    [one] = Conversation.objects.all()
    messages = Message.objects.order_by("at", "id").values_list("direction", "status", "text", "provider_message_id")
    return (one.last_text, one.last_direction, one.last_status, one.unread_count, list(messages))


def test_an_echo_stands_in_the_customers_conversation_as_ours(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.IN1", "Where are you?", at=AT))
    take(echo(at=AT + 60))
    assert seen() == (
        "On my way",
        "out",
        "sent",
        0,
        [("in", "received", "Where are you?", "wamid.IN1"), ("out", "sent", "On my way", "wamid.EC1")],
    )
    message = Message.objects.get(direction="out")
    assert (message.origin, message.body) == ("phone", {"type": "text", "text": {"body": "On my way"}})


def test_in_any_order_and_any_number_of_times_it_ends_the_same(number: OfficialWhatsappCredential) -> None:
    told = [
        inbound("wamid.IN1", "Where?", at=AT),
        echo(at=AT + 60),
        status("wamid.EC1", "delivered", at=AT + 61),
        status("wamid.EC1", "read", at=AT + 62),
    ]
    endings = []
    for order in permutations(told):
        for batches in ([order], [[each] for each in order]):
            for batch in [*batches, *batches]:
                take(*batch)
            found = seen()
            endings.append((*found[:3], *found[4:]))  # whether it is unread depends on when it was told
            for table in (Message, Conversation, HookEvent):
                table.objects.all().delete()
    assert endings[0][2] == "read"
    assert all(ending == endings[0] for ending in endings)


def test_a_status_that_came_long_before_its_echo_counts_when_the_echo_comes(number: OfficialWhatsappCredential) -> None:
    take(status("wamid.EC1", "read", at=AT + 5))
    assert HookEvent.objects.count() == 1
    take(echo(at=AT))
    assert Message.objects.get().status == "read"


def test_an_echo_opens_no_window_and_waits_for_no_worker(number: OfficialWhatsappCredential) -> None:
    take(echo())
    [conversation] = Conversation.objects.all()
    message = Message.objects.get()
    assert conversation.window_closes_at is None
    assert (message.is_waiting, message.attempt_count) == (False, 0)


def test_an_echo_that_failed_is_never_sent_again_from_here(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.IN1"), echo(), status("wamid.EC1", "failed", at=AT + 1, code=131026))
    message = Message.objects.get(direction="out")
    assert message.status == "failed"
    answer = retry(number.account_id, message.pk, sent_by=None)
    assert isinstance(answer, Refused)
    assert answer.problem.key == "written_elsewhere"
    assert Message.objects.get(pk=message.pk).status == "failed"


def test_an_answer_on_the_phone_leaves_nothing_unread_and_another_partners_does(
    number: OfficialWhatsappCredential,
) -> None:
    take(inbound("wamid.IN1", at=AT))
    take(echo("wamid.EC1", at=AT + 5, field="message_echoes"))
    assert Conversation.objects.get().unread_count == 1
    take(echo("wamid.EC2", at=AT + 6))
    assert Conversation.objects.get().unread_count == 0
    take(inbound("wamid.IN2", at=AT + 20))
    take(echo("wamid.EC3", at=AT + 10))  # written before, told after
    assert Conversation.objects.get().unread_count == 1


def test_an_echo_of_a_message_of_ours_is_no_second_message(number: OfficialWhatsappCredential) -> None:
    ours = sent_out(number, "wamid.OUT1")
    take(echo("wamid.OUT1"))
    assert Message.objects.get().pk == ours.pk


@pytest.mark.parametrize("teller", ["record", "status"])
def test_an_echo_that_overtakes_our_own_record_becomes_part_of_our_message(
    number: OfficialWhatsappCredential, teller: str
) -> None:
    ours = sent_out(number, None)
    take(echo("wamid.OUT1", at=AT + 5), status("wamid.OUT1", "read", at=AT + 6))
    assert Message.objects.count() == 2
    if teller == "record":
        due = Due(ours.pk, number.account_id, number.pk, ours.conversation_id, ours.body, ANN, "")
        record([Ended(due, 1, now(), Accepted(provider_message_id="wamid.OUT1"))])
    else:
        take(status("wamid.OUT1", "sent", at=AT + 4, opaque=ours.opaque))
    message = Message.objects.get()
    assert (message.pk, message.status, message.provider_message_id) == (ours.pk, "read", "wamid.OUT1")
    assert message.attempts.get().provider_message_id == "wamid.OUT1"
    assert "read" in message.events.values_list("status", flat=True)
    one = Conversation.objects.get()
    assert (one.last_message_at, one.last_text, one.last_status) == (ours.at, ours.text, "read")
    take(echo("wamid.OUT1", at=AT + 5))
    assert Message.objects.count() == 1


def test_an_echo_and_a_status_in_one_call_settle_an_unconfirmed_message(number: OfficialWhatsappCredential) -> None:
    ours = sent_out(number, None)
    Message.objects.update(status="unconfirmed")
    take(echo("wamid.OUT1", at=AT + 5), status("wamid.OUT1", "delivered", at=AT + 6, opaque=ours.opaque))
    message = Message.objects.get()
    assert (message.pk, message.status) == (ours.pk, "delivered")


def test_an_echo_to_a_new_person_makes_them_known(number: OfficialWhatsappCredential) -> None:
    take(echo(to="", to_user_id="US.9"))
    assert Contact.objects.get().user_id == "US.9"


def test_the_thread_says_where_it_was_written(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.IN1"), echo(at=AT + 1), echo("wamid.EC2", at=AT + 2, field="message_echoes"))
    take(echo("wamid.EC3", at=AT + 3, type="revoke", revoke={"original_message_id": "wamid.BEFORE_OUR_TIME"}))
    take(status("wamid.EC2", "failed", at=AT + 4, code=131026))
    with acting_for(number.account_id):
        shown = [bubble(entry) for entry in thread(number.account_id, Conversation.objects.get().pk)]
    assert [one.note for one in shown] == [
        "", "Sent from the phone", "Sent through another partner", "Sent from the phone",
    ]  # fmt: skip
    assert [one.may_retry for one in shown] == [False] * 4
    assert shown[3].inside.text == "A message was taken back on the phone."
