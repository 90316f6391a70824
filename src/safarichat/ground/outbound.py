"""The only way out over HTTP: asks what a `Call` says, answers `Reply` or `Lost`, and drives talks.

No redirect is followed, no proxy taken from the environment, no cookie kept. The log names method, host, path, status
and milliseconds; never a query, header or body. An address from an operator's setting is trusted; one that a tenant
typed needs a `Guard`: it is resolved once, checked, and the connection is pinned to what was checked.
"""

import asyncio
import logging
import socket
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from threading import Lock
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import msgspec
from pyreqwest.client import Client, ClientBuilder, SyncClient, SyncClientBuilder
from pyreqwest.exceptions import DetailedPyreqwestError, PoolTimeoutError, PyreqwestError
from pyreqwest.http import Url
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.request import RequestBuilder, SyncRequestBuilder
from pyreqwest.response import Response, SyncResponse

from safarichat.ground.addresses import Guard
from safarichat.ground.talks import Answer, Call, FilePart, Lost, Progress, Reply, T, Talk

logger = logging.getLogger("safarichat.outbound")

CONNECT_TIMEOUT_S = 4.0
ADDRESS_REFUSED = "address not allowed"
TOO_LARGE = "answer too large"

# --- driving talks ---------------------------------------------------------------------------------------------------


def _store_nothing(_: Progress) -> None:
    return None


async def _astore_nothing(_: Progress) -> None:
    return None


def run_talk(talk: Talk[T], ask: Callable[[Call], Answer], on_step: Callable[[Progress], None] = _store_nothing) -> T:
    """Drive a talk to its outcome. `on_step` stores each `Progress` before the talk goes on."""
    answer: Answer | None = None
    while True:
        try:
            said = talk.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # StopIteration.value is untyped; it is the talk's T
        if isinstance(said, Progress):
            on_step(said)
            answer = None
        else:
            answer = ask(said)


async def arun_talk(
    talk: Talk[T],
    aask: Callable[[Call], Awaitable[Answer]],
    on_step: Callable[[Progress], Awaitable[None]] = _astore_nothing,
) -> T:
    """As `run_talk`, on the running loop."""
    answer: Answer | None = None
    while True:
        try:
            said = talk.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # StopIteration.value is untyped; it is the talk's T
        if isinstance(said, Progress):
            await on_step(said)
            answer = None
        else:
            answer = await aask(said)


# --- asking ----------------------------------------------------------------------------------------------------------


class Hand(Protocol):
    """What holds the file that goes out or comes in: a file of some hundred megabytes is never in memory."""

    @property
    def size(self) -> int: ...

    def write(self, chunk: bytes) -> None: ...

    def chunks(self) -> Iterable[bytes]: ...


def ask(call: Call, *, guard: Guard | None = None, hand: Hand | None = None) -> Answer:
    """Ask and wait for the answer, blocking this thread. Never raises for what happens on the network; what the hand
    raises passes through."""
    started = time.monotonic()
    answer = _ask(call, guard, hand)
    _log(call, answer, started)
    return answer


async def aask(call: Call, *, guard: Guard | None = None) -> Answer:
    """As `ask`, on the running loop, over its one client."""
    started = time.monotonic()
    answer = await _aask(call, guard)
    _log(call, answer, started)
    return answer


def is_admitted(url: str, guard: Guard, *, resolving: bool = True) -> bool:
    """Whether a link that somebody else is to open leads to admitted addresses only. A name that nobody knows here
    leads to nothing of ours. Without `resolving` nobody is asked: what the link alone does not tell is admitted."""
    try:
        place = _Place.of(url)
        if place.is_literal:
            return guard.admits(place.address)
        if not resolving:
            return place.host.rpartition(".")[2] != "localhost" or guard.admits("127.0.0.1")
        found = socket.getaddrinfo(place.host, place.port, proto=socket.IPPROTO_TCP)
        return all(guard.admits(str(entry[4][0])) for entry in found)
    except ValueError:
        return False
    except OSError:
        return True


async def aclose() -> None:
    """Close the running loop's connections."""
    clients = _loop_clients.pop(asyncio.get_running_loop(), None)
    for client in clients.all() if clients else ():
        await client.close()


