r"""Two things JSON can say and PostgreSQL can't keep: `\u0000` and half a surrogate pair. They become U+FFFD before
anything reads the hook; the bytes in the inbox stay as they came."""

import re

_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair: an emoji, mostly
    rb"|(?P<bad>\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))"
    rb"|\\."  # any other escape, so that the second half of `\\` is never taken for the first of another
)


def storable(body: bytes) -> bytes:
    """The hook's body with what can't be stored replaced."""
    if not _SUSPECT.search(body):
        return body
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found["bad"] else found[0], body)
