"""Somebody took back, at the provider, what their sign-in had allowed us; or asks that what came by it be deleted.

Only numbers that came through the operator's own app: a person's own app tells the person.
"""

import secrets
from datetime import UTC, datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from safarichat.numbers import problems, recording
from safarichat.numbers.models import LIVE, DataDeletion, OfficialWhatsappCredential, Onboarding
from safarichat.numbers.rows import changing
from safarichat.providers.shapes import Withdrawal

FACTS_OF_A_PERSON = ("signed_in_as", "session", "profile")


def take_back(provider: str, withdrawal: Withdrawal) -> int:
    """Use none of this person's sign-ins any more: their secrets are destroyed, their queues wait for a new sign-in.
    How many numbers there were. As the owner role."""
    ids = [row.pk for row in _signed_in_by(provider, withdrawal) if row.status in LIVE]
    for credential_id in ids:
        with changing(credential_id) as row:
            recording.destroy_secrets(row)
            row.status, row.waiting = "reauth_required", {}
            recording.note_problem(row, "signed_in", problems.WITHDRAWN, timezone.now())
    return len(ids)


def delete(provider: str, withdrawal: Withdrawal) -> DataDeletion:
    """The same, and what was told about the person and by them is deleted. Asked again, the answer is the same."""
    digest = sha256(f"{provider}:{withdrawal.person}:{withdrawal.at}".encode()).hexdigest()
    found = DataDeletion.objects.filter(asked_digest=digest).first()
    if found is not None:
        return found
    take_back(provider, withdrawal)
    with transaction.atomic():
        rows = list(_signed_in_by(provider, withdrawal).select_for_update())
        for row in rows:
            _forget(row)
        made = DataDeletion(
            code=secrets.token_hex(16),
            provider=provider,
            asked_digest=digest,
            numbers=len(rows),
            done_at=timezone.now(),
        )
        made.save()
    return made


def deletion(code: str) -> DataDeletion | None:
    """What was done, for whoever has the code."""
    return DataDeletion.objects.filter(code=code).first()


def _signed_in_by(provider: str, withdrawal: Withdrawal) -> QuerySet[OfficialWhatsappCredential]:
    """Numbers whose sign-in was this person's. One that was signed in since then stays: word of it may come late."""
    theirs = OfficialWhatsappCredential.objects.filter(
        api_provider=provider, connection__isnull=True, provider_config__signed_in_as=withdrawal.person
    )
    if withdrawal.at:
        theirs = theirs.exclude(onboarding_started_at__gt=datetime.fromtimestamp(withdrawal.at, UTC))
    return theirs.order_by("pk")


def _forget(row: OfficialWhatsappCredential) -> None:
    row.provider_config = {name: told for name, told in row.provider_config.items() if name not in FACTS_OF_A_PERSON}
    row.save(update_fields=["provider_config"])
    Onboarding.objects.filter(credential=row).update(data={})
