"""How far the phone app has come with handing over what was said before, as the number's page tells it."""

from datetime import datetime

from django.utils.translation import gettext as _
from msgspec import Struct

from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.past import of

DONE = 100
ASKED = "phone_data_asked"  # in what is known of a number


class Shown(Struct, frozen=True, kw_only=True):
    """`state`: waiting, coming, done, or declined with its `cause` and `cure`."""

    state: str
    progress: int = 0
    message_count: int = 0
    updated_at: datetime | None = None
    cause: str = ""
    cure: str = ""
    code: str = ""


def shown(row: OfficialWhatsappCredential) -> Shown | None:
    """Inside `acting_for`; None for a number that has no phone app behind it, or whose app was not asked."""
    known = of(row.account_id, row.pk)
    if known is None:
        was_asked = "history" in (row.provider_config.get(ASKED) or [])
        return Shown(state="waiting") if was_asked else None
    if known.problem and not known.progress and not known.message_count:
        message, cure = str(known.problem.get("message") or ""), str(known.problem.get("cure") or "")
        code = str(known.problem.get("code") or "")
        return Shown(state="declined", cause=_(message) if message else "", cure=_(cure) if cure else "", code=code)
    return Shown(
        state="done" if known.progress >= DONE else "coming",
        progress=known.progress,
        message_count=known.message_count,
        updated_at=known.updated_at,
    )
