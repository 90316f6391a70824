"""The account's approved contents as a list of templates in the Cloud API's form (reference §5)."""

import re
from collections.abc import Iterator, Mapping

from safarichat.providers.cloud_api.loose import mapping, mappings, text, texts
from safarichat.providers.shapes import JSON, Later, Number, Platform, Refused, Talk, Template, TemplateList, Unknown
from safarichat.providers.twilio.contents import CODE, Found
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.rest import account_of, content, pages
from safarichat.providers.twilio.templates import approval, status_of

MOST_PAGES = 20
STATUSES = {"received": "PENDING"}
VIDEO, DOCUMENT = (".mp4", ".3gp"), (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".txt")
CODE_BODY = "{{1}}"  # (!) WhatsApp's own words stand around it, in the language of the template
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_FILLED = re.compile(r"\{\{")
Component = dict[str, JSON]
Content = Mapping[str, JSON]


def templates(number: Number, platform: Platform) -> Talk[TemplateList | Refused | Later | Unknown]:
    """Only what was handed in for approval has a name at WhatsApp. Of two of one name the approved one counts."""
    query = {"PageSize": "500"}
    call = content(platform, account_of(platform), "list templates", "GET", "v2/ContentAndApprovals", query=query)
    listed = yield from pages(call, "contents", MOST_PAGES)
    if listed.failure is not None:
        return classify(listed.failure)
    found: dict[tuple[str, str], Template] = {}
    for each in filter(None, map(template, listed.items)):
        if each.status == "APPROVED" or (each.name, each.language) not in found:
            found[each.name, each.language] = each
    return TemplateList(tuple(found.values()))


def template(found: Found) -> Template | None:
    told, status = approval(found), status_of(found)
    name, language = text(told, "name"), text(found, "language")
    if not name or not language or status in ("", "unsubmitted"):
        return None
    components = tuple(_components(found))
    return Template(
        template_id=text(found, "sid"),
        name=name[:512],
        language=language[:32],
        category=text(told, "category").upper()[:32],
        status=STATUSES.get(status, status.upper())[:32],
        components=components,
        parameter_format="POSITIONAL" if _runs(components) else "NAMED",
        rejected_reason=text(told, "rejection_reason")[:255],
    )


def _runs(components: tuple[Component, ...]) -> bool:
    """Whether the numbers rise as they are read. Else each value has to say which one it is."""
    numbers = [int(name) for name in _VARIABLE.findall(" ".join(_read(components))) if name.isdigit()]
    return list(dict.fromkeys(numbers)) == sorted(set(numbers))


def _read(node: JSON) -> Iterator[str]:
    match node:
        case str():
            yield node
        case dict():
            yield from (told for inner in node.values() for told in _read(inner))
        case list() | tuple():
            yield from (told for inner in node for told in _read(inner))


# --- what it consists of ---------------------------------------------------------------------------------------------


def _components(found: Found) -> Iterator[Component]:
    """Of several types WhatsApp gets the richest: plain text is there for other channels."""
    types = mapping(found, "types")
    kind = next((each for each in types if each != "twilio/text"), "twilio/text")
    content, samples = mapping(types, kind), mapping(found, "variables")
    if kind == CODE:
        yield {"type": "BODY", "text": CODE_BODY}
        yield {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
        return
    yield from _parts(content, samples)
    if cards := mappings(content, "cards"):
        yield {"type": "CAROUSEL", "cards": [{"components": list(_parts(card, samples))} for card in cards]}


def _parts(content: Content, samples: Content) -> Iterator[Component]:
    """A card with a title and no body has its title where others have their body."""
    yield from _header(content, samples)
    if body := text(content, "body") or text(content, "title"):
        yield _worded("BODY", body, "body_text", samples)
    if footer := text(content, "footer") or text(content, "subtitle"):
        yield {"type": "FOOTER", "text": footer}
    if actions := mappings(content, "actions"):
        yield {"type": "BUTTONS", "buttons": [_button(action, samples) for action in actions]}


def _header(content: Content, samples: Content) -> Iterator[Component]:
    """A file that is part of the template waits for nothing; only one with a variable is asked for."""
    if words := text(content, "header_text"):
        yield _worded("HEADER", words, "header_text", samples) | {"format": "TEXT"}
    media = text(content, "media") or next(iter(texts(content, "media")), "")
    if _FILLED.search(media):
        sample = _sampled(media, samples).lower()
        is_known = {"VIDEO": sample.endswith(VIDEO), "DOCUMENT": sample.endswith(DOCUMENT)}
        yield {"type": "HEADER", "format": next((kind for kind, is_it in is_known.items() if is_it), "IMAGE")}


def _worded(kind: str, words: str, example: str, samples: Content) -> Component:
    told = [text(samples, name) for name in dict.fromkeys(_VARIABLE.findall(words))]
    return {"type": kind, "text": words} | ({"example": {example: [told]}} if told else {})


def _button(action: Content, samples: Content) -> Component:
    kind, label = text(action, "type").upper(), text(action, "title")
    button: Component = {"type": kind, "text": label}
    if kind == "URL":
        url = text(action, "url")
        button |= {"url": url, "example": [_sampled(url, samples)]}
    elif kind == "PHONE_NUMBER":
        button |= {"phone_number": text(action, "phone")}
    elif kind == "COPY_CODE" and not _FILLED.search(text(action, "code")):
        button["type"] = "FIXED_CODE"  # nothing is waited for
    return button


def _sampled(told: str, samples: Content) -> str:
    return _VARIABLE.sub(lambda found: text(samples, found[1]), told)
