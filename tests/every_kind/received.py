"""Every kind of message that a customer sends (reference: meta-cloud-api §7.6), and what must be seen of it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

JSON = Any
PERSON = {
    "name": {"formatted_name": "Ann Lee", "first_name": "Ann"},
    "phones": [{"phone": "+1 415 555 0100", "type": "CELL", "wa_id": "14155550100"}],
}


class Kind(Struct, frozen=True):
    """`about`: the name of the kind that it changes: it is seen there. `lost`: what a provider that translates does
    not hand on; where that is all of it, nothing may come at all. `as_file`: what the thread shows of it instead where
    it comes as a file."""

    name: str
    body: Mapping[str, JSON]
    phone: tuple[str, ...]
    thread: tuple[str, ...]
    about: str = ""
    lost: tuple[str, ...] = ()
    as_file: tuple[str, ...] = ()


def kinds(ours: str) -> list[Kind]:
    """`ours` is the id of a message of ours."""

    def chosen(kind: str, reply: JSON) -> JSON:
        return {"type": "interactive", "interactive": {"type": kind, kind: reply}, "context": {"id": ours}}

    filled = '{"flow_token": "t", "day": "Monday", "how_many": "3"}'
    order = {"catalog_id": "1", "text": "Please", "product_items": [
        {"product_retailer_id": "tea-7", "quantity": 2, "item_price": 4.5, "currency": "USD"}]}  # fmt: skip
    advertisement = {"source_url": "https://fb.me/x", "source_id": "1", "source_type": "ad", "headline": "Roses"}
    code = {"type": "customer_identity_changed", "body": "Asha's code changed"}
    place = {"latitude": -6.1659, "longitude": 39.2026, "name": "Home", "address": "Stone Town"}
    return [
        Kind("text", {"type": "text", "text": {"body": "Habari _zenu_"}}, ("Habari _zenu_",),
             ("Habari <em>zenu</em>",)),
        Kind("reply", {"type": "text", "text": {"body": "Yes please"}, "context": {"id": ours}},
             ("Yes please", "<blockquote>", "How many?"), ("Yes please", "bubble-quote", "How many?")),
        Kind("forwarded", {"type": "text", "text": {"body": "A joke"}, "context": {"forwarded": True}}, ("A joke",),
             ("A joke", "Forwarded")),
        Kind("to be edited", {"type": "text", "text": {"body": "At nine"}}, (), ()),
        Kind("to be taken back", {"type": "text", "text": {"body": "Oh no"}}, (), ()),
        Kind("from an advertisement", {"type": "text", "text": {"body": "I saw this"}, "referral": advertisement},
             ("I saw this",), ("I saw this",)),
        Kind("image", {"type": "image", "image": {"caption": "My garden"}}, ("<img", "My garden"),
             ("<img", "My garden")),
        Kind("video", {"type": "video", "video": {"caption": "My party"}}, ("<video", "My party"),
             ("<video", "My party")),
        Kind("voice", {"type": "audio", "audio": {"voice": True}}, ("<audio",), ("<audio",)),
        Kind("audio", {"type": "audio", "audio": {"voice": False}}, ("<audio",), ("<audio",)),
        Kind("document", {"type": "document", "document": {"filename": "wishes.pdf", "caption": "My wishes"}},
             ("wishes.pdf", "My wishes"), ("wishes.pdf", "My wishes")),
        Kind("sticker", {"type": "sticker", "sticker": {}}, ('<img class="sticker"',), ("bubble-sticker",)),
        Kind("location", {"type": "location", "location": place}, ("Home", "Stone Town", "-6.1659"),
             ("Home", "Stone Town", "-6.16590, 39.20260")),
        Kind("contacts", {"type": "contacts", "contacts": [PERSON]}, ("Ann Lee", "+1 415 555 0100"),
             ("Contact card", "Ann Lee", "+1 415 555 0100"), as_file=("Contact card", "contact.vcf")),
        Kind("reaction", {"type": "reaction", "reaction": {"message_id": ours, "emoji": "🎉"}}, ("🎉",), ("🎉",),
             about="ours", lost=("🎉",)),
        Kind("button of a template", {"type": "button", "button": {"payload": "day", "text": "Change the day"},
                                      "context": {"id": ours}},
             ("Change the day",), ("Tapped a button", "Change the day")),
        Kind("button", chosen("button_reply", {"id": "b1", "title": "Choice 1"}), ("Choice 1",),
             ("Tapped a button", "Choice 1")),
        Kind("list", chosen("list_reply", {"id": "r1", "title": "Row 1", "description": "More of it"}),
             ("Row 1", "More of it"), ("Chose from the list", "Row 1", "More of it")),
        Kind("form", chosen("nfm_reply", {"name": "flow", "body": "Sent", "response_json": filled}), ("Sent",),
             ("Filled in a form", "day", "Monday", "how many", "3")),
        Kind("call permission", chosen("call_permission_reply", {"response": "accept"}),
             ("Allowed calls",), ("Allowed calls",), lost=("Allowed calls",)),
        Kind("order", {"type": "order", "order": order}, ("Please", "2 × tea-7"),
             ("Order", "Please", "2 × tea-7", "4.5 USD"), lost=("Order", "Please", "2 × tea-7", "4.5 USD")),
        Kind("system", {"type": "system", "system": code},
             ("Asha's code changed",), ("The customer's security code changed", "Asha's code changed"),
             lost=("The customer's security code changed", "Asha's code changed")),
        Kind("unsupported", {"type": "unsupported", "unsupported": {"type": "poll_creation"}, "errors": [
            {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}]},
             ("poll creation",), ("WhatsApp does not hand over this kind of message (poll creation).",),
             lost=("WhatsApp does not hand over this kind of message (poll creation).",)),
        Kind("a kind of tomorrow", {"type": "hologram", "hologram": {"depth": 3}}, ("hologram",),
             ("does not know yet", '"depth": 3'), lost=("does not know yet", '"depth": 3')),
    ]  # fmt: skip


def changes(ids: Mapping[str, str]) -> list[Kind]:
    """What changes one of those before, named by its id."""
    edit = {"original_message_id": ids["to be edited"], "message": {"type": "text", "text": {"body": "At ten"}}}
    return [
        Kind("edit", {"type": "edit", "edit": edit}, ("At ten",), ("At ten", "Edited", "At nine"),
             about="to be edited", lost=("At ten",)),
        Kind("revoke", {"type": "revoke", "revoke": {"original_message_id": ids["to be taken back"]}},
             ("This message was deleted.",), ("The customer deleted this message.",), about="to be taken back",
             lost=("The customer deleted this message.",)),
    ]  # fmt: skip
