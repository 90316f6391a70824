"""What a provider lists of a number's past: read again and again, since its webhooks may have been lost on the way."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F
from msgspec import Struct

from safarichat import providers
from safarichat.ground.outbound import run_talk
from safarichat.ground.talks import Answer, Call, Lost
from safarichat.numbers import calls
from safarichat.numbers.asking import within
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.routing import Route
from safarichat.numbers.use import opened_number
from safarichat.providers.shapes import Event

PATIENCE_S = 20.0
OVERLAP = timedelta(minutes=15)  # what the provider lists late, and what changes after it was listed
LONGEST = timedelta(days=3)  # a number that was away for longer begins there


class Listed(Struct, frozen=True):
    """`is_whole`: every question was answered, so that nothing before this moment is missing."""

    events: list[Event]
    is_whole: bool


def kept_by() -> list[str]:
    """The providers that keep a list."""
    return [name for name in providers.names() if providers.get(name).abilities.can_list_missed]


def due(names: Collection[str], before: datetime, most: int) -> list[OfficialWhatsappCredential]:
    """Numbers whose list was read to its end before then or never, longest first. As the owner role."""
    rows = OfficialWhatsappCredential.objects.filter(api_provider__in=names, status__in=SENDING)
    waiting = rows.exclude(caught_up_at__gt=before).select_related("connection")
    return list(waiting.order_by(F("caught_up_at").asc(nulls_first=True), "id")[:most])


def read(row: OfficialWhatsappCredential, now: datetime) -> Listed:
    """Everything since the list was last read to its end. Raises CannotOpen when the number's key is missing."""
    since = row.caught_up_at or row.onboarding_completed_at or row.created_at
    since = max(since - OVERLAP, now - LONGEST)
    answers: list[bool] = []
    ask = within(PATIENCE_S, calls.noting(row.account_id, row.pk, "list"))

    def asked(call: Call) -> Answer:
        answer = ask(call)
        answers.append(not isinstance(answer, Lost) and answer.status < 300)
        return answer

    talk = providers.get(row.api_provider).missed(opened_number(row), platform_of(row), int(since.timestamp()))
    events = run_talk(talk, asked)
    return Listed(events, all(answers))


def is_read(row: OfficialWhatsappCredential, at: datetime) -> None:
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(caught_up_at=at)


def route_of(row: OfficialWhatsappCredential) -> Route:
    return Route(row.pk, row.account_id, row.phone_number or "", row.connection.key if row.connection else "")
