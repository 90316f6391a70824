"""A thread as it is read: days, and in each the bubbles with their ticks, causes and cures."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Struct
from msgspec.structs import replace

from safarichat.console.attachments import Attached
from safarichat.console.bodies import Shown
from safarichat.console.kinds import shown
from safarichat.messaging.settling import LEFT
from safarichat.messaging.thread import Entry

UNCONFIRMED_CAUSE = gettext_lazy(
    "The connection broke while this was being sent, so it may have arrived or not. It is never sent again by itself."
)
UNCONFIRMED_CURE = gettext_lazy("Ask the customer, or wait for a tick; send it again only if it did not arrive.")


class Tick(Struct, frozen=True):
    """The state of an outbound message as a small picture with words. Never colour alone."""

    icon: str
    label: object
    tone: str = ""


TICKS = {
    "queued": Tick(icon="clock", label=gettext_lazy("Waiting to be sent")),
    "sending": Tick(icon="clock", label=gettext_lazy("Being sent")),
    "accepted": Tick(icon="clock", label=gettext_lazy("Accepted by the provider")),
    "sent": Tick(icon="check", label=pgettext_lazy("message", "Sent")),
    "delivered": Tick(icon="check-all", label=gettext_lazy("Delivered")),
    "read": Tick(icon="check-all", label=gettext_lazy("Read"), tone="tick-read"),
    "played": Tick(icon="check-all", label=gettext_lazy("Played"), tone="tick-read"),
    "failed": Tick(icon="exclamation-circle-fill", label=gettext_lazy("Failed"), tone="tick-failed"),
    "unconfirmed": Tick(icon="dash-circle-dotted", label=gettext_lazy("Not confirmed"), tone="tick-unconfirmed"),
    "cancelled": Tick(icon="x-circle", label=gettext_lazy("Cancelled")),
}


ORIGINS = {  # of what the business wrote, but not here
    "phone": Tick(icon="phone", label=gettext_lazy("Sent from the phone")),
    "partner": Tick(icon="box-arrow-up-right", label=gettext_lazy("Sent through another partner")),
}


class Bubble(Struct, frozen=True, kw_only=True):
    """`cause` and `cure` are there when something is wrong with it; `code` is the provider's own number for that."""

    entry: Entry
    inside: Shown
    tick: Tick | None = None
    cause: str = ""
    cure: str = ""
    code: str = ""
    details: str = ""
    note: str = ""
    note_icon: str = "reply"
    file: Attached | None = None
    losses: tuple[str, ...] = ()

    @property
    def is_out(self) -> bool:
        return self.entry.direction == "out"

    @property
    def may_retry(self) -> bool:
        has_gone_wrong = self.is_out and self.entry.status in ("failed", "unconfirmed")
        return has_gone_wrong and not self.entry.origin and not self.is_left

    @property
    def may_leave(self) -> bool:
        return self.entry.status == "unconfirmed" and not self.is_left

    @property
    def is_left(self) -> bool:
        """A person has said that it stays as it is."""
        return (self.entry.problem or {}).get("key") == LEFT.key

    @property
    def may_cancel(self) -> bool:
        return self.is_out and self.entry.status == "queued"


class Day(Struct, frozen=True):
    day: date
    bubbles: tuple[Bubble, ...]


def days(entries: Sequence[Entry], files: Mapping[int, Attached]) -> list[Day]:
    """Grouped by the day in the person's time zone; files by message."""
    grouped = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [Day(day, tuple(bubble(entry, files.get(entry.id)) for entry in theirs)) for day, theirs in grouped]


def bubble(entry: Entry, file: Attached | None = None) -> Bubble:
    inside = _inside(entry)
    if entry.is_revoked:
        file = None
    if file is not None:
        title = inside.title if entry.kind == "contacts" else ""  # else the file itself says what it is
        inside = Shown(title=title, text=inside.text, choices=inside.choices)
    if entry.direction == "in":
        return Bubble(entry=entry, inside=inside, file=file, note=_forwarded(entry))
    if entry.origin:
        return _written_elsewhere(entry, inside, file)
    tick = TICKS.get(entry.status, TICKS["queued"])
    losses = tuple(_(sentence) for sentence in entry.loss)
    if entry.status == "unconfirmed" and (entry.problem or {}).get("key") != LEFT.key:
        return Bubble(
            entry=entry, inside=inside, file=file, tick=tick, cause=str(UNCONFIRMED_CAUSE), cure=str(UNCONFIRMED_CURE)
        )
    told = _problem(entry, has_failed=entry.status == "failed")
    return Bubble(entry=entry, inside=inside, file=file, tick=tick, losses=losses, **told)


def _inside(entry: Entry) -> Shown:
    """A template is shown as the customer reads it, where that was known when it was sent."""
    if entry.is_revoked:
        by_us = entry.direction == "out"
        told = _("You deleted this message.") if by_us else _("The customer deleted this message.")
        return Shown(icon="slash-circle", title=told)
    inside = shown(entry.kind, entry.body)
    if entry.kind == "reaction" and entry.direction == "out":  # it may have failed, and then says why
        return replace(inside, is_note=False)
    if entry.kind != "template" or entry.text in ("", inside.text):
        return inside
    title = _("Template %(name)s") % {"name": inside.text}
    return replace(inside, title=title, text=entry.text, facts=())


def _written_elsewhere(entry: Entry, inside: Shown, file: Attached | None) -> Bubble:
    where = ORIGINS[entry.origin]
    if entry.kind == "revoke":
        inside = Shown(text=_("A message was taken back on the phone."), is_note=True)
    problem = _problem(entry, has_failed=entry.status == "failed") if entry.problem else {}
    tick = TICKS.get(entry.status)
    return Bubble(
        entry=entry, inside=inside, file=file, tick=tick, note=str(where.label), note_icon=where.icon, **problem
    )


def _forwarded(entry: Entry) -> str:
    context = entry.body.get("context")
    is_forwarded = isinstance(context, dict) and (context.get("forwarded") or context.get("frequently_forwarded"))
    return _("Forwarded") if is_forwarded else ""


def _problem(entry: Entry, *, has_failed: bool) -> dict[str, Any]:
    """The table of errors holds its sentences in English: they are translated here, where they are shown."""
    problem = entry.problem or {}
    if not problem:
        return {"cause": _("The provider did not say why."), "cure": _("Try again.")} if has_failed else {}
    message, cure = str(problem.get("message") or ""), str(problem.get("cure") or "")
    return {
        "cause": _(message) if message else "",
        "cure": _(cure) if cure else "",
        "code": str(problem.get("code") or ""),
        "details": str(problem.get("details") or ""),
    }
