"""A template as a form: the values it waits for, the message that comes of them, and how it will look."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from safarichat.providers.cloud_api.loose import mapping, mappings, text
from safarichat.providers.cloud_api.templates.layout import MEDIA, VARIABLE, Button, Header, Layout, Words
from safarichat.providers.shapes import JSON

Values = Mapping[str, str]
_BY_PROGRAM = frozenset({"mpm", "order_details"})  # what they need nobody types into a form
_PLACE = ("latitude", "longitude", "name", "address")


class Slot(Struct, frozen=True, kw_only=True):
    """A value to be given. `key` names it in a form; `kind`: text, link, number, place, code, or time (ISO, UTC);
    `part`: header, body, button or offer; `name` that of the variable, `card` the place of the card it stands in."""

    key: str
    kind: str
    part: str
    name: str = ""
    sample: str = ""
    label: str = ""
    card: int | None = None
    is_needed: bool = True


class Piece(Struct, frozen=True):
    """A stretch of a text: fixed, or the value of `key`."""

    text: str
    key: str = ""


class Look(Struct, frozen=True, kw_only=True):
    """What the customer will see. `media` is the kind of file on top."""

    media: str = ""
    header: tuple[Piece, ...] = ()
    body: tuple[Piece, ...] = ()
    footer: str = ""
    offer: str = ""
    buttons: tuple[str, ...] = ()
    cards: tuple["Look", ...] = ()


def can_be_filled(wanted: Layout) -> bool:
    """Whether a person can give what it needs; else only a program can send it."""
    headers = [each.header for each in (wanted, *wanted.cards) if each.header]
    buttons = [button for each in (wanted, *wanted.cards) for button in each.buttons]
    return not any(header.kind == "product" for header in headers) and not any(
        button.kind in _BY_PROGRAM for button in buttons
    )


# --- the form --------------------------------------------------------------------------------------------------------


def slots(wanted: Layout, *, is_code: bool = False) -> list[Slot]:
    """In the order in which they are read. `is_code`: a sign-in code is typed once and sent twice."""
    found = list(_slots(wanted, "", None))
    for place, card in enumerate(wanted.cards):
        found += _slots(card, f"card.{place}.", place)
    return [slot for slot in found if not (is_code and slot.part == "button")]


def _slots(wanted: Layout, before: str, card: int | None) -> Iterator[Slot]:
    if wanted.header:
        yield from _header_slots(wanted.header, f"{before}header", card)
    yield from _word_slots(wanted.body, f"{before}body", "body", card)
    if wanted.offer_ends:
        yield Slot(key=f"{before}offer", kind="time", part="offer", card=card)
    for place, button in enumerate(wanted.buttons):
        if button.value in ("text", "coupon_code"):
            kind = "code" if button.value == "coupon_code" else "text"
            yield Slot(
                key=f"{before}button.{place}",
                kind=kind,
                part="button",
                label=button.label,
                sample=button.sample,
                card=card,
            )


def _header_slots(header: Header, key: str, card: int | None) -> Iterator[Slot]:
    if header.kind in MEDIA:
        yield Slot(key=key, kind="link", part="header", name=header.kind, card=card)
        return
    if header.kind == "location":
        for name in _PLACE:
            kind = "number" if name in _PLACE[:2] else "place"
            yield Slot(key=f"{key}.{name}", kind=kind, part="header", name=name, card=card, is_needed=kind == "number")
        return
    yield from _word_slots(header.words, key, "header", card)


def _word_slots(words: Words, key: str, part: str, card: int | None) -> Iterator[Slot]:
    for name, sample in zip(words.names, words.samples, strict=True):
        yield Slot(key=f"{key}.{name}", kind="text", part=part, name=name, sample=sample, card=card)


# --- the message -----------------------------------------------------------------------------------------------------


def filled(
    name: str, language: str, wanted: Layout, values: Values, *, is_named: bool, is_code: bool = False
) -> dict[str, JSON]:
    """A message object of the Cloud API; what is missing in `values` is left empty, for the checks to find."""
    if is_code:
        values = {**values, **dict.fromkeys(_code_buttons(wanted), values.get("body.1", ""))}
    components = list(_components(wanted, values, "", is_named))
    template: dict[str, JSON] = {"name": name, "language": {"code": language}}
    return {"type": "template", "template": template | ({"components": components} if components else {})}


def _code_buttons(wanted: Layout) -> Iterator[str]:
    """A sign-in code's button takes the code of the text."""
    return (f"button.{place}" for place, button in enumerate(wanted.buttons) if button.value == "text")


