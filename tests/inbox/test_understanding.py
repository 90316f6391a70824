"""From a provider's bytes to what a person sees."""

from datetime import UTC, datetime, timedelta

import pytest

from safarichat.contacts.models import Contact
from safarichat.inbox import replaying, telling, understanding
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.models import Hook, HookEvent
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.inbox.payloads import AT, hook, inbound, number_changed, status, take, value

pytestmark = pytest.mark.django_db


def test_a_customers_message_opens_a_conversation_and_its_window(number: OfficialWhatsappCredential) -> None:
    take(inbound(text="Habari"))
    conversation = Conversation.objects.get()
    assert (conversation.last_text, conversation.unread_count, conversation.last_direction) == ("Habari", 1, "in")
    assert conversation.window_closes_at == datetime.fromtimestamp(AT, UTC) + timedelta(hours=24)
    message = Message.objects.get()
    assert (message.direction, message.status, message.text) == ("in", "received", "Habari")
    assert conversation.last_inbound_id == message.pk
    assert str(conversation.contact) == "Ann"


def test_the_same_hook_three_times_is_one_message(number: OfficialWhatsappCredential) -> None:
    take(inbound(), inbound())
    take(inbound())
    assert Message.objects.count() == 1
    assert Conversation.objects.get().unread_count == 1
    assert Hook.objects.filter(state=Hook.State.UNDERSTOOD).count() == 3


def test_a_message_that_arrives_late_moves_neither_window_nor_last_text_back(
    number: OfficialWhatsappCredential,
) -> None:
    take(inbound("wamid.2", "second", at=AT + 60))
    take(inbound("wamid.1", "first", at=AT))
    conversation = Conversation.objects.get()
    assert conversation.last_text == "second"
    assert conversation.window_closes_at == datetime.fromtimestamp(AT + 60, UTC) + timedelta(hours=24)
    assert conversation.unread_count == 2
    assert list(Message.objects.order_by("at").values_list("text", flat=True)) == ["first", "second"]


def test_a_hook_for_a_number_that_is_not_here_is_set_aside_and_can_be_replayed(
    number: OfficialWhatsappCredential,
) -> None:
    take(inbound(number="999"))
    aside = Hook.objects.get()
    assert (aside.state, Message.objects.count()) == (Hook.State.SET_ASIDE, 0)
    assert "999" in aside.reason
    number.phone_number_id = "999"
    number.save()
    assert replaying.replay([aside.pk]) == 1
    assert understand(10) == 1
    assert Message.objects.get().text == "hi"


def test_what_came_before_the_number_was_connected_is_replayed_for_it_once(
    number: OfficialWhatsappCredential,
) -> None:
    take(inbound(number="999"), inbound("wamid.2", number="9990"))
    Hook.objects.update(understood_at=datetime.now(UTC) - timedelta(seconds=5))
    number.phone_number_id, number.onboarding_completed_at = "999", datetime.now(UTC) - timedelta(seconds=1)
    number.save()
    assert replaying.replay_for_new_numbers() == 1
    take()
    assert Message.objects.count() == 1
    assert replaying.replay_for_new_numbers() == 0


def test_what_came_of_a_business_account_while_its_number_was_being_connected_is_replayed(
    number: OfficialWhatsappCredential,
) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=5)
    added = {"event": "PARTNER_ADDED", "waba_info": {"waba_id": "777"}}
    take(hook(added, field="account_update", waba="777"), hook(added, field="account_update", waba="777"))
    before, meanwhile = Hook.objects.order_by("id")
    assert {before.state, meanwhile.state} == {Hook.State.SET_ASIDE}
    Hook.objects.filter(pk=before.pk).update(received_at=begun - timedelta(seconds=1))
    Hook.objects.update(understood_at=datetime.now(UTC) - timedelta(seconds=5))
    number.waba_id, number.onboarding_started_at = "777", begun
    number.onboarding_completed_at = datetime.now(UTC) - timedelta(seconds=1)
    number.save()
    assert replaying.replay_for_new_numbers() == 1
    take()
    assert replaying.replay_for_new_numbers() == 0
    assert list(Hook.objects.filter(state=Hook.State.UNDERSTOOD)) == [meanwhile]


def test_bytes_that_are_not_json_are_kept_and_marked(number: OfficialWhatsappCredential) -> None:
    take(b"not json at all")
    assert Hook.objects.get().state == Hook.State.SET_ASIDE
    assert bytes(Hook.objects.get().body) == b"not json at all"


