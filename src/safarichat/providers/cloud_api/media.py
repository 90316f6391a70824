"""Files of the Cloud API: asked for by id, told with an address that is good for five minutes (reference §5.1)."""

import re
from base64 import b64decode
from binascii import Error

from msgspec import Struct

from safarichat.providers.cloud_api.loose import decode, mapping, text, whole
from safarichat.providers.files import Uploaded
from safarichat.providers.shapes import JSON, Answer, Lost

UPLOADED_LIVES_S = 29 * 24 * 3600  # thirty days, but for the last: what is queued then still gets there


class Described(Struct, frozen=True):
    """A file's node."""

    url: str
    mime_type: str
    sha256: str


def described(answer: Answer) -> Described | None:
    payload = _payload(answer)
    url = text(payload, "url")
    if not url:
        return None
    return Described(url, text(payload, "mime_type").partition(";")[0].strip(), hex_digest(text(payload, "sha256")))


def hex_digest(told: str) -> str:
    """(!) Webhooks tell it in base64, the node has been seen in hex; what is neither says nothing."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", told):
        return told.lower()
    try:
        raw = b64decode(told, validate=True)
    except (Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def uploaded(answer: Answer) -> Uploaded | None:
    media_id = text(_payload(answer), "id")
    return Uploaded(media_id=media_id, lives_s=UPLOADED_LIVES_S) if media_id else None


def is_missing(answer: Answer) -> bool:
    """Error 100 with subcode 33: for a file's id it means that the file is gone, and nothing about the sign-in."""
    error = mapping(_payload(answer), "error")
    return whole(error, "code") == 100 and whole(error, "error_subcode") == 33


def _payload(answer: Answer) -> JSON:
    try:
        payload = {} if isinstance(answer, Lost) else decode(answer.body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}
