"""Who and where in Twilio's words: `whatsapp:+14155238886`, or `whatsapp:US.1349…` for a person without a number."""

from safarichat.providers.cloud_api.loose import USER_ID, digits
from safarichat.providers.shapes import Number, Outgoing

CHANNEL = "whatsapp:"


def number_id(phone_number: str) -> str:
    """What stands for Meta's phone_number_id, which Twilio does not tell: sixteen digits made of the sender's own."""
    bare = digits(phone_number)
    return f"1{bare:0>15}" if 0 < len(bare) <= 15 else ""


def phone_of(number: Number) -> str:
    """The sender's digits."""
    return digits(number.phone_number) or number.phone_number_id[1:].lstrip("0")


def sender_address(number: Number) -> str:
    return f"{CHANNEL}+{phone_of(number)}"


def recipient_address(message: Outgoing) -> str:
    return f"{CHANNEL}+{message.to.lstrip('+')}" if message.to else f"{CHANNEL}{message.user_id}"


def bare(address: str) -> str:
    """Digits of a phone number, or a business-scoped id as it is; empty when it is neither."""
    inner = address.strip().removeprefix(CHANNEL)
    return inner if USER_ID.match(inner) else digits(inner)


def user_id(address: str) -> str:
    found = bare(address)
    return found if USER_ID.match(found) else ""
