"""What a phone app hands over of the time before its number came here: whole, quiet, and never in anybody's way."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from django.test import Client

from safarichat.contacts.models import Contact
from safarichat.inbox.importing import PIECE, import_next
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.models import Hook, HookEvent
from safarichat.inbox.replaying import replay
from safarichat.media.models import File
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import NumberPast, OfficialWhatsappCredential
from safarichat.workers.understanding import next_batch as step
from tests.inbox.payloads import ANN, AT, chunk, echo, hook, inbound, ours, revoked, status, take, theirs, value

pytestmark = pytest.mark.django_db


def declined() -> bytes:
    error = {"code": 2593109, "title": "History sharing declined", "message": "The business said no"}
    return hook(value() | {"history": [{"errors": [error]}]}, field="history")


def address_book(name: str, *, at: int, action: str = "add", phone: str = ANN) -> bytes:
    contact = {"full_name": name, "first_name": name.partition(" ")[0], "phone_number": phone}
    entry = {"type": "contact", "contact": contact, "action": action, "metadata": {"timestamp": str(at)}}
    return hook(value() | {"state_sync": [entry]}, field="smb_app_state_sync")


def give(*bodies: bytes) -> None:
    """Kept, and not understood yet."""
    keep([Kept("meta", "", body) for body in bodies])


def test_earlier_messages_stand_in_the_thread_at_their_own_times_and_nothing_is_unread(
    number: OfficialWhatsappCredential,
) -> None:
    take(chunk(theirs("wamid.1", "Do you deliver?", at=AT), ours("wamid.2", "We do", at=AT + 60, became="DELIVERED")))
    [conversation] = Conversation.objects.all()
    assert (conversation.unread_count, conversation.window_closes_at, conversation.last_text) == (0, None, "We do")
    assert conversation.last_inbound_id is None
    told = Message.objects.order_by("at").values_list("direction", "text", "status", "at")
    assert list(told) == [
        ("in", "Do you deliver?", "received", datetime.fromtimestamp(AT, UTC)),
        ("out", "We do", "delivered", datetime.fromtimestamp(AT + 60, UTC)),
    ]


def test_the_same_chunk_again_changes_and_counts_nothing(number: OfficialWhatsappCredential) -> None:
    said = chunk(theirs("wamid.1", "Hello", at=AT), ours("wamid.2", "Hi", at=AT + 1), progress=40)
    take(said, said)
    take(said)
    replay(list(Hook.objects.values_list("id", flat=True)))
    take()
    assert Message.objects.count() == 2
    past = NumberPast.objects.get()
    assert (past.message_count, past.progress) == (2, 40)


def test_chunks_in_any_order_end_the_same(number: OfficialWhatsappCredential) -> None:
    chunks = [
        chunk(theirs("wamid.3", "newest", at=AT + 30), phase=0, progress=20),
        chunk(theirs("wamid.2", "older", at=AT + 20), phase=1, progress=60),
        chunk(theirs("wamid.1", "oldest", at=AT + 10), phase=2, progress=100),
    ]
    for order in permutations(chunks):
        take(*order)
        past = NumberPast.objects.get()
        assert (past.phase, past.progress, past.message_count) == (2, 100, 3)
        assert Conversation.objects.get().last_text == "newest"
        for table in (Message, Conversation, NumberPast):
            table.objects.all().delete()


@pytest.mark.parametrize("is_live_first", [True, False])
def test_what_a_customer_writes_now_is_unread_though_the_history_has_it_as_well(
    number: OfficialWhatsappCredential, is_live_first: bool
) -> None:
    said = [inbound("wamid.1", "Hello", at=AT), chunk(theirs("wamid.1", "Hello", at=AT))]
    for body in said if is_live_first else reversed(said):
        take(body)
    [conversation] = Conversation.objects.all()
    assert conversation.unread_count == 1
    assert conversation.window_closes_at is not None
    take(*said)
    assert Conversation.objects.get().unread_count == 1
    assert Message.objects.count() == 1


def test_a_live_message_goes_before_thousands_of_the_past(number: OfficialWhatsappCredential) -> None:
    past = [theirs(f"wamid.P{n}", f"Line {n}", at=AT - 100_000 + n) for n in range(PIECE * 12)]
    give(*(chunk(*past[part::3], order=part) for part in range(3)), inbound("wamid.NOW", "Is anybody there?"))
    assert step() == 1
    assert list(Message.objects.values_list("text", flat=True)) == ["Is anybody there?"]
    assert step() == PIECE
    give(inbound("wamid.NOW2", "Hello?", at=AT + 1))
    assert step() == 1, "also when the past has begun, and of one hook not all is done"
    assert Message.objects.filter(text="Hello?").exists()
    while step():
        pass
    assert Message.objects.count() == PIECE * 12 + 2
    assert Conversation.objects.get().unread_count == 2
    assert not Hook.objects.exclude(state=Hook.State.UNDERSTOOD).exists()


def test_one_bad_message_of_the_past_does_not_keep_the_others(
    number: OfficialWhatsappCredential,
) -> None:
    bad = theirs("wamid." + "x" * 300, "too long an id", at=AT)
    odd = {"id": "wamid.ODD", "timestamp": "0", "type": "text", "text": {"body": "no time"}}
    take(chunk(theirs("wamid.1", "Before", at=AT), bad, odd, theirs("wamid.2", "After", at=AT + 1)))
    assert sorted(Message.objects.values_list("text", flat=True)) == ["After", "Before"]
    aside = Hook.objects.get()
    assert aside.state == Hook.State.SET_ASIDE
    assert "DataError" in aside.reason
    assert "without an id or a time" in aside.reason


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_file_takes_the_place_of_its_placeholder(number: OfficialWhatsappCredential, order: tuple[int, ...]) -> None:
    placeholder = {"type": "media_placeholder"}
    file = {"type": "image", "image": {"id": "88", "mime_type": "image/jpeg", "caption": "The shop"}}
    head = {"from": ANN, "id": "wamid.1", "timestamp": str(AT)}
    said = [
        chunk({**head, **placeholder, "history_context": {"status": "READ"}}),
        hook(value(messages=[{**head, **file}]), field="history"),
    ]
    for index in order:
        take(said[index])
    message = Message.objects.get()
    assert (message.kind, message.text) == ("image", "The shop")
    assert File.objects.get().provider_media_id == "88"
    assert NumberPast.objects.get().message_count == 1


def test_what_was_said_of_earlier_messages_counts(number: OfficialWhatsappCredential) -> None:
    take(revoked("wamid.R", "wamid.1", at=AT + 90), status("wamid.2", "read", at=AT + 70))
    take(chunk(theirs("wamid.1", "A secret", at=AT), ours("wamid.2", "Hi", at=AT + 60, became="SENT")))
    assert not Message.objects.filter(text="A secret").exists()
    assert Message.objects.get(provider_message_id="wamid.2").status == "read"
    take(echo("wamid.2", "Hi", at=AT + 60))
    assert Message.objects.filter(provider_message_id="wamid.2").count() == 1


def test_names_of_the_phones_address_book_are_the_newest_and_go_when_removed(
    number: OfficialWhatsappCredential,
) -> None:
    take(inbound(name="ann~"))
    for order in permutations([("Ann Flowers", 10), ("Ann Lee", 20)]):
        take(*(address_book(name, at=AT + at) for name, at in order))
        assert str(Contact.objects.get()) == "Ann Lee"
    take(address_book("Ann Lee", at=AT + 30, action="remove"), address_book("Ann Flowers", at=AT + 10))
    assert str(Contact.objects.get()) == "ann~"
    take(address_book("Nobody", at=AT, action="remove", phone="254722000000"))
    assert Contact.objects.count() == 1
    take(address_book("Baraka", at=AT, phone="254722000000"))
    assert Contact.objects.filter(name="Baraka", phone="254722000000").exists()


def test_the_numbers_page_tells_how_far_it_is(client_in: Client, number: OfficialWhatsappCredential) -> None:
    def page() -> str:
        return client_in.get(f"/numbers/{number.pk}").content.decode()

    assert "Earlier conversations" not in page()
    number.provider_config = {"phone_data_asked": ["smb_app_state_sync", "history"]}
    number.save()
    assert "nothing has come yet" in page()
    take(declined())
    assert "this was declined in the phone app" in page()
    assert HookEvent.objects.get().event == "declined"
    take(chunk(theirs("wamid.1", "Hello", at=AT), progress=55))
    assert "55 % has come" in page()
    assert "1 message was new here" in page()
    take(chunk(theirs("wamid.2", "Hello", at=AT), progress=100, order=2))
    assert "All is here" in page()


def test_a_groups_earlier_messages_are_kept_and_nobodys(number: OfficialWhatsappCredential) -> None:
    take(chunk(theirs("wamid.1", "All hello", at=AT, group_id="Y2FwaV9ncm91cDox")))
    assert Message.objects.count() == 0
    assert HookEvent.objects.get().value["text"]["body"] == "All hello"


def test_a_number_that_is_not_here_leaves_the_whole_hook_to_be_replayed(number: OfficialWhatsappCredential) -> None:
    said = chunk(*(theirs(f"wamid.{n}", "x", at=AT + n) for n in range(PIECE + 1)))
    give(said.replace(b"300000000000001", b"999"))
    while import_next():
        pass
    aside = Hook.objects.get()
    assert aside.reason.count("No number with the id 999") == 1
    OfficialWhatsappCredential.objects.update(phone_number_id="999")
    replay([aside.pk])
    take()
    assert Message.objects.count() == PIECE + 1
