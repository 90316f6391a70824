"""A number that is connected once more goes on in the row it had before, where its conversations are."""

from django.db.models import Q

from safarichat.ground import fields
from safarichat.numbers import before, connections, recording
from safarichat.numbers.models import LIVE, ConnectLink, OfficialWhatsappCredential, Onboarding, ProviderCall


def older_row(
    row: OfficialWhatsappCredential, phone_number_id: str, phone_number: str = ""
) -> OfficialWhatsappCredential | None:
    """The same account's row of that number, locked: a live one before one that was given up."""
    named = Q(phone_number_id=phone_number_id) if phone_number_id else Q(phone_number=phone_number)
    same = OfficialWhatsappCredential.objects.select_for_update(of=("self",)).filter(
        named, account_id=row.account_id, api_provider=row.api_provider
    )
    found = sorted(same.exclude(pk=row.pk), key=lambda each: (each.status not in LIVE, -each.pk))
    return found[0] if found else None


def adopt(older: OfficialWhatsappCredential, newer: OfficialWhatsappCredential) -> None:
    """Move a walk from its new row to the older one; the new row ends. The older one is not saved yet."""
    secrets = recording.opened_secrets(newer)
    before.keep(older)
    if newer.connection_id != older.connection_id:
        if not older.before:
            connections.let_go(older)
        older.connection = newer.connection
    recording.seal_secrets(older, {**_emptied(), **secrets})
    older.user_id = newer.user_id
    older.steps, older.waiting, older.walking_until = newer.steps, newer.waiting, newer.walking_until
    older.token_expiration, older.onboarding_started_at = newer.token_expiration, newer.onboarding_started_at
    older.pin_is_theirs, older.pin_shown_at = newer.pin_is_theirs, newer.pin_shown_at
    older.meta_app_config = older.meta_app_config | newer.meta_app_config
    older.provider_config = newer.provider_config
    older.error_logs = [*newer.error_logs, *older.error_logs][: recording.MAX_PROBLEMS]
    if older.status not in LIVE:
        older.status = newer.status
    Onboarding.objects.filter(credential=newer).update(credential=older)
    ProviderCall.objects.filter(credential=newer).update(credential=older)
    ConnectLink.objects.filter(credential=newer).update(credential=older)
    newer.delete()


def _emptied() -> dict[str, str]:
    return {name: "" for name in fields.sealed_columns(OfficialWhatsappCredential) if name != "before"}
