"""Connect links: made, listed, revoked by an account; found by whoever holds one. What its visitor may do is in
`visits`.

Only a digest finds a link. Its token is kept sealed as long as it is of use, so that it can be copied again.
"""

import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from safarichat import providers
from safarichat.accounts import people
from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.notify import announce
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import photos, platform
from safarichat.numbers.models import ConnectLink

STATES = {
    "open": (_("Not used yet"), "info"),
    "begun": (_("Signed in, not finished"), "warning"),
    "used": (_("Number connected"), "success"),
    "expired": (_("Run out"), "secondary"),
    "revoked": (_("Revoked"), "secondary"),
}
VALID_FOR, LONGEST = timedelta(days=7), timedelta(days=90)
GRACE = timedelta(days=1)  # who signed in before it ran out may finish
MOST_LOGO_BYTES, MOST_LOGO_SIDE = 200_000, 2000
COLOR = re.compile(r"#[0-9a-f]{6}")
LOCAL = ("localhost", "127.0.0.1", "::1")
SHOWN = 100


class Wanted(Struct, frozen=True, kw_only=True):
    """What a link is to be. `name` is who invites; no `providers` means each that is offered here."""

    name: str
    title: str = ""
    color: str = ""
    logo: bytes = b""
    providers: tuple[str, ...] = ()
    next_url: str = ""
    reference: str = ""
    valid_for: timedelta = VALID_FOR


class Unusable(Struct, frozen=True):
    """A field of `Wanted` and the sentence that says what it may hold."""

    field: str
    message: str


def make(account_id: int, user_id: int, wanted: Wanted, now: datetime) -> ConnectLink | Unusable:
    if wrong := unusable(wanted):
        return wrong
    token = secrets.token_urlsafe(32)
    named = tuple(dict.fromkeys(map(providers.canonical, wanted.providers)))
    with acting_for(account_id):
        link = ConnectLink.objects.create(
            account_id=account_id,
            created_by_id=user_id,
            token_digest=digest(token),
            name=wanted.name.strip(),
            title=wanted.title.strip(),
            color=wanted.color.lower(),
            logo=wanted.logo,
            providers=list(named) or [facts.name for facts in platform.offered()],
            next_url=wanted.next_url,
            reference=wanted.reference,
            expires_at=now + wanted.valid_for,
        )
        fields.seal(link, "token", token)
        link.save(update_fields=["token"])
        announce(account_id, "links")
    return link


def unusable(wanted: Wanted) -> Unusable | None:
    """The first field that can't be used as it is."""
    offered = {facts.name for facts in platform.offered()}
    picture = photos.look(wanted.logo) if wanted.logo else None
    checks = (
        ("name", 0 < len(wanted.name.strip()) <= 100, _("Write who invites, in at most 100 characters.")),
        ("title", len(wanted.title.strip()) <= 150, _("A title has at most 150 characters.")),
        ("color", not wanted.color or COLOR.fullmatch(wanted.color.lower()), _("Write a colour as #rrggbb.")),
        (
            "logo",
            not wanted.logo or (picture and _is_small(wanted.logo, picture)),
            _("A logo is a PNG or JPEG of at most 200 kB and 2000 pixels a side."),
        ),
        (
            "providers",
            {*map(providers.canonical, wanted.providers)} <= offered,
            _("Name only providers that are offered here."),
        ),
        (
            "next_url",
            not wanted.next_url or is_web_address(wanted.next_url),
            _("Write a whole address that begins with https://."),
        ),
        ("reference", len(wanted.reference) <= 200, _("A reference has at most 200 characters.")),
        (
            "valid_for",
            timedelta(minutes=5) <= wanted.valid_for <= LONGEST,
            _("A link is valid for five minutes to 90 days."),
        ),
    )
    return next((Unusable(field, str(message)) for field, is_right, message in checks if not is_right), None)


def _is_small(logo: bytes, picture: photos.Picture) -> bool:
    return len(logo) <= MOST_LOGO_BYTES and 0 < max(picture.width, picture.height) <= MOST_LOGO_SIDE


def is_web_address(url: str) -> bool:
    """https, or http on this machine, with a host and without a login in it."""
    if len(url) > 2000 or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    return is_safe and bool(parts.hostname) and "@" not in parts.netloc


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


# --- what the account sees -------------------------------------------------------------------------------------------


def listed(account_id: int, *, before: int = 0, limit: int = SHOWN) -> list[ConnectLink]:
    """Newest first; those older than the link `before`."""
    with acting_for(account_id):
        rows = ConnectLink.objects.select_related("credential").order_by("-id")
        return list((rows.filter(pk__lt=before) if before else rows)[:limit])


def find(account_id: int, link_id: int) -> ConnectLink | None:
    with acting_for(account_id):
        return ConnectLink.objects.select_related("credential").filter(pk=link_id).first()


def revoke(account_id: int, link_id: int, now: datetime) -> ConnectLink | None:
    """End a link that was not used; twice, and a used one, changes nothing. None: no such link."""
    with acting_for(account_id):
        ConnectLink.objects.filter(pk=link_id, used_at=None, revoked_at=None).update(revoked_at=now, token="")
        announce(account_id, "links")
    return find(account_id, link_id)


def state(link: ConnectLink, now: datetime) -> str:
    """One of STATES."""
    if link.used_at:
        return "used"
    if link.revoked_at:
        return "revoked"
    if link.browser_digest and now < link.expires_at + GRACE:
        return "begun"
    return "open" if now < link.expires_at else "expired"


def address(link: ConnectLink) -> str:
    """Where the customer goes; empty when the link has ended, or its key is missing."""
    token = token_of(link)
    return f"{platform.address()}/connect/{token}" if token else ""


def token_of(link: ConnectLink) -> str:
    try:
        return fields.opened(link, "token")
    except CannotOpen:
        return ""


# --- who holds it ----------------------------------------------------------------------------------------------------


def known(token: str) -> ConnectLink | None:
    """The link of this token, whatever has become of it. As the owner role: nobody is logged in."""
    return ConnectLink.objects.select_related("credential").filter(token_digest=digest(token)).first()


def has_its_maker(link: ConnectLink) -> bool:
    """A number needs a person: who made the link must still be of the account, and let in."""
    if link.created_by is None or not link.created_by.is_active:
        return False
    return people.membership_of(link.created_by.pk, link.account_id) is not None
