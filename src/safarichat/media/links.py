"""Addresses of one file for a quarter of an hour, for providers that take files by a link only."""

from urllib.parse import quote

from django.core import signing

from safarichat.media.models import File
from safarichat.numbers.platform import address

LIFE_S = 15 * 60
SALT = "safarichat.media.links"


def link_to(file: File) -> str:
    token = signing.dumps(file.pk, salt=SALT)
    return f"{address()}/m/{token}/{quote(file.name or 'file', safe='')}"


def file_id_of(token: str) -> int | None:
    """None for a token that is not ours, or whose time is over."""
    try:
        found = signing.loads(token, salt=SALT, max_age=LIFE_S)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None
