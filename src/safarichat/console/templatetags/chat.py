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

from safarichat.console import listing
from safarichat.console.bubbles import TICKS, Tick
from safarichat.messaging.reading import Place

register = template.Library()

WINDOW = timedelta(hours=24)
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


@register.simple_tag
def when(at: datetime, style: str = "short") -> SafeString:
    """A time in the person's zone, with UTC for who points at it. `short`: today the hour, this week the day, else the
    date; `time`: always the hour; `full`: date and hour."""
    local, today = timezone.localtime(at), timezone.localdate()
    clock = formats.date_format(local, "TIME_FORMAT") if formats.get_format("TIME_FORMAT") != "P" else f"{local:%H:%M}"
    match style:
        case "time":
            shown = clock
        case "full":
            shown = f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {clock}"
        case _ if local.date() == today:
            shown = clock
        case _ if local.date() == today - timedelta(days=1):
            shown = _("Yesterday")
        case _ if timedelta(0) < today - local.date() < timedelta(days=7):
            shown = formats.date_format(local, "l")
        case _:
            shown = formats.date_format(local, "SHORT_DATE_FORMAT")
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


@register.inclusion_tag("console/inbox/_ring.html")
def window_ring(closes_at: datetime | None, now: datetime) -> dict[str, object]:
    """The 24-hour window as a ring that empties, with the time left in words."""
    left = (closes_at - now) if closes_at else timedelta(0)
    if left <= timedelta(0):
        return {"is_open": False}
    hours, minutes = int(left.total_seconds() // 3600), ceil(left.total_seconds() / 60)
    return {
        "is_open": True,
        "percent": min(100, round(100 * left / WINDOW)),
        "is_closing": left < timedelta(hours=2),
        "short": _("%(count)s h") % {"count": hours} if hours else _("%(count)s min") % {"count": minutes},
        "long": ngettext("%(count)s hour left to reply freely", "%(count)s hours left to reply freely", hours)
        % {"count": hours}
        if hours
        else ngettext("%(count)s minute left to reply freely", "%(count)s minutes left to reply freely", minutes)
        % {"count": minutes},
    }


@register.filter
def before(place: Place) -> str:
    """A place in a list, for an address."""
    return listing.place_text(place)


@register.simple_tag
def tick(status: str) -> Tick | None:
    """The picture and words for the state of an outbound message."""
    return TICKS.get(status)
