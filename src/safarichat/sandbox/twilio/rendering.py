"""Contents as a customer sees them: a template when approved, else an ordinary message (reference §5.3, §5.4)."""

import re

import msgspec

from safarichat.sandbox import ids
from safarichat.sandbox.things import JSON, Template
from safarichat.sandbox.twilio import kinds
from safarichat.sandbox.twilio.contents import VARIABLE, best, is_approved
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.things import Content
from safarichat.sandbox.world import World

UNWELCOME = re.compile(r"[\n\t]| {4}")
ENDINGS = {
    ".jpg": "image", ".jpeg": "image", ".png": "image", ".webp": "sticker", ".mp4": "video", ".3gp": "video",
    ".ogg": "audio", ".mp3": "audio", ".aac": "audio", ".amr": "audio",
}  # fmt: skip
BUTTONS = {"URL": "url", "PHONE_NUMBER": "phone", "COPY_CODE": "code"}
CODE_TEXT = "*{{1}}* is your verification code."
SECURITY_TEXT = " For your security, do not share this code."


class Rendered(msgspec.Struct):
    """`content` is a Cloud API message object, `text` what Twilio calls its Body, `problem` the code with which it will
    fail after it was accepted."""

    content: dict[str, JSON]
    text: str
    problem: int = 0


def render(world: World, waba_id: str, content: Content, variables: dict[str, str]) -> Rendered:
    values, kind = content.variables | variables, best(content)
    fields = _filled(content.types[kind], values)
    if not is_approved(content):
        paused = content.approval.get("status") in ("paused", "disabled")
        problem = 63041 if paused else kinds.problem_in_session(kind, fields)
        return Rendered(_session_message(kind, fields), _text(kind, fields, values), problem)
    parts = _parts(kind, content.types[kind])
    template = _template(world, waba_id, content, _components(parts, values))
    told: dict[str, JSON] = {"name": template.name, "language": {"code": template.language}}
    if components := _parameters(parts, values):
        told["components"] = components
    problem = 63021 if any(UNWELCOME.search(value) for value in variables.values()) else 0
    return Rendered({"type": "template", "template": told}, _text(kind, fields, values), problem)


def read_variables(given: str) -> dict[str, str]:
    """(!) A JSON object in a string, flat, with texts for values."""
    try:
        told = msgspec.json.decode(given) if given else {}
    except msgspec.DecodeError:
        raise Refused(21656, "no JSON") from None
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise Refused(21656, "an object with strings is expected")
    if len(told) > 100:
        raise Refused(21656, "more than 100")
    return told


def link_message(url: str, caption: str) -> dict[str, JSON]:
    kind = kind_of(url)
    told: dict[str, JSON] = {"link": url}
    if kind == "document":
        told["filename"] = url.partition("?")[0].rpartition("/")[2]
    elif caption and kind in ("image", "video"):
        told["caption"] = caption
    return {"type": kind, kind: told}


def kind_of(url: str) -> str:
    path = url.partition("?")[0].lower()
    return next((kind for ending, kind in ENDINGS.items() if path.endswith(ending)), "document")


# --- approved --------------------------------------------------------------------------------------------------------


class Parts(msgspec.Struct):
    """A template by its parts; texts with their variables as the content numbers them."""

    header: str = ""
    media: str = ""
    body: str = ""
    footer: str = ""
    buttons: list[dict[str, JSON]] = []
    cards: list["Parts"] = []


def _parts(kind: str, fields: dict[str, JSON]) -> Parts:
    media, actions = fields.get("media") or [], list(fields.get("actions") or [])
    link = str(media[0]) if isinstance(media, list) and media else ""
    match kind:
        case "whatsapp/authentication":
            body = CODE_TEXT + (SECURITY_TEXT if fields.get("add_security_recommendation") else "")
            minutes = fields.get("code_expiration_minutes")
            footer = f"This code expires in {minutes} minutes." if minutes else ""
            code = {"type": "COPY_CODE", "title": actions[0].get("copy_code_text"), "code": "{{1}}"}
            return Parts(body=body, footer=footer, buttons=[code])
        case "twilio/card":
            body, footer = str(fields.get("title") or fields.get("body")), str(fields.get("subtitle") or "")
            return Parts(media=link, body=body, footer=footer, buttons=actions)
        case "twilio/carousel":
            cards = [_parts("twilio/card", {**card, "media": [card["media"]]}) for card in fields["cards"]]
            return Parts(body=str(fields["body"]), cards=cards)
        case "twilio/flows" | "whatsapp/flows":
            actions = [{"type": "FLOW", "title": fields.get("button_text")}]
    header, footer = str(fields.get("header_text") or ""), str(fields.get("footer") or "")
    return Parts(header=header, media=link, body=str(fields.get("body") or ""), footer=footer, buttons=actions)


def _template(world: World, waba_id: str, content: Content, components: list[JSON]) -> Template:
    """What the account at Meta has of it: the pretend handset shows this. It is put there at its first use."""
    name = str(content.approval["name"])
    known = world.template(waba_id, name, content.language)
    template = known or Template(
        id=ids.object_id(),
        waba_id=waba_id,
        name=name,
        language=content.language,
        category=str(content.approval["category"]),
        status="APPROVED",
        components=components,
    )
    template.components = components
    return world.templates.put(template)


