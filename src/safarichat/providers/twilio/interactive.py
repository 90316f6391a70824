"""Buttons, lists, links and forms of a conversation as Twilio's contents (reference §5.4, §16).

Every word a person reads, and every id, becomes a variable, so that the number of contents in an account stays small.
"""

from collections.abc import Callable, Mapping, Sequence

from safarichat.providers.cloud_api.loose import mapping, mappings, text
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Refused
from safarichat.providers.twilio import about, links
from safarichat.providers.twilio.drafts import Draft, Shape, invalid, unsupported

MOST_LINES, MOST_BUTTONS, MOST_ITEMS = 40, 3, 10
NO_BODY = N_("The message needs a text.")
TOO_MANY_LINES = N_("A message with buttons can hold at most 40 lines.")
BUTTONS = N_("Between one and three buttons are needed, each with an id and a title.")
ITEMS = N_("Between one and ten items are needed, each with an id and a title.")
LIST_BUTTON = N_("A list needs a button that opens it.")
NO_LINK = N_("The button needs a link that begins with https:// or http://.")
NO_FLOW = N_("Twilio opens a form by its id only: give flow_id.")
HEADER_FILE = N_("The file in the header needs a public link.")
NOT_CARRIED = N_("Twilio does not carry interactive messages of this kind.")
Content = Mapping[str, JSON]


def interactive(content: Content) -> Draft | Refused:
    kind = text(content, "type")
    if kind not in _KINDS:
        return unsupported(about.REFUSED.get(kind, NOT_CARRIED), "interactive.type")
    lines = text(mapping(content, "body"), "text").splitlines()
    if not any(line.strip() for line in lines):
        return invalid(NO_BODY, "interactive.body.text")
    if len(lines) > MOST_LINES:
        return invalid(TOO_MANY_LINES, "interactive.body.text")
    words = Words()
    return _KINDS[kind](content, words.lines(lines), words)


class Words:
    """Puts words aside and gives the place-holder that stands for them."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}

    def add(self, words: str) -> str:
        name = str(len(self.variables) + 1)
        self.variables[name] = plain(words)
        return f"{{{{{name}}}}}"

    def lines(self, lines: Sequence[str]) -> str:
        """A variable can't hold a line break: each line is one, an empty one stays as it is."""
        return "\n".join(self.add(line) if line.strip() else "" for line in lines)

    def link(self, link: str) -> str:
        site, rest = links.split(link)
        return f"{site}{self.add(rest)}" if rest else site


def plain(words: str) -> str:
    """(!) WhatsApp refuses a variable with a line break, a tab or four spaces in a row."""
    flat = " ".join(words.replace("\t", " ").splitlines())
    while "    " in flat:
        flat = flat.replace("    ", "   ")
    return flat


# --- kinds -----------------------------------------------------------------------------------------------------------


def _buttons(content: Content, body: str, words: Words) -> Draft | Refused:
    replies = [mapping(each, "reply") for each in mappings(mapping(content, "action"), "buttons")]
    if not 0 < len(replies) <= MOST_BUTTONS or not all(text(each, "id") and text(each, "title") for each in replies):
        return invalid(BUTTONS, "interactive.action.buttons")
    actions = [
        {"type": "QUICK_REPLY", "title": words.add(text(each, "title")), "id": words.add(text(each, "id"))}
        for each in replies
    ]
    return _quick_reply(content, {"body": body, "actions": actions}, words)


def _link(content: Content, body: str, words: Words) -> Draft | Refused:
    given = mapping(mapping(content, "action"), "parameters")
    link, title = text(given, "url"), text(given, "display_text")
    if not links.is_link(link) or not title:
        return invalid(NO_LINK, "interactive.action.parameters.url")
    actions = [{"type": "URL", "title": words.add(title), "url": words.link(link)}]
    has_more = content.get("header") or content.get("footer")  # (!) a card with a link needs approval, even in a chat
    types = {"twilio/call-to-action": {"body": body, "actions": actions}}
    return _draft(types, words, (about.NO_LINK_PARTS,) if has_more else ())


def _list(content: Content, body: str, words: Words) -> Draft | Refused:
    action = mapping(content, "action")
    sections = mappings(action, "sections")
    rows = [row for section in sections for row in mappings(section, "rows")]
    if not text(action, "button"):
        return invalid(LIST_BUTTON, "interactive.action.button")
    if not 0 < len(rows) <= MOST_ITEMS or not all(text(row, "id") and text(row, "title") for row in rows):
        return invalid(ITEMS, "interactive.action.sections")
    button = words.add(text(action, "button"))
    items = [_item(row, words) for row in rows]
    has_more = content.get("header") or content.get("footer") or any(text(section, "title") for section in sections)
    types = {"twilio/list-picker": {"body": body, "button": button, "items": items}}
    return _draft(types, words, (about.NO_LIST_PARTS,) if has_more else ())


def _item(row: Content, words: Words) -> dict[str, str]:
    item = {"id": words.add(text(row, "id")), "item": words.add(text(row, "title"))}
    described = text(row, "description")
    return {**item, "description": words.add(described)} if described else item


def _flow(content: Content, body: str, words: Words) -> Draft | Refused:
    given = mapping(mapping(content, "action"), "parameters")
    if not text(given, "flow_id"):
        return invalid(NO_FLOW, "interactive.action.parameters.flow_id")
    payload = mapping(given, "flow_action_payload")
    flow = {
        "body": body,
        "button_text": words.add(text(given, "flow_cta")),
        "flow_id": text(given, "flow_id"),
        "flow_token": words.add(text(given, "flow_token")) if text(given, "flow_token") else "",
        "flow_first_page_id": text(payload, "screen"),
    }
    types = {"whatsapp/flows": {name: value for name, value in flow.items() if value}}
    lost = [about.NO_PAYLOAD] if mapping(payload, "data") else []
    lost += [about.NO_LIST_PARTS] if content.get("header") or content.get("footer") else []
    return _draft(types, words, tuple(lost))


def _quick_reply(content: Content, plainly: Mapping[str, JSON], words: Words) -> Draft | Refused:
    """With a header or footer it has to be WhatsApp's own card."""
    header, footer = mapping(content, "header"), text(mapping(content, "footer"), "text")
    if not header and not footer:
        return _draft({"twilio/quick-reply": plainly}, words)
    card = dict(plainly)
    kind = text(header, "type")
    if kind == "text":
        card["header_text"] = words.add(text(header, "text"))
    elif kind:
        link = text(mapping(header, kind), "link")
        if not links.is_link(link):
            return invalid(HEADER_FILE, "interactive.header")
        card["media"] = [words.link(link)]
    if footer:
        card["footer"] = words.add(footer)
    return _draft({"whatsapp/card": card}, words)


def _draft(types: Mapping[str, JSON], words: Words, loss: tuple[str, ...] = ()) -> Draft:
    return Draft(shape=Shape(types=types, variables=words.variables), loss=loss)


_KINDS: Mapping[str, Callable[[Content, str, Words], Draft | Refused]] = {
    "button": _buttons,
    "cta_url": _link,
    "list": _list,
    "flow": _flow,
}
