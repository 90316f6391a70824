"""One line, one key: in a few countries the number dialled and the id that WhatsApp reports differ by a digit."""

import re

_NOT_DIGITS = re.compile(r"\D+", re.ASCII)

# Country and the digit that comes and goes. Brazil: the ninth digit of mobiles, but only before 6–9: without it, 2–5
# would be a landline. Argentina: the 9 of mobiles. Mexico: the 1 of former mobiles. No area code begins with these.
_VARIANTS = (
    (re.compile(r"(55[1-9][0-9])9([6-9][0-9]{7})", re.ASCII), r"\1\2"),
    (re.compile(r"(54)9([0-9]{10})", re.ASCII), r"\1\2"),
    (re.compile(r"(52)1([0-9]{10})", re.ASCII), r"\1\2"),
)


def phone_key(digits: str) -> str:
    """The same text for every spelling of one line; the number itself, digits only, for most of the world."""
    plain = _NOT_DIGITS.sub("", digits)
    for variant, short in _VARIANTS:
        if found := variant.fullmatch(plain):
            return found.expand(short)
    return plain
