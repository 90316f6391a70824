"""Files in: the body of an upload goes to disk as it comes, from people who are logged in only. Django gets it when all
of it is here: its few threads wait for nobody's slow line, and no upload is ever in memory."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from safarichat.accounts import presence
from safarichat.edge.bodies import Disconnected, Receive, TooLarge, TooMany, TooSlow
from safarichat.ground import logs
from safarichat.ground.batching import with_fresh_connection
from safarichat.ground.spooling import CHUNK, NoRoom, Spool
from safarichat.ground.spooling import TooLarge as MoreThanTold
from safarichat.media.places import spool

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PATH = re.compile(r"/inbox/\d+/messages")
MOST_AT_ONCE = 20  # unfinished uploads of one process
SLOWEST = 20_000  # bytes a second, on the whole
NO_ROOM = (_("There is no room left for files here."), _("Tell whoever runs this installation; then try again."))
_lookup = ThreadPoolExecutor(1, "upload-logins")  # one connection to the database
_disk = ThreadPoolExecutor(4, "uploads")


class Refused(Exception):
    """It is not taken, for a reason that its sender shall read."""

    def __init__(self, status: int, code: str, message: Promise | str, cure: Promise | str) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.cure = status, code, message, cure


class Uploads:
    def __init__(self, *, from_size: int, most: int) -> None:
        """`from_size`: smaller bodies are no business of ours."""
        self._from, self._most, self._open = from_size, most, 0

    def takes(self, scope: Scope, told_length: str) -> bool:
        is_large = told_length.isascii() and told_length.isdigit() and self._from < int(told_length[:18])
        return scope["method"] == "POST" and is_large and PATH.fullmatch(scope["path"]) is not None

    async def whole(self, scope: Scope, told_length: str, receive: Receive) -> Spool:
        """The body, on disk. Raises what `Bodies.whole` does, and Refused."""
        length = int(told_length)
        if length > self._most:
            raise TooLarge
        if self._open >= MOST_AT_ONCE:
            raise TooMany
        self._open += 1
        try:
            if not await asyncio.get_running_loop().run_in_executor(_lookup, _is_logged_in, scope):
                raise Refused(401, "not_logged_in", _("You are not logged in."), _("Log in, then try again."))
            return await held_on_disk(length, self._most, receive)
        except NoRoom:
            raise Refused(507, "no_room", *NO_ROOM) from None
        finally:
            self._open -= 1


async def held_on_disk(length: int, most: int, receive: Receive) -> Spool:
    """A body of about this length. Raises TooLarge, TooSlow, NoRoom and Disconnected; then nothing is left of it."""
    held: Spool = await _in_thread(lambda: spool(most))
    try:
        async with asyncio.timeout(60 + length / SLOWEST):
            await _fill(held, receive)
    except TimeoutError:
        held.close()
        raise TooSlow from None
    except MoreThanTold:
        held.close()
        raise TooLarge from None
    except BaseException:
        held.close()
        raise
    return held


async def _fill(held: Spool, receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Disconnected
        if chunk := message.get("body", b""):
            await _in_thread(partial(held.write, chunk))
        if not message.get("more_body"):
            return


def giving(held: Spool) -> Receive:
    """What Django's side receives: the file from its beginning, in chunks, as fast as it asks."""
    held.file.seek(0)

    async def receive() -> MutableMapping[str, Any]:
        chunk = await _in_thread(lambda: held.file.read(CHUNK))
        return {"type": "http.request", "body": chunk, "more_body": len(chunk) == CHUNK}

    return receive


async def refuse(scope: Scope, send: Send, refused: Refused) -> None:
    """One sentence, one cure: JSON for our own script and programs, plain text or the login page for a browser."""
    asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
    response: Response
    with logs.request() as request_id:
        told = {"code": refused.code, "message": str(refused.message), "cure": str(refused.cure)}
        if b"hx-request" in asked or "text/html" not in asked.get(b"accept", ""):
            response = JSONResponse({"error": {**told, "request_id": request_id}}, refused.status)
        elif refused.status == 401:
            response = RedirectResponse(f"{settings.LOGIN_URL}?next={quote(scope['path'])}", 302)
        else:
            response = PlainTextResponse(f"{refused.message} {refused.cure}", refused.status)
        response.headers["connection"] = "close"
        await response(scope, _nothing, send)


async def _nothing() -> MutableMapping[str, Any]:
    return {"type": "http.disconnect"}


def _is_logged_in(scope: Scope) -> bool:
    """A look before the bytes come, so that strangers fill no disk; the page itself looks again, and at the token."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    with_fresh_connection()
    return morsel is not None and presence.of_session(morsel.value) is not None


async def _in_thread(verb: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_disk, verb)
