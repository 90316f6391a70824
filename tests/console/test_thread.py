from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from safarichat.console.kinds import READERS, shown
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message


def thread(client: Client, conversation_id: int) -> str:
    return client.get(f"/inbox/{conversation_id}/thread").content.decode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "image", "image": {"id": "1", "mime_type": "image/jpeg", "caption": "Roses"}}, ["Photo", "Roses"]),
        ({"type": "document", "document": {"filename": "bill.pdf", "mime_type": "application/pdf"}}, ["bill.pdf"]),
        ({"type": "audio", "audio": {"voice": True, "mime_type": "audio/ogg; codecs=opus"}}, ["Voice message"]),
        ({"type": "sticker", "sticker": {"id": "1"}}, ["Sticker"]),
        ({"type": "video", "video": {"id": "1"}}, ["Video"]),
        ({"type": "location", "location": {"latitude": -1.26, "longitude": 36.8, "name": "HQ"}}, ["HQ", "-1.26000"]),
        (
            {
                "type": "contacts",
                "contacts": [{"name": {"formatted_name": "Ann Lee"}, "phones": [{"phone": "+1 415"}]}],
            },
            ["Ann Lee", "+1 415"],
        ),
        ({"type": "button", "button": {"text": "Yes please", "payload": "y"}}, ["Yes please"]),
        (
            {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Large"}}},
            ["Large"],
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": '{"day":"Mon"}'}},
            },
            ["Filled in a form", "Mon"],
        ),
        (
            {"type": "order", "order": {"product_items": [{"product_retailer_id": "ROSE", "quantity": 2}]}},
            ["Order", "2 × ROSE"],
        ),
        ({"type": "reaction", "reaction": {"message_id": "gone", "emoji": "👍"}}, ["Reacted with 👍"]),
        ({"type": "system", "system": {"type": "user_changed_number", "body": "A to B"}}, ["changed their number"]),
        ({"type": "unsupported", "unsupported": {"type": "poll_creation"}}, ["poll creation", "in another way"]),
        ({"type": "revoke", "revoke": {"original_message_id": "x"}}, ["deleted a message"]),
        ({"type": "edit", "edit": {"message": {"type": "text", "text": {"body": "Now so"}}}}, ["Now so"]),
        ({"type": "hologram", "hologram": {"depth": 3}}, ["does not know yet", "&quot;depth&quot;: 3"]),
    ],
)
def test_every_kind_of_message_is_shown_as_what_it_is(
    client_in: Client, number: OfficialWhatsappCredential, body: dict[str, Any], expected: list[str]
) -> None:
    conversation = make_conversation(number)
    make_message(conversation, "", kind=body["type"], body=body)
    told = thread(client_in, conversation.pk)
    for words in expected:
        assert words in told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*READERS, "name", "type"]), inner),
    max_leaves=12,
)


@given(kind=st.sampled_from([*READERS, "hologram"]), inside=JSON, more=st.dictionaries(st.text(max_size=5), JSON))
def test_no_message_can_break_the_thread(kind: str, inside: object, more: dict[str, object]) -> None:
    shown(kind, {**more, "type": kind, kind: inside})


@pytest.mark.parametrize(
    "body",
    [
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "[" * 100_000}}},
        {
            "type": "interactive",
            "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a":' * 900 + "1" + "}" * 900}},
        },
        {"type": "location", "location": {"latitude": 10**400, "longitude": 1}},
    ],
    ids=["form without an end", "deep form", "place beyond all numbers"],
)
def test_what_no_honest_app_sends_is_still_a_thread(
    client_in: Client, number: OfficialWhatsappCredential, body: dict[str, Any]
) -> None:
    conversation = make_conversation(number)
    make_message(conversation, "", kind=body["type"], body=body)
    assert client_in.get(f"/inbox/{conversation.pk}").status_code == 200


def test_what_a_customer_writes_is_text_and_never_a_page(client_in: Client, number: OfficialWhatsappCredential) -> None:
    conversation = make_conversation(number, "<b>Mallory</b>")
    make_message(conversation, '<script>alert(1)</script> *bold* https://x.test/?a=1&b="2 javascript:alert(1)')
    told = client_in.get(f"/inbox/{conversation.pk}").content.decode()
    assert "<script>alert" not in told
    assert "<b>Mallory" not in told
    assert "<strong>bold</strong>" in told
    assert 'href="https://x.test/?a=1&amp;b=' in told
    assert 'href="javascript' not in told


