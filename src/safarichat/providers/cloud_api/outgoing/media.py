"""Pictures, videos, sound, documents and stickers (reference §4.2, §5.2)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.outgoing.common import (
    Check,
    every,
    exactly_one,
    flag,
    never,
    note,
    one_of,
    shape,
    words,
)
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

LONGEST_CAPTION = 1024
CAPTION = note(LONGEST_CAPTION, N_("A caption has at most 1,024 characters."))
NO_CAPTION = never(N_("Sound and stickers have no caption. Send the words as a text."))
FILENAME = words(240, N_("A document's file name has 1 to 240 characters."))
NO_FILENAME = never(N_("Only a document has a file name."))
VOICE = flag(N_("Whether a sound is a voice message is told by true or false."))
NO_VOICE = never(N_("Only a sound can be a voice message."))
ID = words(255, N_("A file's id is the one that its upload answered."), pattern=r"\S+")
LINK = words(2048, N_("A file's link begins with https:// and has no spaces."), pattern=r"(?i:https)://\S+")
ONE_SOURCE = N_("A file is given by either the id of its upload or a link: one of them, not both.")


def file(may: Mapping[str, Check]) -> Check:
    """A media object with exactly one source."""
    is_object = shape(N_("The message needs its file."))
    parts = shape(ONE_SOURCE, may={"id": ID, "link": LINK, **may})
    return every(is_object, exactly_one(("id", "link"), ONE_SOURCE), parts)


MEDIA: Mapping[str, Check] = {
    "image": file({"caption": CAPTION, "filename": NO_FILENAME, "voice": NO_VOICE}),
    "video": file({"caption": CAPTION, "filename": NO_FILENAME, "voice": NO_VOICE}),
    "audio": file({"caption": NO_CAPTION, "filename": NO_FILENAME, "voice": VOICE}),
    "document": file({"caption": CAPTION, "filename": FILENAME, "voice": NO_VOICE}),
    "sticker": file({"caption": NO_CAPTION, "filename": NO_FILENAME, "voice": NO_VOICE}),
}


def headed(kinds: tuple[str, ...], rule: str, more: Mapping[str, Check]) -> Check:
    """A header: its `type` names the part that it holds. A document in it may have a name, no file a caption."""
    plain = file({"caption": never(N_("The file of a header has no caption. Write it into the body."))})
    parts = dict.fromkeys(("image", "video", "document"), plain) | dict(more)
    shapes = {kind: shape(rule, {"type": one_of(kinds, rule), kind: parts[kind]}) for kind in kinds}
    unknown = shape(rule, {"type": one_of(kinds, rule)})

    def check(value: JSON) -> Problem | None:
        kind = value.get("type") if isinstance(value, dict) else None
        return shapes.get(kind, unknown)(value) if isinstance(kind, str) else unknown(value)

    return check
