"""Every kind of message that we send (reference: meta-cloud-api §4), and what must be seen of it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from tests.providers.outgoing.bodies import BODIES, card, interactive

JSON = Any
SITE = "https://files.example"


class Kind(Struct, frozen=True):
    """`phone` is what the customer's handset shows of it, `thread` what ours does. `lost` of the former where a
    provider carries the kind, but not all of it."""

    name: str
    body: Mapping[str, JSON]
    phone: tuple[str, ...]
    thread: tuple[str, ...]
    lost: tuple[str, ...] = ()


def kinds(files: Mapping[str, str], theirs: str) -> list[Kind]:
    """`files` are ids of ours by what they are, `theirs` is the id of a message of the customer's."""
    return [*_plain(theirs), *_files(files), *_interactive(files), *_templates(files)]


def _plain(theirs: str) -> list[Kind]:
    place = {"latitude": -6.1659, "longitude": "39.2026", "name": "Our shop", "address": "1 Gizenga St"}
    person = {
        "name": {"formatted_name": "Ann Lee", "first_name": "Ann"},
        "phones": [{"phone": "+1 415 555 0100", "type": "CELL"}],
    }
    return [
        Kind("text", {"type": "text", "text": {"body": "Habari *Asha*"}}, ("Habari *Asha*",), ("Habari <strong>Asha",)),
        Kind(
            "text with a preview",
            {"type": "text", "text": {"body": "Look: https://shop.example/tea", "preview_url": True}},
            ('href="https://shop.example/tea"',),
            ('href="https://shop.example/tea"',),
        ),
        Kind(
            "reply",
            {"type": "text", "text": {"body": "Yes, we are"}, "context": {"message_id": theirs}},
            ("Yes, we are", "<blockquote>", "Are you open?"),
            ("Yes, we are", "bubble-quote", "Are you open?"),
            lost=("<blockquote>", "Are you open?"),
        ),
        Kind(
            "location",
            {"type": "location", "location": place},
            ("Our shop", "1 Gizenga St", "-6.1659, 39.2026"),
            ("Our shop", "1 Gizenga St", "-6.16590, 39.20260"),
            lost=("1 Gizenga St",),
        ),
        Kind(
            "contacts",
            {"type": "contacts", "contacts": [person]},
            ("Ann Lee", "+1 415 555 0100"),
            ("Contact card", "Ann Lee", "+1 415 555 0100"),
        ),
        Kind(
            "reaction",
            {"type": "reaction", "reaction": {"message_id": theirs, "emoji": "🙏"}},
            ('class="reaction">🙏',),
            ("🙏",),
        ),
    ]


def _files(files: Mapping[str, str]) -> list[Kind]:
    def kind(name: str, file: JSON, phone: tuple[str, ...], thread: tuple[str, ...], **more: Any) -> Kind:
        type = name.partition(" ")[0] if name != "voice" else "audio"
        return Kind(name, {"type": type, type: file}, phone, thread, **more)

    picture, video, sound = ('<img class="media"',), ("<video",), ("<audio",)
    return [
        kind("image", {"id": files["image"], "caption": "Roses"}, (*picture, "Roses"), ("<img", "Roses")),
        kind("image by link", {"link": f"{SITE}/a.jpg", "caption": "Lilies"}, (*picture, f"{SITE}/a.jpg", "Lilies"),
             ("Photo", "Lilies")),
        kind("video", {"id": files["video"], "caption": "How to"}, (*video, "How to"), (*video, "How to")),
        kind("video by link", {"link": f"{SITE}/a.mp4"}, (*video, f"{SITE}/a.mp4"), ("Video",)),
        kind("audio", {"id": files["audio"]}, sound, sound),
        kind("audio by link", {"link": f"{SITE}/a.ogg"}, (*sound, f"{SITE}/a.ogg"), ("Audio",)),
        kind("voice", {"id": files["audio"], "voice": True}, sound, sound),
        kind(
            "document",
            {"id": files["document"], "filename": "Tea menu.pdf", "caption": "Our menu"},
            ("menu.pdf", "Tea menu.pdf", "Our menu"),
            ("menu.pdf", "Our menu"),
            lost=("Tea menu.pdf", "Our menu"),
        ),
        kind("document by link", {"link": f"{SITE}/bill.pdf", "filename": "bill.pdf"}, ("bill.pdf",),
             ("Document", "bill.pdf")),
        kind("sticker", {"id": files["sticker"]}, ('<img class="sticker"',), ("bubble-sticker",)),
        kind("sticker by link", {"link": f"{SITE}/a.webp"}, ('<img class="sticker"', f"{SITE}/a.webp"), ("Sticker",)),
    ]  # fmt: skip


