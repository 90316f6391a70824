"""Provider webhooks at the door: size, signature, commit, answer."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from safarichat.edge import hooks
from safarichat.edge.hooks import LARGEST_BODY, HooksApp
from safarichat.inbox.models import Hook, RefusedCount
from tests.inbox.payloads import inbound

pytestmark = pytest.mark.django_db(transaction=True)
Answer = tuple[int, bytes, dict[str, str]]


@pytest.fixture
def app() -> Iterator[HooksApp]:
    made = HooksApp()
    yield made
    made.close()


def signature(body: bytes, secret: str | None = None) -> str:
    key = settings.META_APP_SECRET if secret is None else secret
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


async def call(
    app: HooksApp,
    method: str = "POST",
    path: str = "/webhooks/meta",
    *,
    query: str = "",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    chunk: int = 1 << 16,
    cut: bool = False,
) -> Answer | None:
    parts = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]
    sent: list[dict[str, Any]] = []
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if cut and asked >= 1:
            return {"type": "http.disconnect"}
        part = parts[asked]
        asked += 1
        return {"type": "http.request", "body": part, "more_body": cut or asked < len(parts)}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    found = {"content-length": str(len(body) + cut)} | (headers or {})  # who is cut off had more to say
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), text.encode("latin-1")) for name, text in found.items()],
    }
    await app(scope, receive, send)
    if not sent:
        return None
    return sent[0]["status"], sent[1]["body"], {name.decode(): text.decode() for name, text in sent[0]["headers"]}


async def post(app: HooksApp, body: bytes, **more: Any) -> int:
    headers = {"x-hub-signature-256": signature(body)} | more.pop("headers", {})
    answer = await call(app, body=body, headers=headers, **more)
    assert answer
    return answer[0]


def bodies() -> list[bytes]:
    return [bytes(body) for body in Hook.objects.order_by("id").values_list("body", flat=True)]


async def test_a_signed_hook_is_committed_byte_for_byte_before_its_200(app: HooksApp) -> None:
    body = inbound(text="Habari \u00e9 😀")
    assert await post(app, body, chunk=100) == 200
    assert await asyncio.to_thread(elsewhere, bodies) == [body]


async def test_a_hundred_at_once_are_all_there_in_a_few_commits(app: HooksApp) -> None:
    sent = [inbound(f"wamid.{n}") for n in range(100)]
    assert await asyncio.gather(*(post(app, body) for body in sent)) == [200] * 100
    assert sorted(await asyncio.to_thread(elsewhere, bodies)) == sorted(sent)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": signature(b"another body", "x")},
        {"x-hub-signature": "sha1=" + "0" * 40},
        {"x-hub-signature-256": "sha256=\u00e9"},
    ],
)
async def test_without_the_right_signature_nothing_is_kept(app: HooksApp, headers: dict[str, str]) -> None:
    answer = await call(app, body=inbound(), headers=headers)
    assert answer
    assert answer[:2] == (401, b"")
    assert await asyncio.to_thread(elsewhere, bodies) == []


async def test_one_changed_byte_is_another_body(app: HooksApp) -> None:
    body = inbound()
    answer = await call(app, body=body + b" ", headers={"x-hub-signature-256": signature(body)})
    assert answer
    assert answer[0] == 401


async def test_what_is_refused_is_counted_by_minute_and_reason(app: HooksApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks.Refusals, "WRITE_EVERY_S", 0.01)
    for _ in range(3):
        await call(app, body=b"x")
    await asyncio.sleep(0.5)
    counts = await asyncio.to_thread(elsewhere, lambda: list(RefusedCount.objects.values_list("reason", "count")))
    assert counts == [("signature", 3)]


async def test_a_right_signature_over_what_is_no_json_is_kept(app: HooksApp) -> None:
    assert await post(app, b"\x00\xff not json") == 200
    assert await asyncio.to_thread(elsewhere, bodies) == [b"\x00\xff not json"]


async def test_three_megabytes_are_taken_and_five_are_not(app: HooksApp) -> None:
    assert await post(app, b"x" * (3 * 1024 * 1024)) == 200
    assert await post(app, b"x" * (5 * 1024 * 1024)) == 413
    assert len(await asyncio.to_thread(elsewhere, bodies)) == 1


@pytest.mark.parametrize("told", ["", "0", "nonsense"])
async def test_a_body_larger_than_it_says_is_stopped_while_it_is_read(app: HooksApp, told: str) -> None:
    assert await post(app, b"x" * (LARGEST_BODY + 1), headers={"content-length": told}) == 413


async def test_unfinished_bodies_end_and_hold_a_bounded_amount_of_memory_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stranger's too: nothing tells whose a body is before it is complete."""
    monkeypatch.setattr(hooks, "UNFINISHED", 2_500_000)
    monkeypatch.setattr(hooks, "BODY_WITHIN_S", 0.3)
    app = HooksApp()

    async def begin() -> int:
        parts, sent = [b"x" * 1_000_000], []

        async def receive() -> dict[str, Any]:
            if not parts:
                await asyncio.sleep(60)
            return {"type": "http.request", "body": parts.pop(), "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/webhooks/meta", "query_string": b"", "headers": []}
        await asyncio.wait_for(app(scope, receive, send), 5)
        return int(sent[0]["status"])

    assert sorted(await asyncio.gather(*(begin() for _ in range(4)))) == [408, 408, 503, 503]
    assert await post(app, inbound()) == 200
    app.close()


