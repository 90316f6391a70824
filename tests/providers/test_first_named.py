"""Whom a webhook tells of first, seen without reading it."""

import pytest

from safarichat.providers.cloud_api.people import first_named
from tests.inbox.payloads import inbound, status


@pytest.mark.parametrize(
    ("body", "digits"),
    [
        (inbound(wa_id="254711000001"), b"254711000001"),
        (inbound(wa_id="254711000001").replace(b'": "', b'":"'), b"254711000001"),
        (status("wamid.1", "read"), b"14155550123"),
        (inbound(wa_id="", user_id="KE.1"), b""),
        (inbound(wa_id="254711000001", name='"wa_id": "1"'), b"254711000001"),
        (b'{"wa_id": 254711000001}', b""),
        (b'{"wa_id": "US.1", "recipient_id": "254711000002"}', b"254711000002"),
        (b'"wa_id":"' + b"1" * 5000, b""),
        (b"", b""),
    ],
)
def test_the_first_customer_is_seen(body: bytes, digits: bytes) -> None:
    assert first_named(body) == digits
