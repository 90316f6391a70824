"""The sandbox from outside: its process, somebody who listens for its webhooks, a person who clicks through signup."""

import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

CUSTOMER = "+255712000001"


class Listener:
    """An app's webhook endpoint. `status` is what it answers; `slow_s` how long it takes."""

    def __init__(self) -> None:
        self.status = 200
        self.slow_s = 0.0
        self.verify_token = "open sesame"
        self.hooks: list[dict[str, Any]] = []
        self.raw: list[tuple[bytes, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/webhooks/meta"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def values(self, field: str = "messages") -> list[dict[str, Any]]:
        changes = [change for hook in self.hooks for entry in hook["entry"] for change in entry["changes"]]
        return [change["value"] for change in changes if change["field"] == field]

    def statuses(self, message_id: str) -> list[str]:
        found = [status for value in self.values() for status in value.get("statuses", [])]
        return [status["status"] for status in found if status["id"] == message_id]

    def wait(self, condition: Any, patience_s: float = 5) -> Any:
        until = time.monotonic() + patience_s
        while not (found := condition()):
            assert time.monotonic() < until, f"it never came; so far: {json.dumps(self.hooks)[-3000:]}"
            time.sleep(0.02)
        return found

    def wait_status(self, message_id: str, status: str) -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            every = [s for value in self.values() for s in value.get("statuses", [])]
            return next((s for s in every if (s["id"], s["status"]) == (message_id, status)), None)

        found: dict[str, Any] = self.wait(find)
        return found

    def wait_message(self, message_id: str) -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            return next((m for v in self.values() for m in v.get("messages", []) if m["id"] == message_id), None)

        found: dict[str, Any] = self.wait(find)
        return found

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                right = query.get("hub.verify_token") == [listener.verify_token]
                self._answer(200 if right else 403, query.get("hub.challenge", [""])[0].encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                time.sleep(listener.slow_s)
                if listener.status == 200:
                    listener.raw.append((body, self.headers["x-hub-signature-256"]))
                    listener.hooks.append(json.loads(body))
                self._answer(listener.status, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet: pytest shows enough."""

        return Handler


class Meta:
    """The sandbox as seen from outside, and the pretend app it knows."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.app_id, self.secret = os.environ["META_APP_ID"], os.environ["META_APP_SECRET"]
        self.config_id = os.environ["META_CONFIG_ID"]
        self.http = httpx.Client(base_url=self.url, timeout=10, trust_env=False)
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        command = ["-m", "safarichat", "sandbox", "--port", str(self.port), "--data", str(self.data)]
        with open(self.data.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen([sys.executable, *command], env=os.environ, stderr=log)
        wait_for(self.port, self.process)

    def stop(self, *, kill: bool = False) -> None:
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(10)

    def close(self) -> None:
        self.stop()
        self.http.close()

    @property
    def app_token(self) -> str:
        return f"{self.app_id}|{self.secret}"

    def call(self, method: str, path: str, token: str = "", **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, f"/v25.0/{path}", headers=headers, **options)

    def control(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        answer = self.http.request(method, f"/_sandbox/{path}", json=json, **options)
        assert answer.is_success, answer.text
        return answer.json()

    def register_callback(self, listener: Listener, fields: str = "messages,account_update") -> None:
        asked = {"object": "whatsapp_business_account", "callback_url": listener.url, "fields": fields}
        asked |= {"verify_token": listener.verify_token, "access_token": self.app_token}
        answer = self.call("POST", f"{self.app_id}/subscriptions", data=asked)
        assert answer.json() == {"success": True}, answer.text

    def number(self, **facts: Any) -> "Number":
        """A number that is ready to send and subscribed, without the popup."""
        made = self.control("POST", "numbers", {"registered": True, **facts})
        number = Number(self, made["phone_number_id"], made["waba_id"], made["access_token"], made["phone_number"])
        assert self.call("POST", f"{number.waba_id}/subscribed_apps", number.token).json() == {"success": True}
        return number

    def sign_up(self, *, answers: dict[str, str] | None = None, leave_at: str = "", action: str = "cancel",
                **query: str) -> "Outcome":  # fmt: skip
        """Continue, Continue, Continue; `answers` replaces what the forms hold."""
        asked = {"client_id": self.app_id, "config_id": self.config_id, "response_type": "code"}
        asked |= query or {"sdk_origin": "http://127.0.0.1:1", "sdk_callback": "f1"}
        page = self.http.get("/v25.0/dialog/oauth", params=asked, follow_redirects=True)
        while True:
            assert page.status_code == 200, page.text
            step = Step(page.text)
            form = {**step.fields, **{k: v for k, v in (answers or {}).items() if k in step.fields or k in OPTIONAL}}
            form["action"] = action if step.name == leave_at else "continue"
            scopes = [s for s in step.scopes if s not in (answers or {}).get("without_scope", "").split()]
            page = self.http.post(str(page.url), data={**form, "scope": scopes})
            if page.status_code == 303 and not page.headers["location"].startswith("/dialog/"):
                return Outcome({}, page.headers["location"])
            if page.status_code == 200:
                return Outcome(json.loads(re.findall(r'id="outcome">(.*?)</script>', page.text)[0]), "")
            page = self.http.get(page.headers["location"])


OPTIONAL = ("skip_verification",)


class Step:
    """One page of the popup, read as a person would: what is filled in, what is ticked."""

    def __init__(self, html: str) -> None:
        self.name = re.findall(r'data-step="(\w+)"', html)[0]
        inputs = re.findall(r'<input id="\w+" name="(\w+)" value="([^"]*)"', html)
        radios = re.findall(r'type="radio" name="(\w+)" value="(\w+)" checked', html)
        selects = re.findall(r'<select id="\w+" name="(\w+)">.*?<option value="(\w+)" selected>', html)
        self.fields = {name: unescape(value) for name, value in [*inputs, *radios, *selects]}
        self.scopes = re.findall(r'name="scope" value="(\w+)" checked', html)


class Outcome:
    """How signup ended: the window message, the login answer, or where the browser was sent."""

    def __init__(self, outcome: dict[str, Any], location: str) -> None:
        self.outcome, self.location = outcome, location
        told = outcome.get("session")
        self.told: dict[str, Any] = json.loads(told) if isinstance(told, str) else told or {}
        self.login: dict[str, Any] = outcome.get("login") or {}

    @property
    def event(self) -> str:
        return str(self.told.get("event", ""))

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.told["data"]
        return data

    @property
    def code(self) -> str:
        granted = self.login.get("authResponse")
        if granted:
            return str(granted["code"])
        return parse_qs(urlsplit(self.location).query)["code"][0]


class Number:
    def __init__(self, meta: Meta, id: str, waba_id: str, token: str, phone: str) -> None:
        self.meta, self.id, self.waba_id, self.token, self.phone = meta, id, waba_id, token, phone

    def send(self, content: dict[str, Any], to: str = CUSTOMER, **more: Any) -> httpx.Response:
        body = {"messaging_product": "whatsapp", "to": to, **content, **more}
        return self.meta.call("POST", f"{self.id}/messages", self.token, json=body)

    def send_text(self, text: str = "Hello", to: str = CUSTOMER, **more: Any) -> str:
        return _id(self.send({"type": "text", "text": {"body": text}}, to, **more))

    def send_template(self, to: str = CUSTOMER, **more: Any) -> str:
        template = {"name": "hello_world", "language": {"code": "en_US"}}
        return _id(self.send({"type": "template", "template": template}, to, **more))

    def receive(self, message: dict[str, Any] | None = None, sender: str = CUSTOMER, **more: Any) -> str:
        message = message or {"type": "text", "text": {"body": "Hi"}}
        asked = {"number": self.id, "from": sender, "message": message, **more}
        return str(self.meta.control("POST", "inbound", asked)["id"])


def _id(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["messages"][0]["id"])


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], patience_s: float = 30) -> None:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        assert process.poll() is None, "the sandbox ended before it listened"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")
