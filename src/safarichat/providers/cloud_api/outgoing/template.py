"""Templates: names, languages, and every kind of value, whatever the template holds (reference §4.4)."""

import re
from collections.abc import Mapping

from safarichat.providers.cloud_api.outgoing.choices import MINUTES
from safarichat.providers.cloud_api.outgoing.common import (
    INVALID,
    MISSING,
    WRONG,
    Check,
    distinct,
    every,
    fault,
    listed,
    note,
    shape,
    under,
    whole,
    words,
)
from safarichat.providers.cloud_api.outgoing.location import LOCATION
from safarichat.providers.cloud_api.outgoing.media import file
from safarichat.providers.cloud_api.outgoing.products import ORDER_PARAMETERS, PRODUCT, SECTIONS, SKU
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

WRONG_FORM = 132012
PLAIN = N_("A value of a template has no line breaks, no tabs and no more than four spaces in a row.")
MIXED = N_("The values of a part of a template have either all a name or none.")
_NOT_PLAIN = re.compile(r"[\n\r\t]| {5}")

# --- values ----------------------------------------------------------------------------------------------------------


def _text(value: JSON) -> Problem | None:
    if not isinstance(value, str) or not value.strip():
        return fault(MISSING, N_("A value of a template is a text that is not empty."))
    return fault(WRONG_FORM, PLAIN) if _NOT_PLAIN.search(value) else None


_FALLBACK = words(1000, N_("The text to show where the amount or date can't be written (fallback_value) is missing."))
_FILE = file({})
_ACTION = shape(
    N_("A button's action is an object."),
    may={
        "flow_token": words(2000, N_("A form's token is a text.")),
        "flow_action_data": shape(N_("The data for a form's first screen is an object.")),
        "thumbnail_product_retailer_id": SKU,
        "sections": SECTIONS,
        "order_details": ORDER_PARAMETERS,
    },
)
VALUES: Mapping[str, Check] = {
    "text": _text,
    "currency": shape(
        N_("An amount of money is an object."),
        {
            "fallback_value": _FALLBACK,
            "code": words(3, N_("An amount of money needs its currency, such as USD."), pattern="[A-Z]{3}"),
            "amount_1000": whole(-(10**15), 10**15, N_("An amount of money is told in thousandths, a whole number.")),
        },
    ),
    "date_time": shape(N_("A date is an object."), {"fallback_value": _FALLBACK}),
    "image": _FILE,
    "video": _FILE,
    "document": _FILE,
    "gif": _FILE,
    "location": LOCATION,
    "product": PRODUCT,
    "payload": note(256, N_("What a button hands back has at most 256 characters.")),
    "coupon_code": words(20, N_("A coupon code has 1 to 20 characters.")),
    "action": _ACTION,
    "ttl_minutes": MINUTES,
    "group_id": words(255, N_("An invitation needs the id of its group.")),
    "limited_time_offer": shape(
        N_("A limited offer is an object."),
        {"expiration_time_ms": whole(10**12, 10**14, N_("A limited offer needs its end in milliseconds since 1970."))},
    ),
}
_NAME = words(
    512, N_("The name of a value has small letters, digits and underscores."), pattern="[a-z_][a-z0-9_]*|[0-9]{1,3}"
)
_OBJECT = N_("A value of a template is an object with a type.")


def _value(value: JSON) -> Problem | None:
    """A type that is not documented is the provider's to judge."""
    if not isinstance(value, dict):
        return fault(INVALID, _OBJECT)
    kind = value.get("type")
    if not isinstance(kind, str) or not kind:
        return fault(MISSING, _OBJECT, "type")
    kind = kind.lower()
    check = VALUES.get(kind)
    if check is not None and (problem := check(value.get(kind))):
        return under(kind, problem)
    name = value.get("parameter_name")
    problem = None if name is None else _NAME(name)
    return under("parameter_name", problem) if problem else None


def _named_alike(values: JSON) -> Problem | None:
    named = [bool(value.get("parameter_name")) for value in values]
    if any(named) and not all(named):
        return fault(WRONG_FORM, MIXED, f"[{named.index(False)}].parameter_name")
    return None


PARAMETERS = every(listed(_value, 100, N_("The values of a template are a list."), least=0), _named_alike)

# --- components ------------------------------------------------------------------------------------------------------

_COMPONENT = N_("A part of a template is an object with a type.")
_BUTTON_KINDS = frozenset({"quick_reply", "url", "phone_number", "copy_code", "otp", "flow", "voice_call"}) | {
    *("catalog", "mpm", "spm", "order_details"),
}
_INDEX = N_("A button of a template needs its place, from 0 to 9 (index).")
_PARTS = shape(_COMPONENT, may={"parameters": PARAMETERS})


def _index(value: JSON) -> Problem | None:
    """A number, or one as text, as Meta takes both."""
    if value is None:
        return fault(MISSING, _INDEX)
    return None if str(value) in _PLACES and not isinstance(value, bool) else fault(WRONG, _INDEX)


def _sub_type(value: JSON) -> Problem | None:
    rule = N_("A button of a template needs its kind (sub_type), such as url or quick_reply.")
    if not isinstance(value, str) or not value:
        return fault(MISSING, rule)
    return None if value.lower() in _BUTTON_KINDS else fault(WRONG, rule)


_PLACES = frozenset("0123456789")
_BUTTON = shape(_COMPONENT, {"sub_type": _sub_type, "index": _index}, {"parameters": PARAMETERS})


def _component(component: JSON) -> Problem | None:
    """`type` in any case, as Meta takes it."""
    if not isinstance(component, dict):
        return fault(INVALID, _COMPONENT)
    kind = component.get("type")
    if not isinstance(kind, str) or not kind:
        return fault(MISSING, _COMPONENT, "type")
    match kind.lower():
        case "button":
            return _BUTTON(component)
        case "carousel":
            return _CAROUSEL(component)
    return _PARTS(component)


_CARDS = N_("A template's carousel has 2 to 10 cards, each with its index and components.")
_CAROUSEL = shape(
    _CARDS,
    {
        "cards": every(
            listed(
                shape(
                    _CARDS,
                    {
                        "card_index": whole(0, 9, N_("A card's index is its place, from 0 to 9.")),
                        "components": listed(_component, 20, N_("A card's components are a list."), least=0),
                    },
                ),
                10,
                _CARDS,
                least=2,
            ),
            distinct(lambda card: card["card_index"], "card_index", N_("Two cards have the same index.")),
        )
    },
)
COMPONENTS = listed(_component, 30, N_("A template's components are a list."), least=0)

_CODE = words(32, N_("A template needs its language, such as en_US."), pattern="[A-Za-z]{2,3}([_-][A-Za-z0-9]+)*")
_LANGUAGE = shape(N_("A template needs its language."), {"code": _CODE})


def _language(value: JSON) -> Problem | None:
    """What is missing is its code, also where the object around it is missing."""
    return _LANGUAGE({} if value is None else value)


TEMPLATE = shape(
    N_("A template message needs its template."),
    {
        "name": words(
            512,
            N_("A template needs its name: small letters, digits and underscores, at most 512."),
            pattern="[a-z0-9_]+",
        ),
        "language": _language,
    },
    {"components": COMPONENTS},
)
