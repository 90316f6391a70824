"""The account's numbers for pages that are already acting for it, without their secrets."""

from safarichat.numbers.models import LIVE, OfficialWhatsappCredential, Status

SECRETS = ("access_token", "temporary_code", "pin")


def all_of(account_id: int) -> list[OfficialWhatsappCredential]:
    """Numbers in use first, then attempts and what was disconnected; newest first within each."""
    rows = OfficialWhatsappCredential.objects.filter(account_id=account_id).defer(*SECRETS)
    return sorted(rows.order_by("-created_at", "-id")[:500], key=lambda row: row.status not in LIVE)


def one(account_id: int, credential_id: int) -> OfficialWhatsappCredential | None:
    """The account's number; a stranger's is not found."""
    return OfficialWhatsappCredential.objects.filter(account_id=account_id, pk=credential_id).defer(*SECRETS).first()


def ever_connected(account_id: int) -> list[OfficialWhatsappCredential]:
    """Those that conversations can belong to."""
    return [row for row in all_of(account_id) if row.phone_number_id and row.status != Status.PENDING]