def _components(wanted: Layout, values: Values, before: str, is_named: bool) -> Iterator[dict[str, JSON]]:
    if wanted.header and (header := _header(wanted.header, values, f"{before}header", is_named)):
        yield {"type": "header", "parameters": header}
    if wanted.body.names:
        yield {"type": "body", "parameters": _texts(wanted.body, values, f"{before}body", is_named)}
    if wanted.offer_ends:
        end = {"expiration_time_ms": _whole(values.get(f"{before}offer", ""))}
        yield {
            "type": "limited_time_offer",
            "parameters": [{"type": "limited_time_offer", "limited_time_offer": end}],
        }
    for place, button in enumerate(wanted.buttons):
        if given := _button(button, values, f"{before}button.{place}"):
            kind = "url" if button.kind == "otp" else button.kind
            yield {"type": "button", "sub_type": kind, "index": str(place), "parameters": [given]}
    if wanted.cards:
        cards = [
            {"card_index": place, "components": list(_components(card, values, f"card.{place}.", is_named))}
            for place, card in enumerate(wanted.cards)
        ]
        yield {"type": "carousel", "cards": cards}


def _header(header: Header, values: Values, key: str, is_named: bool) -> list[JSON]:
    if header.kind in MEDIA:
        return [{"type": header.kind, header.kind: {"link": values.get(key, "")}}]
    if header.kind == "location":
        told = {name: found for name in _PLACE if (found := values.get(f"{key}.{name}", ""))}
        return [{"type": "location", "location": told}]
    return _texts(header.words, values, key, is_named) if header.kind == "text" else []


def _texts(words: Words, values: Values, key: str, is_named: bool) -> list[JSON]:
    return [
        {"type": "text", "text": values.get(f"{key}.{name}", "")} | ({"parameter_name": name} if is_named else {})
        for name in words.names
    ]


def _button(button: Button, values: Values, key: str) -> dict[str, JSON] | None:
    if button.value == "text":
        return {"type": "text", "text": values.get(key, "")}
    if button.value == "coupon_code":
        return {"type": "coupon_code", "coupon_code": values.get(key, "")}
    return None


def _whole(told: str) -> JSON:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else told


# --- how it looks ----------------------------------------------------------------------------------------------------


def look(wanted: Layout, values: Values, *, before: str = "") -> Look:
    """With its values, their samples, or the variables' own names."""
    header = wanted.header
    return Look(
        media=header.kind if header and header.kind != "text" else "",
        header=_pieces(header.words, values, f"{before}header") if header else (),
        body=_pieces(wanted.body, values, f"{before}body"),
        footer=wanted.footer,
        offer=wanted.offer,
        buttons=tuple(button.label or button.kind for button in wanted.buttons),
        cards=tuple(look(card, values, before=f"card.{place}.") for place, card in enumerate(wanted.cards)),
    )


def _pieces(words: Words, values: Values, key: str) -> tuple[Piece, ...]:
    samples = dict(zip(words.names, words.samples, strict=True))
    pieces = []
    for place, each in enumerate(VARIABLE.split(words.text)):
        if place % 2:
            name = f"{key}.{each}"
            pieces.append(Piece(values.get(name) or samples.get(each) or f"{{{{{each}}}}}", name))
        elif each:
            pieces.append(Piece(each))
    return tuple(pieces)


def values_of(sent: JSON, wanted: Layout) -> dict[str, str]:
    """The texts of a message that was made of a template, by the keys of its header and body. (!) Where the numbers of
    variables run through the whole template, the first one of the body is not 1."""
    found: dict[str, str] = {}
    names = {"header": _in_order(wanted.header.words if wanted.header else Words()), "body": _in_order(wanted.body)}
    for component in mappings(sent, "components"):
        part = text(component, "type").lower()
        for place, value in enumerate(mappings(component, "parameters") if part in ("header", "body") else ()):
            told = text(value, "text") or text(mapping(value, text(value, "type")), "fallback_value")
            name = text(value, "parameter_name") or next(iter(names[part][place:]), "")
            found[f"{part}.{name}"] = told
    return found


def _in_order(words: Words) -> list[str]:
    """As values without a name are given: by their numbers."""
    return sorted(words.names, key=lambda name: int(name) if name.isdecimal() else 0)