def _interactive(files: Mapping[str, str]) -> list[Kind]:
    def known(name: str, *words: str, lost: tuple[str, ...] = ()) -> Kind:
        return Kind(name, BODIES[name], ("Karibu", *words), ("Karibu", *words), lost)

    buttons = BODIES["button"]["interactive"]["action"]
    header = {"type": "image", "image": {"id": files["image"]}}
    headed = interactive("button", buttons, header=header, footer={"text": "Asha Flowers"})
    quick = {"buttons": [{"type": "quick_reply", "quick_reply": {"id": "a", "title": "More"}}]}
    cards = [{**card(place), "action": quick, "body": {"text": f"Tea {place}"}} for place in range(2)]
    products = [
        {"card_index": n, "type": "product", "action": {"product_retailer_id": f"sku-{n}", "catalog_id": "1"}}
        for n in range(2)
    ]
    return [
        known("button", "Hi", "Choice 0", "Choice 1"),
        Kind("button under a picture", headed, ('<img class="media"', "Karibu", "Asha Flowers", "Choice 1"),
             ("Photo", "Karibu", "Asha Flowers", "Choice 1")),
        known("list", "Menu", "Row 0", "Row 1", "More", "Bye", lost=("Bye",)),
        known("cta_url", "Open", "https://shop.example"),
        known("location_request_message", "Send location"),
        known("address_message", "Provide address"),
        known("flow", "Book"),
        known("product", "sku"),
        known("product_list", "Shop", "Drinks", "sku"),
        known("catalog_message", "View catalog"),
        known("carousel", "Coffee", "Buy", "https://shop.example/1"),
        Kind("carousel with replies", interactive("carousel", {"cards": cards}), ("Karibu", "Tea 0", "Tea 1", "More"),
             ("Karibu", "Tea 0", "Tea 1", "More")),
        Kind("carousel of products", interactive("carousel", {"cards": products}), ("Karibu", "sku-0", "sku-1"),
             ("Karibu", "sku-0", "sku-1")),
        known("voice_call", "Call us"),
        known("call_permission_request", "Allow calls"),
        known("request_contact_info", "Share contact info"),
        known("order_details", "A-17", "Coffee", "INR 115.00", "Review and pay"),
        known("order_status", "A-17", "shipped"),
    ]  # fmt: skip


def _templates(files: Mapping[str, str]) -> list[Kind]:
    def template(name: str, *components: JSON, language: str = "en_US", **more: JSON) -> JSON:
        told = {"name": name, "language": {"code": language}}
        return {"type": "template", "template": told | ({"components": list(components)} if components else {}), **more}

    def values(place: str, *texts: str, **more: JSON) -> JSON:
        return {"type": place, "parameters": [{"type": "text", "text": text} for text in texts], **more}

    def on_top(kind: str, value: JSON) -> JSON:
        return {"type": "header", "parameters": [{"type": kind, kind: value}]}

    def link(text: str, index: int = 0) -> JSON:
        return values("button", text, sub_type="url", index=str(index))

    def coupon(text: str) -> JSON:
        value = {"type": "coupon_code", "coupon_code": text}
        return {"type": "button", "sub_type": "copy_code", "index": "0", "parameters": [value]}

    picture = on_top("image", {"id": files["image"]})
    named = [{"type": "text", "parameter_name": name, "text": text}
             for name, text in (("first_name", "Asha"), ("day", "Monday"), ("time", "10:00"))]  # fmt: skip
    cards = [{"card_index": n, "components": [picture, link(f"c{n}", 1)]} for n in range(2)]
    sale = [picture, values("body", "Asha", "20 %"), coupon("ROSES20")]
    return [
        Kind("template", template("hello_world"), ("Hello World", "Welcome and congratulations"), ("Welcome and",)),
        Kind(
            "template with a header and a link",
            template("order_update", values("header", "A-7"), values("body", "Asha", "roses", "Friday"), link("A-7")),
            ("Order A-7", "your order of roses", "Track it", "https://shop.example/track/A-7", "Change the day"),
            ("Order A-7", "your order of roses"),
        ),
        Kind(
            "template with names",
            template("appointment_reminder", {"type": "body", "parameters": named}, language="en"),
            ("Dear Asha, see you on Monday at 10:00", "I will come"),
            ("Dear Asha, see you on Monday at 10:00",),
        ),
        Kind(
            "template with a document",
            template("invoice", on_top("document", {"id": files["document"], "filename": "menu.pdf"}),
                     values("body", "May")),
            ("menu.pdf", "Here is your bill for May"),
            ("Here is your bill for May",),
        ),
        Kind(
            "template with a place",
            template("find_us", on_top("location", {"latitude": "-6.1", "longitude": "39.2", "name": "New shop",
                                                    "address": "2 Road"}), values("body", "Asha")),
            ("New shop", "You find us here, Asha"),
            ("You find us here, Asha",),
        ),
        Kind("template with a picture", template("spring_sale", *sale),
             ('<img class="media"', "all bouquets are 20 % cheaper", "Copy the code", "ROSES20"),
             ("all bouquets are 20 % cheaper",)),
        Kind("marketing", template("spring_sale", *sale, product_policy="STRICT"),
             ("all bouquets are 20 % cheaper", "ROSES20"), ("all bouquets are 20 % cheaper",)),
        Kind(
            "template with an end",
            template("last_hours", picture, values("body", "Asha"), coupon("ROSES20"), link("roses", 1), {
                "type": "limited_time_offer", "parameters": [{"type": "limited_time_offer", "limited_time_offer": {
                    "expiration_time_ms": 1_900_000_000_000}}]}),
            ("Ends soon!", "the sale ends tonight", "https://shop.example/sale/roses"),
            ("the sale ends tonight",),
        ),
        Kind(
            "template with cards",
            template("new_coffees", values("body", "Asha"), {"type": "carousel", "cards": cards}),
            ("New this week, Asha", "Kilimanjaro, dark", "Sidamo, light", "https://shop.example/2/c1"),
            ("New this week, Asha",),
        ),
        Kind("sign-in code", template("sign_in_code", values("body", "4711"), link("4711")),
             ("4711", "is your verification code", "Copy code"), ("4711",)),
    ]  # fmt: skip
