"""Finding people by name or phone number."""

import re

from django.db.models.expressions import RawSQL

MOST = 500
LAST = 4  # so many last digits are indexed as they are
NOT_DIGITS = re.compile(r"[^0-9]")
DIALLED = re.compile(r"[+0-9 ().\-/]+")


def matching(wanted: str) -> RawSQL:
    """The ids of the contacts found, for `contact_id__in`: names by the beginning of each word, phone numbers by the
    beginning, by the last 4 digits, or as they are dialled within a country."""
    words = wanted.strip()
    if DIALLED.fullmatch(words):
        digits = NOT_DIGITS.sub("", words)
        words = digits if len(digits) <= LAST else digits.lstrip("0")  # 0712… within a country, 00254… from abroad
    return RawSQL("SELECT contact_search(%s, %s)", [words, MOST])
