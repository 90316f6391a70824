"""An account's endpoints: made, changed, paused, given new secrets. Inside `acting_for`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext_noop
from msgspec import Struct
from msgspec.structs import asdict

from safarichat.endpoints.envelope import new_secret
from safarichat.endpoints.models import Delivery, Endpoint
from safarichat.endpoints.telling import DELIVERIES
from safarichat.ground.addresses import Guard
from safarichat.ground.fields import opened, seal
from safarichat.ground.notify import announce, wake_workers
from safarichat.ground.outbound import is_admitted
from safarichat.ground.sql import fetch
from safarichat.numbers.models import OfficialWhatsappCredential

MOST = 20  # of an account
OVERLAP = timedelta(hours=24)
TOPIC = "endpoints"
LOCK = 0x5AFA_0002 << 32  # our part of the space of advisory locks; the account's id is added

NOT_AN_ADDRESS = gettext_noop("This is not a web address that we may call. It begins with https:// and is public.")
TOO_LONG = gettext_noop("This address is too long.")
TOO_MANY = gettext_noop("An account may have twenty endpoints. Remove one that nobody needs.")
STRANGE_NUMBER = gettext_noop("This number is not one of yours.")


class Wanted(Struct, frozen=True, kw_only=True):
    """What a person may choose. None: all numbers, all fields of Meta's, all kinds of what a field brings."""

    url: str
    name: str = ""
    credential_ids: Sequence[int] | None = None
    fields: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    verify_token: str = ""


class Unusable(ValueError):
    """What was chosen can't be; the message is a sentence to be translated."""


class Made(Struct, frozen=True):
    """The secret is shown this once."""

    id: int
    secret: str

    def __repr__(self) -> str:
        return f"Made({self.id})"


class Counted(Struct, frozen=True):
    """An endpoint with how many deliveries wait, and how many were given up."""

    row: Endpoint
    waiting: int
    dead: int


def listed(account_id: int) -> list[Counted]:
    rows = Endpoint.objects.filter(account_id=account_id).order_by("id")
    waits = Count("deliveries", filter=Q(deliveries__next_at__isnull=False))
    dead = Count("deliveries", filter=Q(deliveries__state=Delivery.State.DEAD))
    return [Counted(row, row.waits, row.given_up) for row in rows.annotate(waits=waits, given_up=dead)]


def switched_off(account_id: int) -> list[Endpoint]:
    """By us, after days of failure."""
    return list(Endpoint.objects.filter(account_id=account_id, state=Endpoint.State.OFF).order_by("id"))


def telling_of(account_id: int, credential_ids: Sequence[int]) -> list[Endpoint]:
    """Those that are told of at least one of these numbers."""
    those = Q(credential_ids=None) | Q(credential_ids__overlap=list(credential_ids))
    return list(Endpoint.objects.filter(those, account_id=account_id).order_by("id"))


def at_address(account_id: int, url: str) -> list[Endpoint]:
    """One at a time asks until the transaction ends: two that ask at once don't make it twice."""
    fetch("SELECT pg_advisory_xact_lock(%s)", LOCK + account_id)
    return list(Endpoint.objects.filter(account_id=account_id, url=url).order_by("id"))


def find(account_id: int, endpoint_id: int) -> Endpoint | None:
    return Endpoint.objects.filter(account_id=account_id, pk=endpoint_id).first()


def make(account_id: int, wanted: Wanted, guard: Guard, *, made_by: int | None = None) -> Made:
    """Raises Unusable."""
    _check(account_id, wanted, guard)
    if Endpoint.objects.filter(account_id=account_id).count() >= MOST:
        raise Unusable(TOO_MANY)
    row = Endpoint.objects.create(account_id=account_id, created_by_id=made_by, **asdict(wanted))
    secret = new_secret()
    seal(row, "secret", secret)
    row.save(update_fields=["secret"])
    announce(account_id, TOPIC)
    return Made(row.pk, secret)


def change(account_id: int, endpoint_id: int, wanted: Wanted, guard: Guard) -> bool:
    """For what happens from now on. Raises Unusable; False when there is no such endpoint."""
    _check(account_id, wanted, guard)
    return _changed(account_id, endpoint_id, **asdict(wanted))


def remove(account_id: int, endpoint_id: int) -> bool:
    """With all that it was told, and what it was still to be told."""
    gone, _ = Endpoint.objects.filter(account_id=account_id, pk=endpoint_id).delete()
    announce(account_id, TOPIC)
    return bool(gone)


def pause(account_id: int, endpoint_id: int) -> bool:
    """What happens meanwhile is kept for it, as long as deliveries are."""
    return _changed(account_id, endpoint_id, state=Endpoint.State.PAUSED)


def resume(account_id: int, endpoint_id: int) -> bool:
    """Also after we switched it off: everything that is still due goes out."""
    fresh = {"failing_since": None, "failures": 0, "rests_until": None, "problem": "", "told_off_at": None}
    if not _changed(account_id, endpoint_id, state=Endpoint.State.ACTIVE, **fresh):
        return False
    wake_workers(DELIVERIES)
    return True


def rotate(account_id: int, endpoint_id: int, now: datetime) -> str | None:
    """A new secret, shown this once; the former one signs as well for a day. None when there is no such endpoint."""
    row = Endpoint.objects.select_for_update().filter(account_id=account_id, pk=endpoint_id).first()
    if row is None:
        return None
    seal(row, "former_secret", opened(row, "secret"))
    secret = new_secret()
    seal(row, "secret", secret)
    row.former_until = now + OVERLAP
    row.save(update_fields=["secret", "former_secret", "former_until"])
    announce(account_id, TOPIC)
    return secret


def _changed(account_id: int, endpoint_id: int, **values: object) -> bool:
    count = Endpoint.objects.filter(account_id=account_id, pk=endpoint_id).update(**values)
    announce(account_id, TOPIC)
    return bool(count)


def _check(account_id: int, wanted: Wanted, guard: Guard) -> None:
    if len(wanted.url) > 2000:
        raise Unusable(TOO_LONG)
    if not is_admitted(wanted.url, guard, resolving=False):
        raise Unusable(NOT_AN_ADDRESS)
    asked = set(wanted.credential_ids or ())
    mine = OfficialWhatsappCredential.objects.filter(account_id=account_id, pk__in=asked)
    if asked and mine.count() != len(asked):
        raise Unusable(STRANGE_NUMBER)
