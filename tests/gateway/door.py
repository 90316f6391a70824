"""Calling the gateway as a program does, in this process: through its mouth, into the database."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.edge.apikeys import ApiKeys
from safarichat.edge.graph import GraphApp
from safarichat.numbers.models import OfficialWhatsappCredential

NUMBER = "300000000000001"


class Told:
    """An answer as the program reads it."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.status, self.body, self.headers = status, body, headers

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]

    @property
    def code(self) -> tuple[int, int]:
        return self.status, self.error["code"]

    @property
    def message_id(self) -> str:
        assert self.status == 200, self.body
        found: str = self.json["messages"][0]["id"]
        return found


class Door:
    def __init__(self, key: str) -> None:
        self.key = key
        self.keys = ApiKeys()
        self.app = GraphApp(self.keys)

    def close(self) -> None:
        self.app.close()
        self.keys.close()

    def call(self, method: str, path: str, given: Any = None, **more: Any) -> Told:
        return asyncio.run(self.acall(method, path, given, **more))

    def at_once(self, *asked: tuple[str, str, Any, dict[str, str]]) -> list[Told]:
        async def run() -> list[Told]:
            calls = (self.acall(method, path, given, headers=headers) for method, path, given, headers in asked)
            return list(await asyncio.gather(*calls))

        return asyncio.run(run())

    async def acall(
        self,
        method: str,
        path: str,
        given: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
        client: str = "203.0.113.9",
    ) -> Told:
        path, _, query = path.partition("?")
        raw = body if body is not None else b"" if given is None else json.dumps(given).encode()
        shown = self.key if key is None else key
        found = {"content-length": str(len(raw)), "content-type": content_type} | (headers or {})
        if shown:
            found.setdefault("authorization", f"Bearer {shown}")
        sent: list[dict[str, Any]] = []
        messages = [{"type": "http.request", "body": raw, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not messages:  # the program stays on the line
                await asyncio.Event().wait()
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in found.items()],
            "client": (client, 1),
        }
        await self.app(scope, receive, send)
        told = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Told(sent[0]["status"], sent[1]["body"], told)


def make_key(account: Account, *scopes: str, **more: Any) -> str:
    return apikeys.make(account.pk, "Program", scopes or apikeys.SCOPES, **more)[1]


@contextmanager
def opened(key: str) -> Iterator[Door]:
    door = Door(key)
    try:
        yield door
    finally:
        door.close()


@pytest.fixture
def door(account: Account, number: OfficialWhatsappCredential) -> Iterator[Door]:
    """With a key that may do everything with the account's number."""
    with opened(make_key(account)) as door:
        yield door
