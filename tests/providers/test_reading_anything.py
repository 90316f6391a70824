"""Whatever the bytes of a webhook are, reading them ends with events and never with an exception."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safarichat.providers import get
from safarichat.providers.cloud_api.envelope import READERS
from safarichat.providers.shapes import Hook, Received, StatusChanged, Unhandled, Unreadable
from tests.conformance.cloud_api import value_of
from tests.conformance.meta.subject import SUBJECT

CASES: list[dict[str, Any]] = [msgspec.json.decode(line) for line in SUBJECT.events.read_text().splitlines()]
KEYS = st.sampled_from(
    [
        "object", "entry", "changes", "field", "value", "messages", "statuses", "contacts", "metadata",
        "phone_number_id", "errors", "code", "error_data", "id", "from", "from_user_id", "wa_id", "user_id",
        "profile", "name", "timestamp", "type", "text", "body", "image", "caption", "interactive",
        "button_reply", "title", "system", "status", "recipient_id", "pricing", "context", "reaction",
        "edit", "message", "biz_opaque_callback_data", "event", "waba_info", "ban_info",
        "display_phone_number", "decision", "restriction_info", "user_actions", "contacts", "location",
        "order", "unsupported", "message_echoes", "to", "to_user_id", "user_preferences", "category", "groups",
        "calls", "history", "state_sync", "alert_info", "alert_type", "entity_type", "disconnection_info", "reason",
        "message_template_id", "message_template_buttons", "rejection_info", "disable_info", "disable_date",
        "new_quality_score", "correct_category", "max_daily_conversations_per_business", "action", "username"
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    [
        *READERS, "whatsapp_business_account", "text", "stop", "REJECTED", "PARTNER_REMOVED", "TIER_2K",
        "image", "system", "edit", "contacts", "interactive",
        "user_changed_number", "sent", "failed", "DISABLED_UPDATE", "APPROVED", "14155550123", "US.1",
        "wamid.A", "1790000000", "99999999999999999999"
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS
ANY = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=6),
    max_leaves=40,
)


def read(body: bytes) -> list[Any]:
    events = get("meta").read(Hook(method="POST", headers={}, query={}, body=body))
    for event in events:
        text = msgspec.json.encode(event).replace(b"\\\\", b"")  # what can't be kept in the database would fail here
        assert b"\\u0000" not in text
    return list(events)


def hook(field: Any, value: Any) -> bytes:
    entry = {"id": "2", "changes": [{"field": field, "value": value}]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    read(body)


@settings(max_examples=300)
@given(ANY)
def test_any_json(payload: Any) -> None:
    read(encode(payload))


@settings(max_examples=300)
@given(st.sampled_from([*READERS]), ANY)
def test_any_value_of_a_known_field(field: str, value: Any) -> None:
    read(
        encode(
            {
                "object": "whatsapp_business_account",
                "entry": [{"id": "2", "changes": [{"field": field, "value": value}]}],
            }
        )
    )


@settings(max_examples=300)
@given(st.sampled_from(CASES), st.data())
def test_a_documented_payload_with_one_thing_missing_odd_or_new(case: Any, data: st.DataObject) -> None:
    """Wherever it is: the rest of the webhook is read all the same."""
    value = deepcopy(value_of(case))
    spots = list(_spots(value))
    if spots:
        within, key = data.draw(st.sampled_from(spots))
        match data.draw(st.sampled_from(["missing", "odd", "new"])):
            case "missing":
                del within[key]
            case "odd":
                within[key] = data.draw(ANY)
            case "new" if isinstance(within, dict):
                within[data.draw(st.text())] = data.draw(ANY)
    good = {"field": "messages", "value": {"messages": [message(7)]}}
    changes = [{"field": case.get("field", "messages"), "value": value}, good]
    *_, last = read(encode({"entry": [{"id": "2", "changes": changes}]}))
    assert isinstance(last, Received)
    assert last.provider_message_id == "m7"


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a payload: what holds it, and its key there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _spots(inner)


def test_a_thousand_changes_of_every_documented_kind_are_read_as_if_each_came_alone() -> None:
    cases = [CASES[n % len(CASES)] for n in range(1000)]
    changes = [{"field": case.get("field", "messages"), "value": value_of(case)} for case in cases]
    alone = [event for change in changes for event in read(one_hook([change]))]
    assert read(one_hook(changes)) == alone


def one_hook(changes: list[Any]) -> bytes:
    entry = {"id": "2002001", "time": 1790000000, "changes": changes}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


@settings(max_examples=300)
@given(st.lists(ANY, max_size=4), st.lists(ANY, max_size=4), st.lists(ANY, max_size=4))
def test_any_messages_statuses_and_contacts_give_one_event_each(messages: Any, statuses: Any, contacts: Any) -> None:
    value = {"messages": messages, "statuses": statuses, "contacts": contacts}
    events = read(encode({"entry": [{"id": "2", "changes": [{"field": "messages", "value": value}]}]}))
    assert len(events) == len(messages) + len(statuses)


def encode(payload: Any) -> bytes:
    """As a sender might: with escapes, so that NUL and lone surrogates can stand in it."""
    return json.dumps(payload).encode("ascii")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b"[" * 101 + b"]" * 101, "nested too deeply"),
        (b"7", "no list of entries"),
        (b"[]", "no list of entries"),
        (b'{"object":"whatsapp_business_account"}', "no list of entries"),
        (b'{"entry":[7]}', "an entry is not an object"),
        (b'{"entry":[{}]}', "no list of changes"),
        (b'{"entry":[{"changes":[null]}]}', "a change without a field and a value"),
    ],
)
def test_what_is_no_webhook_is_kept_and_says_why(body: bytes, reason: str) -> None:
    [event] = read(body)
    assert isinstance(event, Unreadable)
    assert event.reason == reason


def test_a_test_of_another_product_is_kept_raw() -> None:
    [event] = read(b'{"object":"page","entry":[{"id":"1","time":1,"messaging":[]}]}')
    assert isinstance(event, Unhandled)
    assert event.field == "page"


def test_a_name_cut_in_the_middle_of_an_emoji_costs_no_message() -> None:
    body = hook(
        "messages", {"messages": [{"from": "1", "id": "a", "timestamp": "1", "type": "text", "text": {"body": "X"}}]}
    )
    [event] = read(body.replace(b'"X"', b'"hi \\ud83d \\u0000!"'))
    assert isinstance(event, Received)
    assert event.text == "hi \ufffd \ufffd!"


def test_a_change_may_stand_right_in_its_entry() -> None:
    body = (
        b'{"entry":[{"id":"2","field":"messages","value":{"statuses":[{"id":"a","status":"read","timestamp":"5"}]}}]}'
    )
    [event] = read(body)
    assert isinstance(event, StatusChanged)


def message(number: int) -> dict[str, Any]:
    return {"from": str(number), "id": f"m{number}", "timestamp": "5", "type": "text", "text": {"body": str(number)}}


def test_a_thousand_updates_at_every_level_are_all_read_in_order() -> None:
    contacts = [{"wa_id": str(n), "profile": {"name": f"N{n}"}} for n in range(1000)]
    messages = [message(n) for n in range(1000)]
    statuses = [{"id": f"s{n}", "status": "read", "timestamp": "5", "recipient_id": "1"} for n in range(1000)]
    one = {"contacts": contacts, "messages": messages, "statuses": statuses}
    few = [
        {"field": "messages", "value": {"contacts": contacts[n : n + 1], "messages": messages[n : n + 1]}}
        for n in range(1000)
    ]
    entries: list[dict[str, Any]] = [
        {"id": "2", "changes": [{"field": "messages", "value": one}]},
        {"id": "2", "changes": few},
    ]
    entries += [{"id": "2", "changes": [change]} for change in few]
    events = read(msgspec.json.encode({"object": "whatsapp_business_account", "entry": entries}))
    received = [event for event in events if isinstance(event, Received)]
    assert len(events) == 4000
    assert [event.provider_message_id for event in received] == [f"m{n}" for n in range(1000)] * 3
    assert all(event.sender.name == f"N{event.text}" for event in received)
