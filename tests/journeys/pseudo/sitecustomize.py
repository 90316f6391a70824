"""Python runs this first when its directory is on PYTHONPATH: every text from gettext then stands in brackets.

So the pages of a whole installation show which text has not gone through gettext.
"""

from django.utils.translation import trans_real

CONTEXT = "\x04"  # between a context and its text


def _bracketed(_catalog: object, text: str) -> str:
    return f"⟦{text.rpartition(CONTEXT)[2]}⟧"


def _bracketed_by_number(_catalog: object, one: str, many: str, number: int) -> str:
    return _bracketed(_catalog, one if number == 1 else many)


trans_real.DjangoTranslation.gettext = _bracketed  # type: ignore[assignment, method-assign]
trans_real.DjangoTranslation.ngettext = _bracketed_by_number  # type: ignore[assignment, method-assign]
