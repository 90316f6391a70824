"""One web process: granian inside our own loop, so that a stop waits for answers and not for streams."""

import asyncio
import errno
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvloop
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from safarichat.ground import stopping
from safarichat.project import lifeline

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("safarichat.web")

GRACE_S = 5.0
BACKLOG = 2048
KEEP_OUR_LOGGING = {"incremental": True, "formatters": {}, "handlers": {}, "loggers": {}}


class PortBusy(Exception):
    """Somebody else listens there; the message is one sentence."""


def refuse_busy(host: str, port: int) -> None:
    """Raise PortBusy unless we could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise PortBusy(f"Port {port} is in use by another program; choose another with --port.") from None
            reason = os.strerror(problem.errno or 0)
            raise PortBusy(f"Port {port} on {host} can't be used ({reason}); choose another with --port.") from None


def refuse_busy_unless_shared(host: str, port: int) -> None:
    """For a child: its supervisor has looked, and its siblings listen there already."""
    if lifeline.LIFELINE not in os.environ:
        refuse_busy(host, port)


def serve(application: Application, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; several processes may serve one port."""
    uvloop.run(_serve(application, host, port))


async def _serve(application: Application, host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = Server(
        _telling_when_ready(application),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        log_dictconfig=KEEP_OUR_LOGGING,
        log_level=LogLevels.error,
    )
    done = loop.create_task(server.serve())

    def stop() -> None:
        stopping.now()  # streams end themselves; granian waits for what is being answered
        server.stop()  # type: ignore[no-untyped-call]

    for asked in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(asked, stop)
    asked_to_stop = loop.create_task(stopping.begun())
    await asyncio.wait([done, asked_to_stop], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait([done], timeout=GRACE_S)
    if not done.done():
        log.warning("some requests were still being answered after %s seconds and were cut", GRACE_S)
        os._exit(0)
    await done


def _telling_when_ready(application: Application) -> Application:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            return await application(scope, receive, send)

        async def telling(message: MutableMapping[str, Any]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                asyncio.get_running_loop().call_later(0.05, lifeline.say_ready)
            if message["type"] == "lifespan.startup.failed":
                stopping.now()

        await application(scope, receive, telling)

    return app
