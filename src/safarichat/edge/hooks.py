"""Webhooks from providers: size, signature, commit, 200. Plain ASGI, since a framework costs more than the work.

GET|POST /webhooks/{provider}[/{key}]. Of a call that is not authentic only a count per minute and reason is kept.
"""

import asyncio
import hmac
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from safarichat import providers
from safarichat.edge.bodies import Bodies, Disconnected, TooLarge, TooMany, TooSlow
from safarichat.edge.keys import Keys
from safarichat.edge.withdrawals import KINDS, Withdrawals
from safarichat.ground.batching import Batcher, Overloaded
from safarichat.inbox.keeping import Kept, count_refused, keep
from safarichat.numbers.platform import OPERATOR, address, operator_key, platform
from safarichat.providers.shapes import Hook

logger = logging.getLogger("safarichat.hooks")

Scope = MutableMapping[str, Any]  # ASGI's own shapes
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")

LARGEST_BODY = 3 * 1024 * 1024 + 256 * 1024  # providers send up to 3 MB; a little more is not worth a lost hook
UNFINISHED = 64 << 20  # bytes of bodies that are not complete, of all callers together
BODY_WITHIN_S = 20.0
ANSWER_WITHIN_S = 4.5
REST_S = 0.02  # of some thousand hooks a second, half the cost was commits of a handful
MANY = 56  # hooks that wait are worth a commit at once
TEXT = "text/plain; charset=utf-8"


