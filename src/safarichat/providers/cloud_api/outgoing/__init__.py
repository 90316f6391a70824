"""What Meta would refuse at once, found before it is queued, with Meta's own codes (reference §4, §9)."""

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from safarichat.providers.cloud_api.loose import decode
from safarichat.providers.cloud_api.outgoing.common import MISSING, UNSUPPORTED, WRONG, Check, fault, under
from safarichat.providers.cloud_api.outgoing.contacts import CONTACTS
from safarichat.providers.cloud_api.outgoing.envelope import envelope_problem
from safarichat.providers.cloud_api.outgoing.interactive import CONTENT, INTERACTIVE
from safarichat.providers.cloud_api.outgoing.location import LOCATION
from safarichat.providers.cloud_api.outgoing.media import MEDIA
from safarichat.providers.cloud_api.outgoing.reaction import REACTION
from safarichat.providers.cloud_api.outgoing.template import TEMPLATE
from safarichat.providers.cloud_api.outgoing.text import SHORTER, TEXT
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Abilities, Problem

KINDS: Mapping[str, Check] = {
    "text": TEXT,
    "location": LOCATION,
    "contacts": CONTACTS,
    "reaction": REACTION,
    "template": TEMPLATE,
    **MEDIA,
}
NOT_CARRIED = N_("This number's provider can't carry a message of this kind.")
NO_CONTENT = N_("The message has no content.")
BAD_CHARACTERS = N_("The message holds characters that can't be sent.")
TOO_LONG_HERE = N_("This text is longer than the number's provider carries.")
NEEDS_LINK = N_("This number's provider takes files by a link only.")
_NAME = re.compile("[a-z][a-z0-9_]{0,39}")
_DOUBTFUL = (b"\\u0000", b"null")  # infinity is written as null
_DEEP = 100


class Checked(Struct, frozen=True):
    """What is known of a message before it is queued. `may_lose` says what this provider may not carry of its kind;
    `is_unchecked`: of a kind, or interactive type, that is not known here, to be passed on as it is."""

    problem: Problem | None = None
    may_lose: tuple[str, ...] = ()
    is_unchecked: bool = False


def check(body: Mapping[str, JSON], abilities: Abilities) -> Checked:
    """Judge a Cloud API message object, with or without addressing. Never raises, whatever JSON it is."""
    kind = body.get("type")
    if not isinstance(kind, str):
        return Checked(fault(UNSUPPORTED, NOT_CARRIED, "type"))
    if (refusal := abilities.refused.get(kind)) is not None:
        return Checked(fault(UNSUPPORTED, refusal, "type"))
    if not is_storable(body):
        return Checked(fault(WRONG, BAD_CHARACTERS, kind))
    if kind == "interactive":
        return _interactive(body, abilities)
    checked = KINDS.get(kind)
    if checked is None:
        return _unknown(kind, "type", abilities)
    if kind not in abilities.kinds:
        return Checked(fault(UNSUPPORTED, NOT_CARRIED, "type"))
    content = body.get(kind)
    if not content:
        return Checked(fault(MISSING, NO_CONTENT, kind))
    problem = _under(kind, checked(content)) or envelope_problem(body, kind) or _own_limits(kind, content, abilities)
    return Checked(problem, abilities.carried_without.get(kind, ()))


def is_storable(body: JSON) -> bool:
    """Whether it comes back as it is: no NUL, no half of a surrogate pair, no infinity, no brackets without end."""
    try:
        encoded = msgspec.json.encode(body)
        if not any(sign in encoded for sign in _DOUBTFUL) and encoded.count(b"[") + encoded.count(b"{") < _DEEP:
            return True
        return bool(decode(encoded) == body)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False


def _interactive(body: Mapping[str, JSON], abilities: Abilities) -> Checked:
    """Some providers carry some of the types: `refused` and `carried_without` may name a type, too."""
    if "interactive" not in abilities.kinds:
        return Checked(fault(UNSUPPORTED, NOT_CARRIED, "type"))
    content = body.get("interactive")
    if not content or not isinstance(content, dict):
        return Checked(fault(MISSING, CONTENT, "interactive"))
    kind = content.get("type")
    if not isinstance(kind, str) or not kind:
        return Checked(fault(MISSING, N_("An interactive message needs its type."), "interactive.type"))
    if (refusal := abilities.refused.get(kind)) is not None:
        return Checked(fault(UNSUPPORTED, refusal, "interactive.type"))
    checked = INTERACTIVE.get(kind)
    if checked is None:
        return _unknown(kind, "interactive.type", abilities)
    problem = _under("interactive", checked(content)) or envelope_problem(body, kind)
    lost = abilities.carried_without.get(kind) or abilities.carried_without.get("interactive", ())
    return Checked(problem or _link_only(content.get("header"), "interactive.header", abilities), lost)


def _unknown(kind: str, field: str, abilities: Abilities) -> Checked:
    if abilities.speaks_cloud_api and _NAME.fullmatch(kind):
        return Checked(is_unchecked=True)
    return Checked(fault(UNSUPPORTED, NOT_CARRIED, field))


def _under(kind: str, problem: Problem | None) -> Problem | None:
    return None if problem is None else under(kind, problem)


# --- what a provider carries less of ---------------------------------------------------------------------------------


def _own_limits(kind: str, content: JSON, abilities: Abilities) -> Problem | None:
    if kind == "text" and len(content["body"]) > abilities.longest_text:
        return fault(100, TOO_LONG_HERE, "text.body", SHORTER)
    return _link_only({"type": kind, kind: content}, "", abilities) if kind in MEDIA else None


def _link_only(holder: JSON, field: str, abilities: Abilities) -> Problem | None:
    """A media object stands in its holder under the name of its type."""
    if not abilities.takes_links_only or not isinstance(holder, dict):
        return None
    kind = holder.get("type")
    media = holder.get(kind) if isinstance(kind, str) and kind in MEDIA else None
    if not isinstance(media, dict) or not media.get("id"):
        return None
    place = ".".join(filter(None, [field, kind, "id"]))
    return fault(WRONG, abilities.refused.get("media_id", NEEDS_LINK), place)
