"""What may be kept of a call and its answer: all but what opens something, and of what is long the beginning.

Secrets go by their name (a header, a field, a parameter), by their look, and by having been in the call: an answer that
repeats a PIN under another name does not give it away. Links in bodies lose their query, which is what signs them.
"""

import re
from base64 import b64decode
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from msgspec import Struct

from safarichat.ground.logs import MASK, masked
from safarichat.ground.talks import JSON, Answer, Call, Lost, Reply

MOST_CHARS = 16 * 1024  # of a body
MOST_HEADERS = 4 * 1024
CUT = "… cut"
DEEPEST = 40

_SECRET = re.compile(
    r"(?i)token|secret|passw|proof|signature|authorization|cookie|credential|certificate|challenge|verif\w*code"
    r"|api[-_]?key|(?:^|[-_.])(?:sig|hash|pin|otp|code)$"
)
_NO_SECRET = re.compile(r"(?i)bearer|true|false|[a-z]{2,3}(?:[_-][a-z]{2,4})?")  # a token's type, a language's code
_LINK = re.compile(r"(https?://[^\s\"'<>?]+)\?[^\s\"'<>]+")
_OURS = re.compile(r"(/webhooks/[a-z0-9-]+/|/m/)[\w.=:-]{8,}")  # addresses of ours that prove who asks
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Evidence(Struct, frozen=True, kw_only=True):
    """`status` is 0 and `problem` says why when no answer came."""

    method: str
    url: str
    request_headers: str = ""
    request: str = ""
    status: int = 0
    response_headers: str = ""
    response: str = ""
    problem: str = ""


def evidence(call: Call, answer: Answer) -> Evidence:
    known = _secrets_of(call)
    asked = Evidence(
        method=call.method,
        url=_address(call, known),
        request_headers=_headers(call.headers, known),
        request=_asked(call, known),
    )
    if isinstance(answer, Lost):
        return msgspec.structs.replace(asked, problem=_plain(answer.reason, known))
    return msgspec.structs.replace(
        asked,
        status=answer.status,
        response_headers=_headers(answer.headers, known),
        response=_answered(call, answer, known),
    )


def shown(body: bytes, content_type: str = "", *, known: Collection[str] = (), most: int = MOST_CHARS) -> str:
    """A body without its secrets: JSON as JSON, a form as a form, anything else as text or by its size."""
    if not body:
        return ""
    try:
        return _json(msgspec.json.decode(body), known, most)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    if "urlencoded" in content_type:
        return _form(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True), known, most)
    if content_type and not re.search(r"text|json|xml|html", content_type):
        return f"({len(body)} bytes, {content_type})"
    return _cut(_plain(body[: most * 4].decode("utf-8", "replace"), known), most)


# --- the call's own parts ---


def _address(call: Call, known: Collection[str]) -> str:
    """With its query, but of a link to a file: all of that is a key."""
    address, _, query = call.url.partition("?")
    pairs = [*parse_qsl(query, keep_blank_values=True), *call.query.items()]
    address = _plain(address, known)
    if not pairs:
        return address
    if call.is_download or call.is_strange:
        return f"{address}?{MASK}"
    told = (
        f"{_quoted(name)}={MASK if _is_secret(name, value) else _quoted(_leaf(value, known))}" for name, value in pairs
    )
    return _cut(f"{address}?{'&'.join(told)}", MOST_HEADERS)


def _quoted(text: str) -> str:
    return quote(text, safe=f"/{MASK},:{{}}()[]").replace(quote(MASK), MASK)


def _asked(call: Call, known: Collection[str]) -> str:
    if call.json is not None:
        return _json(msgspec.to_builtins(call.json), known, MOST_CHARS)
    if call.data is not None:
        return f"({len(call.data)} bytes)"
    pairs = list(call.form.items() if isinstance(call.form, Mapping) else call.form or ())
    if call.file is not None:
        pairs.append(("file", f"({call.file.mime_type})"))
    return _form(pairs, known, MOST_CHARS) if pairs else ""


