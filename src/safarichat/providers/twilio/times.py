"""Twilio's times: RFC 2822 and days, in and out of unix seconds; without a clock or a calendar of the system's."""

import re

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC2822 = re.compile(r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
DAY_S = 86_400


def unix_s(told: str) -> int:
    """`Mon, 23 Nov 2026 12:00:00 +0000` in unix seconds; 0 when it is no time."""
    found = _RFC2822.fullmatch(told.strip()) if told.isascii() else None
    if found is None or found[2] not in _MONTHS:
        return 0
    days = _days(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    offset_s = (int(found[8]) * 60 + int(found[9])) * 60 * (1 if found[7] == "+" else -1)
    return days * DAY_S + (int(found[4]) * 60 + int(found[5])) * 60 + int(found[6]) - offset_s


def day_of(at: int) -> str:
    """The day in UTC, as Twilio's lists are asked for it: 2026-11-23."""
    days = at // DAY_S
    year = 1970 + days * 400 // 146_097
    while _days(year, 1, 1) > days:
        year -= 1
    while _days(year + 1, 1, 1) <= days:
        year += 1
    month = max(month for month in range(1, 13) if _days(year, month, 1) <= days)
    return f"{year:04d}-{month:02d}-{days - _days(year, month, 1) + 1:02d}"


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar, whose year is here counted from March."""
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return year * 365 + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 1 - 719_468
