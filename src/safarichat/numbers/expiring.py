"""What time does to credentials: codes that may not lie about, tokens that end. For the worker, as the owner role."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from safarichat.numbers import problems, recording
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.rows import changing

CODE_LIFETIME = timedelta(seconds=60)
SOON = timedelta(days=7)
BATCH = 200


def forget_codes() -> int:
    """Empty sign-in codes older than 60 s; a walk that never got beyond its code has failed."""
    now = timezone.now()
    old = OfficialWhatsappCredential.objects.filter(temporary_code_at__lt=now - CODE_LIFETIME)
    ids = list(old.values_list("id", flat=True)[:BATCH])
    for credential_id in ids:
        with changing(credential_id) as row:
            row.temporary_code, row.temporary_code_at = "", None
            if row.status == "connecting" and not row.access_token:
                row.status, row.waiting = "failed", {}
                recording.note_problem(row, "exchanged", problems.SIGN_IN_LOST, now)
    return len(ids)


def watch_tokens() -> int:
    """Say it a week before a token ends, and stop using it when it has. How many numbers changed."""
    now = timezone.now()
    ending = OfficialWhatsappCredential.objects.filter(token_expiration__lt=now + SOON, status__in=SENDING)
    ids = list(ending.order_by(F("token_expiration")).values_list("id", flat=True)[:BATCH])
    changed = 0
    for credential_id in ids:
        with changing(credential_id) as row:
            if row.token_expiration is None or row.status not in SENDING:
                continue
            has_ended = row.token_expiration <= now
            status, problem = ("reauth_required", problems.TOKEN_EXPIRED)
            if not has_ended:
                status, problem = ("attention", problems.TOKEN_EXPIRES_SOON)
            if row.status != status:
                row.status = status
                recording.note_problem(row, "token", problem, now)
                changed += 1
    return changed
