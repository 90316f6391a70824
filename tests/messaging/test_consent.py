"""Whoever does not want advertisements gets none: whatever told us so, in whatever order, until the last moment."""

from datetime import datetime, timedelta
from importlib import import_module
from itertools import permutations
from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.contacts.consent import Choice, history, record, states
from safarichat.contacts.models import ConsentEvent, Contact
from safarichat.ground.sql import fetch
from safarichat.ground.tenancy import acting_for
from safarichat.messaging import lanes
from safarichat.messaging.models import Attempt, Conversation, Message, MessageEvent
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.messaging.retrying import retry
from safarichat.messaging.sending import Departure, Ended, Want, depart, fetch_due
from safarichat.messaging.sending import record as record_ended
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Problem, Refused
from tests.fixtures import make_number
from tests.inbox.payloads import ANN, AT, hook, inbound, number_changed, status, take, value
from tests.message_templates.copies import make_copy, make_template
from tests.messaging.ours import now, queued, text

pytestmark = pytest.mark.django_db

OPTED_OUT = Problem(key="opted_out", message="No more.", code=131050)


@pytest.fixture
def shop(number: OfficialWhatsappCredential) -> OfficialWhatsappCredential:
    """A number with a template of each purpose."""
    copy = make_copy(number)
    for name in ("marketing", "utility", "authentication"):
        make_template(copy, name, category=name.upper(), components=[{"type": "BODY", "text": "Hi"}])
    return number


def template(name: str) -> dict[str, Any]:
    return {"type": "template", "template": {"name": name, "language": {"code": "en_US"}}}


def preference(word: str, *, at: int = AT, wa_id: str = ANN, **more: Any) -> bytes:
    choice = {"wa_id": wa_id, "category": "marketing_messages", "value": word, "timestamp": at, **more}
    return hook(value() | {"user_preferences": [choice]}, field="user_preferences")


def state(number: OfficialWhatsappCredential) -> str:
    with acting_for(number.account_id):
        known = states(number.account_id, Contact.objects.get().pk).get("marketing")
    return "unknown" if known is None else "granted" if known.is_granted else "withdrawn"


def answer(number: OfficialWhatsappCredential, name: str, **to: Any) -> Queued | Refused:
    order = Order(credential_id=number.pk, body=template(name), **(to or {"to": ANN}))
    return queue(number.account_id, [order], now=now())[0]


def refused(found: Queued | Refused) -> int | None:
    assert isinstance(found, Refused), found
    assert found.problem.message
    assert found.problem.cure
    return found.problem.code


# --- what counts -----------------------------------------------------------------------------------------------------


def test_nobody_has_said_anything_at_first(shop: OfficialWhatsappCredential) -> None:
    take(inbound(text="Habari"))
    assert state(shop) == "unknown"
    assert isinstance(answer(shop, "marketing"), Queued)


def test_stop_is_a_message_in_the_thread_and_the_end_of_marketing(shop: OfficialWhatsappCredential) -> None:
    take(inbound(text="STOP!"))
    assert state(shop) == "withdrawn"
    message = Message.objects.get()
    assert (message.text, Conversation.objects.get().unread_count) == ("STOP!", 1)
    assert refused(answer(shop, "marketing")) == 131050
    assert Message.objects.count() == 1


@pytest.mark.parametrize("kind", ["utility", "authentication"])
def test_stop_leaves_the_other_purposes_alone(shop: OfficialWhatsappCredential, kind: str) -> None:
    take(inbound(text="Simama"))
    assert isinstance(answer(shop, kind), Queued)


def test_answering_whoever_wrote_stop_is_no_advertisement(shop: OfficialWhatsappCredential) -> None:
    take(inbound(text="STOP", at=int(now().timestamp())))
    order = Order(credential_id=shop.pk, to=ANN, body=text("As you wish."))
    assert isinstance(queue(shop.account_id, [order], now=now())[0], Queued)


def test_a_template_of_unknown_purpose_counts_as_marketing(number: OfficialWhatsappCredential) -> None:
    take(inbound(text="STOP"))
    assert refused(answer(number, "never_synced")) == 131050


