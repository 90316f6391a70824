"""What a template consists of and which values it waits for, read from its components (reference §6.2)."""

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from safarichat.providers.cloud_api.loose import mapping, mappings, text, texts
from safarichat.providers.shapes import JSON

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,100})\s*\}\}")
MEDIA = ("image", "video", "document", "gif")
# What a button waits for, by its kind: the type of its value, and whether it can't do without.
_BUTTON_VALUES: Mapping[str, tuple[str, bool]] = {
    "quick_reply": ("payload", False),
    "copy_code": ("coupon_code", True),
    "flow": ("action", False),
    "catalog": ("action", False),
    "mpm": ("action", True),
    "order_details": ("action", True),
    "voice_call": ("ttl_minutes", False),
}
Components = Iterable[Mapping[str, JSON]]


class Words(Struct, frozen=True):
    """Text with the names of its variables in their order (numbers where they have none), and a sample for each."""

    text: str = ""
    names: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


class Header(Struct, frozen=True):
    """`kind`: text, image, video, document, gif, location or product; words only in a text."""

    kind: str
    words: Words = Words()


class Button(Struct, frozen=True):
    """`value` is the type of what must or may be given when it is sent; empty where nothing can be."""

    kind: str
    label: str = ""
    value: str = ""
    is_needed: bool = False
    sample: str = ""
    address: str = ""


class Layout(Struct, frozen=True):
    header: Header | None = None
    body: Words = Words()
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    offer: str = ""  # the words of a limited offer
    offer_ends: bool = False
    cards: tuple["Layout", ...] = ()


def layout(components: Components) -> Layout:
    """Lenient: what it does not know it leaves out."""
    header, body, footer = None, Words(), ""
    buttons: tuple[Button, ...] = ()
    offer, offer_ends = "", False
    cards: tuple[Layout, ...] = ()
    for component in components:
        match text(component, "type").upper():
            case "HEADER":
                header = _header(component)
            case "BODY":
                body = _words(component, "body_text")
            case "FOOTER":
                footer = text(component, "text")
            case "BUTTONS":
                buttons = tuple(_button(button) for button in mappings(component, "buttons"))
            case "LIMITED_TIME_OFFER":
                told = mapping(component, "limited_time_offer")
                offer, offer_ends = text(told, "text"), bool(told.get("has_expiration"))
            case "CAROUSEL":
                cards = tuple(layout(mappings(card, "components")) for card in mappings(component, "cards"))
    return Layout(header, body, footer, buttons, offer, offer_ends, cards)


def _header(component: Mapping[str, JSON]) -> Header:
    kind = (text(component, "format") or "TEXT").lower()
    return Header(kind, _words(component, "header_text") if kind == "text" else Words())


def _words(component: Mapping[str, JSON], example: str) -> Words:
    said = text(component, "text")
    names = tuple(dict.fromkeys(VARIABLE.findall(said)))
    told = mapping(component, "example")
    named = {text(each, "param_name"): text(each, "example") for each in mappings(told, f"{example}_named_params")}
    listed = _samples(told.get(example))
    return Words(said, names, tuple(named.get(name) or _at(listed, place) for place, name in enumerate(names)))


def _samples(value: JSON) -> list[str]:
    """(!) Both flat and nested lists occur."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    return texts({"all": value}, "all")


def _at(listed: Sequence[str], place: int) -> str:
    return listed[place] if place < len(listed) else ""


def _button(button: Mapping[str, JSON]) -> Button:
    kind, label = text(button, "type").lower(), text(button, "text")
    address = text(button, "url")
    told = button.get("example")
    sample = told if isinstance(told, str) else _at(_samples(told), 0)
    if kind in ("url", "otp"):
        waits = kind == "otp" or bool(VARIABLE.search(address))
        end = sample.removeprefix(address.partition("{{")[0])  # (!) the sample is the whole address
        return Button(kind, label, "text" if waits else "", waits, end, address)
    value, is_needed = _BUTTON_VALUES.get(kind, ("", False))
    return Button(kind, label, value, is_needed, sample, address)
