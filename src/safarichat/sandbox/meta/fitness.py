"""Whether WhatsApp can take a message's files: it looks after it has accepted the message (reference §5.2, §12.4)."""

import mimetypes
from collections.abc import Iterator
from urllib.parse import urlsplit

from safarichat.sandbox.meta.media import LARGEST, TYPES
from safarichat.sandbox.outgoing import Outgoing, is_loopback
from safarichat.sandbox.things import JSON, Message
from safarichat.sandbox.world import World

UNFIT = 131053
KINDS = ("image", "video", "audio", "document", "sticker")
NOWHERE = ".invalid"  # no such name is ever given (RFC 2606)


class Fitness:
    def __init__(self, world: World, outgoing: Outgoing) -> None:
        self.world, self.outgoing = world, outgoing

    def names_link(self, content: dict[str, JSON]) -> bool:
        return content.get("type") != "text" and any("link" in file for _, file in _files(content))

    async def problem(self, message: Message) -> int:
        """The code with which it fails for its files; 0 when they are good."""
        if message.kind == "text":
            return 0
        for kind, file in _files(message.content()):
            if not await self._is_good(kind, file):
                return UNFIT
        return 0

    async def _is_good(self, kind: str, file: dict[str, JSON]) -> bool:
        if "id" in file:
            kept = self.world.media.get(str(file["id"]))
            return kept is not None and _fits(kind, kept.mime_type, len(kept.data))
        return await self._is_link_good(kind, str(file.get("link") or ""))

    async def _is_link_good(self, kind: str, link: str) -> bool:
        """What is not on this machine is believed to be there, and to be what its name says."""
        if not is_loopback(link):
            parts = urlsplit(link)
            told = mimetypes.guess_type(parts.path)[0]
            return not (parts.hostname or "").endswith(NOWHERE) and (told is None or _fits(kind, told, 1))
        fetched = await self.outgoing.fetch(link)
        return fetched.status == 200 and _fits(kind, fetched.content_type, len(fetched.data))


def _fits(kind: str, mime_type: str, size: int) -> bool:
    mime = mime_type.partition(";")[0].strip().lower()
    if kind == "document":
        return bool(mime) and 0 < size <= LARGEST["document"]
    family = "image" if kind == "sticker" else kind
    is_webp = mime == "image/webp"
    return mime in TYPES and mime.startswith(family) and is_webp == (kind == "sticker") and 0 < size <= LARGEST[kind]


def _files(node: JSON) -> Iterator[tuple[str, dict[str, JSON]]]:
    """Wherever a media object stands under the name of its type: content, headers, cards, a template's values."""
    if isinstance(node, dict):
        kind = str(node.get("type", "")).lower()
        file = node.get(kind)
        if kind in KINDS and isinstance(file, dict):
            yield kind, file
        for inner in node.values():
            yield from _files(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _files(inner)
