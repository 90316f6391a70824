"""What a bubble shows of each kind of message: reads a Cloud API message object, in or out, and never fails on one.

A customer's message is whatever their app made of it, so every step looks before it reads.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from safarichat.console import offers, replies
from safarichat.console.bodies import Body, Shown, as_it_came, degrees, given, part, parts, word


def shown(kind: str, body: Body) -> Shown:
    """What to show of a message of this kind; a kind nobody has thought of is shown as it came."""
    return READERS.get(kind, unknown)(body)


def text(body: Body) -> Shown:
    return Shown(text=word(body, "text", "body"))


def image(body: Body) -> Shown:
    return _media(Shown(icon="image", title=_("Photo")), part(body, "image"))


def video(body: Body) -> Shown:
    return _media(Shown(icon="camera-video", title=_("Video")), part(body, "video"))


def audio(body: Body) -> Shown:
    is_voice = bool(part(body, "audio").get("voice"))
    kind = Shown(icon="mic", title=_("Voice message")) if is_voice else Shown(icon="music-note", title=_("Audio"))
    return _media(kind, part(body, "audio"))


def document(body: Body) -> Shown:
    return _media(Shown(icon="file-earmark", title=_("Document")), part(body, "document"))


def sticker(body: Body) -> Shown:
    return _media(Shown(icon="emoji-smile", title=_("Sticker")), part(body, "sticker"))


def _media(kind: Shown, media: Body) -> Shown:
    facts = [(_("File"), word(media, "filename")), (_("Type"), word(media, "mime_type").split(";")[0])]
    return Shown(icon=kind.icon, title=kind.title, text=word(media, "caption"), facts=given(facts))


def location(body: Body) -> Shown:
    place = part(body, "location")
    latitude, longitude = degrees(place.get("latitude")), degrees(place.get("longitude"))
    where = f"{latitude:.5f}, {longitude:.5f}" if latitude is not None and longitude is not None else ""
    address = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
    return Shown(
        icon="geo-alt",
        title=word(place, "name") or _("Location"),
        text=word(place, "address"),
        facts=given([(_("Coordinates"), where)]),
        link=(address, _("Show on the map")) if where else None,
    )


def contacts(body: Body) -> Shown:
    facts = []
    for card in parts(body, "contacts")[:10]:
        phones = ", ".join(word(phone, "phone") for phone in parts(card, "phones"))
        name = word(card, "name", "formatted_name")
        if name or phones:
            facts.append((name or _("Contact"), phones or "–"))
    return Shown(icon="person-vcard", title=_("Contact card"), facts=tuple(facts))


def button(body: Body) -> Shown:
    return Shown(icon="hand-index", title=_("Tapped a button"), text=word(body, "button", "text"))


def reaction(body: Body) -> Shown:
    emoji = word(body, "reaction", "emoji")
    said = _("Reacted with %(emoji)s") % {"emoji": emoji} if emoji else _("Took a reaction back")
    return Shown(text=said, is_note=True)


def order(body: Body) -> Shown:
    items = parts(part(body, "order"), "product_items")
    facts = []
    for item in items[:30]:
        price = f"{item.get('item_price', '')} {word(item, 'currency')}".strip()
        facts.append((f"{item.get('quantity', 1)} × {word(item, 'product_retailer_id')}", price))
    return Shown(icon="cart", title=_("Order"), text=word(body, "order", "text"), facts=tuple(facts))


def template(body: Body) -> Shown:
    asked = part(body, "template")
    components = parts(asked, "components")
    values = [word(value, "text") for component in components for value in parts(component, "parameters")]
    facts = [(_("Language"), word(asked, "language", "code")), (_("Values"), ", ".join(filter(None, values)))]
    return Shown(icon="card-text", title=_("Template"), text=word(asked, "name"), facts=given(facts))


def interactive(body: Body) -> Shown:
    asked = part(body, "interactive")
    return replies.answer(asked) or offers.offer(asked) or unknown(body)


def system(body: Body) -> Shown:
    said = part(body, "system")
    match word(said, "type"):
        case "user_changed_number" | "customer_changed_number":
            told = _("The customer changed their number.")
        case "user_changed_user_id":
            told = _("The customer's id changed.")
        case "customer_identity_changed" | "user_identity_changed":
            told = _("The customer's security code changed: they may have a new phone.")
        case _other:
            told = ""
    return Shown(text=" ".join(filter(None, [told, word(said, "body")])), is_note=True)


def unsupported(body: Body) -> Shown:
    what = word(body, "unsupported", "type")
    named = _("WhatsApp does not hand over this kind of message (%(kind)s).") % {"kind": what.replace("_", " ")}
    return Shown(
        icon="question-circle",
        title=named if what else _("WhatsApp does not hand over this kind of message."),
        text=_("Ask the customer to send it in another way."),
    )


def media_placeholder(body: Body) -> Shown:
    return Shown(
        icon="phone",
        title=_("A file that is on the phone only"),
        text=_("WhatsApp hands over files of the last two weeks. Look at older ones on the phone."),
    )


def edit(body: Body) -> Shown:
    inner = part(body, "edit", "message")
    inside = shown(word(inner, "type"), inner) if word(inner, "type") not in ("", "edit") else Shown()
    return Shown(icon="pencil", title=_("Edited an earlier message"), text=inside.text or inside.title)


def revoke(body: Body) -> Shown:
    return Shown(text=_("The customer deleted a message."), is_note=True)


def unknown(body: Body) -> Shown:
    kept = {key: value for key, value in body.items() if key not in ("from", "from_user_id", "id")}
    return Shown(
        icon="question-circle",
        title=_("A kind of message that SafariChat does not know yet"),
        raw=as_it_came(kept),
    )


READERS: dict[str, Callable[[Body], Shown]] = {
    "text": text,
    "image": image,
    "video": video,
    "audio": audio,
    "document": document,
    "sticker": sticker,
    "location": location,
    "contacts": contacts,
    "button": button,
    "reaction": reaction,
    "order": order,
    "template": template,
    "interactive": interactive,
    "system": system,
    "unsupported": unsupported,
    "media_placeholder": media_placeholder,
    "edit": edit,
    "revoke": revoke,
}