def _ask(call: Call, guard: Guard | None, hand: Hand | None) -> Answer:
    try:
        place = _place(call, guard) if guard else None
        if guard and place is None:
            return Lost(ADDRESS_REFUSED, may_have_arrived=False)
        client = _blocking_clients.get(place)
        with _fill(client.request(call.method, _url(call)), call, hand).build_streamed() as response:
            if call.is_download and hand is not None and 200 <= response.status < 300:
                return _save(response, call.max_bytes, hand)
            body = response.body_reader.read(call.max_bytes)
            if body is not None and len(body) == call.max_bytes and response.body_reader.read_chunk():
                return Lost(TOO_LARGE, may_have_arrived=True)
            return _reply(response, bytes(body or b""))
    except (PyreqwestError, OSError, ValueError) as error:
        return _lost(error)


async def _aask(call: Call, guard: Guard | None) -> Answer:
    try:
        place = await _aplace(call, guard) if guard else None
        if guard and place is None:
            return Lost(ADDRESS_REFUSED, may_have_arrived=False)
        client = _clients_of_loop().get(place)
        async with _fill(client.request(call.method, _url(call)), call).build_streamed() as response:
            body = await response.body_reader.read(call.max_bytes)
            if body is not None and len(body) == call.max_bytes and await response.body_reader.read_chunk():
                return Lost(TOO_LARGE, may_have_arrived=True)
            return _reply(response, bytes(body or b""))
    except (PyreqwestError, OSError, ValueError) as error:
        return _lost(error)


def _place(call: Call, guard: Guard) -> "_Place | None":
    """Where the call may go; None when it may not."""
    place = _Place.of(call.url)
    if not place.is_literal:
        found = socket.getaddrinfo(place.host, place.port, proto=socket.IPPROTO_TCP)
        place = place.at(_first_admitted((entry[4][0] for entry in found), guard))
    return place if guard.admits(place.address) else None


async def _aplace(call: Call, guard: Guard) -> "_Place | None":
    place = _Place.of(call.url)
    if not place.is_literal:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(place.host, place.port, proto=socket.IPPROTO_TCP)
        place = place.at(_first_admitted((entry[4][0] for entry in found), guard))
    return place if guard.admits(place.address) else None


def _save(response: SyncResponse, max_bytes: int, hand: Hand) -> Answer:
    saved = 0
    while chunk := response.body_reader.read_chunk():
        saved += len(chunk)
        if saved > max_bytes:
            return Lost(TOO_LARGE, may_have_arrived=True)
        hand.write(bytes(chunk))
    return _reply(response, b"")


_Builder = TypeVar("_Builder", RequestBuilder, SyncRequestBuilder)


def _fill(request: _Builder, call: Call, hand: Hand | None = None) -> _Builder:
    request = request.timeout(timedelta(seconds=call.timeout_s))
    for name, value in call.headers.items():  # all at once, the error about a bad one would show its value
        request = request.header(name, value)
    if call.file is not None and hand is not None:
        return request.multipart(_multipart(call, call.file, hand))
    if call.form is not None:
        return request.form(list(call.form.items()) if isinstance(call.form, Mapping) else call.form)
    if call.data is not None:
        return request.body_bytes(call.data)
    if call.json is not None:
        return request.header("content-type", "application/json").body_bytes(msgspec.json.encode(call.json))
    return request


def _multipart(call: Call, file: FilePart, hand: Hand) -> FormBuilder:
    form = FormBuilder().percent_encode_noop()  # names as browsers write them; ours hold no quotes or line ends
    for name, value in call.form.items() if isinstance(call.form, Mapping) else call.form or ():
        form = form.text(name, value)
    part = PartBuilder.from_stream_with_length(hand.chunks(), hand.size)
    return form.part("file", part.mime(file.mime_type).file_name(file.filename))


def _url(call: Call) -> str:
    """With its query: the client's own way of adding one costs ten times as much."""
    if not call.query:
        return call.url
    if len(call.query) == 1:  # a proof, on the way of every message
        ((name, value),) = call.query.items()
        if value.isalnum() and value.isascii():
            return f"{call.url}{'&' if '?' in call.url else '?'}{name}={value}"
    return f"{call.url}{'&' if '?' in call.url else '?'}{urlencode(call.query)}"


def _reply(response: Response | SyncResponse, body: bytes) -> Reply:
    return Reply(response.status, dict(response.headers.items()), body)  # the client gives names in lower case


