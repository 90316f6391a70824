"""Files out: `/media/{id}` for whoever is logged in, `/m/{token}/{name}` for a provider that was given a link.

Streamed from the store as fast as it is read, whole or in parts; never as anything that could do something in a page.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from safarichat.accounts import presence
from safarichat.ground.away import DatabaseAway
from safarichat.ground.batching import with_fresh_connection
from safarichat.ground.storing import StoreAway
from safarichat.media import places, showing
from safarichat.media.showing import Served

DOWNLOAD = "application/octet-stream"
R = TypeVar("R")
lookups = ThreadPoolExecutor(1, "file-lookups")  # one connection to the database
_reads = ThreadPoolExecutor(4, "file-reads")


class Part(Struct, frozen=True):
    """From `start` up to, and without, `end`."""

    start: int
    end: int
    is_all: bool = True


async def of_account(request: Request) -> Response:
    key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
    file_id = int(request.path_params["file_id"])
    try:
        login = await _in_thread(lambda: presence.of_session(key)) if key else None
        if login is None:
            return _log_in(request)
        file = await _in_thread(lambda: showing.for_account(login.account_id, file_id))
    except DatabaseAway:
        return _away()
    caching = "private, max-age=600"
    return await serve(request, file, caching)


async def of_link(request: Request) -> Response:
    token = request.path_params["token"]
    try:
        file = await _in_thread(lambda: showing.for_link(token))
    except DatabaseAway:
        return _away()
    return await serve(request, file, "private, no-store", is_for_provider=True)


async def serve(request: Request, file: Served | None, caching: str, *, is_for_provider: bool = False) -> Response:
    """A provider, or a program, has to know what a document is; a browser only saves it, whatever it is called."""
    if file is None:
        return PlainTextResponse("Not found", 404)
    headers = {**_headers(file), "cache-control": caching}
    if is_for_provider:
        headers["content-type"] = file.mime_type
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    part = part_of(request.headers.get("range", ""), file.size)
    if part is None:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{file.size}"})
    if not part.is_all:
        headers["content-range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
    headers["content-length"] = str(part.end - part.start)
    status = 200 if part.is_all else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    chunks = places.store().chunks(file.key, part.start, part.end)
    try:
        first = await _next(chunks)
    except FileNotFoundError:
        return PlainTextResponse("Not found", 404)
    except StoreAway:
        return _away()
    return StreamingResponse(_all(first, chunks), status, headers=headers)


async def _all(chunk: bytes, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk:
        yield chunk
        chunk = await _next(chunks)


async def _next(chunks: Iterator[bytes]) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_reads, next, chunks, b"")


def part_of(header: str, size: int) -> Part | None:
    """What a Range header asks for: all of it when there is none, or one that is not understood. None: there is no
    such part."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if not found or not (found[1] or found[2]):
        return Part(0, size)
    if not found[1]:
        return Part(max(0, size - int(found[2])), size, is_all=False) if int(found[2]) and size else None
    start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
    return Part(start, end, is_all=False) if start < end else None


def _headers(file: Served) -> dict[str, str]:
    name = quote(file.name or "file", safe="")
    return {
        "content-type": file.mime_type if file.is_shown else DOWNLOAD,
        "content-disposition": f"{'inline' if file.is_shown else 'attachment'}; filename*=UTF-8''{name}",
        "accept-ranges": "bytes",
        "etag": f'"{file.sha256}"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
    }


def _log_in(request: Request) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"/accounts/login/?next={quote(request.url.path)}", 302)
    return PlainTextResponse("You are not logged in.", 401)


def _away() -> Response:
    return PlainTextResponse("Try again in a few seconds.", 503, headers={"retry-after": "5"})


async def _in_thread(verb: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(lookups, _fresh, verb)


def _fresh(verb: Callable[[], R]) -> R:
    with_fresh_connection()
    return verb()


files_app = Starlette(
    routes=[
        Route("/media/{file_id:int}", of_account, methods=["GET"]),
        Route("/m/{token}/{name:path}", of_link, methods=["GET"]),
    ]
)
