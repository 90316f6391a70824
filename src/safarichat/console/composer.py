"""The form under a thread: its one-time token, its text, and why it may not be used."""

import json
import secrets
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Struct

from safarichat.console.attaching import LONGEST_CAPTION
from safarichat.console.tenant import TenantRequest
from safarichat.media.kinds import KINDS, LARGEST
from safarichat.messaging import drafts
from safarichat.messaging.reading import Listed
from safarichat.numbers.models import SENDING

LONGEST = 4096


class Composer(Struct, frozen=True, kw_only=True):
    """`error` and `cure` say why what was just sent did not go; the text is kept."""

    form_token: str
    text: str = ""
    error: str = ""
    cure: str = ""
    closes_at: datetime | None = None
    is_open: bool
    may_send: bool

    @classmethod
    def fresh(cls, request: TenantRequest, head: Listed, *, text: str | None = None, **more: str) -> "Composer":
        """A form with a token of its own, holding the person's draft unless another text is given."""
        kept = drafts.text_of(request.account.pk, head.id, request.user.pk) if text is None else text
        return cls(
            form_token=more.pop("form_token", "") or secrets.token_urlsafe(18),
            text=kept,
            closes_at=head.window_closes_at,
            is_open=head.is_open(timezone.now()),
            may_send=head.number_status in SENDING,
            **more,
        )

    @property
    def needs_template(self) -> bool:
        """Whether nothing but a template can be sent."""
        return self.may_send and not self.is_open

    @property
    def longest(self) -> int:
        return LONGEST

    @property
    def longest_caption(self) -> int:
        return LONGEST_CAPTION

    @property
    def largest_file(self) -> int:
        return LARGEST

    @property
    def kinds(self) -> str:
        """For our script: types of files that are sent as what they are, each up to so many bytes."""
        return json.dumps({mime: kind.largest for kind in KINDS.values() for mime in sorted(kind.mime_types)})


def cleaned(text: str) -> str:
    """As it is sent: browsers put carriage returns into forms, and nobody means the space around a message."""
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def fault_of(text: str) -> tuple[str, str] | None:
    """What is wrong with a text, and the cure."""
    if not text:
        return _("There is nothing to send."), _("Write something first.")
    if len(text) > LONGEST:
        told = _("This is %(length)s characters long; WhatsApp takes %(longest)s.")
        return told % {"length": len(text), "longest": LONGEST}, _("Shorten it, or send it in two messages.")
    return None
