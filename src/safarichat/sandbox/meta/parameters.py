"""A template's values against what was approved (reference §4.4): as many, of the right kind, at the right button."""

import re

from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.things import JSON

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
ON_TOP = ("IMAGE", "VIDEO", "DOCUMENT", "GIF", "LOCATION", "PRODUCT")
NEEDS = {"COPY_CODE": "coupon_code", "OTP": "text", "MPM": "action", "ORDER_DETAILS": "action"}


def check_parameters(approved: list[JSON], given: JSON, is_named: bool) -> None:
    if not isinstance(given, list):
        raise GraphError(100, "Param template['components'] must be an array.")
    for component in approved:
        match str(component.get("type", "")).upper():
            case "HEADER" if component.get("format", "TEXT") in ON_TOP:
                _on_top(str(component["format"]).lower(), _values(given, "HEADER"))
            case "HEADER" | "BODY" as kind:
                names = list(dict.fromkeys(VARIABLE.findall(str(component.get("text", "")))))
                _texts(kind.lower(), names, _values(given, kind), is_named)
            case "BUTTONS":
                _buttons(component["buttons"], given)
            case "LIMITED_TIME_OFFER" if component["limited_time_offer"].get("has_expiration"):
                if not _values(given, "LIMITED_TIME_OFFER"):
                    raise GraphError(131008, details="limited_time_offer: expiration_time_ms is required.")
            case "CAROUSEL":
                _cards(component["cards"], given, is_named)


def _values(given: list[JSON], kind: str) -> list[JSON]:
    parts = [part for part in given if isinstance(part, dict) and str(part.get("type", "")).upper() == kind]
    return [value for part in parts for value in part.get("parameters") or []]


def _on_top(kind: str, values: list[JSON]) -> None:
    _count("header", len(values), 1)
    if str(values[0].get("type", "")).lower() != kind:
        raise GraphError(132012, details=f"header: Format mismatch, expected {kind.upper()}.")


def _texts(place: str, names: list[str], values: list[JSON], is_named: bool) -> None:
    _count(place, len(values), len(names))
    told = [str(value.get("parameter_name") or "") for value in values if isinstance(value, dict)]
    if is_named and sorted(told) != sorted(names):
        raise GraphError(132012, details=f"{place}: Parameter name is missing or empty.")
    if any(re.search(r"[\n\t]| {5}", str(value.get("text", ""))) for value in values):
        raise GraphError(
            132012, details=f"{place}: Param text cannot have new-line/tab characters or more than 4 spaces."
        )


def _count(place: str, found: int, expected: int) -> None:
    if found != expected:
        details = f"{place}: number of localizable_params ({found}) does not match the expected number ({expected})"
        raise GraphError(132000, details=details)


def _buttons(approved: list[JSON], given: list[JSON]) -> None:
    told: dict[int, JSON] = {}
    for part in given:
        if str(part.get("type", "")).upper() == "BUTTON":
            told[int(part["index"])] = part
    for index in told:
        if index >= len(approved):
            raise GraphError(132012, details=f"buttons: Button at index {index} does not exist.")
    for index, button in enumerate(approved):
        kind = str(button["type"]).upper()
        waits = NEEDS.get(kind) or ("text" if "{{" in str(button.get("url", "")) else "")
        if waits and not (told.get(index) or {}).get("parameters"):
            raise GraphError(131008, details=f"buttons: Button at index {index} of type {kind} requires a parameter.")


def _cards(approved: list[JSON], given: list[JSON], is_named: bool) -> None:
    carousel: JSON = next((part for part in given if str(part.get("type", "")).upper() == "CAROUSEL"), {})
    cards = carousel.get("cards") or []
    _count("carousel", len(cards), len(approved))
    for place, card in enumerate(cards):
        check_parameters(approved[int(card.get("card_index", place))]["components"], card.get("components"), is_named)
