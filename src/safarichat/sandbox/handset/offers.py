"""How an interactive message of a business looks on a handset, and what can be tapped in it (reference §4.3)."""

from html import escape

from safarichat.sandbox.handset.pieces import FILES, Pieces, text
from safarichat.sandbox.things import JSON, Message

OWN_LABELS = {  # WhatsApp's own words on the button of a message of this type
    "address_message": "Provide address",
    "call_permission_request": "Allow calls",
    "catalog_message": "View catalog",
    "flow": "Open form",
    "order_details": "Review and pay",
    "product": "View product",
    "product_list": "View items",
    "voice_call": "Call on WhatsApp",
}


class Offers:
    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces

    def shown(self, message: Message, payload: dict[str, JSON]) -> str:
        action, kind = payload.get("action") or {}, str(payload.get("type", ""))
        html = self._top(payload.get("header") or {}) + text(str((payload.get("body") or {}).get("text", "")))
        html += "".join(self._card(message, card) for card in action.get("cards") or [])
        html += _products(action) + _order(action.get("parameters") or {})
        if footer := (payload.get("footer") or {}).get("text"):
            html += f'<p class="small">{escape(str(footer))}</p>'
        if kind == "list":
            return html + self._list(message, action)
        return html + self.pieces.taps(self._buttons(message, kind, action))

    def _top(self, header: dict[str, JSON]) -> str:
        kind = str(header.get("type", ""))
        if kind in FILES:
            return self.pieces.media(kind, header.get(kind) or {})
        return f'<p class="title">{escape(str(header.get("text", "")))}</p>' if kind == "text" else ""

    def _buttons(self, message: Message, kind: str, action: dict[str, JSON]) -> list[str]:
        pieces, told = self.pieces, action.get("parameters") or {}
        match kind:
            case "cta_url":
                return [pieces.link(str(told.get("url", "")), str(told.get("display_text", "Open")))]
            case "location_request_message":
                return [pieces.tap(message, "location", "", "Send location")]
            case "request_contact_info":
                return [pieces.tap(message, "contact", "", "Share contact info")]
        replies = [each.get("reply") or each.get("quick_reply") or {} for each in action.get("buttons") or []]
        if replies:
            return [pieces.tap(message, "button_reply", reply["id"], reply["title"]) for reply in replies]
        label = told.get("display_text") or told.get("flow_cta") or OWN_LABELS.get(kind, "")
        return [pieces.label(str(label))] if label else []

    def _list(self, message: Message, action: dict[str, JSON]) -> str:
        parts = []
        for section in action.get("sections") or []:
            if section.get("title"):
                parts.append(f'<p class="small">{escape(str(section["title"]))}</p>')
            for row in section.get("rows") or []:
                more = str(row.get("description", ""))
                parts.append(self.pieces.tap(message, "list_reply", row["id"], row["title"], more))
        label = escape(str(action.get("button", "Options")))
        return f'<details class="list"><summary class="tap">{label}</summary>{self.pieces.taps(parts)}</details>'

    def _card(self, message: Message, card: dict[str, JSON]) -> str:
        action = card.get("action") or {}
        html = self._top(card.get("header") or {}) + text(str((card.get("body") or {}).get("text", "")))
        kind = "" if action.get("buttons") else str(card.get("type", ""))
        html += _products(action) + self.pieces.taps(self._buttons(message, kind, action))
        return f'<div class="card">{html}</div>'


def _products(action: dict[str, JSON]) -> str:
    html = _product(action)
    for section in action.get("sections") or []:
        items = "".join(map(_product, section.get("product_items") or []))
        html += f'<p class="small">{escape(str(section.get("title", "")))}</p>{items}' if items else ""
    return html


def _product(item: dict[str, JSON]) -> str:
    found = str(item.get("product_retailer_id", ""))
    return f'<p class="product">{escape(found)}</p>' if found else ""


def _order(told: dict[str, JSON]) -> str:
    order = told.get("order")
    if not isinstance(order, dict):
        return ""
    lines = [f"Order {told.get('reference_id', '')}: {order.get('status', '')}", str(order.get("description", ""))]
    lines += [f"{item.get('quantity', 1)} × {item.get('name', '')}" for item in order.get("items") or []]
    if total := told.get("total_amount"):
        lines.append(f"Total {told.get('currency', '')} {total['value'] / total['offset']:.2f}")
    return text("\n".join(filter(None, lines)))
