"""A bot of somebody who uses pywa: its own routes, signatures checked, what its handlers are called with."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from a2wsgi import ASGIMiddleware
from pywa.client import WhatsApp
from pywa.handlers import CallbackButtonHandler, MessageHandler, MessageStatusHandler, RawUpdateHandler
from starlette.applications import Starlette

from tests.fixtures import free_port

VERIFY_TOKEN = "open sesame"
NO_KEY = "sc_none"


class Bot:
    def __init__(self, secret: str, phone_id: str, *, token: str = NO_KEY, session: Any = None) -> None:
        self.port = free_port()
        self.app = Starlette()
        self.wa = WhatsApp(
            phone_id=phone_id,
            token=token,
            session=session,
            server=self.app,  # type: ignore[arg-type]  # it names two of the frameworks that it takes
            webhook_endpoint="/bot",
            verify_token=VERIFY_TOKEN,
            app_secret=secret,
            validate_updates=True,
        )
        self.messages: list[Any] = []
        self.statuses: list[Any] = []
        self.buttons: list[Any] = []
        self.raw: list[Any] = []
        self.wa.add_handlers(
            MessageHandler(lambda _, message: self.messages.append(message)),
            CallbackButtonHandler(lambda _, button: self.buttons.append(button)),
            MessageStatusHandler(lambda _, status: self.statuses.append(status)),
            RawUpdateHandler(lambda _, update: self.raw.append(update)),
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    @contextmanager
    def running(self) -> "Iterator[Bot]":
        app: Any = self.app
        served: Any = ASGIMiddleware(app)
        server = make_server("127.0.0.1", self.port, served, handler_class=_Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        logging.getLogger(__name__).debug("asked")
