"""The few threads that make pages, and callers who would hold them: the slow, the cut off, the much too large."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.conf import settings

from safarichat.edge.bodies import Bodies
from safarichat.project import asgi
from safarichat.project.asgi import PAGE_THREADS

COOKIE = f"csrftoken={'a' * 32}"
FORM = "application/x-www-form-urlencoded"
BIG_FILE = "/static/admin/js/vendor/jquery/jquery.js"
Told = list[dict[str, Any]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Awaitable[None]]


def scope(method: str, path: str, *, length: int = 0, kind: str = FORM) -> dict[str, Any]:
    headers = {"host": "testserver", "cookie": COOKIE, "content-type": kind, "content-length": str(length)}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


async def ask(asked: dict[str, Any], receive: Receive | None = None, send: Send | None = None) -> Told:
    """Everything that was answered."""
    told: Told = []

    async def nothing() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def keep(message: Any) -> None:
        told.append(dict(message))

    await asyncio.wait_for(asgi.pages(asked, receive or nothing, send or keep), 5)
    return told


def sender(*parts: bytes, then: Receive) -> Receive:
    """Somebody who sends these parts of a longer body, and then something else."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": True} if left else await then()

    return receive


async def leave() -> dict[str, Any]:
    return {"type": "http.disconnect"}


async def a_page_comes() -> bool:
    told = await ask(scope("GET", "/static/admin/css/base.css"))
    return bool(told[0]["status"] == 200)


async def test_bodies_that_never_end_hold_no_thread() -> None:
    is_over = asyncio.Event()

    async def wait() -> dict[str, Any]:
        await is_over.wait()
        return await leave()

    asked = scope("POST", "/accounts/login/", length=1000)
    slow = [asyncio.create_task(ask(asked, sender(b"login=", then=wait))) for _ in range(PAGE_THREADS * 2)]
    await asyncio.sleep(0.5)
    try:
        assert await a_page_comes()
    finally:
        is_over.set()
        await asyncio.wait(slow)


async def test_readers_that_never_read_hold_no_thread() -> None:
    is_over = asyncio.Event()

    async def unread(_message: Any) -> None:
        await is_over.wait()

    slow = [asyncio.create_task(ask(scope("GET", BIG_FILE), send=unread)) for _ in range(PAGE_THREADS * 2)]
    await asyncio.sleep(0.5)
    try:
        assert await a_page_comes()
    finally:
        is_over.set()
        await asyncio.wait(slow)


async def test_readers_that_go_away_hold_no_thread() -> None:
    async def gone(_message: Any) -> None:
        raise ConnectionError

    for _ in range(PAGE_THREADS * 2):
        with pytest.raises(ConnectionError):
            await ask(scope("GET", BIG_FILE), send=gone)
    assert await a_page_comes()


async def test_a_form_that_was_cut_off_does_nothing() -> None:
    """Half a text is not what the person wrote: it must not be sent to a customer."""

    cut = sender(b"text=I owe you 10", then=leave)
    assert await ask(scope("POST", "/accounts/login/", length=100), cut) == []


@pytest.mark.parametrize("kind", [FORM, "application/json", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("is_told", [True, False])
async def test_what_is_too_large_is_refused_and_not_read_to_its_end(kind: str, *, is_told: bool) -> None:
    chunk = b"x" * 100_000
    read = 0

    async def endless() -> dict[str, Any]:
        nonlocal read
        read += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": True}

    asked = scope("POST", "/accounts/login/", length=10**10, kind=kind)
    if not is_told:
        asked["headers"] = [header for header in asked["headers"] if header[0] != b"content-length"]
    told = await ask(asked, endless)
    assert told[0]["status"] == 413
    assert b"What you sent is too large." in b"".join(message.get("body", b"") for message in told)
    assert read <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE + len(chunk)


async def test_slow_callers_together_hold_a_bounded_amount_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "_bodies", Bodies(most=1000, together=2500, patience_s=0.3))

    async def wait() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    asked = scope("POST", "/theme", length=999)
    told = await asyncio.gather(*(ask(asked, sender(b"x" * 900, then=wait)) for _ in range(5)))
    assert sorted(one[0]["status"] for one in told) == [408, 408, 503, 503, 503]
    assert await a_page_comes()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/whatsapp/official/initialize"),
        ("POST", "/whatsapp/official/callback"),
        ("GET", "/whatsapp/official/callback"),
        ("GET", "/whatsapp/official/before/meta"),
        ("POST", "/whatsapp/official/12/continue"),
        ("POST", "/whatsapp/official/test-connection"),
        ("POST", "/numbers/12/check"),
        ("POST", "/settings/delete"),
    ],
)
def test_what_asks_a_provider_waits_in_threads_of_its_own(method: str, path: str) -> None:
    assert asgi._threads_for(scope(method, path)) is asgi._asking


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/whatsapp/official/status"),
        ("GET", "/whatsapp/integration-options"),
        ("GET", "/whatsapp/official/12/steps"),
        ("GET", "/numbers/12"),
        ("POST", "/inbox/12/messages"),
        ("POST", "/accounts/login/"),
    ],
)
def test_pages_do_not_wait_behind_a_slow_provider(method: str, path: str) -> None:
    assert asgi._threads_for(scope(method, path)) is asgi._django
