import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test import Client

from safarichat.accounts import presence
from safarichat.accounts.models import Account
from safarichat.edge import live
from safarichat.ground import stopping
from safarichat.ground.notify import announce
from safarichat.ground.tenancy import acting_for

pytestmark = pytest.mark.django_db(transaction=True)


class Page:
    """One open `/live`, driven as the server drives it."""

    def __init__(self, cookie: str, *, since_ms: int | None = None, last_id: str = "") -> None:
        headers = [(b"cookie", f"sessionid={cookie}".encode()), (b"host", b"testserver")]
        if last_id:
            headers.append((b"last-event-id", last_id.encode()))
        query = f"since={since_ms}".encode() if since_ms is not None else b""
        self.scope = {"type": "http", "method": "GET", "path": "/live", "headers": headers, "query_string": query}
        self.status = 0
        self.text = ""
        self.gone = asyncio.Event()
        self.task = asyncio.create_task(live.live_app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()

    async def shows(self, words: str, patience_s: float = 5) -> None:
        await until(lambda: words in self.text, patience_s)

    async def close(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 5)


async def until(is_so: Callable[[], bool], patience_s: float = 5) -> None:
    give_up = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < give_up, "it did not come"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def listening() -> AsyncIterator[live.Streams]:
    live.streams.__init__()  # type: ignore[misc]  # another test's loop is gone
    async with live.live_lifetime():
        await until(lambda: live.streams.known_since_ms is not None)
        yield live.streams


async def in_database(verb: Callable[..., Any], *given: object) -> Any:
    """In a thread, whose connection is closed: the next test empties the tables."""

    def run() -> Any:
        try:
            return verb(*given)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


def say(account_id: int, *topics: str) -> None:
    with acting_for(account_id):
        announce(account_id, *topics)


def cookie_of(account: Account) -> str:
    client = Client()
    client.force_login(account.memberships.get().user)
    return client.cookies["sessionid"].value


def break_listening_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
        )


@pytest.fixture
def cookie(account: Account) -> str:
    return cookie_of(account)


@pytest.fixture(autouse=True)
def _no_threads_connection_is_left() -> Any:
    yield
    live._thread.submit(connections.close_all).result()


async def test_a_page_hears_the_topics_of_its_account_and_no_other(
    account: Account, other_account: Account, cookie: str
) -> None:
    async with listening():
        page = Page(cookie, since_ms=int(time.time() * 1000) + 10_000)
        await page.shows("event: beat")
        await in_database(say, other_account.pk, "conversation:99")
        await in_database(say, account.pk, "inbox", "conversation:12")
        await page.shows("data: conversation:12")
        assert "event: topic" in page.text
        assert "data: inbox" in page.text
        assert "conversation:99" not in page.text
        assert "resync" not in page.text
        await page.close()


async def test_an_id_that_is_no_time_means_now(cookie: str) -> None:
    async with listening():
        page = Page(cookie, last_id="9" * 5000)
        await page.shows("event: beat")
        await page.close()


async def test_who_is_not_logged_in_gets_a_401(db: None) -> None:
    async with listening():
        page = Page("nobody")
        await until(lambda: page.status == 401)
        assert '"code":"not_logged_in"' in page.text
        await page.close()


async def test_what_was_announced_between_rendering_and_connecting_is_said_again(account: Account, cookie: str) -> None:
    async with listening() as streams:
        streams.known_since_ms = 0
        rendered_ms = int(time.time() * 1000)
        await in_database(say, account.pk, "conversation:12")
        await until(lambda: bool(streams.lately))
        page = Page(cookie, since_ms=rendered_ms)
        await page.shows("data: conversation:12")
        assert "resync" not in page.text
        await page.close()


async def test_a_page_that_was_away_for_too_long_reads_everything_anew(account: Account, cookie: str) -> None:
    async with listening():
        page = Page(cookie, last_id=str(int(time.time() * 1000) - 600_000))
        await page.shows("event: resync")
        await page.close()


async def test_after_a_cut_of_the_listening_connection_every_page_reads_everything_anew(
    account: Account, cookie: str
) -> None:
    async with listening():
        page = Page(cookie, since_ms=int(time.time() * 1000) + 10_000)
        await page.shows("event: beat")
        await in_database(break_listening_connections)
        await page.shows("event: resync")
        await in_database(say, account.pk, "inbox")
        await page.shows("data: inbox")
        await page.close()


async def test_a_slow_page_owes_no_more_than_one_resync(account: Account, cookie: str) -> None:
    stream = live.Stream(login=presence.Login(1, account.pk, ""))
    for number in range(live.MAX_PENDING + 1):
        stream.owe(f"conversation:{number}")
    assert stream.take() == [live.RESYNC]
    stream.owe("inbox", "inbox")
    assert stream.take() == ["inbox"]


async def test_a_logged_out_sessions_stream_ends(
    account: Account, cookie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT_S", 0.1)
    async with listening():
        page = Page(cookie)
        await page.shows("event: beat")
        user = await in_database(get_user_model().objects.get)
        await in_database(user.session_set.all().delete)
        await asyncio.wait_for(page.task, 5)
        assert page.text.rstrip().endswith("data:")
        assert "event: end" in page.text


async def test_one_person_can_not_hold_every_stream(account: Account, cookie: str) -> None:
    async with listening() as streams:
        pages = [Page(cookie) for _ in range(live.MAX_STREAMS_PER_PERSON)]
        await until(lambda: len(streams.open) == live.MAX_STREAMS_PER_PERSON)
        one_more = Page(cookie)
        await until(lambda: one_more.status == 429)
        for page in [*pages, one_more]:
            await page.close()
        assert not streams.open, "what is closed is forgotten"


async def test_streams_end_by_themselves_when_the_process_stops(account: Account, cookie: str) -> None:
    async with listening():
        page = Page(cookie)
        await page.shows("event: beat")
        stopping.now()
        await asyncio.wait_for(page.task, 2)
        late = Page(cookie)
        await until(lambda: late.status == 503)
        await late.close()
