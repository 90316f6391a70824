"""Going on with a walk through onboarding that stopped: for a person, for a time, or because its process died."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safarichat.ground import fields
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import recording, walking
from safarichat.numbers.models import OfficialWhatsappCredential, Onboarding
from safarichat.numbers.onboarding import new_pin
from safarichat.numbers.rows import tell
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import Signup


def carry_on(account_id: int, credential_id: int, *, pin: str = "", choice: str = "") -> Walked | None:
    """Go on with a stopped walk, with what the person added. None: no such number, or nothing to go on with now."""
    now = timezone.now()
    with acting_for(account_id):
        row = OfficialWhatsappCredential.objects.select_for_update().filter(pk=credential_id).first()
        if row is None or not can_carry_on(row, now) or (pin and not pin_is_due(row, now)):
            return None
        code = fields.opened(row, "temporary_code")
        if pin:
            row.pin_is_theirs = True
        signup = Signup(
            mode=_mode_of(row),
            code=code,
            choice=choice or (row.phone_number_id if row.onboarding_completed_at else "") or "",
            phone_number=(row.phone_number if row.onboarding_completed_at else "") or "",
            pin=pin or new_pin(),
            pin_is_theirs=bool(pin),
            done=recording.done_steps(row),
            known=recording.known_facts(row),
            secrets=recording.opened_secrets(row),
        )
        walking.claim(row, now)
        row.save()
        tell(row)
    return walking.walk(account_id, credential_id, signup)


def can_carry_on(row: OfficialWhatsappCredential, now: datetime) -> bool:
    """Signed in, not connected yet, nobody at it, and no wait that the provider asked for is running."""
    return bool(
        (row.access_token or row.temporary_code)
        and not walking.is_walking(row, now)
        and (row.status in ("pending", "connecting", "code_required") or row.waiting)
        and not walking.wait_s(row, now)
    )


def pin_is_due(row: OfficialWhatsappCredential, now: datetime) -> bool:
    return row.waiting.get("for") == "pin" and not walking.wait_s(row, now)


def _mode_of(row: OfficialWhatsappCredential) -> str:
    newest = Onboarding.objects.filter(credential=row, used_at__isnull=False).order_by("-id").first()
    return newest.mode if newest else "signup"


def carry_on_stuck(limit: int = 10) -> int:
    """Go on with walks whose process died, or whose provider asked to wait. For the worker; how many were tried."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            OfficialWhatsappCredential.objects.filter(
                Q(status="connecting") | Q(waiting__for="time"),
                walking_until__lt=now,
                updated_at__gt=now - timedelta(days=1),
            ).order_by("walking_until")[: limit * 5]
        )
    due = [row for row in rows if row.waiting.get("for", "time") == "time" and can_carry_on(row, now)][:limit]
    for row in due:
        carry_on(row.account_id, row.pk)
    return len(due)
