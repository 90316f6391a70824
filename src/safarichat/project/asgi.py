"""The web process: what is hot goes straight to the edge, pages go to Django in a few threads."""

import os
from collections.abc import Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.urls import get_resolver

from safarichat.edge.health import health_app
from safarichat.edge.hooks import hooks_app
from safarichat.edge.live import live_app, live_lifetime
from safarichat.project import environment, proxies
from safarichat.project.serving import Application, Receive, Scope, Send
from safarichat.project.wsgi import application as django

PAGE_THREADS = int(os.environ.get("SAFARICHAT_PAGE_THREADS", "6"))

environment.refuse_incomplete(environment.current())
_ = (
    get_resolver().url_patterns
)  # loads every page now: a broken one stops the start, and the first visitor need not wait
_django: Application = WSGIMiddleware(django, workers=PAGE_THREADS)  # type: ignore[assignment, arg-type]  # its own types


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    """granian's `receive` answers with an awaitable; a2wsgi reads a body from another thread and needs a coroutine."""

    async def receiving() -> MutableMapping[str, Any]:
        return await receive()

    await _django(scope, receiving, send)


EXACT: dict[str, Application] = {
    "/healthz": health_app,
    "/readyz": health_app,
    "/metrics": health_app,
    "/live": live_app,
}
BELOW: dict[str, Application] = {"/webhooks/": hooks_app}
LIFETIMES: list[Callable[[], AbstractAsyncContextManager[None]]] = [live_lifetime]


async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        await _app_for(scope["path"])(scope, receive, send)


def _app_for(path: str) -> Application:
    for prefix, app in BELOW.items():
        if path.startswith(prefix):
            return app
    return EXACT.get(path, pages)


async def _live(receive: Receive, send: Send) -> None:
    async with AsyncExitStack() as lifetimes:
        await receive()
        for lifetime in LIFETIMES:
            await lifetimes.enter_async_context(lifetime())
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


application = proxies.behind(dispatch, proxies.networks(settings.SAFARICHAT_TRUSTED_PROXIES))
