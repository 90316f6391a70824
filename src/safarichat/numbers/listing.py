"""The account's numbers for pages that are already acting for it, without their secrets."""

from collections.abc import Collection
from datetime import datetime

from safarichat.ground.sql import fetch
from safarichat.numbers.models import LIVE, SENDING, OfficialWhatsappCredential, Status

SECRETS = ("access_token", "temporary_code", "pin", "before")


def all_of(account_id: int) -> list[OfficialWhatsappCredential]:
    """Numbers in use first, then attempts and what was disconnected; newest first within each."""
    rows = OfficialWhatsappCredential.objects.filter(account_id=account_id).defer(*SECRETS)
    return sorted(rows.order_by("-created_at", "-id")[:500], key=lambda row: row.status not in LIVE)


def page(
    account_id: int, *, before: int = 0, limit: int, only: Collection[int] | None = None
) -> list[OfficialWhatsappCredential]:
    """Newest first; those older than the number `before`, and of a few (`only`) alone."""
    rows = OfficialWhatsappCredential.objects.filter(account_id=account_id).defer(*SECRETS)
    if before:
        rows = rows.filter(pk__lt=before)
    if only is not None:
        rows = rows.filter(pk__in=only)
    return list(rows.order_by("-id")[:limit])


def one(account_id: int, credential_id: int) -> OfficialWhatsappCredential | None:
    """The account's number; a stranger's is not found."""
    return OfficialWhatsappCredential.objects.filter(account_id=account_id, pk=credential_id).defer(*SECRETS).first()


def stopped(account_id: int) -> list[OfficialWhatsappCredential]:
    """Numbers whose sign-in the provider does not accept any more: what they have to send waits."""
    rows = OfficialWhatsappCredential.objects.filter(account_id=account_id, status=Status.REAUTH_REQUIRED)
    return list(rows.defer(*SECRETS).order_by("id"))


def ever_connected(account_id: int) -> list[OfficialWhatsappCredential]:
    """Those that conversations can belong to."""
    return [row for row in all_of(account_id) if row.phone_number_id and row.status != Status.PENDING]


def longest_unchecked(before: datetime, most: int) -> list[tuple[int, int, str]]:
    """Live numbers whose last look is older than that: (id, account, provider), each marked as looked at. As the
    owner role; who asks at the same time gets others."""
    rows = fetch(
        "UPDATE official_whatsapp_credentials SET polled_at = now() WHERE id IN ("
        "  SELECT id FROM official_whatsapp_credentials WHERE status = ANY(%s::text[])"
        "  AND (access_token <> '' OR connection_id IS NOT NULL)"
        "  AND coalesce(polled_at, '-infinity') < %s AND coalesce(checked_at, '-infinity') < %s"
        "  ORDER BY polled_at NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED)"
        " RETURNING id, account_id, api_provider",
        [status.value for status in (*SENDING, Status.REAUTH_REQUIRED, Status.SUSPENDED, Status.IN_REVIEW)],
        before,
        before,
        most,
    )
    return [(row[0], row[1], row[2]) for row in rows]
