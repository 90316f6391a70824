"""Whatever order a conversation's news comes in, and however often: a person ends up seeing the same."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from safarichat.ground.tenancy import acting_for
from safarichat.messaging.reading import Wanted, conversations
from safarichat.messaging.thread import thread
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.inbox.payloads import (
    ANN,
    AT,
    chunk,
    echo,
    edited,
    inbound,
    number_changed,
    ours,
    reacted,
    revoked,
    status,
    take,
    theirs,
)
from tests.messaging.ours import sent_out

pytestmark = pytest.mark.django_db

NEW_PHONE = "14155550199"


def a_conversation() -> list[bytes]:
    """Everything that can be said about messages, some of it within one second."""
    return [
        inbound("wamid.A", "Two roses", at=AT + 1),
        inbound("wamid.B", "Red ones", at=AT + 2, context={"id": "wamid.OUT1"}),
        inbound("wamid.C", "Never mind", at=AT + 3, user_id="US.1"),
        inbound("wamid.D", "Are you there?", at=AT + 40, wa_id="", user_id="US.1"),
        inbound("wamid.E", "New phone, see", at=AT + 50, wa_id=NEW_PHONE, context={"id": "wamid.B"}),
        inbound("wamid.P", type="image", image={"id": "1", "caption": "This"}, at=AT + 52, wa_id="", user_id="US.1"),
        edited("wamid.A1", "wamid.A", "Three roses", at=AT + 10),
        edited("wamid.A2", "wamid.A", "Four roses", at=AT + 11),
        edited("wamid.A3", "wamid.A", "Five roses", at=AT + 11),
        edited("wamid.C1", "wamid.C", "Never mind it", at=AT + 12),
        revoked("wamid.C2", "wamid.C", at=AT + 13),
        revoked("wamid.P1", "wamid.P", at=AT + 60),
        reacted("wamid.R1", "wamid.OUT1", "👍", at=AT + 20),
        reacted("wamid.R2", "wamid.OUT1", "❤️", at=AT + 21),
        reacted("wamid.R3", "wamid.W", "🎉", at=AT + 61),
        reacted("wamid.R4", "wamid.W", "", at=AT + 61),
        status("wamid.OUT1", "delivered", at=AT + 5),
        status("wamid.OUT1", "read", at=AT + 6, wa_id=ANN, user_id="US.1"),
        echo("wamid.W", "We open at nine", at=AT + 30),
        echo("wamid.W1", at=AT + 31, type="edit", edit=_now("We open at ten")),
        echo("wamid.W2", at=AT + 32, type="reaction", reaction={"message_id": "wamid.B", "emoji": "🌹"}),
        echo("wamid.V", "Wrong chat, sorry", at=AT + 35),
        echo("wamid.V1", at=AT + 36, type="revoke", revoke={"original_message_id": "wamid.V"}),
        status("wamid.W", "read", at=AT + 33),
        number_changed("wamid.S", ANN, NEW_PHONE, at=AT + 45),
        chunk(theirs("wamid.A", "Two roses", at=AT + 1), theirs("wamid.Z", "Good day", at=AT - 500)),
        chunk(ours("wamid.Y", "What can we do?", at=AT - 400, became="DELIVERED"), phase=1, progress=70),
        status("wamid.Y", "read", at=AT - 390),
        edited("wamid.Z1", "wamid.Z", "Good morning", at=AT - 450),
    ]


def _now(text: str) -> Any:
    return {"original_message_id": "wamid.W", "message": {"type": "text", "text": {"body": text}}}


SAID = a_conversation()
EVERY = range(len(SAID))


def test_any_order_and_any_repetition_end_in_the_same_sight(number: OfficialWhatsappCredential) -> None:
    expected = seen_after(number, [list(EVERY)])

    @settings(max_examples=20, deadline=None)
    @given(order=st.permutations(EVERY), again=st.lists(st.sampled_from(EVERY), max_size=8), data=st.data())
    def always(order: list[int], again: list[int], data: st.DataObject) -> None:
        sequence = [*order, *again]
        cuts = sorted(data.draw(st.lists(st.integers(0, len(sequence)), max_size=6)))
        batches = [sequence[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
        assert seen_after(number, batches) == expected

    always()


def test_each_piece_alone_after_the_other_ends_in_the_same_sight(number: OfficialWhatsappCredential) -> None:
    expected = seen_after(number, [list(EVERY)])
    assert seen_after(number, [[index] for index in EVERY]) == expected
    assert seen_after(number, [[index] for index in reversed(EVERY)]) == expected


def test_that_sight_is_what_people_expect(number: OfficialWhatsappCredential) -> None:
    [(row, entries)] = seen_after(number, [list(EVERY)])
    assert row["unread_count"] == 4, "what came after the last words on the phone: three messages and a reaction"
    assert (row["last_text"], row["last_kind"]) == ("", "revoke")
    shown = {entry["provider_message_id"]: entry for entry in entries}
    assert "wamid.A1" not in shown
    assert (shown["wamid.A"]["text"], [one.text for one in shown["wamid.A"]["former"]]) == (
        "Five roses",
        ["Two roses", "Three roses", "Four roses"],
    )
    assert (shown["wamid.C"]["is_revoked"], shown["wamid.C"]["text"], shown["wamid.C"]["body"]) == (True, "", {})
    assert shown["wamid.OUT1"]["reactions"] == ("❤️",)
    assert shown["wamid.W"]["reactions"] == ()
    assert shown["wamid.W"]["text"] == "We open at ten"
    assert shown["wamid.B"]["reactions"] == ("🌹",)
    assert shown["wamid.E"]["quoted"].text == "Red ones"


def seen_after(number: OfficialWhatsappCredential, batches: list[list[int]]) -> list[tuple[Any, Any]]:
    """What a person sees after these batches, from the same beginning; nothing of it stays."""
    with transaction.atomic():
        ours = sent_out(number)
        type(ours).objects.filter(pk=ours.pk).update(at=datetime.fromtimestamp(AT, UTC))
        type(ours.conversation).objects.update(last_message_at=datetime.fromtimestamp(AT, UTC))
        for batch in batches:
            take(*(SAID[index] for index in batch))
        found = sight(number)
        transaction.set_rollback(True)
    return found


def sight(number: OfficialWhatsappCredential) -> list[tuple[Any, Any]]:
    """The inbox and each thread as they are read; our own ids, and our clock within a second, left out."""
    with acting_for(number.account_id):
        rows = conversations(number.account_id, Wanted(), now=datetime(2026, 11, 1, tzinfo=UTC))
        return [(_plain(row), [_plain(one) for one in thread(number.account_id, row.id)]) for row in rows]


def _plain(one: Any) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in one.__struct_fields__}
    for name in ("id", "contact_id", "last_inbound_id"):
        plain.pop(name, None)
    for name in ("at", "last_at"):
        if name in plain:
            plain[name] = plain[name].replace(microsecond=0)
    if plain.get("former"):
        plain["former"] = [type(one)(one.at.replace(microsecond=0), one.text) for one in plain["former"]]
    return plain
