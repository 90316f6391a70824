"""What Graph says about a message before it accepts it (reference §4)."""

import re
from collections.abc import Callable

from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.meta.parameters import check_parameters
from safarichat.sandbox.things import JSON, PhoneNumber
from safarichat.sandbox.world import World

MEDIA = ("image", "video", "audio", "document", "sticker")
CAPTIONED = ("image", "video", "document")


def check_content(world: World, number: PhoneNumber, content: dict[str, JSON]) -> None:
    """Raises the GraphError a faulty message object deserves."""
    kind = content["type"]
    check = CHECKS.get(kind)
    if check is None:
        raise GraphError(131051, details=f"Message type {kind!r} is not supported.")
    payload = content.get(kind)
    if payload is None:
        raise GraphError(131008, details=f"Parameter '{kind}' is required for type {kind}.")
    if not isinstance(payload, list if kind == "contacts" else dict):
        raise GraphError(100, f"Param {kind} must be a JSON {'array' if kind == 'contacts' else 'object'}.")
    check(world, number, payload)


def check_marketing(world: World, number: PhoneNumber, parameters: dict[str, JSON]) -> None:
    """What the marketing endpoint asks of a message beside what every message must be."""
    if parameters.get("product_policy", "STRICT") not in ("STRICT", "CLOUD_API_FALLBACK"):
        raise GraphError(100, "Param product_policy must be one of {CLOUD_API_FALLBACK, STRICT}.")
    asked = parameters.get("template")
    language = asked.get("language") if isinstance(asked, dict) else None
    code = language.get("code") if isinstance(language, dict) else None
    found = world.template(number.waba_id, str(asked.get("name")), str(code)) if isinstance(asked, dict) else None
    if parameters.get("type") != "template" or (found is not None and found.category != "MARKETING"):
        raise GraphError(131055, details="Only marketing templates can be sent with this endpoint.")


def _text(world: World, number: PhoneNumber, text: dict[str, JSON]) -> None:
    body = _required(text, "text", "body")
    if not body.strip():
        raise GraphError(131008, details="Parameter text['body'] must not be empty.")
    _limit("text['body']", body, 4096)


def _media(kind: str) -> Callable[[World, PhoneNumber, dict[str, JSON]], None]:
    def check(world: World, number: PhoneNumber, media: dict[str, JSON]) -> None:
        _media_object(world, number, kind, media)

    return check


def _media_object(world: World, number: PhoneNumber, kind: str, media: JSON) -> None:
    if not isinstance(media, dict) or ("id" in media) == ("link" in media):
        raise GraphError(131009, details=f"{kind} must have exactly one of id and link.")
    if "id" in media:
        kept = world.media.get(str(media["id"]))
        if kept is None:
            raise GraphError(131009, details=f"Media id {media['id']} does not exist.")
    elif not re.match(r"https?://\S+$", str(media["link"])):
        raise GraphError(131009, details=f"{kind}['link'] is not a valid URL.")
    if "caption" in media:
        if kind not in CAPTIONED:
            raise GraphError(131009, details=f"{kind} can't have a caption.")
        _limit(f"{kind}['caption']", str(media["caption"]), 1024)


def _location(world: World, number: PhoneNumber, location: dict[str, JSON]) -> None:
    for key, most in (("latitude", 90), ("longitude", 180)):
        try:
            value = float(_required(location, "location", key))
        except ValueError:
            raise GraphError(131009, details=f"location['{key}'] must be a number.") from None
        if abs(value) > most:
            raise GraphError(131009, details=f"location['{key}'] is out of range.")


def _contacts(world: World, number: PhoneNumber, contacts: list[JSON]) -> None:
    if not 1 <= len(contacts) <= 257:
        raise GraphError(131009, details="contacts must hold 1 to 257 contacts.")
    for contact in contacts:
        name = contact.get("name") if isinstance(contact, dict) else None
        if not isinstance(name, dict) or not name.get("formatted_name") or len([v for v in name.values() if v]) < 2:
            raise GraphError(131008, details="contacts['name'] needs formatted_name and one other part of the name.")


