"""What each type of content has to hold, and what it may (reference §5.4)."""

from safarichat.sandbox.things import JSON
from safarichat.sandbox.twilio.problems import Refused

Fields = dict[str, JSON]

NEEDED: dict[str, tuple[str, ...]] = {
    "twilio/text": ("body",),
    "twilio/media": ("media",),
    "twilio/location": ("latitude", "longitude"),
    "twilio/list-picker": ("body", "button", "items"),
    "twilio/quick-reply": ("body", "actions"),
    "twilio/call-to-action": ("body", "actions"),
    "twilio/card": (),
    "whatsapp/card": ("body",),
    "twilio/carousel": ("body", "cards"),
    "twilio/catalog": ("body",),
    "twilio/flows": ("body", "button_text", "pages", "type"),
    "whatsapp/flows": ("body", "button_text", "flow_id"),
    "whatsapp/authentication": ("actions",),
    "twilio/schedule": ("id", "title", "timeSlots"),
}
SESSION_ONLY = ("twilio/list-picker", "twilio/location")
ALWAYS_APPROVED = ("twilio/carousel", "twilio/flows", "whatsapp/authentication")
MOST_UNAPPROVED_ACTIONS = 3
NEEDS_APPROVAL = ("URL", "PHONE_NUMBER", "COPY_CODE", "VOICE_CALL")
ACTIONS = {
    "twilio/quick-reply": ("QUICK_REPLY",),
    "twilio/call-to-action": ("URL", "PHONE_NUMBER", "COPY_CODE", "VOICE_CALL", "VOICE_CALL_REQUEST"),
    "twilio/card": ("URL", "PHONE_NUMBER", "QUICK_REPLY", "COPY_CODE", "VOICE_CALL"),
    "whatsapp/card": ("URL", "PHONE_NUMBER", "QUICK_REPLY", "COPY_CODE", "VOICE_CALL"),
    "whatsapp/authentication": ("COPY_CODE",),
}
WHAT_AN_ACTION_NEEDS = {"URL": ("title", "url"), "PHONE_NUMBER": ("title", "phone"), "COPY_CODE": ()}


def check(kind: str, fields: JSON) -> None:
    if kind not in NEEDED:
        raise Refused(92008, kind)
    if not isinstance(fields, dict):
        raise Refused(20001, f"{kind} is no object")
    for name in NEEDED[kind]:
        if fields.get(name) in (None, "", []):
            raise Refused(20001, f"{kind}: {name} is required")
    _short(kind, "body", fields.get("body"), 1600 if kind == "twilio/text" else 1024)
    _check_actions(kind, fields)
    match kind:
        case "twilio/media":
            _count(kind, "media", fields["media"], 1, 10, of=str)
        case "twilio/list-picker":
            _check_list(kind, fields)
        case "twilio/card" if not (fields.get("title") or fields.get("body")):
            raise Refused(20001, f"{kind}: title or body is required")
        case "twilio/card" if not any(fields.get(name) for name in ("subtitle", "media", "actions")):
            raise Refused(20001, f"{kind}: one more of subtitle, media, actions is required")
        case "whatsapp/card" if fields.get("header_text") and fields.get("media"):
            raise Refused(20001, f"{kind}: header_text or media, not both")
        case "twilio/carousel":
            _check_carousel(kind, fields)
        case "twilio/flows":
            _count(kind, "pages", fields["pages"], 1, 10)


def problem_in_session(kind: str, fields: Fields) -> int:
    """With which code it fails when it was sent without an approval; 0 when it may go (reference §4, §5.4)."""
    actions = fields.get("actions") or []
    is_card = kind in ("twilio/card", "whatsapp/card")
    if kind in ALWAYS_APPROVED or len(actions) > MOST_UNAPPROVED_ACTIONS:
        return 63005
    return 63005 if is_card and any(action.get("type") in NEEDS_APPROVAL[:2] for action in actions) else 0


def _check_actions(kind: str, fields: Fields) -> None:
    if kind not in ACTIONS:
        return
    actions = fields.get("actions") or []
    _count(kind, "actions", actions, 0 if kind.endswith("/card") else 1, 10)
    for action in actions:
        wanted = str(action.get("type", "QUICK_REPLY" if kind == "twilio/quick-reply" else ""))
        if wanted not in ACTIONS[kind]:
            raise Refused(20001, f"{kind}: an action can't be {wanted or 'without type'}")
        needed = ("copy_code_text",) if kind == "whatsapp/authentication" else WHAT_AN_ACTION_NEEDS.get(wanted)
        for name in needed if needed is not None else ("title",):
            if not action.get(name):
                raise Refused(20001, f"{kind}: {name} of an action is required")
        _short(kind, "title of an action", action.get("title"), 25 if wanted in ("URL", "PHONE_NUMBER") else 20)
        _short(kind, "id of an action", action.get("id"), 200)


def _check_list(kind: str, fields: Fields) -> None:
    _count(kind, "items", fields["items"], 1, 10)
    _short(kind, "button", fields["button"], 20)
    for item in fields["items"]:
        for name, most in (("id", 200), ("item", 24), ("description", 72)):
            if name != "description" and not item.get(name):
                raise Refused(20001, f"{kind}: {name} of an item is required")
            _short(kind, f"{name} of an item", item.get(name), most)


def _check_carousel(kind: str, fields: Fields) -> None:
    _count(kind, "cards", fields["cards"], 2, 10)
    for card in fields["cards"]:
        if not card.get("body") or not card.get("media"):
            raise Refused(20001, f"{kind}: body and media of a card are required")
        _count(kind, "actions of a card", card.get("actions"), 1, 2)
    layouts = {tuple(str(action.get("type")) for action in card["actions"]) for card in fields["cards"]}
    if len(layouts) > 1:
        raise Refused(20001, f"{kind}: all cards need the same layout")


def _count(kind: str, name: str, things: JSON, least: int, most: int, *, of: type = dict) -> None:
    if not isinstance(things, list) or not least <= len(things) <= most:
        raise Refused(20001, f"{kind}: {name} must be {least} to {most}")
    if not all(isinstance(thing, of) for thing in things):
        raise Refused(20001, f"{kind}: {name} must be a list of {'objects' if of is dict else 'texts'}")


def _short(kind: str, name: str, text: JSON, most: int) -> None:
    if text is not None and len(str(text)) > most:
        raise Refused(20001, f"{kind}: {name} must be at most {most} characters long")
