"""What may be sent is queued; what a provider would refuse is refused here, with its code and the field's name."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from safarichat.accounts.models import Account
from safarichat.contacts.models import Contact
from safarichat.ground.tenancy import acting_for
from safarichat.messaging.models import Conversation, Lane, Message, MessageEvent
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.messaging.retrying import cancel, retry
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Refused
from tests.fixtures import make_number
from tests.messaging.ours import TEMPLATE, now, open_window, queued, sent_out, text

pytestmark = pytest.mark.django_db


def answer(number: OfficialWhatsappCredential, **order: object) -> Queued | Refused:
    known = {"credential_id": number.pk, "body": text(), "to": "14155550123"}
    return queue(number.account_id, [Order(**known | order)], now=now())[0]  # type: ignore[arg-type]


def refusal(number: OfficialWhatsappCredential, **order: object) -> tuple[int | None, str]:
    found = answer(number, **order)
    assert isinstance(found, Refused), found
    assert found.problem.message
    return found.problem.code, found.problem.details


def test_a_reply_within_the_window_is_queued_and_shows_in_the_list(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    found = answer(number, body=text("Karibu"))
    assert isinstance(found, Queued)
    conversation = Conversation.objects.get()
    assert (conversation.last_text, conversation.last_direction, conversation.last_status) == (
        "Karibu",
        "out",
        "queued",
    )
    assert Message.objects.get(pk=found.message_id).status == "queued"
    assert Lane.objects.get().credential_id == number.pk


def test_free_text_outside_the_window_is_refused_and_leaves_no_contact(number: OfficialWhatsappCredential) -> None:
    assert refusal(number)[0] == 131047
    assert Contact.objects.count() == Conversation.objects.count() == 0


def test_a_template_may_open_a_conversation(number: OfficialWhatsappCredential) -> None:
    found = answer(number, body=TEMPLATE, to="+254 711-222 333")
    assert isinstance(found, Queued)
    assert Contact.objects.get().phone == "254711222333"


def test_a_window_that_closes_this_moment_is_closed(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    closes_at = Conversation.objects.get().window_closes_at
    assert closes_at is not None
    [found] = queue(number.account_id, [Order(credential_id=number.pk, to="14155550123", body=text())], now=closes_at)
    assert isinstance(found, Refused)


def test_4096_characters_are_sent_and_4097_are_refused(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    assert isinstance(answer(number, body=text("é" * 4096)), Queued)
    assert refusal(number, body=text("é" * 4097)) == (100, "text.body")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (text(""), 131008, "text.body"),
        (text("  \n"), 131008, "text.body"),
        ({"type": "text"}, 131008, "text"),
        ({"type": "text", "text": {"body": 7}}, 131008, "text.body"),
        ({"type": "text", "text": {"body": "a\x00b"}}, 131009, "text"),
        ({"type": "text", "text": {"body": "\ud83d"}}, 131009, "text"),
        ({"type": "Tele pathy", "Tele pathy": {"thought": "x"}}, 131051, "type"),
        ({"type": "pin", "pin": {"type": "pin", "message_id": "wamid.A"}}, 131051, "type"),
        ({}, 131051, "type"),
        ({"type": "template", "template": {"language": {"code": "en"}}}, 131008, "template.name"),
        ({"type": "template", "template": {"name": "hello_world"}}, 131008, "template.language.code"),
    ],
)
def test_a_bad_message_is_refused_by_the_name_of_its_field(
    number: OfficialWhatsappCredential, body: object, code: int, field: str
) -> None:
    open_window(number)
    assert refusal(number, body=body) == (code, field)
    assert Message.objects.filter(direction="out").count() == 0


def test_a_kind_that_is_not_known_goes_out_as_it_is_and_is_marked(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    hologram = {"type": "hologram", "hologram": {"thought": "x"}}
    for body, is_unchecked in ((hologram, True), (text(), False)):
        found = answer(number, body=body)
        assert isinstance(found, Queued)
        message = Message.objects.get(pk=found.message_id)
        assert (message.body, message.is_unchecked) == (body, is_unchecked)


@pytest.mark.parametrize(
    "body",
    [
        text("Yes") | {"context": {"message_id": "wamid.ASKED"}},
        {"type": "reaction", "reaction": {"message_id": "wamid.ASKED", "emoji": "👍"}},
    ],
)
def test_what_a_message_answers_is_known_to_the_thread(
    number: OfficialWhatsappCredential, body: dict[str, object]
) -> None:
    open_window(number)
    found = answer(number, body=body)
    assert isinstance(found, Queued)
    assert Message.objects.get(pk=found.message_id).context_id == "wamid.ASKED"


def test_a_customer_without_a_phone_number_is_written_to_by_their_id(number: OfficialWhatsappCredential) -> None:
    first = answer(number, body=TEMPLATE, to="", recipient="US.10000000000000000001")
    again = answer(number, body=TEMPLATE, to="", recipient="US.10000000000000000001")
    assert isinstance(first, Queued)
    assert isinstance(again, Queued)
    assert first.conversation_id == again.conversation_id
    contact = Contact.objects.get()
    assert (contact.phone, contact.user_id) == ("", "US.10000000000000000001")
    assert refusal(number, to="", recipient="US.10000000000000000001")[0] == 131047


def test_a_phone_number_wins_over_an_id(number: OfficialWhatsappCredential) -> None:
    assert isinstance(answer(number, body=TEMPLATE, to="+254711222333", recipient="US.1"), Queued)
    assert Contact.objects.get().phone == "254711222333"


@pytest.mark.parametrize("recipient", ["us.1", "US", "US.", "US.1 2", "254711222333", "US." + "1" * 200])
def test_what_is_no_business_scoped_id_is_refused(number: OfficialWhatsappCredential, recipient: str) -> None:
    assert refusal(number, body=TEMPLATE, to="", recipient=recipient) == (131009, "recipient")


@pytest.mark.parametrize("to", ["", "abc", "12", "+1 415 555 0123 4567 890", "+254711;DROP", "٢٥٤٧١١٢٢٢٣٣٣"])
def test_what_is_no_phone_number_is_refused(number: OfficialWhatsappCredential, to: str) -> None:
    assert refusal(number, body=TEMPLATE, to=to) == (131009, "to")


@pytest.mark.parametrize("status", ["reauth_required", "suspended", "disconnected", "pending"])
def test_a_number_that_cannot_send_queues_nothing(number: OfficialWhatsappCredential, status: str) -> None:
    open_window(number)
    number.status = status
    number.save()
    assert refusal(number)[0] == 133010


def test_a_strangers_number_contact_and_conversation_do_not_exist(
    number: OfficialWhatsappCredential, other_account: Account
) -> None:
    open_window(number)
    theirs = Conversation.objects.get()
    mine = make_number(other_account, phone_number_id="300000000000777", phone_number="254700000777")
    orders = [
        Order(credential_id=number.pk, body=TEMPLATE, to="14155550123"),
        Order(credential_id=mine.pk, body=text(), conversation_id=theirs.pk),
        Order(credential_id=mine.pk, body=TEMPLATE, contact_id=theirs.contact_id),
    ]
    assert all(isinstance(found, Refused) for found in queue(other_account.pk, orders, now=now()))


def test_one_bad_order_does_not_keep_the_others(number: OfficialWhatsappCredential) -> None:
    orders = [
        Order(credential_id=number.pk, body=TEMPLATE, to="254711000001"),
        Order(credential_id=number.pk, body=TEMPLATE, to="nobody"),
        Order(credential_id=number.pk, body=TEMPLATE, to="254711000003"),
    ]
    kinds = [type(found) for found in queue(number.account_id, orders, now=now())]
    assert kinds == [Queued, Refused, Queued]


def test_a_form_sent_twice_is_one_message(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    first, second = answer(number, form_token="token-1"), answer(number, form_token="token-1", body=text("again"))
    assert isinstance(first, Queued)
    assert isinstance(second, Queued)
    assert (second.message_id, second.repeated) == (first.message_id, True)
    assert Message.objects.get(pk=first.message_id).text == "hello"


def test_a_form_sent_again_after_the_window_closed_still_gets_its_first_answer(
    number: OfficialWhatsappCredential,
) -> None:
    open_window(number)
    first = answer(number, form_token="token-1")
    Conversation.objects.update(window_closes_at=now())
    second = answer(number, form_token="token-1")
    assert isinstance(first, Queued)
    assert isinstance(second, Queued)
    assert second.message_id == first.message_id


def test_the_same_token_of_two_accounts_is_two_messages(
    number: OfficialWhatsappCredential, other_account: Account
) -> None:
    mine = make_number(other_account, phone_number_id="300000000000777", phone_number="254700000777")
    assert not getattr(answer(number, body=TEMPLATE, form_token="t"), "repeated", True)
    assert not getattr(answer(mine, body=TEMPLATE, form_token="t"), "repeated", True)


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_send_one_message(number: OfficialWhatsappCredential) -> None:
    open_window(number)

    def click(_: int) -> Queued | Refused:
        try:
            return answer(number, form_token="token-1")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(click, range(10)))
    assert len({one.message_id for one in found if isinstance(one, Queued)}) == 1
    assert sum(not one.repeated for one in found if isinstance(one, Queued)) == 1
    assert Message.objects.filter(direction="out").count() == 1


def test_it_works_inside_the_accounts_own_transaction(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    with acting_for(number.account_id):
        found = answer(number)
        assert isinstance(found, Queued)
        assert Message.objects.filter(pk=found.message_id).exists()


def test_five_thousand_orders_take_seconds(number: OfficialWhatsappCredential) -> None:
    orders = [Order(credential_id=number.pk, body=TEMPLATE, to=f"2547{n:08}", priority=9) for n in range(5000)]
    started = time.monotonic()
    assert all(isinstance(found, Queued) for found in queue(number.account_id, orders, now=now()))
    assert time.monotonic() - started < 20


# --- a person decides ---


def test_a_failed_message_can_be_tried_again_once(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    message = sent_out(number)
    Message.objects.filter(pk=message.pk).update(status="failed", problem={"key": "x"})
    first, second = (retry(number.account_id, message.pk, sent_by=None) for _ in range(2))
    assert isinstance(first, Queued)
    assert isinstance(second, Queued)
    assert (first.repeated, second.repeated) == (False, True)
    message.refresh_from_db()
    assert (message.status, message.problem) == ("queued", None)
    assert MessageEvent.objects.get(message=message).source == "person"


@pytest.mark.parametrize("status", ["accepted", "delivered", "read", "cancelled"])
def test_what_has_not_failed_is_not_tried_again(number: OfficialWhatsappCredential, status: str) -> None:
    message = sent_out(number)
    Message.objects.filter(pk=message.pk).update(status=status)
    assert isinstance(retry(number.account_id, message.pk, sent_by=None), Refused)


def test_a_strangers_message_can_neither_be_tried_again_nor_cancelled(
    number: OfficialWhatsappCredential, other_account: Account
) -> None:
    message = queued(number)
    assert isinstance(retry(other_account.pk, message.pk, sent_by=None), Refused)
    assert not cancel(other_account.pk, message.pk)


def test_a_waiting_message_can_be_cancelled_and_one_that_left_can_not(number: OfficialWhatsappCredential) -> None:
    waiting, gone = queued(number), sent_out(number)
    assert cancel(number.account_id, waiting.pk)
    assert not cancel(number.account_id, gone.pk)
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
