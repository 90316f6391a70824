"""Files as they are served: to their account, and to whoever brings a link of ours."""

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.edge.files import Part, files_app, lookups, part_of
from safarichat.ground.batching import drop_connection
from safarichat.ground.tenancy import acting_for
from safarichat.media import keeping, places
from safarichat.media.models import File
from tests.media.files import PAGE, PDF, PNG

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = PNG + bytes(range(256)) * 4000


def kept(account: Account, data: bytes, name: str) -> File:
    with places.spool() as spool:
        spool.write(data)
        file = keeping.store(account.pk, spool, name)
    assert isinstance(file, File)
    with acting_for(account.pk):
        keeping.keep(file, uploaded_by=None, now=datetime.now(UTC))
    return file


class Answer:
    def __init__(self) -> None:
        self.status, self.body = 0, b""
        self.headers: dict[str, str] = {}


def ask(path: str, *, method: str = "GET", client: Client | None = None, **headers: str) -> Answer:
    """As the server asks the application."""
    answer = Answer()
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if client is not None:
        sent.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": sent, "root_path": "", "server": ("testserver", 80), "scheme": "http"}  # fmt: skip

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    asyncio.run(files_app(scope, receive, send))
    return answer


@pytest.fixture(autouse=True)
def _no_connection_is_left() -> Iterator[None]:
    yield
    lookups.submit(drop_connection).result(5)


def test_a_picture_is_shown_to_its_account(account: Account, client_in: Client) -> None:
    file = kept(account, LARGE, "photo.png")
    answer = ask(f"/media/{file.pk}", client=client_in)
    assert (answer.status, answer.body) == (200, LARGE)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["etag"] == f'"{hashlib.sha256(LARGE).hexdigest()}"'


def test_a_stranger_does_not_find_it(account: Account, other_account: Account, client: Client) -> None:
    file = kept(account, PNG, "photo.png")
    client.force_login(other_account.memberships.get().user)
    assert ask(f"/media/{file.pk}", client=client).status == 404
    assert ask("/media/1", client=client).status == 404


def test_who_is_not_logged_in_gets_nothing(account: Account) -> None:
    file = kept(account, PNG, "photo.png")
    assert ask(f"/media/{file.pk}").status == 401
    page = ask(f"/media/{file.pk}", accept="text/html")
    assert page.status == 302
    assert page.headers["location"] == f"/accounts/login/?next=/media/{file.pk}"


@pytest.mark.parametrize(("data", "name"), [(PAGE, "photo.png"), (PDF, "a.pdf"), (b"<svg onload=alert(1)>", "a.svg")])
def test_what_could_do_something_is_only_saved(account: Account, client_in: Client, data: bytes, name: str) -> None:
    answer = ask(f"/media/{kept(account, data, name).pk}", client=client_in)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"


def test_a_file_that_is_not_here_yet_is_not_found(account: Account, client_in: Client) -> None:
    file = kept(account, PNG, "photo.png")
    File.objects.update(state="pending")
    assert ask(f"/media/{file.pk}", client=client_in).status == 404


def test_a_player_gets_the_part_that_it_asks_for(account: Account, client_in: Client) -> None:
    path = f"/media/{kept(account, LARGE, 'photo.png').pk}"
    part = ask(path, client=client_in, range="bytes=100-199")
    assert (part.status, part.body) == (206, LARGE[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(LARGE)}"
    assert ask(path, client=client_in, range="bytes=-5").body == LARGE[-5:]
    beyond = ask(path, client=client_in, range=f"bytes={len(LARGE)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(LARGE)}")


def test_what_the_browser_has_is_not_sent_again(account: Account, client_in: Client) -> None:
    path = f"/media/{kept(account, PNG, 'photo.png').pk}"
    tag = ask(path, client=client_in).headers["etag"]
    again = ask(path, client=client_in, if_none_match=tag)
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", Part(0, 10)),
        ("bytes=0-", Part(0, 10, is_all=False)),
        ("bytes=2-4", Part(2, 5, is_all=False)),
        ("bytes=8-99", Part(8, 10, is_all=False)),
        ("bytes=-3", Part(7, 10, is_all=False)),
        ("bytes=-99", Part(0, 10, is_all=False)),
        ("bytes=10-", None),
        ("bytes=5-4", None),
        ("bytes=-0", None),
        ("bytes=0-1,4-5", Part(0, 10)),
        ("lines=1-2", Part(0, 10)),
        ("bytes=-", Part(0, 10)),
    ],
)
def test_a_range_is_read_leniently_and_never_goes_beyond(header: str, part: Part | None) -> None:
    assert part_of(header, 10) == part
