"""An endpoint that was switched off: its account's owners are told by mail, once, in their language. Scheduled."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from safarichat.accounts import people, preferences
from safarichat.accounts.models import User
from safarichat.endpoints.models import Endpoint
from safarichat.numbers.platform import address

BATCH = 100
TEMPLATE = "console/mail/endpoint_off"
logger = logging.getLogger("safarichat.endpoints")


def tell_owners() -> int:
    """How many endpoints were told of."""
    due = Endpoint.objects.filter(state=Endpoint.State.OFF, told_off_at=None).order_by("id")
    return sum(_tell(endpoint_id) for endpoint_id in list(due.values_list("id", flat=True)[:BATCH]))


def _tell(endpoint_id: int) -> bool:
    """Written down before the mail leaves: two workers at once tell once."""
    with transaction.atomic():
        row = Endpoint.objects.select_for_update().filter(pk=endpoint_id, told_off_at=None).first()
        if row is None or row.state != Endpoint.State.OFF:
            return False
        row.told_off_at = timezone.now()
        row.save(update_fields=["told_off_at"])
    readers = User.objects.filter(pk__in=people.owner_ids(row.account_id), is_active=True).order_by("pk")
    sent = [_send(row, reader) for reader in readers]
    if sent and not any(sent):  # the mail server is away: later, then
        Endpoint.objects.filter(pk=row.pk).update(told_off_at=None)
    return any(sent)


def _send(row: Endpoint, reader: User) -> bool:
    with translation.override(preferences.language(reader.language) or settings.LANGUAGE_CODE):
        link = f"{address()}/developers/endpoints/{row.pk}"
        told = {"reader": reader, "name": str(row), "url": row.url, "problem": row.problem, "link": link}
        subject = " ".join(render_to_string(f"{TEMPLATE}_subject.txt", told).split())
        body = render_to_string(f"{TEMPLATE}_message.txt", told)
    try:
        EmailMessage(subject, body, to=[reader.email]).send()
    except (SMTPException, OSError) as problem:
        logger.error("endpoint %s: its mail could not be sent: %s", row.pk, type(problem).__name__)
        return False
    return True
