"""Reading JSON that may be other than documented: each picker gives a plain value, never an exception."""

import json
import math
import re
from collections.abc import Mapping

import msgspec

from safarichat.providers.shapes import JSON, Person

NOTHING: Mapping[str, JSON] = {}
USER_ID = re.compile(r"[A-Z]{2}\.(?:[A-Z]+\.)?[A-Za-z0-9]+\Z")  # business-scoped: US.1234, US.ENT.1234
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_LATEST_S = 100_000_000_000  # a time above is in milliseconds
_LAST_YEAR_S = 253_402_300_799  # the end of the year 9999
_DEEPEST = 100  # brackets inside brackets; nothing documented goes beyond a dozen


def decode(body: bytes) -> JSON:
    """JSON as a database can keep it: without NUL, lone surrogates or infinity. ValueError says what is wrong."""
    try:
        payload = msgspec.json.decode(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_leniently(body)
    if body.count(b"[") + body.count(b"{") > _DEEPEST:
        _refuse_deep(payload)
    return clean(payload) if b"\\u0000" in body else payload


def _refuse_deep(payload: JSON) -> None:
    """What is deeper than this could be kept, but not be read again with less stack to spare."""
    level = [payload]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise ValueError("nested too deeply")


def _decode_leniently(body: bytes) -> JSON:
    """A name cut in the middle of an emoji leaves half a surrogate pair: no reason to lose its message."""
    try:
        payload = json.loads(body, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError:
        raise ValueError("not JSON") from None
    _refuse_deep(payload)
    return clean(payload)


def clean(value: JSON) -> JSON:
    match value:
        case str():
            return _UNKEEPABLE.sub("\ufffd", value)
        case float():
            return value if math.isfinite(value) else None
        case list():
            return [clean(each) for each in value]
        case dict():
            return {clean(key): clean(each) for key, each in value.items()}
    return value


def text(source: JSON, key: str) -> str:
    """A string, or a whole number as one; else empty."""
    value = source.get(key) if isinstance(source, dict) else None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def whole(source: JSON, key: str) -> int | None:
    value = source.get(key) if isinstance(source, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else None


def mapping(source: JSON, key: str) -> Mapping[str, JSON]:
    value = source.get(key) if isinstance(source, dict) else None
    return value if isinstance(value, dict) else NOTHING


def mappings(source: JSON, key: str) -> list[Mapping[str, JSON]]:
    """The objects in a list; what is something else in it is left out."""
    value = source.get(key) if isinstance(source, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def phone_number_id_of(value: JSON) -> str:
    """The number that a webhook's value is about; empty where it names none. The account model of 2026 calls its id
    cs_id, and has been seen to tell it beside."""
    context = mapping(mapping(value, "internal_1p_only_data"), "account_context")
    return text(mapping(value, "metadata"), "phone_number_id") or text(context, "cs_id")


def texts(source: JSON, key: str) -> list[str]:
    value = source.get(key) if isinstance(source, dict) else None
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def unix_s(source: JSON, key: str) -> int:
    """Unix seconds from seconds or milliseconds; 0 when it is no time."""
    value = whole(source, key) or 0
    value = value // 1000 if value > _LATEST_S else value
    return value if 0 < value <= _LAST_YEAR_S else 0


def digits(number: str) -> str:
    """A phone number as digits: `+1 415-555-0100`, `14155550100` → `14155550100`; empty when it is none."""
    bare = number.translate(_PRETTY)
    return bare if bare.isascii() and bare.isdigit() and len(bare) <= 20 else ""


_PRETTY = str.maketrans("", "", "+-() .\u00a0")


def person(identifier: str, user_id: str = "", parent_user_id: str = "") -> Person:
    """Whom an identifier names: a phone number, or, as seen live in its place, a business-scoped id."""
    if USER_ID.match(identifier):
        return Person(user_id=user_id or identifier, parent_user_id=parent_user_id)
    return Person(wa_id=digits(identifier), user_id=user_id, parent_user_id=parent_user_id)
