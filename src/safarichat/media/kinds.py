"""As what a file can be sent, and how large it may then be (Meta's table; other carriers take less, never more)."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

KB, MB = 1024, 1024 * 1024
LARGEST = 100 * MB


class Kind(Struct, frozen=True):
    mime_types: frozenset[str]
    largest: int


KINDS: Mapping[str, Kind] = {
    "image": Kind(frozenset({"image/jpeg", "image/png"}), 5 * MB),
    "video": Kind(frozenset({"video/mp4", "video/3gpp"}), 16 * MB),
    "audio": Kind(frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}), 16 * MB),
    "sticker": Kind(frozenset({"image/webp"}), 500 * KB),
}
# What a browser may show in a page of ours: pictures and sound that can't do anything.
SHOWN = frozenset({"image/gif"}).union(*(kind.mime_types for kind in KINDS.values()))

EMPTY = Problem(
    key="file_empty",
    code=131053,
    message=N_("This file is empty."),
    cure=N_("Choose another file."),
    fault="business",
    scope="message",
)
TOO_LARGE = Problem(
    key="file_too_large",
    code=131053,
    message=N_("WhatsApp takes files of up to 100 MB; this one is larger."),
    cure=N_("Make it smaller, or send a link to it."),
    fault="business",
    scope="message",
)


def kind_for(mime_type: str, size: int) -> str:
    """As what to send it: as what it is where it fits, else as a document, which may be anything up to 100 MB."""
    for name, kind in KINDS.items():
        if mime_type in kind.mime_types and size <= kind.largest:
            return name
    return "document"


def size_problem(size: int) -> Problem | None:
    if not size:
        return EMPTY
    return TOO_LARGE if size > LARGEST else None