def test_start_lets_them_come_back(shop: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.1", "STOP", at=AT), inbound("wamid.2", "Anza", at=AT + 5))
    assert state(shop) == "granted"
    assert isinstance(answer(shop, "marketing"), Queued)


def test_a_choice_made_at_whatsapp_counts_before_they_ever_wrote(shop: OfficialWhatsappCredential) -> None:
    take(preference("stop"))
    assert state(shop) == "withdrawn"
    assert refused(answer(shop, "marketing")) == 131050
    take(preference("resume", at=AT + 1))
    assert state(shop) == "granted"


def test_a_category_that_nobody_knows_changes_nothing(shop: OfficialWhatsappCredential) -> None:
    take(preference("stop", category="horoscopes"), preference("perhaps"))
    assert ConsentEvent.objects.count() == 0


def test_any_order_and_any_repetition_end_the_same(shop: OfficialWhatsappCredential) -> None:
    news = [inbound("wamid.1", "STOP", at=AT), preference("resume", at=AT + 10), inbound("wamid.2", "Stop", at=AT + 20)]
    for order in permutations(news):
        take(*order, order[0])
        assert state(shop) == "withdrawn"
        assert ConsentEvent.objects.count() == 3
        ConsentEvent.objects.all().delete()
        Message.objects.all().delete()


def test_an_older_choice_that_comes_late_overrides_nothing(shop: OfficialWhatsappCredential) -> None:
    take(preference("resume", at=AT + 60))
    take(inbound(text="STOP", at=AT))
    assert state(shop) == "granted"


def test_of_two_choices_in_one_second_the_withdrawal_counts(shop: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.1", "STOP"), inbound("wamid.2", "START"))
    assert state(shop) == "withdrawn"


def test_one_person_with_two_contacts_has_one_state_and_their_whole_history(shop: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.1", "STOP", at=AT), inbound("wamid.2", "START", at=AT + 9, wa_id="14155550124"))
    take(number_changed("wamid.3", ANN, "14155550124", at=AT + 20))
    assert state(shop) == "granted"
    assert ConsentEvent.objects.count() == 2


def test_who_says_stop_to_one_number_says_it_to_the_business(shop: OfficialWhatsappCredential) -> None:
    take(inbound(text="STOP"))
    other = make_number(shop.account, phone_number_id="300000000000002")
    assert refused(answer(other, "marketing")) == 131050


def test_it_is_another_accounts_business_alone(shop: OfficialWhatsappCredential, other_account: Account) -> None:
    take(inbound(text="STOP"))
    theirs = make_number(other_account, phone_number_id="300000000000003")
    assert isinstance(answer(theirs, "marketing"), Queued)
    with acting_for(other_account.pk):
        assert ConsentEvent.objects.count() == 0


@pytest.mark.parametrize("how", ["conversation_id", "contact_id", "recipient"])
def test_it_holds_however_they_are_addressed(shop: OfficialWhatsappCredential, how: str) -> None:
    take(inbound(text="STOP", user_id="US.42"))
    conversation = Conversation.objects.get()
    named = {"conversation_id": conversation.pk, "contact_id": conversation.contact_id, "recipient": "US.42"}
    assert refused(answer(shop, "marketing", **{how: named[how]})) == 131050


def test_of_many_recipients_only_those_are_refused(shop: OfficialWhatsappCredential) -> None:
    take(inbound(text="STOP"))
    people = ["254711000001", ANN, "254711000002"]
    orders = [Order(credential_id=shop.pk, to=one, body=template("marketing")) for one in people]
    found = queue(shop.account_id, orders, now=now())
    assert [isinstance(one, Queued) for one in found] == [True, False, True]


# --- at the last moment ----------------------------------------------------------------------------------------------


def leaving(message: Message) -> dict[int, int]:
    [lane] = lanes.lease("me", 10)
    assert [one.id for one in fetch_due([Want(lane.credential_id, 10)])[0]] == [message.pk]
    gone = depart([Departure(lane.credential_id, lane.lease, (message.pk,))])[0]
    lanes.release([lane.lease])
    message.refresh_from_db()
    return gone


def test_a_stop_that_comes_while_a_message_waits_keeps_it_from_leaving(shop: OfficialWhatsappCredential) -> None:
    message = queued(shop, body=template("marketing"))
    take(inbound(text="STOP"))
    assert leaving(message) == {}
    assert message.status == "failed"
    assert (message.problem or {})["code"] == 131050
    assert (message.problem or {})["cure"]
    assert Attempt.objects.count() == 0
    event = MessageEvent.objects.get(message=message, status="failed")
    assert (event.source, (event.problem or {})["key"]) == ("us", "opted_out")
    assert fetch_due([Want(shop.pk, 10)]) == [[]]


def test_who_comes_back_in_time_gets_what_waited(shop: OfficialWhatsappCredential) -> None:
    message = queued(shop, body=template("marketing"))
    take(inbound("wamid.1", "STOP", at=AT), inbound("wamid.2", "START", at=AT + 1))
    assert leaving(message) == {message.pk: 1}


def test_a_stop_does_not_hold_up_what_is_no_marketing(shop: OfficialWhatsappCredential) -> None:
    message = queued(shop, body=template("utility"))
    take(inbound(text="STOP"))
    assert leaving(message) == {message.pk: 1}


def test_what_failed_since_they_want_none_can_not_be_tried_again(shop: OfficialWhatsappCredential) -> None:
    message = queued(shop, body=template("marketing"))
    take(inbound(text="STOP"))
    leaving(message)
    assert refused(retry(shop.account_id, message.pk, sent_by=None)) == 131050
    take(inbound("wamid.2", "START", at=AT + 1))
    assert isinstance(retry(shop.account_id, message.pk, sent_by=None), Queued)


# --- refusals teach --------------------------------------------------------------------------------------------------


def attempted(number: OfficialWhatsappCredential, at: datetime, body: Any = None) -> Message:
    message = queued(number, body=body or template("marketing"))
    lease = "00000000-0000-4000-8000-000000000001"
    Attempt.objects.create(account_id=message.account_id, message=message, number=1, lease=lease, started_at=at)
    Message.objects.filter(pk=message.pk).update(status="sending", attempt_count=1)
    return message


def test_a_message_that_fails_for_it_tells_us(shop: OfficialWhatsappCredential) -> None:
    message = attempted(shop, now())
    take(status("wamid.OUT", "failed", opaque=f"sc-{message.pk}", code=131050))
    assert state(shop) == "withdrawn"
    with acting_for(shop.account_id):
        [said] = history(shop.account_id, Contact.objects.get().pk)
    assert (said.source, said.detail) == ("refusal", "131050")
    assert refused(answer(shop, "marketing")) == 131050


def test_a_message_refused_at_once_for_it_tells_us(shop: OfficialWhatsappCredential) -> None:
    message = queued(shop, body=template("marketing"))
    [lane] = lanes.lease("me", 10)
    [due] = fetch_due([Want(lane.credential_id, 10)])[0]
    attempt = depart([Departure(lane.credential_id, lane.lease, (message.pk,))])[0][message.pk]
    record_ended([Ended(due, attempt, now(), Refused(OPTED_OUT))])
    assert state(shop) == "withdrawn"


def test_another_failure_says_nothing_about_consent(shop: OfficialWhatsappCredential) -> None:
    message = attempted(shop, now())
    take(status("wamid.OUT", "failed", opaque=f"sc-{message.pk}", code=131049))
    assert ConsentEvent.objects.count() == 0


def test_a_refusal_heard_of_late_and_twice_does_not_undo_a_start(shop: OfficialWhatsappCredential) -> None:
    message = attempted(shop, datetime.fromtimestamp(AT, now().tzinfo))
    take(inbound(text="START", at=AT + 30))
    for later in (60, 90):
        take(status("wamid.OUT", "failed", opaque=f"sc-{message.pk}", code=131050, at=AT + later))
    assert state(shop) == "granted"
    assert ConsentEvent.objects.count() == 2


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_purpose_withdrawn_by_hand_is_not_sent_either(shop: OfficialWhatsappCredential) -> None:
    take(inbound(text="Habari"))
    choice = Choice(
        account_id=shop.account_id,
        contact_id=Contact.objects.get().pk,
        purpose="utility",
        is_granted=False,
        source="person",
        evidence="form-1",
        happened_at=now() - timedelta(minutes=1),
    )
    assert record([choice]) == [choice.contact_id]
    assert record([choice]) == []
    assert refused(answer(shop, "utility")) == 131050
    assert isinstance(answer(shop, "marketing"), Queued)


def test_free_text_has_no_purpose(shop: OfficialWhatsappCredential) -> None:
    take(inbound(text="Habari", at=int(now().timestamp())))
    assert queued(shop, body=text()).purpose == ""
    assert queued(shop, body=template("utility")).purpose == "utility"


@pytest.mark.parametrize(("category", "purpose"), [("UTILITY", "utility"), ("", "marketing")])
def test_what_waited_before_messages_knew_what_they_are_for_is_held_by_a_stop_too(
    number: OfficialWhatsappCredential, category: str, purpose: str
) -> None:
    message = queued(number)
    make_template(make_copy(number), "hello_world", "en_US", category=category)
    Message.objects.update(purpose="")
    fetch(import_module("safarichat.messaging.migrations.0017_purposes").NAMED)
    message.refresh_from_db()
    assert message.purpose == purpose
