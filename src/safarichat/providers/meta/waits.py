"""Pauses that Meta asks for in words."""

import re

_WAIT = re.compile(r"(\d+)\s*(second|minute|hour|day)?", re.IGNORECASE)
_UNITS_S = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def wait_told(details: str) -> int:
    """Seconds from Meta's own words, such as “try again in 2 hours”; 0 when they name no time."""
    for amount, unit in _WAIT.findall(details):
        if unit:
            return min(int(amount) * _UNITS_S[unit.lower()], 7 * 86400)
    return 0
