"""Codes and short links that open a chat with a message in it (reference §10)."""

import secrets
import string

from safarichat.sandbox.meta import nodes
from safarichat.sandbox.meta.errors import GraphError, no_such_object
from safarichat.sandbox.things import JSON, PhoneNumber
from safarichat.sandbox.world import World

MOST, LONGEST, LENGTH = 2000, 140, 14
FORMATS = ("SVG", "PNG")
Given = dict[str, JSON]


def save(world: World, number: PhoneNumber, given: Given) -> Given:
    """A new one, or with `code` another message behind a known one."""
    words, code = str(given.get("prefilled_message") or ""), str(given.get("code") or "")
    image = str(given.get("generate_qr_image") or "").upper()
    if not words or len(words) > LONGEST:
        raise GraphError(100, f"Param prefilled_message must be 1 to {LONGEST} characters long.")
    if image and image not in FORMATS:
        raise GraphError(100, f"Param generate_qr_image must be one of {{{', '.join(FORMATS)}}}.")
    if code and code not in number.qr_codes:
        raise no_such_object(code, "post")
    if not code and len(number.qr_codes) >= MOST:
        raise GraphError(100, f"A number has at most {MOST} codes.")
    code = code or "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(LENGTH))
    number.qr_codes[code] = words
    world.numbers.put(number)
    return _node(code, words, image)


def listed(number: PhoneNumber, given: Given, url: str, code: str = "") -> Given:
    """All, or one as a list of one."""
    fields = str(given.get("fields") or "").upper()
    image = "" if "QR_IMAGE_URL" not in fields else "SVG" if "FORMAT(SVG)" in fields else "PNG"
    found = {name: words for name, words in number.qr_codes.items() if code in ("", name)}
    return nodes.paged([_node(*each, image) for each in found.items()], given, url, key="code")


def delete(world: World, number: PhoneNumber, code: str) -> Given:
    if number.qr_codes.pop(code, None) is None:
        raise no_such_object(code, "delete")
    world.numbers.put(number)
    return {"success": True}


def _node(code: str, words: str, image: str) -> Given:
    link = f"https://wa.me/message/{code}"
    shown: Given = {"code": code, "prefilled_message": words, "deep_link_url": link}
    return shown | ({"qr_image_url": f"https://scontent.whatsapp.net/m1/v/{code}.{image.lower()}"} if image else {})
