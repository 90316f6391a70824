"""A connected number with its secrets opened, for the moment of use."""

from collections.abc import Collection

from safarichat.ground.keyring import CannotOpen
from safarichat.numbers import recording
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.providers.shapes import Number, Platform


def opened_number(credential: OfficialWhatsappCredential) -> Number:
    """Raises CannotOpen when the key that sealed its secrets is missing."""
    return Number(
        credential_id=credential.pk,
        phone_number_id=credential.phone_number_id or "",
        waba_id=credential.waba_id or "",
        phone_number=credential.phone_number or "",
        facts=recording.known_facts(credential),
        secrets=recording.opened_secrets(credential),
    )


def senders(credential_ids: Collection[int]) -> dict[int, tuple[str, Number, Platform]]:
    """Of these numbers those that may send now, each with its provider's name and settings. As the owner role."""
    rows = OfficialWhatsappCredential.objects.filter(pk__in=credential_ids, status__in=SENDING)
    found: dict[int, tuple[str, Number, Platform]] = {}
    for row in rows.select_related("connection"):
        try:
            found[row.pk] = (row.api_provider, opened_number(row), platform_of(row))
        except CannotOpen:
            continue
    return found
