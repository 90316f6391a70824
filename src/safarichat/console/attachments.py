"""The file in a bubble: shown when it is here, with its state and what can be done when it is not."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from msgspec import Struct

from safarichat.media import showing
from safarichat.media.kinds import SHOWN
from safarichat.media.models import File
from safarichat.media.referring import KINDS, own_ids
from safarichat.messaging.thread import Entry


class Attached(Struct, frozen=True, kw_only=True):
    """`as_kind` is how it is shown: image, video, audio, sticker, or document for a file to be saved."""

    id: int
    as_kind: str
    name: str
    size: str
    state: str
    cause: str = ""
    cure: str = ""
    may_fetch: bool = False

    @property
    def is_here(self) -> bool:
        return self.state == "stored"


def of_thread(account_id: int, credential_id: int, entries: Sequence[Entry], now: datetime) -> Mapping[int, Attached]:
    """By message, inside `acting_for`. What was written elsewhere names its file by the provider's id, as theirs do."""
    brought = [entry.provider_message_id for entry in entries if _is_fetched(entry) and entry.provider_message_id]
    own = {entry.id: next(iter(own_ids(entry.body)), None) for entry in entries if not _is_fetched(entry)}
    theirs = showing.of_messages(account_id, credential_id, brought)
    ours = showing.by_id(account_id, [file_id for file_id in own.values() if file_id])
    found: dict[int, Attached] = {}
    for entry in entries:
        file = theirs.get(entry.provider_message_id) if _is_fetched(entry) else ours.get(own[entry.id] or 0)
        if file is not None:
            found[entry.id] = attached(file, entry.kind, now)
    return found


def _is_fetched(entry: Entry) -> bool:
    return entry.direction == "in" or bool(entry.origin)


def attached(file: File, kind: str, now: datetime) -> Attached:
    problem = file.problem or {}
    cause, cure = str(problem.get("message") or ""), str(problem.get("cure") or "")
    is_failed = file.state == File.State.FAILED
    return Attached(
        id=file.pk,
        as_kind=(kind if kind in KINDS else file.kind) if file.mime_type in SHOWN else "document",
        name=file.name or _nameless(kind),
        size=filesizeformat(file.size) if file.size else "",
        state=file.state,
        cause=_(cause) if cause and file.state != File.State.STORED else "",
        cure=_(cure) if cure and is_failed else "",
        may_fetch=is_failed and file.expires_at is not None and file.expires_at > now,
    )


def _nameless(kind: str) -> str:
    return {
        "image": _("Photo"),
        "video": _("Video"),
        "audio": _("Audio"),
        "sticker": _("Sticker"),
    }.get(kind, _("Document"))
