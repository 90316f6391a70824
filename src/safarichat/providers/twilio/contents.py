"""Contents at Twilio: made once for a shape, found again by a name that is made of it (reference §5, §19).

A talk keeps nothing. What was found or made goes back with `Accepted.contents`; who sends again puts it into
`Number.contents`, so that it need not be looked for.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256

from msgspec import Struct

from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.shapes import JSON, Answer, Later, Platform, Refused, Talk, Unknown
from safarichat.providers.twilio.drafts import Shape
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.rest import Account, ask, content, is_ok, node, pages

LANGUAGE = "en"  # a content must name one; the words of a conversation are the person's own
CODE = "whatsapp/authentication"
MOST_PAGES = 5
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
Found = Mapping[str, JSON]


class Content(Struct, frozen=True):
    """A content at Twilio and the names of its variables, in their order."""

    sid: str
    variables: tuple[str, ...] = ()

    def packed(self) -> str:
        return " ".join((self.sid, *self.variables))

    @classmethod
    def unpacked(cls, told: str) -> "Content":
        sid, *variables = told.split() or [""]
        return cls(sid, tuple(variables))

    @classmethod
    def of(cls, found: Found) -> "Content":
        return cls(text(found, "sid"), variables_in(mapping(found, "types")))


def variables_in(types: JSON) -> tuple[str, ...]:
    """(!) A sign-in code's content has WhatsApp's own words; its code is variable 1 all the same."""
    names = set(_VARIABLE.findall(json.dumps(types))) | ({"1"} if CODE in types else set())
    return tuple(sorted(names, key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name)))


def name_of(shape: Shape) -> str:
    """The same for the same shape, on every day and in every process."""
    told = json.dumps(shape.types, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sc-{sha256(told.encode('utf-8', 'replace')).hexdigest()[:40]}"


def find_or_make(platform: Platform, account: Account, shape: Shape) -> Talk[Content | Refused | Later]:
    """If two make it at the same time there are two alike, and either is good."""
    name = name_of(shape)
    listed = yield from named(platform, account, "Content", name)
    if isinstance(listed, Refused | Later):
        return listed
    if found := next((each for each in listed if mapping(each, "types") == shape.types), None):
        return Content.of(found)
    body = {
        "friendly_name": name,
        "language": LANGUAGE,
        "variables": dict(shape.variables),
        "types": shape.types,
    }
    answer = yield from ask(content(platform, account, "make content", "POST", "v1/Content", json=body))
    made = node(answer)
    return Content(text(made, "sid"), tuple(shape.variables)) if text(made, "sid") else not_sent(answer)


def named(platform: Platform, account: Account, path: str, name: str) -> Talk[list[Found] | Refused | Later]:
    """The contents of this name. (!) The list's filter finds parts of names, too."""
    query = {"ContentName": name, "PageSize": "100"} if name else {"PageSize": "500"}
    call = content(platform, account, "find content", "GET", f"v2/{path}", query=query)
    listed = yield from pages(call, "contents", MOST_PAGES)
    if listed.failure is not None and not listed.items:
        return not_sent(listed.failure)
    return [each for each in listed.items if not name or text(each, "friendly_name") == name]


def not_sent(answer: Answer) -> Refused | Later:
    """What an answer before the message itself means for it: whatever became of the question, nothing was sent."""
    outcome = classify(answer)
    if isinstance(outcome, Unknown):
        return Later(outcome.problem, "transient", 5.0, 5)
    return outcome


def is_gone(answer: Answer, code: int | None) -> bool:
    """The content was deleted since it was found."""
    return not is_ok(answer) and code == 21655
