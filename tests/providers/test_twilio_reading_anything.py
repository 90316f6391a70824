"""Whatever the bytes of a webhook of Twilio's are, reading them ends with events and never with an exception."""

import json
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safarichat.providers import get
from safarichat.providers.shapes import Hook, Received, StatusChanged, Unreadable

NAMES = st.sampled_from(
    [
        "MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body", "NumMedia", "MediaUrl0", "WaId",
        "MediaContentType0", "SmsStatus", "MessageStatus", "ProfileName", "ProfileUsername", "ExternalUserId",
        "ParentExternalUserId", "MessageType", "ButtonText", "ButtonPayload", "ListId", "ListTitle", "Latitude",
        "Longitude", "Address", "Label", "Forwarded", "OriginalRepliedMessageSid", "OriginalRepliedMessageSender",
        "ReferralBody", "ReferralMediaUrl", "InteractiveData", "FlowData", "ErrorCode", "ErrorMessage", "EventType",
        "ChannelMetadata", "Unheard_Of"
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "SM11111111111111111111111111111111", "whatsapp:+5511900000000", "whatsapp:BR.1349", "received", "delivered",
        "read", "failed", "partially_delivered", "63016", "0", "-1", "99999999999999999999", "nan", "inf", "1e400",
        "image/jpeg", "text/vcard", "interactive", "button", '{"list_reply":{"id":"a"}}', "[[[[", "true", "", "\x00"
    ]
)  # fmt: skip
FORMS = st.dictionaries(NAMES | st.text(max_size=9), WORDS | st.text(), max_size=14)


def read(body: bytes) -> list[Any]:
    events = get("twilio").read(Hook(method="POST", headers={}, query={"m": "m-1"}, body=body))
    for event in events:
        text = msgspec.json.encode(event).replace(b"\\\\", b"")  # what can't be kept in the database would fail here
        assert b"\\u0000" not in text
    return list(events)


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    read(body)


@settings(max_examples=400)
@given(FORMS)
def test_any_form_of_known_names(form: dict[str, str]) -> None:
    assert len(read(urlencode(form, errors="replace").encode())) <= 1


@settings(max_examples=200)
@given(
    st.recursive(st.none() | st.integers() | st.text() | WORDS, lambda one: st.lists(one) | st.dictionaries(NAMES, one))
)
def test_any_json(payload: Any) -> None:
    read(json.dumps(payload).encode())


@settings(max_examples=200)
@given(FORMS)
def test_a_message_is_never_lost_for_what_else_its_form_holds(form: dict[str, str]) -> None:
    sure = {"MessageSid": f"SM{'1' * 32}", "From": "whatsapp:+5511987654321", "To": "whatsapp:+5511900000000"}
    [event] = read(urlencode({**form, **sure, "MessageStatus": "", "SmsStatus": "received"}, errors="replace").encode())
    assert isinstance(event, Received)
    assert event.provider_message_id == sure["MessageSid"]
    [event] = read(urlencode({**form, **sure, "MessageStatus": "delivered"}, errors="replace").encode())
    assert isinstance(event, StatusChanged)
    assert (event.status, event.opaque) == ("delivered", "m-1")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000, b"\xff\xfe", b"Body=hi", b"{}"])
def test_what_is_no_webhook_is_kept_and_says_why(body: bytes) -> None:
    [event] = read(body)
    assert isinstance(event, Unreadable)
    assert event.reason
