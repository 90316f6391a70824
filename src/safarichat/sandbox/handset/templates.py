"""How a template looks on a handset, with the values that the business gave (reference §4.4, §6.2)."""

import re
from html import escape

from safarichat.sandbox.handset.pieces import FILES, Pieces, location, text
from safarichat.sandbox.things import JSON, Message, Template

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Templates:
    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces

    def shown(self, message: Message, payload: dict[str, JSON]) -> str:
        template = self._find(message, payload)
        return self._parts(message, template.components if template else [], payload.get("components") or [])

    def body(self, message: Message, payload: dict[str, JSON]) -> str:
        template = self._find(message, payload)
        parts = _by_kind(template.components if template else [])
        return _filled(parts, "BODY", payload.get("components") or [])

    def _find(self, message: Message, payload: dict[str, JSON]) -> Template | None:
        waba_id = self.pieces.world.numbers.things[message.phone_number_id].waba_id
        language = payload.get("language") or {}
        return self.pieces.world.template(waba_id, str(payload.get("name")), str(language.get("code")))

    def _parts(self, message: Message, approved: list[JSON], given: list[JSON]) -> str:
        """Of the whole, or of one of its cards."""
        parts = _by_kind(approved)
        head, foot = _filled(parts, "HEADER", given), _filled(parts, "FOOTER", given)
        html = self._on_top(given) or (f'<p class="title">{escape(head)}</p>' if head else "")
        if offer := (parts.get("LIMITED_TIME_OFFER") or {}).get("limited_time_offer"):
            html += f'<p class="title">{escape(str(offer.get("text", "")))}</p>'
        html += text(_filled(parts, "BODY", given))
        html += f'<p class="small">{escape(foot)}</p>' if foot else ""
        rows = (parts.get("BUTTONS") or {}).get("buttons") or []
        html += self.pieces.taps([self._button(message, row, _of_button(given, at)) for at, row in enumerate(rows)])
        told = next((part.get("cards") or [] for part in given if _kind(part) == "CAROUSEL"), [])
        for card, values in zip((parts.get("CAROUSEL") or {}).get("cards") or [], told, strict=False):
            html += f'<div class="card">{self._parts(message, card["components"], values["components"])}</div>'
        return html

    def _on_top(self, given: list[JSON]) -> str:
        values = [value for part in given if _kind(part) == "HEADER" for value in part.get("parameters") or []]
        value: dict[str, JSON] = next(iter(values), {})
        kind = str(value.get("type", ""))
        if kind == "location":
            return location(value[kind])
        return self.pieces.media(kind, value[kind]) if kind in FILES else ""

    def _button(self, message: Message, button: dict[str, JSON], value: str) -> str:
        label, kind = str(button.get("text", "")), str(button.get("type"))
        match kind:
            case "QUICK_REPLY":
                return self.pieces.tap(message, "button", value or str(button.get("payload") or label), label)
            case "URL":
                return self.pieces.link(VARIABLE.sub(lambda _: value, str(button.get("url", ""))), label)
            case "COPY_CODE":
                return self.pieces.label(f"{label or 'Copy code'}: {value}" if value else label or "Copy code")
        return self.pieces.label(label or kind)


def _kind(part: dict[str, JSON]) -> str:
    return str(part.get("type", "")).upper()


def _by_kind(components: list[JSON]) -> dict[str, dict[str, JSON]]:
    return {_kind(component): component for component in components}


def _filled(parts: dict[str, dict[str, JSON]], kind: str, given: list[JSON]) -> str:
    """The text of a part with its variables filled in."""
    values: dict[str, str] = {}
    for part in given:
        if _kind(part) == kind:
            for at, value in enumerate(part.get("parameters") or [], start=1):
                values[str(value.get("parameter_name") or at)] = _told(value)
    told = str(parts.get(kind, {}).get("text", ""))
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), told)


def _told(value: dict[str, JSON]) -> str:
    """Money and days come with the words to show where they can't be written."""
    inner = value.get(str(value.get("type")))
    return str(inner.get("fallback_value", "") if isinstance(inner, dict) else inner or "")


def _of_button(given: list[JSON], place: int) -> str:
    for part in given:
        if _kind(part) == "BUTTON" and str(part.get("index")) == str(place) and part.get("parameters"):
            return _told(part["parameters"][0])
    return ""