async def test_a_caller_who_goes_away_leaves_nothing(app: HooksApp) -> None:
    assert await call(app, body=inbound(), cut=True) is None
    assert await asyncio.to_thread(elsewhere, bodies) == []


async def test_a_body_of_the_told_length_is_whole_whatever_the_server_says_of_more(app: HooksApp) -> None:
    body = inbound()
    headers = {"x-hub-signature-256": signature(body), "content-length": str(len(body))}
    answer = await call(app, body=body, headers=headers, cut=True)
    assert answer
    assert answer[0] == 200
    assert await asyncio.to_thread(elsewhere, bodies) == [body]


async def test_the_handshake_answers_the_challenge(app: HooksApp) -> None:
    token = settings.META_WEBHOOK_VERIFY_TOKEN
    query = f"hub.mode=subscribe&hub.challenge=11%2058&hub.verify_token={token}"
    answer = await call(app, "GET", query=query)
    assert answer
    assert answer[:2] == (200, b"11 58")
    assert answer[2]["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query", ["", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", "hub.verify_token="]
)
async def test_a_handshake_with_the_wrong_token_is_refused_without_detail(app: HooksApp, query: str) -> None:
    answer = await call(app, "GET", query=query)
    assert answer
    assert answer[:2] == (403, b"")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/webhooks/meta", 405),
        ("DELETE", "/webhooks/meta", 405),
        ("POST", "/webhooks/nobody", 404),
        ("GET", "/webhooks/", 404),
        ("POST", "/webhooks/meta/some-key", 401),
        ("GET", "/webhooks/meta/some-key", 403),
    ],
)
async def test_other_methods_and_addresses(app: HooksApp, method: str, path: str, status: int) -> None:
    body = inbound()
    answer = await call(app, method, path, body=body, headers={"x-hub-signature-256": signature(body)})
    assert answer
    assert answer[0] == status


async def test_while_the_database_is_away_the_answer_is_503_within_five_seconds_and_then_200_again(
    app: HooksApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await post(app, inbound("wamid.0")) == 200
    real = connections["default"].settings_dict["HOST"]
    connections["default"].settings_dict["HOST"] = "/nowhere"
    try:
        await asyncio.to_thread(elsewhere, lambda: cut_everybody_off(real))
        started = asyncio.get_running_loop().time()
        assert await post(app, inbound("wamid.1")) == 503
        assert asyncio.get_running_loop().time() - started < 5
    finally:
        connections["default"].settings_dict["HOST"] = real
    assert await post(app, inbound("wamid.1")) == 200
    assert len(await asyncio.to_thread(elsewhere, bodies)) == 2


async def test_a_database_that_hangs_is_a_503_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "ANSWER_WITHIN_S", 0.3)
    app = HooksApp()
    held, release = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        with connection.cursor() as cursor:
            connection.set_autocommit(False)
            cursor.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
            loop.call_soon_threadsafe(held.set)
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result(20)
            connection.rollback()

    holding = asyncio.create_task(asyncio.to_thread(elsewhere, hold))
    await held.wait()
    assert await post(app, inbound()) == 503
    release.set()
    await holding
    await asyncio.to_thread(app.close)


async def test_more_than_may_wait_is_a_503_at_once(app: HooksApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app.limit(waiting=3)
    statuses = await asyncio.gather(*(post(app, inbound(f"wamid.{n}")) for n in range(10)))
    assert sorted(set(statuses)) == [200, 503]
    assert statuses.count(200) == len(await asyncio.to_thread(elsewhere, bodies))


def elsewhere(work: Any) -> Any:
    """In a thread with a connection of its own, which ends with it."""
    try:
        return work()
    finally:
        connection.close()


def cut_everybody_off(host: str) -> None:
    """As a restart of PostgreSQL does to connections that lie about."""
    connections["default"].settings_dict["HOST"] = host
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
    connections["default"].settings_dict["HOST"] = "/nowhere"
