"""A template's components as they are handed in: what Meta refuses of them at once, and how it shows them afterwards
(reference §6.2, §6.3)."""

import re
from itertools import pairwise

from safarichat.sandbox.meta import draft_buttons
from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.meta.template_samples import CODE
from safarichat.sandbox.things import JSON

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "GIF", "LOCATION", "PRODUCT")
WITH_FILES = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
TYPES = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST")
LONG, SHORT, BESIDE_OFFER, IN_CARD, OFFER = 1024, 60, 600, 160, 16
CHARACTERS, HEADER, BODY, FOOTER, TOO_MANY, AT_THE_EDGE = 2388040, 2388047, 2388072, 2388073, 2388293, 2388299


def checked(category: str, given: JSON, *, is_named: bool) -> list[JSON]:
    """As the template's node shows them. Raises GraphError."""
    parts = _by_type(given)
    if category == "AUTHENTICATION":
        return _of_code(parts)
    if "BODY" not in parts:
        raise _refused(BODY, "Message template body is missing", "A template needs a component of type BODY.")
    offer = parts.get("LIMITED_TIME_OFFER")
    if offer is not None and ("FOOTER" in parts or len(_text(offer.get("limited_time_offer"))) > OFFER):
        told = f"Its text has at most {OFFER} characters, and there is no footer."
        raise _refused(CHARACTERS, "Limited-time offer is not as it should be", told)
    longest = BESIDE_OFFER if offer is not None else LONG
    return [_part(kind, part, is_named, longest) for kind, part in parts.items()]


def lacks_example(components: list[JSON]) -> bool:
    """What a review rejects as INVALID_FORMAT."""
    for part in components:
        example = part.get("example")
        match part["type"]:
            case "HEADER" if part.get("format") in WITH_FILES and not example:
                return True
            case "HEADER" | "BODY" if VARIABLE.search(str(part.get("text", ""))) and not example:
                return True
            case "BUTTONS" if any(draft_buttons.lacks_example(button) for button in part["buttons"]):
                return True
            case "CAROUSEL" if any(lacks_example(card["components"]) for card in part["cards"]):
                return True
    return False


def _by_type(given: JSON) -> dict[str, JSON]:
    if not isinstance(given, list) or not given or not all(isinstance(part, dict) for part in given):
        raise GraphError(100, "The parameter components is required: an array of objects.")
    parts: dict[str, JSON] = {}
    for at, part in enumerate(given):
        kind = str(part.get("type") or "").upper()
        if kind not in TYPES:
            raise GraphError(100, f"Param components[{at}]['type'] must be one of {{{', '.join(TYPES)}}}.")
        if kind in parts:
            raise GraphError(100, f"Param components must hold {kind} once.")
        parts[kind] = {**part, "type": kind}
    return parts


def _part(kind: str, part: JSON, is_named: bool, longest: int) -> JSON:
    match kind:
        case "HEADER":
            return _header(part, is_named)
        case "BODY":
            return _body(part, is_named, longest)
        case "FOOTER":
            _short("footer", _text(part), SHORT, FOOTER)
            if VARIABLE.search(_text(part)):
                raise _refused(FOOTER, "Footer can't have variables", "Remove the variables from the footer.")
        case "BUTTONS":
            return {**part, "buttons": draft_buttons.checked(part.get("buttons"))}
        case "CAROUSEL":
            return {**part, "cards": _cards(part.get("cards"), is_named)}
    return part


def _header(part: JSON, is_named: bool) -> JSON:
    format = str(part.get("format") or "TEXT").upper()
    if format not in FORMATS:
        raise _refused(HEADER, "Header is not valid", f"The format must be one of {', '.join(FORMATS)}.")
    if format == "TEXT":
        _short("header", _text(part), SHORT, HEADER)
        if len(_variables(_text(part), is_named)) > 1:
            raise _refused(HEADER, "Header is not valid", "A header has one variable at most.")
    return {**part, "format": format}


