"""Requests as they may be shown: tokens, secrets and codes masked."""

import re
from urllib.parse import parse_qsl, urlencode

import msgspec

from safarichat.sandbox.things import JSON
from safarichat.sandbox.wire import Asked

NAMES = (
    "access_token client_secret input_token appsecret_proof fb_exchange_token revoke_token verify_token "
    "hub.verify_token hash"
)
SECRET = frozenset(NAMES.split())
SECRET_AT_THE_TOP = SECRET | {"code", "pin"}  # deeper down these words mean other things, as a language's code does
HEADERS = ("authorization", "cookie", "d360-api-key", "x-api-key")
MASK = "***"


def shown(asked: Asked) -> dict[str, JSON]:
    headers = {name: MASK if name in HEADERS else value for name, value in asked.headers.items()}
    if "authorization" in headers:
        headers["authorization"] = asked.headers["authorization"].split(" ")[0] + " " + MASK
    return {
        "at": asked.at,
        "method": asked.method,
        "path": (f"/{asked.version}" if asked.version else "") + asked.path,
        "query": _query(asked.query),
        "headers": headers,
        "body": _body(asked),
    }


def _body(asked: Asked) -> JSON:
    kind = asked.header("content-type")
    if kind.startswith("multipart/"):
        return f"({len(asked.body)} bytes of multipart)"
    text = asked.body.decode("utf-8", "replace")
    if kind.startswith("application/x-www-form-urlencoded"):
        return _query(text)
    try:
        return _masked(msgspec.json.decode(asked.body), SECRET_AT_THE_TOP) if asked.body else ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        return re.sub(r"EAAG\w+", MASK, text)


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(key, MASK if key in SECRET_AT_THE_TOP else value) for key, value in pairs], safe="*,{}")


def _masked(value: JSON, secret: frozenset[str] = SECRET) -> JSON:
    if isinstance(value, dict):
        return {
            key: MASK if key in secret and isinstance(inner, str) else _masked(inner) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value
