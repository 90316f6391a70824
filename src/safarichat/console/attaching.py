"""From a form with a file to a message object: stored first, outside of any transaction."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from safarichat.ground.spooling import NoRoom
from safarichat.ground.storing import StoreAway
from safarichat.media import keeping
from safarichat.media.keeping import Kept
from safarichat.media.kinds import TOO_LARGE
from safarichat.media.models import File
from safarichat.media.receiving import SpooledUpload
from safarichat.providers.shapes import Refused

CAPTIONED = ("image", "video", "document")
LONGEST_CAPTION = 1024
TRY_LATER = gettext_lazy("Try again in a little while; your text is kept.")


class Fault(Struct, frozen=True):
    """Why a file is not taken, as a person reads it."""

    code: str
    message: str
    cure: str
    status: int = 400


def stored(account_id: int, upload: SpooledUpload) -> File | Fault:
    """The uploaded file in the store, its row not written yet."""
    with upload:
        if upload.problem is not None or upload.spool is None:
            return (
                no_room()
                if not _is_too_large(upload)
                else Fault(TOO_LARGE.key, _(TOO_LARGE.message), _(TOO_LARGE.cure), 413)
            )
        try:
            found = keeping.store(account_id, upload.spool, upload.name or "")
        except NoRoom:
            return no_room()
        except StoreAway:
            return Fault("store_away", _("The place where files are kept does not answer."), str(TRY_LATER), 503)
    if isinstance(found, Refused):
        return Fault(found.problem.key, _(found.problem.message), _(found.problem.cure))
    return found


def no_room() -> Fault:
    told = _("There is no room left for files here.")
    return Fault("no_room", told, _("Tell whoever runs this installation; then try again."), 507)


def body_of(kept: Kept, caption: str) -> dict[str, Any]:
    """The message that takes the file along. Sound and stickers carry no words."""
    content: dict[str, Any] = {"id": str(kept.id)}
    if caption and kept.kind in CAPTIONED:
        content["caption"] = caption
    if kept.kind == "document":
        content["filename"] = kept.name
    return {"type": kept.kind, kept.kind: content}


def caption_fault(caption: str) -> Fault | None:
    if len(caption) <= LONGEST_CAPTION:
        return None
    told = _("This is %(length)s characters long; beside a file WhatsApp takes %(longest)s.")
    told %= {"length": len(caption), "longest": LONGEST_CAPTION}
    return Fault("caption_too_long", told, _("Send the rest in a message of its own."))


def _is_too_large(upload: SpooledUpload) -> bool:
    return upload.problem is not None and not isinstance(upload.problem, NoRoom)
