"""From what a customer typed or tapped to a Cloud API message object."""

from msgspec import Struct

from safarichat.sandbox.meta import media
from safarichat.sandbox.things import JSON, PhoneNumber
from safarichat.sandbox.wire import Upload
from safarichat.sandbox.world import World

LONGEST_TEXT = 4096
FILE_KINDS = ("image", "video", "audio")


class Draft(Struct):
    fields: dict[str, str]
    file: Upload | None = None

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


def compose(world: World, number: PhoneNumber, draft: Draft, base_url: str) -> dict[str, JSON] | None:
    """None when there is nothing to send."""
    content = _content(world, number, draft)
    if content is None:
        return None
    reply_to = draft.get("reply_to")
    if reply_to in world.messages.things and content["type"] != "reaction":
        quoted = world.messages.things[reply_to]
        writer = world.customers.things[quoted.customer_id].wa_id if quoted.inbound else number.phone
        content["context"] = {"from": writer, "id": reply_to}
    return media.fill_in(world, number, content, base_url)


def _content(world: World, number: PhoneNumber, draft: Draft) -> dict[str, JSON] | None:
    text = draft.get("text").strip()[:LONGEST_TEXT]
    if draft.file is not None:
        return _file(world, number, draft.file, text)
    match draft.get("kind"):
        case "reaction":
            return {
                "type": "reaction",
                "reaction": {"message_id": draft.get("reply_to"), "emoji": draft.get("payload")},
            }
        case "button":
            return {"type": "button", "button": {"payload": draft.get("payload"), "text": draft.get("title")}}
        case "button_reply":
            reply = {"id": draft.get("payload"), "title": draft.get("title")}
            return {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
        case "list_reply":
            chosen = {"id": draft.get("payload"), "title": draft.get("title")}
            chosen |= {"description": draft.get("description")} if draft.get("description") else {}
            return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": chosen}}
        case "location":
            place = {"latitude": -6.1659, "longitude": 39.2026, "name": "Stone Town", "address": "Zanzibar"}
            return {"type": "location", "location": place}
        case "contact":
            name = {"formatted_name": "Amina Salim", "first_name": "Amina", "last_name": "Salim"}
            phones = [{"phone": "+255 700 000 001", "type": "CELL", "wa_id": "255700000001"}]
            return {"type": "contacts", "contacts": [{"name": name, "phones": phones}]}
        case "image" | "audio" | "document" | "sticker" as kind:
            return {"type": kind, kind: {}}
    return {"type": "text", "text": {"body": text}} if text else None


def _file(world: World, number: PhoneNumber, file: Upload, caption: str) -> dict[str, JSON]:
    kind = file.mime_type.split("/")[0]
    kind = kind if kind in FILE_KINDS else "document"
    kept = media.keep(world, number.id, file.mime_type, file.data, filename=file.filename, inbound=True)
    payload: dict[str, JSON] = {"id": kept.id}
    if caption and kind != "audio":
        payload["caption"] = caption
    if kind == "document":
        payload["filename"] = file.filename
    return {"type": kind, kind: payload}
