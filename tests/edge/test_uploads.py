"""Large uploads on their way in: to disk, from people who are logged in only; nothing is left of what ends early."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from safarichat.edge import uploads
from safarichat.edge.bodies import Disconnected, TooLarge, TooMany
from safarichat.edge.uploads import Refused, Uploads
from safarichat.ground.batching import drop_connection

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 50_000
PATH = "/inbox/1/messages"


@pytest.fixture(autouse=True)
def _no_connection_is_left() -> Iterator[None]:
    yield
    uploads._lookup.submit(drop_connection).result(5)


def scope_of(client: Client | None, **headers: str) -> dict[str, Any]:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if client is not None:
        sent.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    return {"type": "http", "method": "POST", "path": PATH, "headers": sent}


def take(client: Client | None, *chunks: bytes, told: int = 0, ends: bool = True, at: Uploads | None = None) -> bytes:
    """What lies on disk after all of it has come. `ends`: else the sender goes away."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b""} if ends else {"type": "http.disconnect"})

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def whole() -> bytes:
        length = str(told or sum(map(len, chunks)))
        door = at or Uploads(from_size=10, most=MOST)
        with await door.whole(scope_of(client), length, receive) as held:
            return b"".join(held.chunks())

    return asyncio.run(whole())


def left_behind() -> list[Path]:
    folder = settings.SAFARICHAT_DATA / "spool"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_large_upload_lies_on_disk_as_it_came(client_in: Client) -> None:
    assert take(client_in, b"a" * 20_000, b"b" * 5) == b"a" * 20_000 + b"b" * 5
    assert left_behind() == []


@pytest.mark.parametrize(("method", "path", "length", "is_taken"), [
    ("POST", PATH, "11", True),
    ("POST", PATH, "10", False),
    ("POST", PATH, "", False),
    ("POST", PATH, "eleven", False),
    ("GET", PATH, "11", False),
    ("POST", "/inbox/1/draft", "11", False),
])  # fmt: skip
def test_only_large_files_for_a_conversation_are_taken(method: str, path: str, length: str, is_taken: bool) -> None:
    scope = {"method": method, "path": path}
    assert Uploads(from_size=10, most=MOST).takes(scope, length) is is_taken


def test_a_stranger_fills_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "spool", lambda most: pytest.fail("something was written"))
    with pytest.raises(Refused) as refused:
        take(None, b"a" * 100)
    assert refused.value.status == 401


def test_an_ended_login_is_a_stranger(client_in: Client) -> None:
    ended = client_in.cookies["sessionid"].value
    client_in.logout()
    client_in.cookies["sessionid"] = ended
    with pytest.raises(Refused) as refused:
        take(client_in, b"a" * 100)
    assert refused.value.code == "not_logged_in"


def test_a_full_disk_is_a_sentence(client_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    full = open("/dev/full", "w+b", buffering=0)  # noqa: SIM115  # the spool closes it
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: full)
    with pytest.raises(Refused) as refused:
        take(client_in, b"a" * 100)
    assert (refused.value.status, refused.value.code) == (507, "no_room")
    assert full.closed


def test_who_goes_away_leaves_nothing(client_in: Client) -> None:
    door = Uploads(from_size=10, most=MOST)
    for _ in range(uploads.MOST_AT_ONCE + 1):  # nor a place that stays taken
        with pytest.raises(Disconnected):
            take(client_in, b"a" * 20_000, told=40_000, ends=False, at=door)
    assert left_behind() == []


def test_what_says_it_is_too_large_is_not_read(client_in: Client) -> None:
    with pytest.raises(TooLarge):
        take(client_in, told=MOST + 1, ends=False)


def test_what_is_larger_than_it_said_is_not_kept(client_in: Client) -> None:
    with pytest.raises(TooLarge):
        take(client_in, b"a" * MOST, b"b", told=100)
    assert left_behind() == []


def test_so_many_at_once_and_no_more(client_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_AT_ONCE", 0)
    with pytest.raises(TooMany):
        take(client_in, b"a" * 100)


@pytest.mark.parametrize(("headers", "status", "words"), [
    ({"hx_request": "true"}, 401, '"code":"not_logged_in"'),
    ({"accept": "text/html"}, 302, ""),
])  # fmt: skip
def test_a_stranger_reads_why(headers: dict[str, str], status: int, words: str) -> None:
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    refused = Refused(401, "not_logged_in", "You are not logged in.", "Log in, then try again.")
    asyncio.run(uploads.refuse(scope_of(None, **headers), send, refused))
    assert told[0]["status"] == status
    assert words in told[1]["body"].decode()
