"""A tenant's program: a real server that keeps what it is sent, and answers as it is told to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fixtures import free_port


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Program:
    port: int
    answer: Callable[[Request], tuple[int, bytes]] = lambda _: (200, b"ok")
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.requests]

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[Program]":
        program = cls(free_port())
        server = ThreadingHTTPServer(("127.0.0.1", program.port), _handler(program))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield program
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(program: Program) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): told for name, told in self.headers.items()}
            request = Request(self.command, self.path, headers, body)
            program.requests.append(request)
            status, answer = program.answer(request)
            self.send_response(status)
            for name, told in {**program.headers, "content-length": str(len(answer))}.items():
                self.send_header(name, told)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