def _components(parts: Parts, values: dict[str, str]) -> list[JSON]:
    components: list[JSON] = []
    if parts.media:
        components.append({"type": "HEADER", "format": kind_of(_filled(parts.media, values)).upper()})
    elif parts.header:
        components.append({"type": "HEADER", "format": "TEXT", "text": _numbered(parts.header)[0]})
    components.append({"type": "BODY", "text": _numbered(parts.body)[0]})
    if parts.footer:
        components.append({"type": "FOOTER", "text": parts.footer})
    if parts.buttons:
        components.append({"type": "BUTTONS", "buttons": [_button(each) for each in parts.buttons]})
    if parts.cards:
        cards = [{"components": _components(card, values)} for card in parts.cards]
        components.append({"type": "CAROUSEL", "cards": cards})
    return components


def _button(action: dict[str, JSON]) -> dict[str, JSON]:
    """`payload` is what comes back when a customer presses it: the id, else the title."""
    kind, title = str(action.get("type", "QUICK_REPLY")), str(action.get("title") or "")
    told: dict[str, JSON] = {"type": kind, "text": title}
    if kind == "QUICK_REPLY":
        return told | {"payload": action.get("id") or title}
    if kind == "URL":
        return told | {"url": _numbered(str(action.get("url") or ""))[0]}
    return told | ({"phone_number": action.get("phone")} if kind == "PHONE_NUMBER" else {})


def _parameters(parts: Parts, values: dict[str, str]) -> list[JSON]:
    components: list[JSON] = []
    if parts.media:
        link = _filled(parts.media, values)
        kind = kind_of(link)
        header = {"type": kind, kind: link_message(link, "")[kind]}
        components.append({"type": "header", "parameters": [header]})
    for name, text in (("header", parts.header), ("body", parts.body)):
        if parameters := _values(text, values):
            components.append({"type": name, "parameters": parameters})
    for at, action in enumerate(parts.buttons):
        field = BUTTONS.get(str(action.get("type")), "")
        if field and (parameters := _values(str(action.get(field) or ""), values)):
            told = {"type": "button", "sub_type": str(action["type"]).lower(), "index": str(at)}
            components.append({**told, "parameters": parameters})
    if parts.cards:
        cards = [{"card_index": at, "components": _parameters(card, values)} for at, card in enumerate(parts.cards)]
        components.append({"type": "carousel", "cards": cards})
    return components


def _values(text: str, values: dict[str, str]) -> list[JSON]:
    return [{"type": "text", "text": values.get(key, "")} for key in _numbered(text)[1]]


def _numbered(text: str) -> tuple[str, list[str]]:
    """Variables renumbered from 1 within the text, as Meta wants it; and what the content called them."""
    keys = list(dict.fromkeys(found[1] for found in VARIABLE.finditer(text)))
    return VARIABLE.sub(lambda found: f"{{{{{keys.index(found[1]) + 1}}}}}", text), keys


# --- not approved ----------------------------------------------------------------------------------------------------


def _session_message(kind: str, fields: dict[str, JSON]) -> dict[str, JSON]:
    body = {"text": _text(kind, fields, {})}
    match kind:
        case "twilio/media":
            return link_message(str(fields["media"][0]), str(fields.get("body") or ""))
        case "twilio/location":
            place = {name: fields[name] for name in ("latitude", "longitude", "address") if fields.get(name)}
            return {"type": "location", "location": place | {"name": str(fields.get("label") or "")}}
        case "twilio/list-picker":
            rows = [{**item, "title": item["item"]} for item in fields["items"]]
            action = {"button": fields["button"], "sections": [{"title": "", "rows": rows}]}
            return {"type": "interactive", "interactive": {"type": "list", "body": body, "action": action}}
        case "twilio/quick-reply" | "twilio/card" | "whatsapp/card" | "twilio/call-to-action":
            return {"type": "interactive", "interactive": _buttoned(body, kind, fields)}
        case "twilio/flows" | "whatsapp/flows":
            flow = {"name": "flow", "parameters": {"flow_cta": fields["button_text"], "flow_id": fields.get("flow_id")}}
            return {"type": "interactive", "interactive": {"type": "flow", "body": body, "action": flow}}
    return {"type": "text", "text": {"body": body["text"]}}


def _buttoned(body: JSON, kind: str, fields: dict[str, JSON]) -> dict[str, JSON]:
    parts, actions = _parts(kind, fields), list(fields.get("actions") or [])
    told: dict[str, JSON] = {"body": body}
    if parts.header:
        told["header"] = {"type": "text", "text": parts.header}
    if parts.media:
        told["header"] = {"type": kind_of(parts.media), kind_of(parts.media): {"link": parts.media}}
    if parts.footer:
        told["footer"] = {"text": parts.footer}
    links = [action for action in actions if action.get("type") == "URL"]
    if links:
        link = {"display_text": links[0]["title"], "url": links[0]["url"]}
        return {"type": "cta_url", **told, "action": {"name": "cta_url", "parameters": link}}
    replies = [{"id": str(action.get("id") or action.get("title")), "title": action.get("title")} for action in actions]
    return {"type": "button", **told, "action": {"buttons": [{"type": "reply", "reply": each} for each in replies]}}


def _text(kind: str, fields: dict[str, JSON], values: dict[str, str]) -> str:
    if kind == "whatsapp/authentication":
        return str(_filled(_parts(kind, fields).body, values))
    return str(fields.get("body") or fields.get("title") or fields.get("label") or "")


def _filled(value: JSON, variables: dict[str, str]) -> JSON:
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: variables.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_filled(each, variables) for each in value]
    if isinstance(value, dict):
        return {key: _filled(each, variables) for key, each in value.items()}
    return value
