"""Addresses on WhatsApp as Twilio writes them (reference §1)."""

import re

from safarichat.sandbox.things import Customer, PhoneNumber

PREFIX = "whatsapp:"
PHONE = re.compile(r"\+[1-9]\d{6,14}")
USER_ID = re.compile(r"[A-Z]{2}\.\w{1,137}")


def numbers(number: PhoneNumber) -> str:
    return f"{PREFIX}+{number.phone}"


def customers(customer: Customer, *, by_user_id: bool = False) -> str:
    """The telephone number, or the business-scoped user id where that is all the business knows."""
    return f"{PREFIX}{customer.user_id}" if by_user_id or not customer.phone else f"{PREFIX}+{customer.phone}"


def is_whatsapp(address: str) -> bool:
    return address.startswith(PREFIX)


def inner(address: str) -> str:
    """`+255…` or `TZ.135…`; "" when it is neither."""
    plain = address.removeprefix(PREFIX)
    return plain if PHONE.fullmatch(plain) or USER_ID.fullmatch(plain) else ""


def masked(address: str) -> str:
    """As callbacks tell where a message went: the last four digits are nobody's business."""
    return address.removeprefix(PREFIX)[:-4] + "XXXX"
