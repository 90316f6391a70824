"""Mail to the people of a number before its token ends: 14, 7, 3 and 1 days before, each once, in their language."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from safarichat.accounts import people, preferences
from safarichat.accounts.models import User
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import address
from safarichat.numbers.rows import changing

DAYS = (14, 7, 3, 1)
BATCH = 200
TEMPLATE = "console/mail/token_ends"
logger = logging.getLogger("safarichat.numbers")


def reconnect_link(row: OfficialWhatsappCredential) -> str:
    """Begins the sign-in that keeps history and settings."""
    return f"{address()}/whatsapp/integration-options?credential_id={row.pk}&again=1#connect-{row.api_provider}"


def remind(now: datetime) -> int:
    """How many mails were sent."""
    ending = OfficialWhatsappCredential.objects.filter(
        Q(token_expiration__gt=now, token_expiration__lte=now + timedelta(days=DAYS[0])), status__in=SENDING
    )
    ids = list(ending.order_by("token_expiration", "id").values_list("id", flat=True)[:BATCH])
    return sum(_remind(credential_id, now) for credential_id in ids)


def _remind(credential_id: int, now: datetime) -> int:
    """Written down before the mail leaves: two workers at once remind once."""
    with changing(credential_id) as row:
        due = _due(row, now)
        if due is None:
            return 0
        row.provider_config = row.provider_config | {"reminded": {"of": _end(row), "days": due}}
    readers = list(_readers(row))
    sent = sum(_send(row, reader, now) for reader in readers)
    if readers and not sent:
        with changing(credential_id) as row:  # the mail server is away: later, then
            row.provider_config = {name: told for name, told in row.provider_config.items() if name != "reminded"}
    return sent


def _due(row: OfficialWhatsappCredential, now: datetime) -> int | None:
    """The reminder that is due: of several that were missed only the last."""
    if row.token_expiration is None or row.status not in SENDING:
        return None
    left = row.token_expiration - now
    reached = [days for days in DAYS if timedelta(0) < left <= timedelta(days=days)]
    reminded = row.provider_config.get("reminded") or {}
    last = reminded.get("days", DAYS[0] + 1) if reminded.get("of") == _end(row) else DAYS[0] + 1
    return reached[-1] if reached and reached[-1] < last else None


def _end(row: OfficialWhatsappCredential) -> str:
    return row.token_expiration.isoformat() if row.token_expiration else ""


def _readers(row: OfficialWhatsappCredential) -> Iterable[User]:
    """The account's owners and whoever connected the number, each once."""
    ids = {*people.owner_ids(row.account_id), row.user_id}
    return User.objects.filter(pk__in=ids, is_active=True).order_by("pk")


def _send(row: OfficialWhatsappCredential, reader: User, now: datetime) -> bool:
    assert row.token_expiration is not None
    zone = preferences.zone(reader.time_zone) or ZoneInfo(settings.TIME_ZONE)
    language = preferences.language(reader.language) or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone):
        told = {
            "reader": reader,
            "number": str(row),
            "name": row.verified_name,
            "ends_at": row.token_expiration,
            "days": -((now - row.token_expiration) // timedelta(days=1)),  # begun ones count
            "link": reconnect_link(row),
        }
        subject = " ".join(render_to_string(f"{TEMPLATE}_subject.txt", told).split())
        body = render_to_string(f"{TEMPLATE}_message.txt", told)
    try:
        EmailMessage(subject, body, to=[reader.email]).send()
    except (SMTPException, OSError) as problem:
        logger.error("number %s: a reminder could not be sent: %s", row.pk, type(problem).__name__)
        return False
    return True
