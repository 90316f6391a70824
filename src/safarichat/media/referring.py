"""Where a message object names a file: theirs by the provider's id, ours by our own."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.ground.sql import JSON

KINDS = ("image", "video", "audio", "document", "sticker")
LONGEST_ID = 1000
LONGEST_URL = 2000


class Named(Struct, frozen=True, kw_only=True):
    """What a customer's message says of its file."""

    kind: str
    media_id: str
    url: str
    mime_type: str
    sha256: str
    name: str


def named(body: Mapping[str, JSON]) -> Named | None:
    """The file that a customer's message brings, if it can be asked for."""
    kind = str(body.get("type", ""))
    content = body.get(kind)
    if kind not in KINDS or not isinstance(content, Mapping):
        return None
    media_id = _word(content, "id")
    if not media_id or len(media_id) > LONGEST_ID:
        return None
    url = _word(content, "url")
    return Named(
        kind=kind,
        media_id=media_id,
        url=url if len(url) <= LONGEST_URL else "",
        mime_type=_word(content, "mime_type").partition(";")[0].strip()[:100],
        sha256=_word(content, "sha256"),
        name=_word(content, "filename")[:240],
    )


def own_id(body: Mapping[str, JSON]) -> int | None:
    """The file of ours that a message of ours takes along."""
    kind = str(body.get("type", ""))
    content = body.get(kind)
    media_id = content.get("id") if kind in KINDS and isinstance(content, Mapping) else None
    is_ours = isinstance(media_id, str) and media_id.isascii() and media_id.isdigit() and len(media_id) <= 18
    return int(media_id) if is_ours and isinstance(media_id, str) else None


def with_content(body: Mapping[str, JSON], place: Mapping[str, str]) -> dict[str, JSON]:
    """The same message with the file named in another way: `{"id": …}` or `{"link": …}`."""
    kind = str(body["type"])
    content = {name: value for name, value in body[kind].items() if name not in ("id", "link")}
    return {**body, kind: {**content, **place}}


def _word(content: Mapping[str, JSON], name: str) -> str:
    found = content.get(name)
    return found if isinstance(found, str) else ""
