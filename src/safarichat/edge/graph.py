"""The gateway's mouth: Meta's Cloud API paths. Key, address, scope; then what sends goes into the batch that all
callers share, and is answered when it is committed; the rest goes to a few threads of its own."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from safarichat.accounts.apicalls import Asked
from safarichat.accounts.apikeys import Key
from safarichat.edge.apikeys import ApiKeys, api_keys
from safarichat.edge.bodies import Bodies, Disconnected, TooLarge, TooMany, TooSlow
from safarichat.edge.files import serve
from safarichat.edge.noting import Noting
from safarichat.edge.uploads import held_on_disk
from safarichat.gateway import answering, limiting, media
from safarichat.gateway.answers import BUSY, VERSION, Answer, Failed, error, lacking, unauthorised
from safarichat.gateway.calls import Call, Place, place_of
from safarichat.gateway.messages import LONGEST_KEY, Sending, send
from safarichat.gateway.parameters import MULTIPART, merged, pairs
from safarichat.ground.batching import (
    Batcher,
    Overloaded,
    drop_broken_connection,
    drop_connection,
    with_fresh_connection,
)
from safarichat.ground.spooling import NoRoom
from safarichat.media.kinds import LARGEST

logger = logging.getLogger("safarichat.gateway")

Scope = MutableMapping[str, Any]  # ASGI's own shapes
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY = 1 << 20
UNFINISHED = 64 << 20
BODY_WITHIN_S = 30.0
ANSWER_WITHIN_S = 8.0
REST_S = 0.015
COLD_THREADS = 6
MOST_WAITING = 200  # cold calls of this process
FETCHED_WITHIN_S = 6.0  # a program that hears of a file asks for it at once: it is on its way to us
LOOK_AGAIN_S = 0.2
MOST_UPLOADS = 20  # unfinished ones of this process
LARGEST_UPLOAD = LARGEST + (1 << 20)  # the file, and the form around it
TOO_LARGE = error(100, "(#100) The request is too large.", status=413)
T = TypeVar("T")


class GraphApp:
    """One per process: it holds the batch that all callers share."""

    def __init__(self, keys: ApiKeys = api_keys) -> None:
        self._keys = keys
        self._send: Batcher[Sending, Answer] = Batcher(
            "gateway-send", send, most=300, waiting=4000, patience_s=ANSWER_WITHIN_S, rest_s=REST_S, rest_below=75
        )
        self._bodies = Bodies(most=LARGEST_BODY, together=UNFINISHED, patience_s=BODY_WITHIN_S)
        self._cold = ThreadPoolExecutor(COLD_THREADS, "gateway")
        self._noting = Noting()
        self._waiting = self._uploads = 0

    def close(self) -> None:
        self._send.close()
        self._noting.close()
        together = Barrier(COLD_THREADS)  # so that each thread drops its own
        for _ in range(COLD_THREADS):
            self._cold.submit(_drop, together)
        self._cold.shutdown(wait=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, at = time.perf_counter(), datetime.now(UTC)
        place = place_of(scope["path"])
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            answer = await self._answer(place or Place("", ()), scope, headers, receive)
        except Failed as failed:
            answer = failed.answer
        except Disconnected:
            return
        if isinstance(answer, Answer):
            await _say(send, answer)
        else:
            await answer(scope, receive, send)
        if key := scope.get("safarichat_key"):
            self._note(key, at, round((time.perf_counter() - begun) * 1000), scope, headers, answer)

    async def _answer(
        self, place: Place, scope: Scope, headers: Mapping[str, str], receive: Receive
    ) -> Answer | Response:
        """Before any byte of the body is read it is known who asks, but for a token that stands in a form."""
        query = scope["query_string"].decode("latin-1")
        content_type = headers.get("content-type", "")
        key = await self._key(_shown(headers, query), scope)
        if key is None and not _may_hold_token(content_type, headers):
            return unauthorised()
        if key is not None and place.edge == media.CONTENT and scope["method"] in ("GET", "HEAD"):
            return await self._file(Call(key=key, method=scope["method"], place=place, told={}), scope)
        is_form = place.edge == "media" and content_type.startswith(MULTIPART)
        if key is not None and scope["method"] == "POST" and (is_form or place.is_upload):
            return await self._upload(key, place, scope, headers, receive)
        body = await self._body(headers, receive)
        told = merged(query, content_type, body)
        if key is None:
            key = await self._key(str(told.get("access_token", "")), scope)
        if key is None:
            return unauthorised()
        told.pop("access_token", None)
        if place.is_hot and scope["method"] == "POST" and "status" not in told:
            return await self._queue(place, key, told, headers)
        call = Call(
            key=key,
            method=scope["method"],
            place=place,
            told=told,
            content_type=content_type,
            body=body,
            headers=headers,
        )
        return await self._slowly(call)

    def _note(
        self, key: Key, at: datetime, ms: int, scope: Scope, headers: Mapping[str, str], answer: Answer | Response
    ) -> None:
        status, code, said, trace, made = (
            (answer.status, answer.code, answer.said, answer.trace, answer.made)
            if isinstance(answer, Answer)
            else (answer.status_code, 0, "", "", "")
        )
        call = (scope["method"], scope["path"], status, code, said, trace, made, _address(scope))
        self._noting.add(Asked(key.account_id, key.id, at, ms, *call, headers.get("user-agent", "")))

    # --- who asks ---

    async def _key(self, shown: str, scope: Scope) -> Key | None:
        try:
            key = await self._keys.of(shown) if shown else None
        except Exception as problem:
            logger.error("a key could not be looked up: %s", type(problem).__name__)
            raise Failed(BUSY) from None
        if key is None:
            return None
        scope["safarichat_key"] = key
        if not key.is_live(datetime.now(UTC)):
            raise Failed(unauthorised(463))
        if not key.may_come_from(_address(scope)):
            raise Failed(error(10, "(#10) This API key may not be used from this address."))
        return key

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        try:
            return await self._bodies.quickly(headers.get("content-length", ""), receive)
        except TooLarge:
            raise Failed(TOO_LARGE) from None
        except TooSlow:
            raise Failed(error(1, "(#1) The request did not come within the time.", status=408)) from None
        except TooMany:
            raise Failed(BUSY) from None

    # --- what is done ---

    async def _queue(self, place: Place, key: Key, told: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        if "send" not in key.scopes:
            return lacking("send")
        once = headers.get("idempotency-key", "")
        if len(once) > LONGEST_KEY:
            return error(100, details=f"Idempotency-Key: It has at most {LONGEST_KEY} characters.")
        sending = Sending(key, place.parts[0], told, once, place.edge == "marketing_messages")
        try:
            return await self._send.do(sending)
        except (Overloaded, TimeoutError):
            return BUSY
        except Exception as problem:
            logger.error("a message could not be taken: %s", type(problem).__name__, exc_info=problem)
            return BUSY

    async def _upload(
        self, key: Key, place: Place, scope: Scope, headers: Mapping[str, str], receive: Receive
    ) -> Answer:
        """To disk as it comes, however large: no upload is ever in memory."""
        if "send" not in key.scopes:
            return lacking("send")
        told, content_type = headers.get("content-length", ""), headers.get("content-type", "")
        length = int(told[:18]) if told.isascii() and told.isdigit() else LARGEST_UPLOAD
        if length > LARGEST_UPLOAD:
            return TOO_LARGE
        if self._uploads >= MOST_UPLOADS:
            return BUSY
        self._uploads += 1
        try:
            with await held_on_disk(length, LARGEST_UPLOAD, receive) as spool:
                call = Call(
                    key=key,
                    method=scope["method"],
                    place=place,
                    told=pairs(scope["query_string"].decode("latin-1")),
                    content_type=content_type,
                    spool=spool,
                    headers=headers,
                )
                return await self._slowly(call)
        except TooLarge:
            return TOO_LARGE
        except TooSlow:
            return error(1, "(#1) The request did not come within the time.", status=408)
        except NoRoom:
            return BUSY
        finally:
            self._uploads -= 1

    async def _file(self, call: Call, scope: Scope) -> Answer | Response:
        """The bytes of a file, to whom its address was told: streamed as fast as they are read."""
        if "read" not in call.key.scopes:
            return lacking("read")
        served = await self._in_thread(media.served, call)
        return (
            served
            if isinstance(served, Answer)
            else await serve(Request(scope), served, "private", is_for_provider=True)
        )

    async def _slowly(self, call: Call) -> Answer:
        if self._waiting >= MOST_WAITING:
            return BUSY
        usage: limiting.Headers | Answer = ()
        if limiting.is_counted(call):
            usage = await self._in_thread(limiting.count, call)
        if isinstance(usage, Answer):
            return usage
        answer = await self._in_thread(answering.answer, call)
        until = time.monotonic() + FETCHED_WITHIN_S
        while answer is media.STILL_FETCHED and time.monotonic() < until:  # no thread waits meanwhile
            await asyncio.sleep(LOOK_AGAIN_S)
            answer = await self._in_thread(answering.answer, call)
        return replace(answer, headers=(*answer.headers, *usage))

    async def _in_thread(self, verb: Callable[[Call], T], call: Call) -> T | Answer:
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._cold, _fresh, verb, call)
        finally:
            self._waiting -= 1


def _drop(together: Barrier) -> None:
    drop_connection()
    together.wait(60)


def _fresh(verb: Callable[[Call], T], call: Call) -> T | Answer:
    with_fresh_connection()
    try:
        return verb(call)
    except Failed as failed:
        return failed.answer
    except Exception as problem:
        drop_broken_connection(problem)
        logger.exception("%s could not be answered", call)
        return BUSY


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0])[:45] if client else ""


def _shown(headers: Mapping[str, str], query: str) -> str:
    """Meta's own clients say Bearer; for uploads some say OAuth."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "oauth"):
        return token.strip()
    return next((value for name, value in parse_qsl(query) if name == "access_token"), "") if query else ""


def _may_hold_token(content_type: str, headers: Mapping[str, str]) -> bool:
    """A form or JSON may hold the token itself; an upload may not, or strangers would fill the disk."""
    return headers.get("content-length", "0") != "0" and not content_type.startswith(MULTIPART)


async def _say(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"facebook-api-version", VERSION.encode()),
        *((name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers),
    ]
    if answer.trace:
        headers.append((b"x-fb-trace-id", answer.trace.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


graph_app = GraphApp()