class HooksApp:
    """One per process: it holds the batch that all callers share."""

    def __init__(self) -> None:
        self._keep: Batcher[Kept, None] = Batcher(
            "hooks",
            keep,
            most=500,
            waiting=4000,
            weight=lambda hook: len(hook.body),
            heaviest=16 << 20,
            patience_s=ANSWER_WITHIN_S,
            rest_s=REST_S,
            rest_below=MANY,
        )
        self._bodies = Bodies(most=LARGEST_BODY, together=UNFINISHED, patience_s=BODY_WITHIN_S)
        self._names = providers.hook_names()
        self._platforms: dict[str, Mapping[str, str]] = {}
        self._keys = Keys()
        self._withdrawals = Withdrawals()
        self._refused = Refusals()
        self.kept = 0

    @property
    def refused(self) -> Mapping[tuple[str, str], int]:
        """By provider and reason, since this process started."""
        return self._refused.total

    def limit(self, *, waiting: int) -> None:
        """How many hooks may wait for their commit."""
        self._keep.waiting_most = waiting

    def close(self) -> None:
        self._keep.close()
        self._refused.close()
        self._keys.close()
        self._withdrawals.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, _, key = scope["path"].removeprefix("/webhooks/").rstrip("/").partition("/")
        if name not in self._names:
            return await _answer(send, 404)
        match scope["method"]:
            case "GET":
                await self._greet(name, key, scope, send)
            case "POST":
                await self._take(name, key, scope, receive, send)
            case _:
                await _answer(send, 405, headers=[(b"allow", b"GET, POST")])

    async def _greet(self, name: str, key: str, scope: Scope, send: Send) -> None:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        hook = Hook(method="GET", headers={}, query=query, body=b"", url=_url(scope))
        provider = providers.get(self._names[name])
        try:
            _, challenge = await self._proved(name, key, lambda secrets: provider.greet(hook, secrets))
        except Exception as error:
            return await _say_later(send, error)
        if challenge is None:
            self._refused.add(name, "handshake")
            return await _answer(send, 403)
        await _answer(send, 200, challenge.encode())

    async def _take(self, name: str, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {header.decode("latin-1"): value.decode("latin-1") for header, value in scope["headers"]}
        try:
            body = await self._body(headers, receive)
        except TooLarge:
            self._refused.add(name, "size")
            return await _answer(send, 413, headers=[(b"connection", b"close")])
        except TooSlow:
            return await _answer(send, 408, headers=[(b"connection", b"close")])
        except TooMany:
            return await _answer(send, 503, headers=[(b"retry-after", b"5"), (b"connection", b"close")])
        except Disconnected:
            return None
        query = scope["query_string"].decode("latin-1")
        given = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        hook = Hook(method="POST", headers=headers, query=given, body=body, url=_url(scope))
        await self._keep_if_authentic(name, key, hook, query, send)

    async def _keep_if_authentic(self, name: str, key: str, hook: Hook, query: str, send: Send) -> None:
        provider = providers.get(self._names[name])
        if key in KINDS and name == provider.name:
            return await self._withdraw(provider.name, key, hook, send)
        try:
            is_known, is_authentic = await self._proved(name, key, lambda secrets: provider.authentic(hook, secrets))
        except Exception as error:
            return await _say_later(send, error)
        if not is_authentic:
            self._refused.add(name, "signature" if is_known else "key")
            return await _answer(send, 401)
        route = OPERATOR if name != provider.name else key
        status = await self._commit(Kept(provider.name, route, hook.body, query, time.monotonic()))
        if status == 200:
            content_type, answer = provider.hook_answer
            return await _answer(send, 200, answer, content_type=content_type)
        await _answer(send, status, headers=[(b"retry-after", b"5")])

    async def _withdraw(self, provider: str, kind: str, hook: Hook, send: Send) -> None:
        try:
            said = await self._withdrawals.answer(provider, kind, hook, self._operators(provider))
        except Exception as error:
            return await _say_later(send, error)
        if said.status == 401:
            self._refused.add(provider, "signature")
        await _answer(send, said.status, said.body, content_type=said.content_type)

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        """Anybody may send one: only what is complete is looked at, and what is not is held within bounds."""
        return await self._bodies.quickly(headers.get("content-length", ""), receive)

    async def _proved(self, name: str, key: str, prove: Callable[[Mapping[str, str]], T]) -> tuple[bool, T | None]:
        """Whether there is such an address, and what its secrets prove. What is believed of a key for a few seconds may
        be older than what the provider signs with: then it is looked up anew."""
        secrets = await self._secrets_of(name, key)
        proof = prove(secrets) if secrets else None
        if not proof and key and name == self._names[name]:
            newer = await self._keys.newer(name, key)
            if newer and newer != secrets:
                secrets, proof = newer, prove(newer)
        return bool(secrets), proof

    async def _secrets_of(self, name: str, key: str) -> Mapping[str, str]:
        """What verifies a call to this address; empty when there is no such address."""
        provider = self._names[name]
        if name == providers.get(provider).operator_hook:
            if hmac.compare_digest(key.encode(), operator_key(provider).encode()):
                return self._operators(provider)
            if name != provider:
                return {}
        return await self._keys.secrets(provider, key) if key else {}

    def _operators(self, provider: str) -> Mapping[str, str]:
        return self._platforms.get(provider) or self._platforms.setdefault(provider, platform(provider).settings)

    async def _commit(self, hook: Kept) -> int:
        try:
            await self._keep.do(hook)
        except (Overloaded, TimeoutError):
            return 503  # it may still be committed; the provider's retry is then a duplicate, which is harmless
        except Exception as error:
            logger.error("a hook could not be kept: %s", type(error).__name__)
            return 503
        self.kept += 1
        return 200


async def _say_later(send: Send, error: Exception) -> None:
    logger.error("a hook could not be looked into: %s", type(error).__name__)
    await _answer(send, 503, headers=[(b"retry-after", b"5")])


def _url(scope: Scope) -> str:
    """The public address of this call: host and scheme from the settings, the rest exactly as it was asked for."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return f"{address()}{raw.partition(b'?')[0].decode('latin-1')}{'?' if query else ''}{query.decode('latin-1')}"


async def _answer(
    send: Send, status: int, body: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = (), content_type: str = TEXT
) -> None:
    ours = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*ours, *headers]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Refusals:
    """Counts what was not let in and writes the counts every few seconds: a flood costs no database work."""

    WRITE_EVERY_S = 5.0

    def __init__(self) -> None:
        self.total: Counter[tuple[str, str]] = Counter()
        self._new: Counter[tuple[str, str]] = Counter()
        self._writes: Batcher[Counter[tuple[str, str]], None] = Batcher("refusals", _write, most=1)
        self._task: asyncio.Task[None] | None = None

    def add(self, provider: str, reason: str) -> None:
        self.total[provider, reason] += 1
        self._new[provider, reason] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_later())

    def close(self) -> None:
        self._writes.close()

    async def _write_later(self) -> None:
        await asyncio.sleep(self.WRITE_EVERY_S)
        counts, self._new = self._new, Counter()
        try:
            await self._writes.do(counts)
        except Exception as error:  # counts are a convenience: a database that is away must not stop the next ones
            logger.warning("%d refused hooks could not be counted: %s", counts.total(), type(error).__name__)


def _write(batches: "Sequence[Counter[tuple[str, str]]]") -> list[None]:
    for counts in batches:
        count_refused(counts)
    return [None] * len(batches)


hooks_app = HooksApp()
