"""How a chat shows times, the window and what people write."""

import re
from datetime import UTC, date, datetime, timedelta
from math import ceil

from django import template
from django.template.defaultfilters import urlizetrunc
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from safarichat.console.bubbles import TICKS
from safarichat.console.kindwords import word_of
from safarichat.console.templatetags.console import icon

register = template.Library()

WINDOW = timedelta(hours=24)
CLOSING = timedelta(hours=2)
RING = (
    '<span class="ring {state}" title="{title}"><svg viewBox="0 0 20 20" aria-hidden="true">'
    '<circle class="ring-track" cx="10" cy="10" r="8"/>'
    '<circle class="ring-left" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="{percent} 100"/></svg>'
    '<span aria-hidden="true">{short}</span><span class="visually-hidden">{title}</span></span>'
)
TICK = '<span class="tick {tone}" title="{label}">{picture}<span class="visually-hidden">{label}</span></span>'
# WhatsApp's marks: they stand at the edges of words and hold no line break.
MARKS = [
    (re.compile(r"```(.+?)```", re.DOTALL), "code"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), "s"),
]
ADDRESS = re.compile(r"((?:https?://|www\.)\S+)")


@register.filter
def chat_text(text: str) -> SafeString:
    """What a person wrote: escaped, its addresses as links, WhatsApp's marks as bold, italics and so on."""
    pieces = ADDRESS.split(text)
    shown = [_linked(piece) if index % 2 else _marked(piece) for index, piece in enumerate(pieces)]
    return mark_safe("".join(shown))  # noqa: S308 - both escape their piece first


def _linked(address: str) -> str:
    return urlizetrunc(conditional_escape(address), 60)


def _marked(text: str) -> str:
    escaped = str(conditional_escape(text))
    for pattern, tag in MARKS:
        escaped = pattern.sub(rf"<{tag}>\1</{tag}>", escaped)
    return escaped


@register.filter
def kind_word(kind: str) -> str:
    """What stands for a message of this kind that has no text."""
    return word_of(kind)


@register.simple_tag
def when(at: datetime, style: str = "short") -> SafeString:
    """A time in the person's zone, with UTC for who points at it. `short`: today the hour, this week the day, else the
    date; `time`: always the hour; `full`: date and hour; `exact`: to the second; `end`: the hour, with the day unless
    it is today."""
    local, today = timezone.localtime(at), timezone.localdate()
    clock = formats.date_format(local, "TIME_FORMAT") if formats.get_format("TIME_FORMAT") != "P" else f"{local:%H:%M}"
    match style:
        case "time":
            shown = clock
        case "full":
            shown = f"{formats.date_format(local, 'DATE_FORMAT')} {clock}"
        case "exact":
            shown = f"{formats.date_format(local, 'DATE_FORMAT')} {local:%H:%M:%S}"
        case _ if local.date() == today:
            shown = clock
        case "end":
            shown = f"{formats.date_format(local, 'MONTH_DAY_FORMAT')} {clock}"
        case _ if local.date() == today - timedelta(days=1):
            shown = _("Yesterday")
        case _ if timedelta(0) < today - local.date() < timedelta(days=7):
            shown = formats.date_format(local, "l")
        case _ if local.year == today.year:
            shown = formats.date_format(local, "MONTH_DAY_FORMAT")
        case _:
            shown = formats.date_format(local, "DATE_FORMAT")
    utc = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), utc, shown)


@register.filter
def day_name(day: date) -> str:
    """Today, Yesterday, or the date in words."""
    today = timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(day, "DATE_FORMAT")


@register.simple_tag
def window_ring(closes_at: datetime | None, now: datetime) -> SafeString:
    """The 24-hour window as a ring that empties, with the time left in words."""
    left = (closes_at - now) if closes_at else timedelta(0)
    if left <= timedelta(0):
        return format_html(
            RING, state="ring-closed", title=_("Window closed: only a template can be sent"), percent=0, short=""
        )
    hours, minutes = int(left.total_seconds() // 3600), ceil(left.total_seconds() / 60)
    if hours:
        short = _("%(count)s h") % {"count": hours}
        title = ngettext("%(count)s hour left to reply freely", "%(count)s hours left to reply freely", hours)
    else:
        short = _("%(count)s min") % {"count": minutes}
        title = ngettext("%(count)s minute left to reply freely", "%(count)s minutes left to reply freely", minutes)
    return format_html(
        RING,
        state="ring-closing" if left < CLOSING else "",
        title=title % {"count": hours or minutes},
        percent=min(100, round(100 * left / WINDOW)),
        short=short,
    )


@register.simple_tag
def tick(status: str) -> SafeString:
    """The state of an outbound message as a small picture, with its words for who points at it or can't see it."""
    state = TICKS.get(status)
    if state is None:
        return SafeString()
    return format_html(TICK, tone=state.tone, label=state.label, picture=icon(state.icon))
