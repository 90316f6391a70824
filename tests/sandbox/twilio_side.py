"""Twilio's side of the sandbox from outside: its helper library, and somebody who listens for its callbacks."""

import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.sandbox.outside import CUSTOMER, Meta

OPERATOR, OPERATORS_TOKEN, SOLUTION = "AC" + "0f" * 16, "9e" * 16, "48151623420001"
OPERATORS_PHONE = "+14155550100"
PATIENCE_S = 8
ENDS = ("delivered", "read", "failed", "undelivered")


def start(data: Path) -> Meta:
    """The sandbox with an operator's account that both sides know."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWILIO_ACCOUNT_SID", OPERATOR)
        patch.setenv("TWILIO_AUTH_TOKEN", OPERATORS_TOKEN)
        patch.setenv("TWILIO_SOLUTION_ID", SOLUTION)
        patch.setenv("TWILIO_WHATSAPP_PHONE_NUMBER", OPERATORS_PHONE)
        return Meta(data)


class Instead(HttpClient):
    """Sends what is meant for https://HOST.twilio.com to the sandbox's part for that host."""

    def __init__(self, sandbox: Meta) -> None:
        super().__init__(logging.getLogger(__name__), False)
        self.sandbox = sandbox

    def request(
        self,
        method: str,
        uri: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        host, _, path = uri.removeprefix("https://").partition(".twilio.com/")
        url = uri if uri.startswith(self.sandbox.url) else f"{self.sandbox.url}/twilio/{host}/{path}"
        kind = (headers or {}).get("Content-Type", "")
        body = {"json": data} if kind == "application/json" else {"data": _plain(data)}
        answer = self.sandbox.http.request(
            method, url, params=_plain(params) or None, headers=headers, auth=auth, **body
        )
        return Response(answer.status_code, answer.text, dict(answer.headers))


def _plain(values: Any) -> Any:
    return {name: value for name, value in (values or {}).items() if value is not None and _is_set(value)}


def _is_set(value: Any) -> bool:
    return type(value) is not object


def library(sandbox: Meta, user: str, password: str, account_sid: str = "") -> Any:
    """Twilio's helper library, which says of everything that it may be None: so its types help nobody here."""
    return Client(user, password, account_sid or None, http_client=Instead(sandbox))  # type: ignore[no-untyped-call]


class Sender:
    """An account with a number that is online."""

    def __init__(self, sandbox: Meta, **facts: Any) -> None:
        self.sandbox = sandbox
        self.facts: dict[str, Any] = sandbox.control("POST", "numbers", {"provider": "twilio", **facts})
        self.account_sid, self.token = self.facts["account_sid"], self.facts["auth_token"]
        self.id, self.phone = self.facts["phone_number_id"], self.facts["phone_number"]
        self.address = f"whatsapp:{self.phone}"
        self.client = self.client_as(self.account_sid, self.token)

    def client_as(self, user: str, password: str) -> Any:
        return library(self.sandbox, user, password, self.account_sid)

    def hear(self, ear: "Ear", fragment: str = "", **more: str) -> None:
        """Both addresses at `ear`."""
        hook = {"callback_url": ear.url("in", fragment), "status_callback_url": ear.url("status", fragment), **more}
        answer = self.rest("POST", f"messaging/v2/Channels/Senders/{self.facts['sender_sid']}", json={"webhook": hook})
        assert answer.status_code == 202, answer.text

    def rest(self, method: str, path: str, **options: Any) -> httpx.Response:
        options.setdefault("auth", (self.account_sid, self.token))
        return self.sandbox.http.request(method, f"/twilio/{path}", **options)

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.rest(method, f"api/2010-04-01/Accounts/{self.account_sid}{path}", **options)

    def send(self, to: str = CUSTOMER, **fields: Any) -> Any:
        """By the helper library."""
        given = {"from_": self.address, "to": f"whatsapp:{to}", **fields}
        return self.client.messages.create(**({"body": "Hello"} if len(fields) == 0 else {}) | given)

    def post(self, **fields: Any) -> httpx.Response:
        """By hand, so that anything can be wrong."""
        given = {"From": self.address, "To": f"whatsapp:{CUSTOMER}", "Body": "Hello"} | fields
        return self.api("POST", "/Messages.json", data={name: v for name, v in given.items() if v is not None})

    def receive(self, message: dict[str, Any] | None = None, sender: str = CUSTOMER) -> str:
        message = message or {"type": "text", "text": {"body": "Hi"}}
        told = self.sandbox.control("POST", "inbound", {"number": self.id, "from": sender, "message": message})
        return str(told["id"])

    def state(self, **wanted: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.sandbox.control("PATCH", f"numbers/{self.id}", wanted)
        return told

    def ends_as(self, sid: str) -> tuple[str, int | None]:
        """What becomes of a message: its last status and its error."""
        end: tuple[str, int | None] = until(lambda: _ended(self.client.messages(sid).fetch()))
        return end


def _ended(message: Any) -> tuple[str, int | None] | None:
    return (
        (message.status, message.error_code)
        if message.status in ("delivered", "read", "failed", "undelivered")
        else None
    )


def code_of(answer: httpx.Response) -> tuple[int, int]:
    """HTTP status and Twilio's code, from an answer in Twilio's shape."""
    told = answer.json()
    assert set(told) == {"code", "message", "more_info", "status"}
    assert told["status"] == answer.status_code
    assert told["more_info"] == f"https://www.twilio.com/docs/errors/{told['code']}"
    return answer.status_code, told["code"]


def refused(act: Any) -> tuple[int, int | None]:
    """HTTP status and Twilio's code, as the helper library raises them: for lists it only holds the answer."""
    with pytest.raises(TwilioException) as caught:
        act()
    if isinstance(caught.value, TwilioRestException):
        return caught.value.status, caught.value.code
    answer = caught.value.args[1]
    return answer.status_code, json.loads(answer.text)["code"]


def until(find: Any, patience_s: float = PATIENCE_S) -> Any:
    end = time.monotonic() + patience_s
    while not (found := find()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


class Heard:
    def __init__(self, path: str, headers: Any, fields: dict[str, str]) -> None:
        self.path, self.headers, self.fields = path, headers, fields


class Ear:
    """Somebody's address for callbacks. `status`, `kind` and `body` are what it answers."""

    def __init__(self) -> None:
        self.status, self.kind, self.body = 200, "text/xml", "<Response/>"
        self.tried: list[Heard] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def url(self, name: str, fragment: str = "") -> str:
        at = f"http://127.0.0.1:{self.server.server_port}/{name}?tenant=4%202&x=ü"
        return at.replace("ü", "%C3%BC") + (f"#{fragment}" if fragment else "")

    def of(self, sid: str, name: str = "") -> list[Heard]:
        return [each for each in self.tried if each.fields.get("MessageSid") == sid and name in each.path]

    def wait(self, sid: str, status: str = "", count: int = 1) -> list[Heard]:
        def find() -> list[Heard] | None:
            found = [each for each in self.of(sid) if not status or each.fields.get("MessageStatus") == status]
            return found if len(found) >= count else None

        found: list[Heard] = until(find)
        return found

    def proves(self, heard: Heard, token: str) -> bool:
        """By Twilio's own check, over the address as it was asked for."""
        url = f"http://127.0.0.1:{self.server.server_port}{heard.path}"
        validator: Any = RequestValidator(token)  # type: ignore[no-untyped-call]
        return bool(validator.validate(url, heard.fields, heard.headers["x-twilio-signature"]))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"])).decode()
                fields = parse_qsl(raw, keep_blank_values=True)
                assert len(dict(fields)) == len(fields)
                ear.tried.append(Heard(self.path, self.headers, dict(fields)))
                body = ear.body.encode()
                self.send_response(ear.status)
                self.send_header("content-type", ear.kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_PUT = do_POST

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet: pytest shows enough."""

        return Handler


class Files:
    """Somebody's web server: `files` by path, each with its content type."""

    def __init__(self, files: dict[str, tuple[str, bytes]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, data = files.get(self.path, ("text/plain", b"not here"))
                self.send_response(200 if self.path in files else 404)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet: pytest shows enough."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


QUICK = {"sent_ms": 5, "delivered_ms": 10, "read_ms": 10, "retry_scale": 0.05, "channel_ms": 20}
