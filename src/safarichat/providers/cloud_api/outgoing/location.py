"""A place (reference §4.2)."""

import re

from safarichat.providers.cloud_api.outgoing.common import INVALID, MISSING, WRONG, Check, fault, note, shape
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{0,20})?", re.ASCII)


def degrees(most: int, rule: str) -> Check:
    """A number, or one as text, as Meta takes both."""

    def check(value: JSON) -> Problem | None:
        if value is None or value == "":
            return fault(MISSING, rule)
        if isinstance(value, str):
            value = float(value) if _NUMBER.fullmatch(value) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return fault(INVALID, rule)
        return None if -most <= value <= most else fault(WRONG, rule)

    return check


LOCATION = shape(
    N_("A place needs its latitude and longitude."),
    {
        "latitude": degrees(90, N_("A place's latitude is a number from -90 to 90.")),
        "longitude": degrees(180, N_("A place's longitude is a number from -180 to 180.")),
    },
    {
        "name": note(1000, N_("A place's name has at most 1,000 characters.")),
        "address": note(1000, N_("A place's address has at most 1,000 characters.")),
    },
)