def _reaction(world: World, number: PhoneNumber, reaction: dict[str, JSON]) -> None:
    target = world.messages.get(_required(reaction, "reaction", "message_id"))
    if "emoji" not in reaction:
        raise GraphError(131008, details="Parameter reaction['emoji'] is required.")
    if target is None or target.kind == "reaction":
        raise GraphError(131009, details="reaction['message_id'] does not name a message that can be reacted to.")


def _interactive(world: World, number: PhoneNumber, interactive: dict[str, JSON]) -> None:
    kind, action = _required(interactive, "interactive", "type"), interactive.get("action")
    if not isinstance(action, dict):
        raise GraphError(131008, details="Parameter interactive['action'] is required.")
    body = interactive.get("body")
    text = body.get("text") if isinstance(body, dict) else None
    if kind in ("button", "list", "cta_url", "location_request_message") and not text:
        raise GraphError(131008, details="Parameter interactive['body']['text'] is required.")
    _limit("interactive['body']['text']", str(text or ""), 4096 if kind == "list" else 1024)
    if kind == "button":
        _buttons(action.get("buttons"))
    elif kind == "list":
        _sections(action)
    elif kind == "cta_url":
        parameters = action.get("parameters")
        if not isinstance(parameters, dict) or not parameters.get("url"):
            raise GraphError(131008, details="Parameter interactive['action']['parameters']['url'] is required.")
        _limit("display_text", str(parameters.get("display_text", "")), 20)


def _buttons(buttons: JSON) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise GraphError(131009, details="interactive['action']['buttons'] must hold 1 to 3 buttons.")
    replies = [button.get("reply") if isinstance(button, dict) else None for button in buttons]
    if not all(isinstance(reply, dict) and reply.get("id") and reply.get("title") for reply in replies):
        raise GraphError(131008, details="Each button needs reply['id'] and reply['title'].")
    for key, most in (("id", 256), ("title", 20)):
        values = [str(reply[key]) for reply in replies if reply]
        for value in values:
            _limit(f"reply['{key}']", value, most)
        if len(set(values)) < len(values):
            raise GraphError(131009, details=f"Duplicate button {key}.")


def _sections(action: dict[str, JSON]) -> None:
    _limit("interactive['action']['button']", _required(action, "action", "button"), 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise GraphError(131009, details="interactive['action']['sections'] must hold 1 to 10 sections.")
    rows = [row for section in sections if isinstance(section, dict) for row in section.get("rows") or []]
    if not 1 <= len(rows) <= 10:
        raise GraphError(131009, details="A list must have 1 to 10 rows in total.")
    for row in rows:
        if not isinstance(row, dict) or not row.get("id") or not row.get("title"):
            raise GraphError(131008, details="Each row needs an id and a title.")
        for key, most in (("id", 200), ("title", 24), ("description", 72)):
            _limit(f"row['{key}']", str(row.get(key, "")), most)


def _template(world: World, number: PhoneNumber, template: dict[str, JSON]) -> None:
    name, language = _required(template, "template", "name"), template.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not code:
        raise GraphError(131008, details="Parameter template['language']['code'] is required.")
    found = world.template(number.waba_id, name, str(code))
    if found is None or found.status not in ("APPROVED", "PAUSED", "DISABLED"):
        raise GraphError(132001, details=f"template name ({name}) does not exist in {code}")
    if found.status != "APPROVED":
        raise GraphError(132015 if found.status == "PAUSED" else 132016)
    check_parameters(found.components, template.get("components") or [], found.parameter_format == "NAMED")


def _required(holder: dict[str, JSON], owner: str, key: str) -> str:
    value = holder.get(key)
    if value is None or value == "":
        raise GraphError(131008, details=f"Parameter {owner}['{key}'] is required.")
    if not isinstance(value, (str, int, float)):
        raise GraphError(100, f"Param {owner}['{key}'] must be a string.")
    return str(value)


def _limit(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise GraphError(100, f"Param {name} must be at most {most} characters long.")


CHECKS: dict[str, Callable[[World, PhoneNumber, JSON], None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
    **{kind: _media(kind) for kind in MEDIA},
}