def _answered(call: Call, answer: Reply, known: Collection[str]) -> str:
    if call.is_download and not answer.body:
        return "(kept as a file)" if 200 <= answer.status < 300 else ""
    return shown(answer.body, answer.headers.get("content-type", ""), known=known)


def _headers(headers: Mapping[str, str], known: Collection[str]) -> str:
    lines = (f"{name}: {MASK if _is_secret(name, value) else _plain(value, known)}" for name, value in headers.items())
    return _cut("\n".join(lines), MOST_HEADERS)


def _form(pairs: Sequence[tuple[str, str]], known: Collection[str], most: int) -> str:
    lines = (f"{_plain(name, ())}={MASK if _is_secret(name, value) else _leaf(value, known)}" for name, value in pairs)
    return _cut("\n".join(lines), most)


# --- secrets ---


def _secrets_of(call: Call) -> set[str]:
    """What in this call is secret by its name, to be found again wherever it is repeated."""
    found = set(_named(call.json)) if call.json is not None else set()
    forms = list(call.form.items() if isinstance(call.form, Mapping) else call.form or ())
    pairs = [*call.headers.items(), *call.query.items(), *parse_qsl(urlsplit(call.url).query), *forms]
    for name, value in pairs:
        if _is_secret(name, value):
            found |= {value, *_inside(value)}
    return {one for one in found if len(one) >= 4}


def _inside(value: str) -> Iterator[str]:
    """The secret without its scheme, and the halves of what is made of two: an app's token, a name and password."""
    scheme, _, rest = value.partition(" ")
    bare = rest or scheme
    yield bare
    if scheme.lower() == "basic":
        try:
            bare = b64decode(rest, validate=True).decode()
        except ValueError:
            return
        yield bare.partition(":")[2]
    elif "|" in bare:
        yield bare.partition("|")[2]


def _named(value: JSON, name: str = "") -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _named(inner, str(key))
        case list() | tuple():
            for inner in value:
                yield from _named(inner, name)
        case str() if _is_secret(name, value):
            yield value


def _is_secret(name: str, value: str) -> bool:
    return bool(value and _SECRET.search(name) and not _NO_SECRET.fullmatch(value))


def _plain(text: str, known: Collection[str]) -> str:
    for secret in known:
        if secret in text:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
    return _OURS.sub(rf"\1{MASK}", masked(_UNKEEPABLE.sub("\ufffd", text)))


def _leaf(text: str, known: Collection[str]) -> str:
    return _plain(_LINK.sub(rf"\1?{MASK}", text), known)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n{CUT}"


# --- JSON, cut so that it stays JSON ---


def _json(value: JSON, known: Collection[str], most: int) -> str:
    return msgspec.json.encode(_Pruning(known, most).pruned(value)).decode()


class _Pruning:
    def __init__(self, known: Collection[str], most: int) -> None:
        self._known, self._left = known, most

    def pruned(self, value: JSON, name: str = "", depth: int = 0) -> Any:
        match value:
            case dict() | list() | tuple() if depth > DEEPEST:
                return CUT
            case dict():
                return self._object(value, depth)
            case list() | tuple():
                return self._list(value, name, depth)
            case str():
                if _is_secret(name, value):
                    return MASK
                text = _cut(_leaf(value[: self._left + 1], self._known), max(self._left, 0))
                self._left -= len(text)
                return text
        self._left -= 8
        is_pin = isinstance(value, int) and not isinstance(value, bool) and name.lower().endswith("pin")
        return MASK if is_pin else value

    def _object(self, value: Mapping[Any, JSON], depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            if self._left <= 0:
                kept["…"] = CUT
                break
            plain = _plain(str(key)[:200], ())
            self._left -= len(plain) + 4
            kept[plain] = self.pruned(inner, str(key), depth + 1)
        return kept

    def _list(self, value: Sequence[JSON], name: str, depth: int) -> list[Any]:
        kept: list[Any] = []
        for inner in value:
            if self._left <= 0:
                kept.append(CUT)
                break
            self._left -= 2
            kept.append(self.pruned(inner, name, depth + 1))
        return kept
