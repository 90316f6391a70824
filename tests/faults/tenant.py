"""A tenant's program that is not at its best: `python -m tests.faults.tenant PORT FILE`. A third of what it is sent it
refuses, or hangs up on; the rest it writes down, one line each, before it answers."""

import os
import random
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

FAILS = 1 / 3


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    file = -1

    def do_POST(self) -> None:
        body = msgspec.json.decode(self.rfile.read(int(self.headers["content-length"])))
        if random.random() < FAILS:
            if random.random() < 0.5:
                self.close_connection = True
                return
            self._answer(500)
            return
        [message] = body["entry"][0]["changes"][0]["value"]["messages"]
        line = {"webhook_id": self.headers["webhook-id"], "id": message["id"], "text": message["text"]["body"]}
        os.write(self.file, msgspec.json.encode(line) + b"\n")
        self._answer(200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


if __name__ == "__main__":
    Handler.file = os.open(sys.argv[2], os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
