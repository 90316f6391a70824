"""A word for a message that has no text of its own, where one line must do: in lists and quotes."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

WORDS: Mapping[str, Any] = {
    "audio": gettext_lazy("Audio"),
    "button": gettext_lazy("Tapped a button"),
    "contacts": gettext_lazy("Contact card"),
    "document": gettext_lazy("Document"),
    "edit": gettext_lazy("Edited an earlier message"),
    "group": gettext_lazy("Message in a group"),
    "image": gettext_lazy("Photo"),
    "interactive": gettext_lazy("Reply"),
    "location": gettext_lazy("Location"),
    "media_placeholder": gettext_lazy("File on the phone"),
    "order": gettext_lazy("Order"),
    "reaction": gettext_lazy("Reaction"),
    "revoke": gettext_lazy("Deleted message"),
    "sticker": gettext_lazy("Sticker"),
    "system": gettext_lazy("Note by WhatsApp"),
    "template": gettext_lazy("Template"),
    "unsupported": gettext_lazy("Not handed over by WhatsApp"),
    "video": gettext_lazy("Video"),
}


def word_of(kind: str) -> str:
    return str(WORDS.get(kind, gettext_lazy("Message without text")))
