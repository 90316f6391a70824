"""The ids by which programs know our rows, in the forms that Meta's have: `wamid.…` for messages, digits for the rest.

They say nothing that a stranger could use: whoever asks for one finds only what is their own account's.
"""

import base64
import binascii

_WAMID = "wamid."
_MARK = b"SafariChat"
_OWN = "ZZ.SC."  # a country that is nobody's, and our word for ourselves
_FIRST = 10**15  # sixteen digits, as Meta's own have 15 to 17
_LAST = 9 * 10**15


def wamid(message_id: int) -> str:
    """A message's id towards programs: our own, whichever provider carries it."""
    return _WAMID + base64.b64encode(_MARK + message_id.to_bytes(8, "big")).decode()


def message_id(wamid: str) -> int | None:
    """Whose id this is; None for a provider's own."""
    if not wamid.startswith(_WAMID):
        return None
    try:
        raw = base64.b64decode(wamid.removeprefix(_WAMID), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != len(_MARK) + 8 or not raw.startswith(_MARK):
        return None
    found = int.from_bytes(raw[len(_MARK) :], "big")
    return found if 0 < found < 1 << 63 else None


def user_id(contact_id: int) -> str:
    """A person's id towards programs where no provider gave one, in the form of Meta's business-scoped ids."""
    return f"{_OWN}{contact_id}"


def contact_id(user_id: str) -> int | None:
    """Whose id this is; None for a provider's own."""
    digits = user_id.removeprefix(_OWN)
    is_ours = user_id.startswith(_OWN) and digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(digits) if is_ours else None


def number(row_id: int) -> str:
    """The id of a file or template of ours, where Meta gives digits."""
    return str(_FIRST + row_id)


def row_id(number: str) -> int | None:
    """Whose number this is; None where it can't be one of ours."""
    if not (number.isascii() and number.isdigit() and len(number) == 16):
        return None
    value = int(number)
    return value - _FIRST if _FIRST < value < _LAST else None
