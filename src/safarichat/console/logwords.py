"""A log's entries in words: what it was, how it ended, what came of it."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from safarichat.console import newswords
from safarichat.ground.evidence import CUT, shown
from safarichat.ground.sql import JSON
from safarichat.inbox.heard import Seen
from safarichat.inbox.owning import Own
from safarichat.inbox.sorting import MESSAGES, STATUSES, UNREADABLE, field_of
from safarichat.numbers.logged import Entry
from safarichat.numbers.models import ProviderCall
from safarichat.numbers.platform import hook_address
from safarichat.providers.shapes import Event, Received, StatusChanged, Unreadable

MOST_OF_A_HOOK = 64 * 1024
MOST_OUTCOMES = 50
DEEDS = {
    "connect": gettext_lazy("Connecting"),
    "check": gettext_lazy("Check"),
    "list": gettext_lazy("What was missed"),
    "templates": gettext_lazy("Templates"),
    "upload": gettext_lazy("File to the provider"),
    "fetch": gettext_lazy("File from the provider"),
    "disconnect": gettext_lazy("Disconnecting"),
    "send": gettext_lazy("Message"),
    "request_code": gettext_lazy("Asking for a code"),
    "verify_code": gettext_lazy("Giving the code"),
    "register": gettext_lazy("Registration"),
    "deregister": gettext_lazy("Deregistration"),
    "set_pin": gettext_lazy("New PIN"),
    "rename": gettext_lazy("Display name"),
    "read_profile": gettext_lazy("Reading the profile"),
    "write_profile": gettext_lazy("Changing the profile"),
    "write_photo": gettext_lazy("Changing the picture"),
    "hand_sample": gettext_lazy("Example of a template"),
    "mark_read": gettext_lazy("Read receipt"),
    "gateway": gettext_lazy("Asked by a program"),
    "refresh": gettext_lazy("Renewing the sign-in"),
    "subscribe": gettext_lazy("Subscribing to events"),
    "set_hook": gettext_lazy("Setting the webhook"),
    "register_hooks": gettext_lazy("Setting the app's webhook"),
    "new_key": gettext_lazy("New key"),
}
FIELDS = {
    MESSAGES: gettext_lazy("Messages"),
    STATUSES: gettext_lazy("Statuses"),
    UNREADABLE: gettext_lazy("Not readable"),
}
OUTCOMES = {
    "": gettext_lazy("under way"),
    "accepted": gettext_lazy("accepted"),
    "refused": gettext_lazy("refused"),
    "later": gettext_lazy("tried again later"),
    "unknown": gettext_lazy("no answer"),
    "not_sent": gettext_lazy("not sent"),
}


class Line(Struct, frozen=True, kw_only=True):
    """An entry as a list shows it."""

    entry: Entry
    side: str
    title: str
    about: str
    outcome: str
    color: str


def line(entry: Entry) -> Line:
    side = "in" if entry.source == "hooks" else "out"
    return Line(
        entry=entry,
        side=side,
        title=", ".join(kind_label(side, kind) for kind in entry.kinds),
        about=entry.label,
        outcome=_outcome(entry),
        color="secondary" if entry.is_ok is None else "success" if entry.is_ok else "danger",
    )


def kind_label(side: str, kind: str) -> str:
    if side == "out":
        return str(DEEDS.get(kind, kind))
    return str(FIELDS.get(kind) or newswords.heading(kind))


def kinds(seen: Sequence[Seen]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a log can be narrowed to: every deed, and the fields that this number was ever told of."""
    out = [(f"out:{kind}", str(label)) for kind, label in DEEDS.items()]
    told = sorted((f"in:{one.field}", kind_label("in", one.field)) for one in seen)
    return [(_("Out"), sorted(out, key=lambda pair: pair[1])), (_("In"), told)]


def _outcome(entry: Entry) -> str:
    match entry.source:
        case "calls":
            return str(entry.status) if entry.status else _("no answer")
        case "sends":
            return str(OUTCOMES.get(str((entry.details or {}).get("outcome")), ""))
    return _("understood") if entry.is_ok else _("not understood")


# --- a call ---


def as_curl(call: ProviderCall) -> str:
    """To be tried again by hand, once the secrets are put back."""
    words = [f"curl -X {call.method} {shlex.quote(call.url)}"]
    words += [f"-H {shlex.quote(header)}" for header in call.request_headers.splitlines() if header != CUT]
    if call.request.startswith(("{", "[")):
        words += ["-H 'content-type: application/json'", f"--data {shlex.quote(call.request)}"]
    else:
        words += [f"--data-urlencode {shlex.quote(pair)}" for pair in call.request.splitlines() if "=" in pair]
    return " \\\n  ".join(words)


def pretty(text: str) -> str:
    """JSON in lines of its own; anything else as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def body_text(body: JSON) -> str:
    """A message as it was queued, without what opens something."""
    return pretty(shown(msgspec.json.encode(body)))


# --- a hook ---


class CameOf(Struct, frozen=True, kw_only=True):
    """What one piece of news became. `message_id` where it is about a message that is here; `word` is the provider's
    own name of it, shown as it came."""

    text: str
    word: str = ""
    message_id: int = 0
    is_ok: bool = True


def hook_text(own: Own) -> str:
    """Its body, or what of it is about the number, without what opens something."""
    room = MOST_OF_A_HOOK // len(own.parts)
    content_type = "application/x-www-form-urlencoded" if b"=" in own.hook.body[:200] else "text/plain"
    return "\n".join(pretty(shown(part, content_type, most=max(room, 500))) for part in own.parts)


def hook_line(own: Own) -> str:
    address = hook_address(own.hook.provider, "•••" if own.hook.route else "")
    query = urlencode([(name, value[:100]) for name, value in parse_qsl(own.hook.query)])
    return f"POST {address}{f'?{query}' if query else ''}"


def came_of(events: Sequence[Event], ours: Mapping[str, int]) -> list[CameOf]:
    return [_came_of(event, ours) for event in events[:MOST_OUTCOMES]]


def theirs(events: Sequence[Event]) -> set[str]:
    """The provider's ids of the messages that it is about."""
    return {event.provider_message_id for event in events if isinstance(event, Received | StatusChanged)}


def _came_of(event: Event, ours: Mapping[str, int]) -> CameOf:
    match event:
        case Unreadable():
            return CameOf(text=_(event.reason) if event.reason else _("Not readable"), is_ok=False)
        case Received():
            found = ours.get(event.provider_message_id, 0)
            return CameOf(text=_("A message: %(kind)s") % {"kind": event.kind}, message_id=found, is_ok=bool(found))
        case StatusChanged():
            found = ours.get(event.provider_message_id, 0)
            told = _("Status: %(status)s") % {"status": event.status}
            return CameOf(text=told if found else f"{told} · {_('of a message that is not here')}", message_id=found)
    word: Any = getattr(event, "event", "")
    return CameOf(text=kind_label("in", field_of(event)), word=str(word))
