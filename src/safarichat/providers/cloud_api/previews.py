"""The kind of a message and what a list shows of it, the same for received and sent ones (reference §4, §7.6)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import mapping, mappings, text
from safarichat.providers.shapes import JSON

MEDIA = frozenset({"image", "video", "audio", "document", "sticker"})
OBJECTS = MEDIA | {"text", "location", "button", "interactive", "reaction", "order", "system", "edit", "revoke"}
KINDS = OBJECTS | {"contacts", "template", "unsupported"}


def kind_of(message: Mapping[str, JSON]) -> str:
    """Its type; where that is missing, the payload that it carries tells."""
    return text(message, "type") or next((key for key in message if key in KINDS), "unsupported")


def wrong_payload(message: Mapping[str, JSON], kind: str) -> str:
    """What is wrong with the payload of a known kind; empty when nothing is."""
    payload = message.get(kind)
    if kind in OBJECTS and not isinstance(payload, dict):
        return f"{kind} is not an object"
    if kind == "contacts" and not isinstance(payload, list):
        return "contacts is not a list"
    if kind == "text" and not isinstance(mapping(message, "text").get("body"), str):
        return "text.body is not a string"
    return ""


def context_id(message: Mapping[str, JSON]) -> str:
    """The provider's id of the message that this one answers or changes."""
    return (
        text(mapping(message, "reaction"), "message_id")
        or text(mapping(message, "edit"), "original_message_id")
        or text(mapping(message, "revoke"), "original_message_id")
        or text(mapping(message, "context"), "id")
    )


def preview(message: Mapping[str, JSON], kind: str) -> str:
    """One line of text, as written by people; empty where only an icon and a word in the reader's language fit."""
    payload = mapping(message, kind)
    match kind:
        case "text":
            shown = text(payload, "body")
        case "image" | "video":
            shown = text(payload, "caption")
        case "document":
            shown = text(payload, "caption") or text(payload, "filename")
        case "location":
            shown = text(payload, "name") or text(payload, "address")
        case "contacts":
            names = (text(mapping(each, "name"), "formatted_name") for each in mappings(message, "contacts"))
            shown = ", ".join(name for name in names if name)
        case "button" | "order":
            shown = text(payload, "text")
        case "reaction":
            shown = text(payload, "emoji")
        case "system":
            shown = text(payload, "body")
        case "interactive":
            shown = _interactive(payload)
        case "edit":
            inner = mapping(payload, "message")
            shown = preview(inner, inner_kind) if (inner_kind := kind_of(inner)) != "edit" else ""
        case "template":
            shown = text(payload, "name")
        case _:
            shown = ""
    return shown


def _interactive(payload: Mapping[str, JSON]) -> str:
    for answer in ("button_reply", "list_reply"):
        if title := text(mapping(payload, answer), "title"):
            return title
    return text(mapping(payload, "body"), "text")