def _lost(error: Exception) -> Lost:
    """pyreqwest calls a connection that broke after the request was read a ConnectError too, and a total time-out
    while waiting for the answer a ConnectTimeoutError: only the innermost causes tell whether anything left."""
    if not isinstance(error, DetailedPyreqwestError):  # no address found, or a request that can't be built
        return Lost(_reason(str(error) or type(error).__name__), may_have_arrived=False)
    causes = [cause["message"] for cause in error.details.get("causes") or []]
    never_left = "client error (Connect)" in causes or isinstance(error, PoolTimeoutError | ValueError)
    return Lost(_reason(causes[-1] if causes else error.message), may_have_arrived=not never_left)


def _reason(text: str) -> str:
    return "request failed" if "://" in text else text[:200]  # an address may carry a secret in its query


def _log(call: Call, answer: Answer, started: float) -> None:
    if call.is_routine and isinstance(answer, Reply) and answer.status < 500 and not logger.isEnabledFor(logging.DEBUG):
        return
    url = call.url.partition("?")[0].partition("://")[2]
    host, _, path = url.rpartition("@")[2].partition("/")
    ms = round((time.monotonic() - started) * 1000)
    if isinstance(answer, Lost):
        why = f"{answer.reason}; {'may have arrived' if answer.may_have_arrived else 'never left'}"
        logger.warning("%s: %s %s/%s no answer after %d ms: %s", call.name, call.method, host, path, ms, why)
    else:
        level = logging.WARNING if answer.status >= 500 else logging.DEBUG if call.is_routine else logging.INFO
        logger.log(level, "%s: %s %s/%s %d in %d ms", call.name, call.method, host, path, answer.status, ms)


# --- clients and addresses -------------------------------------------------------------------------------------------


class _Place(msgspec.Struct, frozen=True):
    """Where a call goes, as the HTTP client itself reads the URL: `http://2130706433/` is 127.0.0.1."""

    host: str
    port: int
    address: str = ""
    is_literal: bool = False

    @classmethod
    def of(cls, address: str) -> "_Place":
        url = Url(address)
        if url.scheme not in ("http", "https") or not url.host_str:
            raise ValueError("not a web address")
        host, port = url.host_str, url.port_or_known_default or 0
        return cls(host, port) if url.domain else cls(host, port, host.strip("[]"), is_literal=True)

    def at(self, address: str) -> "_Place":
        return _Place(self.host, self.port, address)


def _first_admitted(addresses: Iterable[object], guard: Guard) -> str:
    return next((address for address in addresses if isinstance(address, str) and guard.admits(address)), "")


AnyClient = TypeVar("AnyClient", Client, SyncClient)


class _Clients(Generic[AnyClient]):
    """One client for trusted addresses, and a bounded number of pinned ones: a client takes 7 ms to make."""

    def __init__(self, make: Callable[[_Place | None], AnyClient], limit: int = 256) -> None:
        self._make: Callable[[_Place | None], AnyClient] = make
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[_Place | None, AnyClient] = OrderedDict()

    def get(self, place: _Place | None) -> AnyClient:
        with self._lock:
            client = self._kept.get(place) or self._make(place)
            self._kept[place] = client
            self._kept.move_to_end(place)
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)
            return client

    def all(self) -> list[AnyClient]:
        return list(self._kept.values())


_Maker = TypeVar("_Maker", ClientBuilder, SyncClientBuilder)


def _set_up(builder: _Maker, place: _Place | None) -> _Maker:
    builder = builder.no_proxy().follow_redirects(False).referer(False).user_agent("SafariChat")
    builder = builder.connect_timeout(timedelta(seconds=CONNECT_TIMEOUT_S)).pool_idle_timeout(timedelta(seconds=30))
    if place and not place.is_literal:
        builder = builder.resolve(place.host, place.address, place.port)
    return builder


_blocking_clients = _Clients(lambda place: _set_up(SyncClientBuilder(), place).build())
_loop_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, _Clients[Client]] = WeakKeyDictionary()


def _clients_of_loop() -> _Clients[Client]:
    loop = asyncio.get_running_loop()
    clients = _loop_clients.get(loop)
    if clients is None:
        clients = _loop_clients[loop] = _Clients(lambda place: _set_up(ClientBuilder(), place).build())
    return clients
