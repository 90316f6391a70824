"""Sign-ins that end are renewed before they do, where the provider can. For the worker, as the owner role."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.numbers import deeds
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.providers.shapes import Done

AHEAD = timedelta(days=20)  # a fortnight before it ends, people are told
TRY_EVERY_S = 24 * 3600
BATCH = 20


def renew() -> int:
    """Those that end within twenty days, each tried once a day at most. How many were renewed."""
    now = timezone.now()
    able = [name for name in providers.names() if "refresh" in providers.get(name).deeds]
    ending = OfficialWhatsappCredential.objects.filter(
        api_provider__in=able, status__in=SENDING, token_expiration__gt=now, token_expiration__lt=now + AHEAD
    )
    found = list(ending.order_by(F("token_expiration")).values_list("id", "account_id")[:BATCH])
    return sum(_renewed(credential_id, account_id) for credential_id, account_id in found)


def _renewed(credential_id: int, account_id: int) -> bool:
    if throttles.allow(f"renew:{credential_id}", limit=1, per_s=TRY_EVERY_S):
        return False
    return isinstance(deeds.do(account_id, credential_id, "refresh", {}), Done)
