"""Tokens that end: told of before they do, and not used when they have. For the worker, as the owner role.

Making new ones is `renewing`.
"""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from safarichat.numbers import problems, recording, reminding
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.rows import changing

SOON = timedelta(days=7)
BATCH = 200


def watch() -> int:
    """How many numbers changed."""
    now = timezone.now()
    changed = _note_the_ending(now) + _lift_the_warning(now)
    reminding.remind(now)
    return changed


def _note_the_ending(now: datetime) -> int:
    ending = OfficialWhatsappCredential.objects.filter(token_expiration__lt=now + SOON, status__in=SENDING)
    changed = 0
    for credential_id in list(ending.order_by(F("token_expiration")).values_list("id", flat=True)[:BATCH]):
        with changing(credential_id) as row:
            if row.token_expiration is None or row.status not in SENDING:
                continue
            status, problem = ("reauth_required", problems.TOKEN_EXPIRED)
            if row.token_expiration > now:
                status, problem = ("attention", problems.TOKEN_EXPIRES_SOON)
            if row.status != status:
                row.status = status
                recording.note_problem(row, "token", problem, now)
                changed += 1
    return changed


def _lift_the_warning(now: datetime) -> int:
    """From numbers whose token was made new meanwhile, if nothing else asked for attention since."""
    warned = OfficialWhatsappCredential.objects.filter(
        status="attention", token_expiration__gt=now + SOON, error_logs__0__code=problems.TOKEN_EXPIRES_SOON.key
    )
    ids = list(warned.values_list("id", flat=True)[:BATCH])
    for credential_id in ids:
        with changing(credential_id) as row:
            row.status = "connected" if row.status == "attention" else row.status
    return len(ids)