def test_one_unreadable_message_does_not_keep_its_neighbours(number: OfficialWhatsappCredential) -> None:
    good = {"id": "wamid.G", "from": "254711", "timestamp": str(AT), "type": "text", "text": {"body": "fine"}}
    take(hook(value(messages=["?", good], contacts=[])))
    assert Message.objects.get().text == "fine"
    assert Hook.objects.get().state == Hook.State.SET_ASIDE


def test_characters_that_postgresql_cannot_keep_are_replaced(number: OfficialWhatsappCredential) -> None:
    take(
        inbound(text="a\x00b"),
        inbound("wamid.2", text="half \ud83d pair", name="An\x00n"),
        inbound("wamid.3", text="\\u0000 😀"),
    )
    texts = list(Message.objects.order_by("id").values_list("text", flat=True))
    assert texts == ["a\ufffdb", "half \ufffd pair", "\\u0000 😀"]
    assert Hook.objects.filter(state=Hook.State.UNDERSTOOD).count() == 3


def test_news_that_no_page_has_a_place_for_is_kept_raw_once_per_hook(number: OfficialWhatsappCredential) -> None:
    take(hook({"event": "SOMETHING", "what": 1}, field="security"))
    replaying.replay([Hook.objects.get().pk])
    understand(10)
    event = HookEvent.objects.get()
    assert (event.field, event.value["what"]) == ("security", 1)


def test_a_status_of_somebody_elses_message_is_kept_raw(number: OfficialWhatsappCredential) -> None:
    take(status("wamid.OTHER", "delivered"))
    assert HookEvent.objects.get().value["provider_message_id"] == "wamid.OTHER"
    assert Hook.objects.get().state == Hook.State.UNDERSTOOD


def test_the_first_hook_of_a_number_completes_its_onboarding_step(number: OfficialWhatsappCredential) -> None:
    take(inbound())
    number.refresh_from_db()
    assert number.steps["webhook_seen"]["state"] == "done"
    assert number.last_hook_at == Hook.objects.get().received_at


def test_a_hook_that_makes_us_stumble_is_set_aside_and_the_others_are_understood(
    number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = telling.tell

    def tell(pile: object) -> None:
        if any("bad" in event.text for _, event, _ in pile.received):  # type: ignore[attr-defined]
            raise RuntimeError("a bug")
        real(pile)  # type: ignore[arg-type]

    monkeypatch.setattr(understanding, "tell", tell)
    take(*(inbound(f"wamid.{n}", "bad" if n == 7 else "good") for n in range(20)))
    assert Message.objects.filter(text="good").count() == 19
    aside = Hook.objects.get(state=Hook.State.SET_ASIDE)
    assert "RuntimeError" in aside.reason


def test_an_id_too_long_for_its_column_sets_one_hook_aside(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid." + "x" * 300), inbound("wamid.ok"))
    assert Message.objects.get().provider_message_id == "wamid.ok"
    assert Hook.objects.filter(state=Hook.State.SET_ASIDE).count() == 1


def test_a_number_change_keeps_the_conversation(number: OfficialWhatsappCredential) -> None:
    take(inbound())
    take(number_changed("wamid.S", "14155550123", "14155550124", at=AT + 10))
    take(inbound("wamid.3", "new phone", wa_id="14155550124", at=AT + 20))
    contact = Contact.objects.get()
    assert contact.phone == "14155550124"
    assert Conversation.objects.get().unread_count == 2


def test_an_answer_within_the_second_of_our_message_stands_below_it(number: OfficialWhatsappCredential) -> None:
    """Providers tell whole seconds: what they call 12:00:05 may be 12:00:05.9, after our 12:00:05.5."""
    now = datetime.now(UTC)
    take(inbound(at=int(now.timestamp())))
    at = Message.objects.get().at
    assert at >= min(now, now.replace(microsecond=990_000))
    assert int(at.timestamp()) == int(now.timestamp())


@pytest.mark.parametrize("late_s", [0.2, 2, 9])
def test_of_two_messages_within_one_second_the_later_call_stands_below(
    number: OfficialWhatsappCredential, late_s: float
) -> None:
    """Also when its hook is understood first, by another worker."""
    told = AT
    keep([Kept("meta", "", inbound("wamid.1", "Hello", at=told)), Kept("meta", "", inbound("wamid.2", "I", at=told))])
    for place, kept in enumerate(Hook.objects.order_by("pk")):
        received_at = datetime.fromtimestamp(told + late_s + place / 20, UTC)
        Hook.objects.filter(pk=kept.pk).update(received_at=received_at, state=Hook.State.NEW if place else 9)
    understand(10)
    Hook.objects.filter(state=9).update(state=Hook.State.NEW)
    understand(10)
    assert list(Message.objects.order_by("at", "pk").values_list("text", flat=True)) == ["Hello", "I"]
