"""Codes of sign-ins, which may not lie about. For the worker, as the owner role."""

from datetime import timedelta

from django.utils import timezone

from safarichat.numbers import problems, recording
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.rows import changing

CODE_LIFETIME = timedelta(seconds=60)
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
