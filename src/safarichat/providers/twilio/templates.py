"""Templates: the content of a name and language, and its values by number (reference §5, §16)."""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, mappings, text
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Later, Number, Platform, Refused, Talk
from safarichat.providers.twilio.contents import Content, Found, named, variables_in
from safarichat.providers.twilio.drafts import invalid
from safarichat.providers.twilio.errors import problem_with
from safarichat.providers.twilio.interactive import plain
from safarichat.providers.twilio.links import is_link
from safarichat.providers.twilio.rest import Account
from safarichat.providers.twilio.translating import NO_LINK

OTHER_SITE = N_("This template takes its file from one site only. Give a link that begins as the template's own does.")
MISSING, MISMATCH, PAUSED = 63027, 63028, 63041
_IN_ORDER = ("header", "body", "button")
_MEDIA = ("image", "video", "document")
Template = Mapping[str, JSON]


class Filled(Struct, frozen=True):
    """A template's content with its values; `key` is the name under which the content may be kept."""

    content: Content
    variables: Mapping[str, str]
    key: str


def fill(number: Number, platform: Platform, account: Account, template: Template) -> Talk[Filled | Refused | Later]:
    name, language = text(template, "name"), text(mapping(template, "language"), "code")
    values = list(_values(mappings(template, "components")))
    if any(value.is_media and not is_link(value.text) for value in values):
        return invalid(NO_LINK, "template.components")
    key = f"{name}/{language}"
    known = number.contents.get(key, "")
    if known and not any(value.is_media for value in values):
        return _filled(Content.unpacked(known), values, key)
    found = yield from _find(platform, account, name, language)
    if isinstance(found, Refused | Later):
        return found
    fitting = _fitting(values, found)
    if fitting is None:
        return invalid(OTHER_SITE, "template.components")
    return _filled(Content.of(found), fitting, key)


# --- the content -----------------------------------------------------------------------------------------------------


def _find(platform: Platform, account: Account, name: str, language: str) -> Talk[Found | Refused | Later]:
    """By the name under which WhatsApp knows it, mostly its own at Twilio as well; by its own alone only where no other
    was handed in as that. An approved one before any other."""
    best: Found = {}
    for asked in (name, ""):
        listed = yield from named(platform, account, "ContentAndApprovals", asked)
        if isinstance(listed, Refused | Later):
            return listed
        mine = [each for each in listed if _is_meant(each, name) and text(each, "language") == language]
        best = max(mine, key=lambda each: (is_known_as(each, name), status_of(each) == "approved"), default=best)
        if is_known_as(best, name):
            break
    if not best:
        return Refused(replace(problem_with(MISSING), details=f"{name} ({language})"))
    if status_of(best) in ("paused", "disabled"):
        return Refused(replace(problem_with(PAUSED), details=f"{name} ({language})"))
    return best


def _is_meant(found: Found, name: str) -> bool:
    return is_known_as(found, name) or text(found, "friendly_name") == name


def is_known_as(found: Found, name: str) -> bool:
    return text(approval(found), "name") == name


def approval(found: Found) -> Mapping[str, JSON]:
    told = mapping(found, "approval_requests")
    return mapping(told, "whatsapp") or told


def status_of(found: Found) -> str:
    return text(approval(found), "status").lower()


# --- its values ------------------------------------------------------------------------------------------------------


class _Value(Struct, frozen=True):
    text: str
    name: str = ""  # given by number
    is_media: bool = False


def _values(components: list[Mapping[str, JSON]]) -> Iterator[_Value]:
    """In the order in which Twilio's numbers run: header, body, buttons, then each card the same way."""
    for kind in _IN_ORDER:
        mine = [each for each in components if text(each, "type").lower() == kind]
        for component in sorted(mine, key=lambda each: text(each, "index")):
            for parameter in mappings(component, "parameters"):
                yield _value(parameter)
    for carousel in components:
        for card in mappings(carousel, "cards"):
            yield from _values(mappings(card, "components"))


def _value(parameter: Mapping[str, JSON]) -> _Value:
    kind, name = text(parameter, "type"), text(parameter, "parameter_name")
    if kind in _MEDIA:
        return _Value(text(mapping(parameter, kind), "link"), is_media=True)
    inner = mapping(parameter, kind)
    told = text(parameter, kind) or text(inner, "fallback_value") or text(parameter, "payload")
    return _Value(plain(told), name if name.isdigit() else "")


def _fitting(values: list[_Value], found: Found) -> list[_Value] | None:
    """(!) The content holds the beginning of a file's link and takes the rest of it as its value, by whatever number.
    None: a link begins in another way, and put together they would lead nowhere."""
    places = [told for told in _strings(mapping(found, "types")) if "{{" in told]
    fitting = []
    for value in values:
        if not value.is_media or not places:
            fitting.append(value)
            continue
        mine = [place for place in places if value.text.startswith(_beginning(place))]
        if not mine:
            return None
        place = max(mine, key=lambda each: len(_beginning(each)))
        places.remove(place)
        [number, *_] = variables_in(place)
        fitting.append(replace(value, text=value.text[len(_beginning(place)) :], name=number))
    return fitting


def _beginning(place: str) -> str:
    return place.partition("{{")[0]


def _strings(types: JSON) -> Iterator[str]:
    """Every link that stands in a list of media."""
    match types:
        case dict():
            media = types.get("media")
            yield from (each for each in (media if isinstance(media, list) else [media]) if isinstance(each, str))
            for inner in types.values():
                yield from _strings(inner)
        case list():
            for inner in types:
                yield from _strings(inner)


def _filled(content: Content, values: list[_Value], key: str) -> Filled | Refused:
    """(!) Meta wants a sign-in code twice, for the text and for the button; Twilio wants it once."""
    wanted = content.variables
    numbered = {value.name: value.text for value in values if value.name}
    unnumbered = [name for name in wanted if name not in numbered]
    in_order = [value.text for value in values if not value.name]
    kept, more = in_order[: len(unnumbered)], in_order[len(unnumbered) :]
    given = dict(zip(unnumbered, kept, strict=False)) | numbered
    if set(wanted) - given.keys() or set(more) - set(kept):
        told = f"{len(values)} of {len(wanted)} variables"
        return Refused(replace(problem_with(MISMATCH), details=told))
    return Filled(content, {name: given[name] for name in wanted}, key)
