"""How a message looks on a customer's handset."""

import time
from html import escape

from safarichat.sandbox.handset.offers import Offers
from safarichat.sandbox.handset.pieces import Pieces, contact_card, location, text
from safarichat.sandbox.handset.templates import Templates
from safarichat.sandbox.things import JSON, Message
from safarichat.sandbox.world import World

TICKS = {"sent": ("✓", "Sent"), "delivered": ("✓✓", "Delivered"), "read": ("✓✓", "Read")}
REACTIONS = ("👍", "❤️", "😂")
CHANGES = ("reaction", "edit", "revoke")  # seen in the message that they change


class Bubbles:
    """One chat's messages as HTML. `base` is the path of the chat, to which taps are posted."""

    def __init__(self, world: World, base: str, name: str) -> None:
        self.world, self.base, self.name = world, base, name
        self.pieces = Pieces(world, base)
        self.offers, self.templates = Offers(self.pieces), Templates(self.pieces)

    def thread(self, messages: list[Message]) -> str:
        """Only what the customer can see: what they wrote, and what has arrived."""
        seen = [(message, message.content()) for message in messages if _is_seen(message)]
        reactions, fates = _reactions(seen), _fates(seen)
        shown, day = [], ""
        for message, content in seen:
            if message.kind in CHANGES:
                continue
            today = time.strftime("%A %d %B", time.localtime(message.at))
            if today != day:
                shown.append(f'<p class="day">{today}</p>')
                day = today
            shown.append(self._bubble(message, fates.get(message.id, content), reactions.get(message.id, "")))
        return "".join(shown) or '<p class="empty">No messages yet. Say hello below.</p>'

    def summary(self, message: Message) -> str:
        """One line of plain text, for the list of chats and for quotes."""
        content = message.content()
        kind = str(content.get("type", ""))
        payload = content.get(kind)
        match payload:
            case {"body": str(said)} if kind == "text":
                return said
            case {"body": {"text": str(said)}}:
                return said
            case {"text": str(said)}:
                return said
            case {"caption": str(said)}:
                return said
            case {"name": str(name)} if kind == "template":
                return self.templates.body(message, content["template"]) or name
            case {"button_reply": {"title": str(title)}} | {"list_reply": {"title": str(title)}}:
                return title
        return kind.capitalize()

    def _bubble(self, message: Message, content: dict[str, JSON], reaction: str) -> str:
        side = "mine" if message.inbound else "theirs"
        who = "You" if message.inbound else self.name
        mark = f'<span class="reaction">{escape(reaction)}</span>' if reaction else ""
        clock = time.strftime("%H:%M", time.localtime(message.at))
        return (
            f'<article class="bubble {side}" id="{escape(message.id)}"><h2 class="hidden">{escape(who)}</h2>'
            f"{self._quote(content)}{self._content(message, content)}"
            f'<p class="foot"><time>{clock}</time>{_ticks(message)}</p>{mark}{self._deeds(message)}</article>'
        )

    def _content(self, message: Message, content: dict[str, JSON]) -> str:
        kind = str(content.get("type", "text"))
        payload = content.get(kind) or {}
        match kind:
            case "text":
                return text(str(payload.get("body", "")))
            case "image" | "sticker" | "video" | "audio" | "document":
                return self.pieces.media(kind, payload)
            case "location":
                return location(payload)
            case "contacts":
                return "".join(contact_card(contact) for contact in payload)
            case "template":
                return self.templates.shown(message, payload)
            case "interactive" if not message.inbound:
                return self.offers.shown(message, payload)
            case "interactive":
                return _choice(payload)
            case "button":
                return text(str(payload.get("text", "")))
            case "order":
                return _order(payload)
            case "system":
                return f'<p class="note">{escape(str(payload.get("body", "")))}</p>'
            case "unsupported":
                return f'<p class="note">{escape(str(payload.get("type", kind)).replace("_", " "))}</p>'
            case "revoke":
                return '<p class="note">This message was deleted.</p>'
            case _:
                return f'<p class="note">{escape(kind)}</p>'

    def _deeds(self, message: Message) -> str:
        said = escape(self.summary(message)[:80])
        reply = (
            f'<button type="button" class="reply" data-reply="{escape(message.id)}" data-text="{said}">Reply</button>'
        )
        if message.inbound:
            return f'<div class="deeds">{reply}</div>'
        faces = "".join(
            f'<button name="payload" value="{face}" aria-label="React {face}">{face}</button>' for face in REACTIONS
        )
        hidden = '<input type="hidden" name="kind" value="reaction">'
        hidden += f'<input type="hidden" name="reply_to" value="{escape(message.id)}">'
        return f'<div class="deeds">{reply}<form method="post" action="{self.base}/taps">{hidden}{faces}</form></div>'

    def _quote(self, content: dict[str, JSON]) -> str:
        context = content.get("context") or {}
        quoted = self.world.messages.get(str(context.get("message_id") or context.get("id") or ""))
        if quoted is None:
            return ""
        who = "You" if quoted.inbound else self.name
        return f"<blockquote><b>{escape(who)}</b> {escape(self.summary(quoted)[:120])}</blockquote>"


def _is_seen(message: Message) -> bool:
    """(!) Of a reaction nothing is told after it was sent."""
    is_reaction = message.kind == "reaction" and message.status == "sent"
    return message.inbound or message.status in ("delivered", "read") or is_reaction


def _reactions(seen: list[tuple[Message, dict[str, JSON]]]) -> dict[str, str]:
    """By message, the last one on it."""
    found = [content["reaction"] for message, content in seen if message.kind == "reaction"]
    return {str(reaction.get("message_id")): str(reaction.get("emoji") or "") for reaction in found}


def _fates(seen: list[tuple[Message, dict[str, JSON]]]) -> dict[str, dict[str, JSON]]:
    """By message, what it says since its writer edited it or took it back."""
    found: dict[str, dict[str, JSON]] = {}
    for message, content in seen:
        if message.kind in ("edit", "revoke"):
            change = content.get(message.kind) or {}
            found[str(change.get("original_message_id"))] = change.get("message") or {"type": "revoke"}
    return found


def _choice(payload: dict[str, JSON]) -> str:
    """What the customer tapped or filled in."""
    reply = payload.get(str(payload.get("type"))) or {}
    if "response" in reply:
        return text("Allowed calls" if reply["response"] == "accept" else "Declined calls")
    more = str(reply.get("description") or "")
    said = text(str(reply.get("title") or reply.get("body") or ""))
    return said + (f'<p class="small">{escape(more)}</p>' if more else "")


def _order(payload: dict[str, JSON]) -> str:
    items = payload.get("product_items") or []
    lines = [f"{item.get('quantity', 1)} × {item.get('product_retailer_id', '')}" for item in items]
    return text("\n".join(filter(None, [str(payload.get("text") or ""), *lines])))


def _ticks(message: Message) -> str:
    if not message.inbound or message.status not in TICKS:
        return ""
    sign, label = TICKS[message.status]
    return f' <span class="ticks {message.status}" role="img" aria-label="{label}">{sign}</span>'
