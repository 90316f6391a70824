"""The two-step PIN that we made for a number: sealed, and shown once."""

from django.utils import timezone

from safarichat.ground import fields
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.rows import changing


def is_to_be_shown(row: OfficialWhatsappCredential) -> bool:
    """We made it, the number was registered with it, and nobody has seen it yet."""
    is_registered = row.steps.get("registered", {}).get("state") == "done"
    return bool(row.pin) and is_registered and not row.pin_is_theirs and row.pin_shown_at is None


def show(account_id: int, credential_id: int) -> str:
    """The PIN, this once; empty when there is none to be shown. Raises DoesNotExist for another account's number."""
    with changing(credential_id, account_id) as row:
        if not is_to_be_shown(row):
            return ""
        row.pin_shown_at = timezone.now()
        return fields.opened(row, "pin")
