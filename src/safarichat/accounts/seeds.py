"""Seeds of authenticator apps and recovery codes: sealed in allauth's JSON, so counted apart from sealed columns."""

from collections import Counter
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen, key_id_of
from safarichat.ground.rotating import resealed

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
PLACE = "mfa_authenticator.data"  # the library tells neither row nor person when it asks


def count_by_key() -> Counter[str]:
    """How many seeds each key has sealed."""
    return Counter(key_id_of(sealed) for sealed in _sealed())


def count_unopenable() -> int:
    """How many seeds no key of ours opens."""
    return sum(not _opens(sealed) for sealed in _sealed())


def reseal() -> int:
    """Seal them anew under the newest key; how many. A row that is in use just now is left for the next time."""
    return sum(_reseal(pk) for pk in Authenticator.objects.filter(type__in=KINDS).values_list("pk", flat=True))


@transaction.atomic
def _reseal(pk: int) -> int:
    row = Authenticator.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(pk=pk).first()
    if row is None:
        return 0
    anew = {name: resealed(row.data[name], PLACE) for name in ("secret", "seed") if row.data.get(name)}
    changed: dict[str, object] = {name: sealed for name, sealed in anew.items() if sealed}
    codes = row.data.get("migrated_codes") or []
    fresh = [resealed(sealed, PLACE) for sealed in codes]
    if any(fresh):
        changed["migrated_codes"] = [sealed or old for sealed, old in zip(fresh, codes, strict=True)]
    if changed:
        Authenticator.objects.filter(pk=pk).update(data=row.data | changed)
    return sum(map(bool, anew.values())) + sum(map(bool, fresh))


def _sealed() -> Iterator[str]:
    for data in Authenticator.objects.filter(type__in=KINDS).values_list("data", flat=True).iterator():
        yield from (data[name] for name in ("secret", "seed") if data.get(name))
        yield from data.get("migrated_codes") or []


def _opens(sealed: str) -> bool:
    try:
        fields.ring().open(sealed, PLACE)
    except CannotOpen:
        return False
    return True
