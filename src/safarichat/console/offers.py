"""Interactive messages that we sent: what the customer reads, and what they can tap."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safarichat.console.bodies import Body, Fact, Shown, given, part, parts, word

LABELS = {  # what WhatsApp itself writes on the button of a message of this type; empty: we name the buttons
    "address_message": gettext_lazy("Provide address"),
    "button": "",
    "call_permission_request": gettext_lazy("Allow calls"),
    "carousel": "",
    "catalog_message": gettext_lazy("View catalog"),
    "cta_url": "",
    "flow": "",
    "list": "",
    "location_request_message": gettext_lazy("Send location"),
    "order_details": gettext_lazy("Review and pay"),
    "order_status": "",
    "product": gettext_lazy("View product"),
    "product_list": gettext_lazy("View items"),
    "request_contact_info": gettext_lazy("Share contact info"),
    "voice_call": gettext_lazy("Call on WhatsApp"),
}


def offer(asked: Body) -> Shown | None:
    """None when this is nothing we know."""
    kind = word(asked, "type")
    if kind not in LABELS:
        return None
    action = part(asked, "action")
    header, footer = word(asked, "header", "text"), word(asked, "footer", "text")
    lines = [header and f"*{header}*", word(asked, "body", "text"), footer and f"_{footer}_"]
    return Shown(
        text="\n".join(filter(None, lines)),
        facts=given([*_products(action), *_cards(action), *_order(action)]),
        choices=tuple(_choices(action)) or tuple(filter(None, [str(LABELS[kind])])),
        link=_link(action),
    )


def _choices(action: Body) -> Iterator[str]:
    named = word(action, "parameters", "display_text") or word(action, "parameters", "flow_cta")
    labels = [word(button, "reply", "title") for button in parts(action, "buttons")]
    rows = [row for section in parts(action, "sections") for row in parts(section, "rows")]
    labels += [word(action, "button"), *(_row(row) for row in rows)]
    yield from filter(None, [*labels, "" if _link(action) else named])


def _row(row: Body) -> str:
    return " · ".join(filter(None, [word(row, "title"), word(row, "description")]))


def _link(action: Body) -> tuple[str, str] | None:
    address, label = word(action, "parameters", "url"), word(action, "parameters", "display_text")
    return (address, label or address) if address.startswith(("https://", "http://")) else None


# --- goods -----------------------------------------------------------------------------------------------------------


def _products(action: Body) -> Iterator[Fact]:
    yield _("Product"), word(action, "product_retailer_id")
    for section in parts(action, "sections"):
        products = [word(item, "product_retailer_id") for item in parts(section, "product_items")]
        yield word(section, "title") or _("Products"), ", ".join(filter(None, products))


def _cards(action: Body) -> Iterator[Fact]:
    for place, card in enumerate(parts(action, "cards"), start=1):
        inner = part(card, "action")
        buttons = [word(button, "quick_reply", "title") for button in parts(inner, "buttons")]
        link = _link(inner)
        told = [word(card, "body", "text"), word(inner, "product_retailer_id"), *buttons, *(reversed(link or ()))]
        yield _("Card %(place)s") % {"place": place}, " · ".join(filter(None, told))


def _order(action: Body) -> Iterator[Fact]:
    asked = part(action, "parameters")
    order = part(asked, "order")
    yield _("Order"), word(asked, "reference_id")
    for item in parts(order, "items")[:30]:
        yield f"{item.get('quantity', 1)} × {word(item, 'name')}", _amount(asked, part(item, "amount")) or "–"
    yield _("Total"), _amount(asked, part(asked, "total_amount"))
    if word(action, "name") == "review_order":
        yield _("Status"), word(order, "status").replace("_", " ")
        yield _("Note"), word(order, "description")


def _amount(asked: Body, told: Body) -> str:
    """Money travels as whole parts: 11,500 of which 100 are one."""
    value, offset = told.get("value"), told.get("offset")
    if not isinstance(value, int) or not isinstance(offset, int) or offset <= 0:
        return ""
    return f"{word(asked, 'currency')} {value / offset:.2f}".strip()
