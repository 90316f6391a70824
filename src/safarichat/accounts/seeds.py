"""Seeds of authenticator apps and recovery codes: sealed in allauth's JSON, so counted apart from sealed columns."""

from collections import Counter
from collections.abc import Iterator

from allauth.mfa.models import Authenticator

from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen, key_id_of

PLACE = "mfa_authenticator.data"  # the library tells neither row nor person when it asks


def count_by_key() -> Counter[str]:
    """How many seeds each key has sealed."""
    return Counter(key_id_of(sealed) for sealed in _sealed())


def count_unopenable() -> int:
    """How many seeds no key of ours opens."""
    return sum(not _opens(sealed) for sealed in _sealed())


def _sealed() -> Iterator[str]:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    for data in Authenticator.objects.filter(type__in=kinds).values_list("data", flat=True).iterator():
        yield from (data[name] for name in ("secret", "seed") if data.get(name))
        yield from data.get("migrated_codes") or []


def _opens(sealed: str) -> bool:
    try:
        fields.ring().open(sealed, PLACE)
    except CannotOpen:
        return False
    return True
