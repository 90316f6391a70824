"""Edits, revokes and reactions on the page: what is shown, what is forgotten, and what stays within reach."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from django.test import Client

from safarichat.inbox.models import Hook
from safarichat.inbox.replaying import replay
from safarichat.media.models import File
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message
from tests.inbox.payloads import AT, echo, edited, inbound, reacted, revoked, take
from tests.messaging.ours import sent_out

pytestmark = pytest.mark.django_db


def page(client: Client) -> str:
    return client.get(f"/inbox/{Conversation.objects.get().pk}").content.decode()


def test_an_edited_message_shows_its_new_words_and_keeps_the_former_ones(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    take(inbound("wamid.A", "Two roses"), edited("wamid.A1", "wamid.A", "Three roses", at=AT + 5))
    told = page(client_in)
    assert '<div class="bubble-text">Three roses</div>' in told
    assert "Edited" in told
    assert told.count("Two roses") == 1, "among the former ones, and not in the list"
    assert Conversation.objects.get().unread_count == 0, "seen"
    assert "Edited an earlier message" not in told


def test_of_an_edited_picture_only_the_caption_is_new(client_in: Client, number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.A", type="image", image={"id": "77", "mime_type": "image/jpeg", "caption": "Old"}))
    new = {"original_message_id": "wamid.A", "message": {"type": "image", "image": {"caption": "New"}}}
    take(edited("wamid.A1", "wamid.A", "", edit=new))
    told = page(client_in)
    assert '<div class="bubble-text">New</div>' in told
    assert File.objects.get().provider_media_id == "77"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_nothing_is_left_of_what_a_customer_deleted(
    client_in: Client, number: OfficialWhatsappCredential, order: tuple[int, ...]
) -> None:
    said = [
        inbound("wamid.A", type="image", image={"id": "77", "mime_type": "image/jpeg", "caption": "My secret"}),
        edited("wamid.A1", "wamid.A", "My second secret", at=AT + 1),
        revoked("wamid.A2", "wamid.A", at=AT + 2),
    ]
    for index in order:
        take(said[index])
    replay(list(Hook.objects.values_list("id", flat=True)))
    take()
    told = page(client_in)
    assert "The customer deleted this message." in told
    assert "secret" not in told
    assert "secret" not in "".join(str(row) for row in Message.objects.values_list("body", "text"))
    assert not File.objects.exists()
    assert Conversation.objects.get().last_text == ""


def test_a_quote_of_what_was_deleted_does_not_bring_it_back(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    take(inbound("wamid.A", "My secret"), inbound("wamid.B", "About that", at=AT + 1, context={"id": "wamid.A"}))
    take(revoked("wamid.A2", "wamid.A", at=AT + 2))
    told = page(client_in)
    assert "secret" not in told
    assert "Deleted message" in told


def test_nobody_takes_back_the_other_sides_words(client_in: Client, number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.A", "Mine"), echo("wamid.W", "Ours", at=AT + 1))
    take(revoked("wamid.X", "wamid.W", at=AT + 2))
    take(echo("wamid.Y", at=AT + 3, type="revoke", revoke={"original_message_id": "wamid.A"}))
    told = page(client_in)
    assert "Mine" in told
    assert "Ours" in told


def test_each_side_has_one_reaction_and_may_take_it_back(client_in: Client, number: OfficialWhatsappCredential) -> None:
    sent_out(number)
    Message.objects.update(at=datetime.fromtimestamp(AT, UTC))
    take(reacted("wamid.R1", "wamid.OUT1", "👍", at=AT + 1), reacted("wamid.R2", "wamid.OUT1", "😀", at=AT + 2))
    take(echo("wamid.E1", at=AT + 3, type="reaction", reaction={"message_id": "wamid.OUT1", "emoji": "🌹"}))
    told = page(client_in)
    assert '<div class="bubble-reactions"><span>😀</span><span>🌹</span>' in told
    take(reacted("wamid.R3", "wamid.OUT1", "", at=AT + 4))
    told = page(client_in)
    assert '<div class="bubble-reactions"><span>🌹</span><span' in told
    assert "Took a reaction back" not in told


def test_a_reaction_of_ours_that_did_not_arrive_is_seen_to_have_failed(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    conversation = make_conversation(number)
    make_message(conversation, "Thanks", provider_message_id="wamid.A")
    body = {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": "👍"}}
    reaction: dict[str, Any] = {"kind": "reaction", "direction": "out", "context_id": "wamid.A", "body": body}
    one = make_message(conversation, "👍", **reaction, status="failed", problem={"message": "Too old."})
    told = page(client_in)
    assert "bubble-reactions" not in told
    assert "Too old." in told
    Message.objects.filter(pk=one.pk).update(status="sent")
    assert '<div class="bubble-reactions"><span>👍</span>' in page(client_in)


def test_a_page_full_of_reactions_does_not_hide_the_older_messages(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    take(*(inbound(f"wamid.{n}", f"Line {n}", at=AT + n) for n in range(45)))
    take(*(reacted(f"wamid.R{n}", "wamid.44", "👍", at=AT + 100 + n) for n in range(60)))
    answer = client_in.get(f"/inbox/{Conversation.objects.get().pk}/thread")
    assert [bubble.entry.text for day in answer.context["days"] for bubble in day.bubbles][-1] == "Line 44"
    assert answer.context["older_messages"]


def test_an_edit_or_a_revoke_of_what_was_never_here_stands_by_itself(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    take(edited("wamid.X", "wamid.BEFORE", "Now so"), revoked("wamid.Y", "wamid.BEFORE2", at=AT + 1))
    told = page(client_in)
    assert "Edited an earlier message" in told
    assert "The customer deleted a message." in told
    conversation = Conversation.objects.get()
    assert int(conversation.last_message_at.timestamp()) == AT + 1
    assert conversation.window_closes_at is None


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"type": "image", "image": {"id": "1"}}, "Photo"),
        ({"type": "audio", "audio": {"id": "1"}}, "Audio"),
        ({"type": "location", "location": {"latitude": 1, "longitude": 2}}, "Location"),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "Not handed over by WhatsApp"),
        ({"type": "hologram", "hologram": {}}, "Message without text"),
    ],
)
def test_the_list_has_a_word_for_what_has_no_text(
    client_in: Client, number: OfficialWhatsappCredential, more: dict[str, Any], word: str
) -> None:
    take(inbound("wamid.A", **more))
    assert f"<i>{word}</i>" in client_in.get("/inbox/rows").content.decode()


def test_what_is_said_in_a_group_is_kept_with_the_number_and_in_nobodys_conversation(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    take(inbound("wamid.G", "All hello", group_id="Y2FwaV9ncm91cDox"))
    take(echo("wamid.H", "Welcome", group_id="Y2FwaV9ncm91cDox", to=""))
    take(reacted("wamid.I", "wamid.G", "👍", group_id="Y2FwaV9ncm91cDox"))
    assert not Message.objects.exists()
    told = client_in.get(f"/numbers/{number.pk}").content.decode()
    assert told.count("in a group") == 3
    assert "All hello" in told
