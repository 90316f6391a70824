"""The web process: what is hot goes straight to the edge, pages go to Django in a few threads."""

import os
import re
from collections.abc import Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.urls import get_resolver

from safarichat.edge import bodies, uploads
from safarichat.edge.apikeys import api_keys_lifetime
from safarichat.edge.files import files_app
from safarichat.edge.graph import graph_app
from safarichat.edge.health import health_app
from safarichat.edge.hooks import hooks_app
from safarichat.edge.live import live_app, live_lifetime
from safarichat.gateway.calls import place_of
from safarichat.ground import garbage
from safarichat.ground.away import DatabaseAway
from safarichat.project import environment, proxies
from safarichat.project.serving import Application, Receive, Scope, Send
from safarichat.project.wsgi import application as django

PAGE_THREADS = int(os.environ.get("SAFARICHAT_PAGE_THREADS", "6"))
ASKING_THREADS = 4

environment.refuse_incomplete(environment.current())
_ = (
    get_resolver().url_patterns
)  # loads every page now: a broken one stops the start, and the first visitor need not wait
# Answers wait for slow readers in a queue without a limit, so no thread does; the longest is a static file.
_django: Application = WSGIMiddleware(django, workers=PAGE_THREADS, send_queue_size=0)  # type: ignore[assignment, arg-type]  # its own types
# What asks a provider may take half a minute: it waits in threads of its own, so that pages go on when one is slow.
_asking: Application = WSGIMiddleware(django, workers=ASKING_THREADS, send_queue_size=0)  # type: ignore[assignment, arg-type]  # its own types
_ASKS_BY_GET = re.compile(r"/whatsapp/official/(callback$|before/)|/connect/[^/]+/before/")
_ASKS = re.compile(
    r"/whatsapp/official/(?!status)|/connect/|/numbers/\d+/|/api/v1/(numbers|onboardings)|/settings/delete"
)
_uploads = uploads.Uploads(from_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, most=settings.LARGEST_UPLOAD)
_bodies = bodies.Bodies(most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, together=64 << 20, patience_s=30)


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    """Django gets a request when all of it is here: its few threads wait for nobody's slow line."""
    told_length = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-length"), "")
    if _uploads.takes(scope, told_length):
        return await _upload(scope, told_length, receive, send)
    try:
        body = await _bodies.whole(told_length, receive)
    except bodies.TooLarge:  # unread: Django refuses it by its length, with our page
        scope, body = _of_length(scope, _bodies.most + 1), b""
    except bodies.TooSlow:
        return await _refuse(send, 408)
    except bodies.TooMany:
        return await _refuse(send, 503)
    except bodies.Disconnected:
        return None
    await _threads_for(scope)(scope, _giving(body), send)


async def _upload(scope: Scope, told_length: str, receive: Receive, send: Send) -> None:
    try:
        held = await _uploads.whole(scope, told_length, receive)
    except bodies.TooLarge:  # unread: Django refuses it by its length, with our page
        return await _django(scope, _giving(b""), send)
    except uploads.Refused as refused:
        return await uploads.refuse(scope, send, refused)
    except bodies.TooSlow:
        return await _refuse(send, 408)
    except (bodies.TooMany, *DatabaseAway):
        return await _refuse(send, 503)
    except bodies.Disconnected:
        return None
    with held:
        await _asking(scope, uploads.giving(held), send)


def _threads_for(scope: Scope) -> Application:
    """A sign-in comes back, and a pre-flight is asked for, by GET; all else that asks a provider is posted."""
    path = scope["path"]
    is_asking = (scope["method"] == "POST" and _ASKS.match(path)) or _ASKS_BY_GET.match(path)
    return _asking if is_asking else _django


def _of_length(scope: Scope, length: int) -> Scope:
    others = [header for header in scope["headers"] if header[0] != b"content-length"]
    return {**scope, "headers": [*others, (b"content-length", str(length).encode())]}


def _giving(body: bytes) -> Receive:
    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _refuse(send: Send, status: int) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"connection", b"close"), (b"retry-after", b"5")],
        }
    )
    await send({"type": "http.response.body", "body": b""})


EXACT: dict[str, Application] = {
    "/healthz": health_app,
    "/readyz": health_app,
    "/metrics": health_app,
    "/live": live_app,
}
BELOW: dict[str, Application] = {"/webhooks/": hooks_app, "/m/": files_app}
FILE = re.compile(r"/media/\d{1,18}")
LIFETIMES: list[Callable[[], AbstractAsyncContextManager[None]]] = [live_lifetime, api_keys_lifetime]


async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        await _app_for(scope["path"])(scope, receive, send)


def _app_for(path: str) -> Application:
    for prefix, app in BELOW.items():
        if path.startswith(prefix):
            return app
    if place_of(path):
        return graph_app
    return EXACT.get(path) or (files_app if FILE.fullmatch(path) else pages)


async def _live(receive: Receive, send: Send) -> None:
    async with AsyncExitStack() as lifetimes:
        await receive()
        for lifetime in LIFETIMES:
            await lifetimes.enter_async_context(lifetime())
        garbage.look_seldom()
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


application = proxies.behind(dispatch, proxies.networks(settings.SAFARICHAT_TRUSTED_PROXIES))
