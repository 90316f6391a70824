"""Whatever the hub sends, reading it ends with events and never with an exception."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safarichat.providers import dialog360
from safarichat.providers.shapes import AccountChanged, Event, Hook, TemplateChanged, Unreadable
from tests.conformance.dialog360.connects import CHANNEL

KEYS = st.sampled_from(
    [
        "id", "event", "type", "data", "channel", "client", "client_id", "status", "setup_info", "phone_number",
        "phone_name", "waba_account", "external_id", "fb_business_id", "current_limit", "current_quality_rating",
        "violation_type", "template", "new_status", "object", "entry", "changes", "field", "value",
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "channel_live", "channel_permission_revoked", "account_restriction", "phone_number_quality_changed",
        "cancellation_processed", "template_messaging_disabled", "waba_template_status_changed",
        "5511900000000", "RED", "terminated", "2002001",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS
ANY = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=6),
    max_leaves=40,
)


def read(body: bytes) -> list[Event]:
    events = dialog360.read(Hook(method="POST", headers={}, query={}, body=body))
    for event in events:
        assert b"\\u0000" not in msgspec.json.encode(event).replace(b"\\\\", b"")
    return events


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    read(body)


@settings(max_examples=300)
@given(ANY)
def test_any_json(payload: Any) -> None:
    read(json.dumps(payload).encode("ascii"))


@settings(max_examples=300)
@given(WORDS | st.text(), ANY)
def test_any_data_of_an_event_gives_one_event(name: str, data: Any) -> None:
    assert len(read(json.dumps({"id": "e", "event": name, "data": data}).encode("ascii"))) == 1


@settings(max_examples=200)
@given(st.sampled_from(sorted(CHANNEL)), ANY)
def test_any_key_of_a_channel_may_be_missing_or_of_another_kind(key: str, value: Any) -> None:
    for channel in ({**CHANNEL, key: value}, {name: told for name, told in CHANNEL.items() if name != key}):
        [event] = read(json.dumps({"event": "channel_live", "data": channel}).encode("ascii"))
        assert not isinstance(event, Unreadable)


def test_a_thousand_at_once_are_read_in_their_order() -> None:
    told = [{"id": f"e{n}", "event": f"event_{n}", "data": CHANNEL} for n in range(1000)]
    events = read(msgspec.json.encode(told))
    assert [event.field for event in events if isinstance(event, AccountChanged)] == [f"event_{n}" for n in range(1000)]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 200 + b"]" * 200, b"7", b"[]", b"null"])
def test_what_is_no_webhook_is_kept(body: bytes) -> None:
    [event] = read(body)
    assert isinstance(event, Unreadable)


def test_the_end_of_a_review_is_news_of_the_template() -> None:
    template = {"id": "Tt90WT", "external_id": "7700", "name": "tea_is_ready", "language": "en-US"}
    template |= {"new_status": "rejected", "rejected_reason": "SCAM"}
    event = {"id": "e", "event": "waba_template_status_changed", "data": {"id": "104000", "template": template}}
    [told] = read(json.dumps(event).encode())
    assert isinstance(told, TemplateChanged)
    assert (told.waba_id, told.template_id, told.name, told.language) == ("104000", "7700", "tea_is_ready", "en_US")
    assert (told.status, told.value["reason"]) == ("REJECTED", "SCAM")
