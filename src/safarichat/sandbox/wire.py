"""Requests as they come and answers as they go: parameters from query, form, multipart and JSON, merged."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from safarichat.sandbox.things import JSON

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ENCODE = msgspec.json.Encoder().encode


class Upload(Struct):
    filename: str
    mime_type: str
    data: bytes


class Asked(Struct):
    """One request. `version` is that of the path, "" when it had none; `path` is what follows it."""

    method: str
    version: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: tuple[str, int]
    at: float

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


class Answer(Struct):
    status: int
    body: bytes
    headers: dict[str, str] = {}
    content_type: str = "application/json; charset=UTF-8"


class BadBody(Exception):
    """The body is not what its content type says."""


def as_json(value: JSON, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, ENCODE(value), headers or {})


async def ask(scope: Scope, receive: Receive, at: float) -> Asked:
    version, path = _split_version(scope["path"])
    client = scope.get("client") or ("", 0)
    return Asked(
        method=scope["method"],
        version=version,
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=await read_body(receive),
        client=(client[0], int(client[1])),
        at=at,
    )


async def read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def give(send: Send, answer: Answer) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers.append((b"content-type", answer.content_type.encode()))
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def parameters(asked: Asked) -> dict[str, JSON]:
    """Everything the caller sent, JSON over form over query. Uploads are `Upload`."""
    merged: dict[str, JSON] = dict(parse_qsl(asked.query, keep_blank_values=True)) if asked.query else {}
    if not asked.body:
        return merged
    kind = asked.header("content-type")
    if kind.startswith("multipart/form-data"):
        merged.update(parse_multipart(asked.body, kind))
    elif kind.startswith("application/x-www-form-urlencoded"):
        merged.update(parse_form(asked.body))
    elif "json" in kind or asked.body[:1] == b"{":
        merged.update(_json_object(asked.body))
    return merged


def unpacked(value: JSON) -> JSON:
    """An object or array that travelled in a form or query is JSON in a string."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return value


def is_true(value: JSON) -> bool:
    return value is True or str(value).lower() in ("true", "1")


def parse_form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def parse_multipart(body: bytes, content_type: str) -> dict[str, str | Upload]:
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not found:
        raise BadBody("multipart without boundary")
    fields: dict[str, str | Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1].encode("latin-1"))[1:]:
        head, separator, data = part.partition(b"\r\n\r\n")
        if not separator:
            continue
        text = head.decode("utf-8", "replace")
        name = _quoted(text, "name")
        filename = re.search(r'filename="', text)
        mime = re.search(r"(?im)^content-type:\s*(\S+)", text)
        if filename:
            fields[name] = Upload(_quoted(text, "filename"), mime[1] if mime else "application/octet-stream", data)
        else:
            fields[name] = data.decode("utf-8", "replace")
    return fields


def _quoted(head: str, key: str) -> str:
    found = re.search(rf'(?<![a-z]){key}="([^"]*)"', head)
    return found[1] if found else ""


def _json_object(body: bytes) -> dict[str, JSON]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBody(str(error)) from error
    return value if isinstance(value, dict) else {}


def _split_version(path: str) -> tuple[str, str]:
    found = re.match(r"/(v\d+\.\d+)(?=/|$)", path)
    return (found[1], path[found.end() :] or "/") if found else ("", path)
