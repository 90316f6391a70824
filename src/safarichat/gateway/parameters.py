"""Parameters as Graph takes them: from the query, a form, a multipart form or JSON, all the same (reference §0.2)."""

from collections.abc import Mapping
from io import BytesIO
from urllib.parse import parse_qsl

import msgspec
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from safarichat.gateway.answers import Failed, error
from safarichat.ground.sql import JSON
from safarichat.providers.cloud_api.loose import decode

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST = 1000


def merged(query: str, content_type: str, body: bytes) -> dict[str, JSON]:
    """What the body says stands over what the address says. Raises Failed."""
    given: dict[str, JSON] = pairs(query) if query else {}
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return given
    if kind == FORM:
        return given | pairs(body.decode("utf-8", "replace"))
    if kind == MULTIPART:
        return {**given, **_multipart(content_type, body)}
    return {**given, **_json(body)}


def pairs(text: str) -> dict[str, JSON]:
    """A form's values are words; those that begin like JSON are JSON."""
    try:
        found = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST)
    except ValueError:
        raise Failed(error(100, "(#100) There are too many parameters.")) from None
    return {name: _value(value.replace("\x00", "")) for name, value in found}


def _value(word: str) -> JSON:
    if word[:1] not in ("{", "["):
        return word
    try:
        return decode(word.encode())
    except ValueError:
        return word


def _json(body: bytes) -> dict[str, JSON]:
    try:
        found = decode(body)
    except ValueError:
        raise Failed(error(100, "(#100) The body is no JSON that could be understood.")) from None
    if not isinstance(found, dict):
        raise Failed(error(100, "(#100) The body is not an object of parameters."))
    return dict(found)


def _multipart(content_type: str, body: bytes) -> Mapping[str, JSON]:
    """Without files: those come another way."""
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": len(body)}
    try:
        fields, _files = MultiPartParser(meta, BytesIO(body), [MemoryFileUploadHandler()]).parse()
    except (MultiPartParserError, ValueError):
        raise Failed(error(100, "(#100) The form could not be understood.")) from None
    return {name: _value(str(value)) for name, value in fields.items()}


def canonical(given: Mapping[str, JSON]) -> bytes:
    """The same for the same parameters, in whatever order they came."""
    return msgspec.json.encode(given, order="deterministic")
