"""Uploads by their length: a session, the bytes, a handle; the handle is exchanged when it is used."""

from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.gateway import resuming
from tests.gateway.door import NUMBER, Door, Told, make_key
from tests.gateway.door import door as door
from tests.media.files import PNG

pytestmark = pytest.mark.django_db(transaction=True)


def begun(door: Door, length: int = len(PNG)) -> str:
    told = door.call("POST", f"/v25.0/app/uploads?file_name=a.png&file_length={length}&file_type=image/png")
    session: str = told.json["id"]
    assert session.startswith("upload:")
    return session


def send(door: Door, session: str, data: bytes = PNG, **more: Any) -> Told:
    headers = {"file_offset": "0", "authorization": f"OAuth {more.pop('key', door.key)}"} | more
    return door.call("POST", f"/v25.0/{session}", body=data, content_type="application/octet-stream", headers=headers)


def test_a_file_comes_in_two_steps_and_has_a_handle(door: Door) -> None:
    session = begun(door)
    assert door.call("GET", f"/{session}").json == {"id": session, "file_offset": 0}
    assert send(door, session).json["h"].startswith(resuming.HANDLE)


def test_what_is_not_as_was_told_is_refused(door: Door) -> None:
    session = begun(door)
    assert send(door, session, PNG[:-1]).code == (400, 100)
    assert send(door, session, file_offset="5").code == (400, 100)
    assert door.call("POST", "/v25.0/app/uploads?file_length=none").code == (400, 100)


def test_a_session_of_another_account_or_of_nobody_does_not_exist(door: Door, other_account: Account) -> None:
    session = begun(door)
    assert send(door, session, key=make_key(other_account)).error["error_subcode"] == 33
    assert send(door, "upload:forged").error["error_subcode"] == 33


def test_a_handle_of_another_account_opens_nothing(door: Door, other_account: Account) -> None:
    handle = send(door, begun(door)).json["h"]
    from_there = {"messaging_product": "whatsapp", "profile_picture_handle": handle}
    path = f"/v25.0/{NUMBER}/whatsapp_business_profile"
    told = door.call("POST", path, from_there, key=make_key(other_account))
    assert told.error["error_subcode"] == 33
    told = door.call("POST", path, {**from_there, "profile_picture_handle": f"{resuming.HANDLE}1100000000000999"})
    assert told.code == (400, 100)


def test_handles_are_exchanged_wherever_they_stand() -> None:
    given = {"components": [{"example": {"header_handle": [f"{resuming.HANDLE}1", "4::theirs"]}}], "name": "x"}
    found = resuming.with_handles(given, lambda handle: f"new {handle[-1]}")
    assert found == {"components": [{"example": {"header_handle": ["new 1", "4::theirs"]}}], "name": "x"}