def _body(part: JSON, is_named: bool, longest: int) -> JSON:
    text = _text(part)
    _short("body", text, longest, BODY)
    names, found = _variables(text, is_named), list(VARIABLE.finditer(text.strip()))
    if found and (found[0].start() == 0 or found[-1].end() == len(text.strip())):
        told = "Variables can't be at the start or end of the template."
        raise _refused(AT_THE_EDGE, "Leading or trailing params not allowed", told)
    if any(not text.strip()[one.end() : two.start()].strip() for one, two in pairwise(found)):
        raise _refused(BODY, "Body is not valid", "Two variables can't stand side by side.")
    if len(re.findall(r"\w+", VARIABLE.sub(" ", text))) < len(names):
        told = "This template contains too many variable parameters relative to the message length."
        raise _refused(TOO_MANY, "Too many params for the length", told)
    example = part.get("example")
    rows = example.get("body_text") if isinstance(example, dict) else None
    if rows and not isinstance(rows[0], list):
        return {**part, "example": {**example, "body_text": [rows]}}
    return part


def _variables(text: str, is_named: bool) -> list[str]:
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    right = r"[a-z0-9_]*[a-z_][a-z0-9_]*" if is_named else r"\d+"
    wrong = next((name for name in names if not re.fullmatch(right, name)), None)
    if wrong is not None or (not is_named and names != [str(place + 1) for place in range(len(names))]):
        rule = "lower-case letters, digits and underscores" if is_named else "numbers from 1 on, one after another"
        raise _refused(BODY, "Variables are not valid", f"The names of variables must be {rule}.")
    return names


def _cards(cards: JSON, is_named: bool) -> list[JSON]:
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise GraphError(100, "Param cards must hold 2 to 10 cards.")
    made: list[JSON] = []
    for card in cards:
        parts = _by_type(card.get("components") if isinstance(card, dict) else None)
        made.append({"components": [_part(kind, part, is_named, IN_CARD) for kind, part in parts.items()]})
    shapes = {tuple((part["type"], part.get("format")) for part in card["components"]) for card in made}
    if len(shapes) > 1:
        raise GraphError(100, "Param cards must hold cards of the same shape.")
    return made


# --- codes: their text is Meta's -------------------------------------------------------------------------------------


def _of_code(parts: dict[str, JSON]) -> list[JSON]:
    if set(parts) - {"BODY", "FOOTER", "BUTTONS"} or not {"BODY", "BUTTONS"} <= set(parts) or "text" in parts["BODY"]:
        told = "An authentication template has the fixed body, a footer maybe, and one button of type OTP."
        raise _refused(BODY, "Authentication template is not valid", told)
    is_careful = bool(parts["BODY"].get("add_security_recommendation"))
    text = "*{{1}}* is your verification code."
    text += " For your security, do not share this code." if is_careful else ""
    shown: list[JSON] = [{**parts["BODY"], "text": text, "example": {"body_text": [["123456"]]}}]
    if "FOOTER" in parts:
        minutes = parts["FOOTER"].get("code_expiration_minutes")
        if not isinstance(minutes, int) or not 1 <= minutes <= 90:
            raise _refused(FOOTER, "Footer is not valid", "code_expiration_minutes must be from 1 to 90.")
        shown.append({**parts["FOOTER"], "text": f"This code expires in {minutes} minutes."})
    kind, label = draft_buttons.of_code(parts["BUTTONS"].get("buttons"))
    url = CODE.replace("COPY_CODE", kind)
    button = {"type": "URL", "text": label, "url": url, "example": [url.replace("{{1}}", "123456")]}
    return [*shown, {"type": "BUTTONS", "buttons": [button]}]


def _text(part: JSON) -> str:
    return str(part.get("text") or "") if isinstance(part, dict) else ""


def _short(place: str, text: str, most: int, subcode: int) -> None:
    if not text.strip():
        raise _refused(subcode, f"The {place} has no text", f"Give the {place} a text.")
    if len(text) > most:
        raise _refused(CHARACTERS, "Character limit exceeded", f"The {place} has at most {most} characters.")


def _refused(subcode: int, title: str, told: str) -> GraphError:
    return GraphError(100, "Invalid parameter", subcode=subcode, user=(title, told))
