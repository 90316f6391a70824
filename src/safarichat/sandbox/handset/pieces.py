"""What bubbles are made of: texts, files, places, people, and buttons that can be tapped."""

import re
from html import escape

from safarichat.sandbox.things import JSON, Message
from safarichat.sandbox.world import World

FILES = ("image", "video", "document")  # on top of a message


class Pieces:
    """As HTML. `base` is the path of the chat, to which taps are posted."""

    def __init__(self, world: World, base: str) -> None:
        self.world, self.base = world, base

    def media(self, kind: str, media: dict[str, JSON]) -> str:
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
        return parts[kind] + (text(caption) if caption else "")

    def link(self, address: str, label: str) -> str:
        return f'<a class="tap" href="{escape(address)}" rel="noreferrer">{escape(label)}</a>'

    def label(self, words: str) -> str:
        """A button that does nothing here."""
        return f'<span class="tap">{escape(words)}</span>'

    def taps(self, parts: list[str]) -> str:
        return f'<div class="taps">{"".join(parts)}</div>' if parts else ""

    def tap(self, message: Message, kind: str, payload: str, label: str, description: str = "") -> str:
        hidden = {"kind": kind, "reply_to": message.id, "payload": payload, "title": label, "description": description}
        inputs = "".join(f'<input type="hidden" name="{k}" value="{escape(str(v))}">' for k, v in hidden.items())
        small = f"<small>{escape(description)}</small>" if description else ""
        button = f'<button class="tap">{escape(label)}{small}</button>'
        return f'<form method="post" action="{self.base}/taps">{inputs}{button}</form>'


def text(words: str) -> str:
    linked = re.sub(r"(https?://[^\s<]+)", r'<a href="\1" rel="noreferrer">\1</a>', escape(words))
    return f'<p class="text">{linked}</p>' if words else ""


def location(place: dict[str, JSON]) -> str:
    name = escape(str(place.get("name") or "Location"))
    address = escape(str(place.get("address") or ""))
    where = escape(f"{place.get('latitude')}, {place.get('longitude')}")
    line = f"<br>{address}" if address else ""
    return f"<p><b>{name}</b>{line}<small>{where}</small></p>"


def contact_card(contact: JSON) -> str:
    name = escape(str((contact.get("name") or {}).get("formatted_name", "Contact")))
    lines = "".join(f"<br>{escape(str(phone.get('phone', '')))}" for phone in contact.get("phones") or [])
    return f'<p class="text"><b>{name}</b>{lines}</p>'
