"""How a message looks on a customer's handset."""

import re
import time
from html import escape

from safarichat.sandbox.things import JSON, Message, Template
from safarichat.sandbox.world import World

TICKS = {"sent": ("✓", "Sent"), "delivered": ("✓✓", "Delivered"), "read": ("✓✓", "Read")}
REACTIONS = ("👍", "❤️", "😂")


class Bubbles:
    """One chat's messages as HTML. `base` is the path of the chat, to which taps are posted."""

    def __init__(self, world: World, base: str, name: str) -> None:
        self.world, self.base, self.name = world, base, name

    def thread(self, messages: list[Message]) -> str:
        """Only what the customer can see: what they wrote, and what has arrived."""
        seen = [m for m in messages if m.inbound or m.status in ("delivered", "read")]
        reactions: dict[str, str] = {}
        for message in seen:
            content = message.content()
            if content.get("type") == "reaction":
                reaction = content["reaction"]
                reactions[str(reaction.get("message_id"))] = str(reaction.get("emoji", ""))
        shown, day = [], ""
        for message in seen:
            content = message.content()
            if content.get("type") == "reaction":
                continue
            today = time.strftime("%A %d %B", time.localtime(message.at))
            if today != day:
                shown.append(f'<p class="day">{today}</p>')
                day = today
            shown.append(self._bubble(message, content, reactions.get(message.id, "")))
        return "".join(shown) or '<p class="empty">No messages yet. Say hello below.</p>'

    def summary(self, message: Message) -> str:
        """One line of plain text, for the list of chats and for quotes."""
        content = message.content()
        kind = str(content.get("type", ""))
        payload = content.get(kind)
        match payload:
            case {"body": str(text)} if kind == "text":
                return text
            case {"body": {"text": str(text)}}:
                return text
            case {"text": str(text)}:
                return text
            case {"caption": str(text)}:
                return text
            case {"name": str(name)} if kind == "template":
                return self._template_text(message, content["template"])[1] or name
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
                return _text(str(payload.get("body", "")))
            case "image" | "sticker" | "video" | "audio" | "document":
                return self._media(kind, payload)
            case "location":
                return _location(payload)
            case "contacts":
                return "".join(_contact(contact) for contact in payload)
            case "template":
                return self._template(message, payload)
            case "interactive":
                return self._interactive(message, payload)
            case "button":
                return _text(str(payload.get("text", "")))
            case _:
                return f'<p class="note">{escape(kind)}</p>'

    def _media(self, kind: str, media: dict[str, JSON]) -> str:
        kept = self.world.media.get(str(media.get("id", "")))
        link = f"{self.base}/media/{kept.id}" if kept else str(media.get("link", ""))
        url, caption = escape(link), str(media.get("caption") or "")
        name = escape(str(media.get("filename") or (kept.filename if kept else "") or kind))
        parts = {
            "image": f'<img class="media" src="{url}" alt="{escape(caption) or "Photo"}">',
            "sticker": f'<img class="sticker" src="{url}" alt="Sticker">',
            "video": f'<video class="media" controls preload="none" src="{url}" aria-label="Video"></video>',
            "audio": f'<audio controls preload="none" src="{url}" aria-label="Voice message"></audio>',
            "document": f'<p class="file"><a href="{url}" download>{name}</a></p>',
        }
        return parts[kind] + (_text(caption) if caption else "")

    def _template(self, message: Message, payload: dict[str, JSON]) -> str:
        head, body, foot, template = *self._template_text(message, payload), self._find(message, payload)
        html = f'<p class="title">{escape(head)}</p>' if head else ""
        for component in payload.get("components") or []:
            if str(component.get("type", "")).lower() == "header":
                html = self._header(component.get("parameters") or []) or html
        html += _text(body) + (f'<p class="small">{escape(foot)}</p>' if foot else "")
        buttons = [c for c in (template.components if template else []) if c.get("type") == "BUTTONS"]
        rows = buttons[0].get("buttons", []) if buttons else []
        return html + self._buttons([self._template_button(message, button) for button in rows])

    def _header(self, parameters: list[JSON]) -> str:
        kind = str(parameters[0].get("type", "")) if parameters else ""
        return self._media(kind, parameters[0][kind]) if kind in ("image", "video", "document") else ""

    def _template_button(self, message: Message, button: dict[str, JSON]) -> str:
        label = str(button.get("text", ""))
        if button.get("type") == "QUICK_REPLY":
            return self._tap(message, "button", str(button.get("payload") or label), label)
        if button.get("type") == "URL":
            return f'<a class="tap" href="{escape(str(button.get("url", "")))}" rel="noreferrer">{escape(label)}</a>'
        return f'<span class="tap">{escape(label or str(button.get("type")))}</span>'

    def _interactive(self, message: Message, payload: dict[str, JSON]) -> str:
        if message.inbound:
            return _text(self.summary(message))
        action = payload.get("action") or {}
        header = payload.get("header") or {}
        kind = str(header.get("type", ""))
        html = f'<p class="title">{escape(str(header.get("text", "")))}</p>' if kind == "text" else ""
        if kind in ("image", "video", "document"):
            html = self._media(kind, header.get(kind) or {})
        html += _text(str((payload.get("body") or {}).get("text", "")))
        if footer := (payload.get("footer") or {}).get("text"):
            html += f'<p class="small">{escape(str(footer))}</p>'
        match payload.get("type"):
            case "button":
                replies = [button.get("reply") or {} for button in action.get("buttons") or []]
                return html + self._buttons([self._tap(message, "button_reply", r["id"], r["title"]) for r in replies])
            case "list":
                return html + self._list(message, action)
            case "cta_url":
                link = action.get("parameters") or {}
                label = escape(str(link.get("display_text", "Open")))
                return html + self._buttons([f'<a class="tap" href="{escape(str(link.get("url", "")))}">{label}</a>'])
            case "location_request_message":
                return html + self._buttons([self._tap(message, "location", "", "Send location")])
        return html

    def _list(self, message: Message, action: dict[str, JSON]) -> str:
        parts = []
        for section in action.get("sections") or []:
            if section.get("title"):
                parts.append(f'<p class="small">{escape(str(section["title"]))}</p>')
            for row in section.get("rows") or []:
                more = str(row.get("description", ""))
                parts.append(self._tap(message, "list_reply", row["id"], row["title"], more))
        label = escape(str(action.get("button", "Options")))
        return f'<details class="list"><summary class="tap">{label}</summary>{self._buttons(parts)}</details>'

    def _buttons(self, parts: list[str]) -> str:
        return f'<div class="taps">{"".join(parts)}</div>' if parts else ""

    def _tap(self, message: Message, kind: str, payload: str, label: str, description: str = "") -> str:
        hidden = {"kind": kind, "reply_to": message.id, "payload": payload, "title": label, "description": description}
        inputs = "".join(f'<input type="hidden" name="{k}" value="{escape(str(v))}">' for k, v in hidden.items())
        small = f"<small>{escape(description)}</small>" if description else ""
        button = f'<button class="tap">{escape(label)}{small}</button>'
        return f'<form method="post" action="{self.base}/taps">{inputs}{button}</form>'

    def _deeds(self, message: Message) -> str:
        text = escape(self.summary(message)[:80])
        reply = (
            f'<button type="button" class="reply" data-reply="{escape(message.id)}" data-text="{text}">Reply</button>'
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

    def _find(self, message: Message, payload: dict[str, JSON]) -> Template | None:
        waba_id = self.world.numbers.things[message.phone_number_id].waba_id
        language = payload.get("language") or {}
        return self.world.template(waba_id, str(payload.get("name")), str(language.get("code")))

    def _template_text(self, message: Message, payload: dict[str, JSON]) -> tuple[str, str, str]:
        """Header, body and footer with the variables filled in."""
        template = self._find(message, payload)
        texts = {"HEADER": "", "BODY": "", "FOOTER": ""}
        for component in template.components if template else []:
            kind = str(component.get("type", "")).upper()
            if kind in texts:
                texts[kind] = _filled(str(component.get("text", "")), kind, payload)
        return texts["HEADER"], texts["BODY"], texts["FOOTER"]


def _filled(text: str, kind: str, payload: dict[str, JSON]) -> str:
    values: dict[str, str] = {}
    for component in payload.get("components") or []:
        if str(component.get("type", "")).upper() == kind:
            for at, parameter in enumerate(component.get("parameters") or [], start=1):
                values[str(parameter.get("parameter_name") or at)] = str(parameter.get("text", ""))
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: values.get(found[1], found[0]), text)


def _text(text: str) -> str:
    linked = re.sub(r"(https?://[^\s<]+)", r'<a href="\1" rel="noreferrer">\1</a>', escape(text))
    return f'<p class="text">{linked}</p>' if text else ""


def _location(location: dict[str, JSON]) -> str:
    name = escape(str(location.get("name") or "Location"))
    address = escape(str(location.get("address") or ""))
    place = escape(f"{location.get('latitude')}, {location.get('longitude')}")
    line = f"<br>{address}" if address else ""
    return f"<p><b>{name}</b>{line}<small>{place}</small></p>"


def _contact(contact: JSON) -> str:
    name = escape(str((contact.get("name") or {}).get("formatted_name", "Contact")))
    lines = "".join(f"<br>{escape(str(phone.get('phone', '')))}" for phone in contact.get("phones") or [])
    return f'<p class="text"><b>{name}</b>{lines}</p>'


def _ticks(message: Message) -> str:
    if not message.inbound or message.status not in TICKS:
        return ""
    sign, label = TICKS[message.status]
    return f' <span class="ticks {message.status}" role="img" aria-label="{label}">{sign}</span>'
