"""Tokens that end: made new where the provider offers it, told of before they do, and not used when they have.

For the worker, as the owner role.
"""

from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from safarichat import providers
from safarichat.numbers import deeds, problems, recording, reminding
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.rows import changing
from safarichat.providers.shapes import Done

SOON = timedelta(days=7)
REFRESHED_BEFORE = timedelta(days=20)  # the end: so that whatever goes wrong with it, there is time for a person
TRIED_EVERY = timedelta(hours=6)
REFRESHED_AT_ONCE = 20  # each is a call, or three
BATCH = 200


def watch() -> int:
    """How many numbers changed."""
    now = timezone.now()
    refreshed = refresh(now)
    changed = _note_the_ending(now)
    reminding.remind(now)
    return refreshed + changed


# --- made new --------------------------------------------------------------------------------------------------------


def refresh(now: datetime) -> int:
    """Where the provider makes new tokens from old ones; how many it made."""
    able = [name for name in providers.names() if "refresh" in providers.get(name).deeds]
    rows = _ending(now + REFRESHED_BEFORE).filter(api_provider__in=able, token_expiration__gt=now)
    due = [row for row in rows if not _was_tried(row, now)][:REFRESHED_AT_ONCE]
    return sum(_refresh(row, now) for row in due)


def _refresh(row: OfficialWhatsappCredential, now: datetime) -> bool:
    with changing(row.pk) as mine:
        if _was_tried(mine, now):  # by another worker
            return False
        mine.provider_config = mine.provider_config | {"refresh_tried_at": now.isoformat()}
    if not isinstance(deeds.do(row.account_id, row.pk, "refresh", {}), Done):
        return False
    with changing(row.pk) as mine:
        if _is_only_ending(mine) and not _ends_before(mine, now + SOON):
            mine.status = "connected"
    return True


def _was_tried(row: OfficialWhatsappCredential, now: datetime) -> bool:
    tried_at = parse_datetime(str(row.provider_config.get("refresh_tried_at") or ""))
    return tried_at is not None and tried_at > now - TRIED_EVERY


def _is_only_ending(row: OfficialWhatsappCredential) -> bool:
    """Whether nothing but its token's end asks for attention."""
    return bool(
        row.status == "attention" and row.error_logs and row.error_logs[0]["code"] == problems.TOKEN_EXPIRES_SOON.key
    )


# --- told of, and no longer used -------------------------------------------------------------------------------------


def _note_the_ending(now: datetime) -> int:
    changed = 0
    for credential_id in list(_ending(now + SOON).values_list("id", flat=True)[:BATCH]):
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


def _ending(before: datetime) -> QuerySet[OfficialWhatsappCredential]:
    ending = OfficialWhatsappCredential.objects.filter(token_expiration__lt=before, status__in=SENDING)
    return ending.order_by(F("token_expiration"), "id")


def _ends_before(row: OfficialWhatsappCredential, then: datetime) -> bool:
    return row.token_expiration is not None and row.token_expiration < then
