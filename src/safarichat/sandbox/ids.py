"""Ids, tokens and codes that look like the real ones."""

import base64
import random
import secrets
import string

ALPHANUMERIC = string.ascii_letters + string.digits


# What has to be hard to guess comes from the system; what is only many comes from `random`, which makes no system call.


def object_id() -> str:
    """15 to 17 digits in Meta; always 16 here."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def access_token() -> str:
    return "EAAG" + _random(172)


def authorization_code() -> str:
    return "AQB" + _random(200)


def trace_id() -> str:
    return "A" + "".join(random.choices(ALPHANUMERIC, k=22))


def message_id(phone: str, *, inbound: bool) -> str:
    """`wamid.` and base64 over the other party's number and a random tail, as seen in the wild."""
    digits = phone.encode()
    head = b"\x1c\x18" + bytes([len(digits)]) + digits + b"\x15\x02\x00"
    tail = (b"\x12" if inbound else b"\x11") + b"\x18\x14" + f"{random.getrandbits(80):020X}".encode() + b"\x00"
    return "wamid." + base64.b64encode(head + tail).decode()


def user_id(country: str) -> str:
    """A business-scoped user id."""
    return f"{country}.{random.randrange(10**19, 10**20)}"


def pin() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))