def test_a_reply_shows_what_it_answers_and_a_reaction_sits_on_its_message(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    conversation = make_conversation(number)
    at = timezone.now() - timedelta(minutes=5)
    make_message(conversation, "Roses or tulips?", direction="out", provider_message_id="wamid.A", at=at)
    make_message(conversation, "Tulips", context_id="wamid.A", at=at + timedelta(minutes=1))
    for minutes, emoji in ((2, "👍"), (3, "❤️")):
        body = {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": emoji}}
        late = at + timedelta(minutes=minutes)
        make_message(conversation, emoji, kind="reaction", body=body, context_id="wamid.A", at=late)
    told = thread(client_in, conversation.pk)
    assert '<blockquote class="bubble-quote">Roses or tulips?' in told
    assert told.count("❤️") == 1, "on its message, and not as one of its own"
    assert "👍" not in told, "a later reaction takes the place of an earlier one"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("queued", "Waiting to be sent"),
        ("sent", "Sent"),
        ("delivered", "Delivered"),
        ("read", "Read"),
        ("failed", "Failed"),
        ("unconfirmed", "Not confirmed"),
        ("cancelled", "Cancelled"),
    ],
)
def test_each_tick_has_its_words(
    client_in: Client, number: OfficialWhatsappCredential, status: str, words: str
) -> None:
    conversation = make_conversation(number)
    make_message(conversation, "Hi", direction="out", status=status)
    assert f'<span class="visually-hidden">{words}</span>' in thread(client_in, conversation.pk)


def test_a_failed_message_says_why_and_what_to_do(client_in: Client, number: OfficialWhatsappCredential) -> None:
    conversation = make_conversation(number)
    problem = {"key": "undeliverable", "message": "It could not be delivered.", "cure": "Ask them.", "code": 131026}
    failed = make_message(conversation, "Hi", direction="out", status="failed", problem=problem)
    told = thread(client_in, conversation.pk)
    assert "It could not be delivered. Ask them." in told
    assert "131026" in told
    assert f'action="/messages/{failed.pk}/retry"' in told


def test_retry_queues_the_same_message_once_more(client_in: Client, number: OfficialWhatsappCredential) -> None:
    conversation = make_conversation(number)
    failed = make_message(conversation, "Hi", direction="out", status="failed", problem={"message": "No"})
    for _click in range(2):
        answer = client_in.post(f"/messages/{failed.pk}/retry")
        assert answer.headers["Location"] == f"/inbox/{conversation.pk}"
    failed.refresh_from_db()
    assert failed.status == "queued"
    assert Message.objects.filter(direction="out").count() == 1


def test_a_retry_that_can_not_be_says_why(client_in: Client, number: OfficialWhatsappCredential) -> None:
    conversation = make_conversation(number, window_closes_at=timezone.now() - timedelta(hours=1))
    failed = make_message(conversation, "Hi", direction="out", status="failed")
    answer = client_in.post(f"/messages/{failed.pk}/retry", follow=True)
    assert "alert-danger" in answer.content.decode()
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_a_waiting_message_can_be_cancelled_and_one_that_left_can_not(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    conversation = make_conversation(number)
    waiting = make_message(conversation, "Hi", direction="out", status="queued")
    gone = make_message(conversation, "Ho", direction="out", status="sent")
    client_in.post(f"/messages/{waiting.pk}/cancel")
    answer = client_in.post(f"/messages/{gone.pk}/cancel", follow=True)
    assert "could not be cancelled" in answer.content.decode()
    assert list(Message.objects.order_by("id").values_list("status", flat=True)) == ["cancelled", "sent"]


def test_older_messages_follow_on_the_next_page_each_once(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    conversation = make_conversation(number)
    at = timezone.now()
    for index in range(95):
        make_message(conversation, f"Line {index}", at=at - timedelta(minutes=index // 4))
    seen: list[str] = []
    place = ""
    for _page in range(3):
        answer = client_in.get(f"/inbox/{conversation.pk}/thread", {"before": place})
        seen += [bubble.entry.text for day in answer.context["days"] for bubble in day.bubbles]
        place = answer.context["older_messages"]
    assert len(seen) == len(set(seen)) == 95
    assert place == ""


def test_days_are_those_of_the_persons_time_zone(client_in: Client, number: OfficialWhatsappCredential) -> None:
    owner = number.account.memberships.get().user
    owner.time_zone = "Pacific/Auckland"
    owner.save()
    conversation = make_conversation(number)
    make_message(conversation, at=datetime(2026, 3, 1, 20, 0, tzinfo=UTC))
    told = thread(client_in, conversation.pk)
    assert "March 2, 2026" in told
    assert ">09:00</time>" in told
    assert "2026-03-01 20:00:00 UTC" in told
