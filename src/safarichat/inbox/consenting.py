"""What customers say about being written to: by a word, or through their provider."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from safarichat.contacts.consent import Choice
from safarichat.contacts.words import choice_in
from safarichat.messaging.receiving import Arrival
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import ConsentChanged

WRITTEN = ("text", "button", "interactive")  # kinds whose text a customer wrote or chose
MARKETING_AT_PROVIDERS = "marketing_messages"
GRANTS = {"stop": False, "resume": True, "signup": True}

Told = tuple[Route, ConsentChanged, datetime]


def is_understood(event: ConsentChanged) -> bool:
    """Other purposes, and words to come, are kept raw."""
    person = event.person
    is_named = bool(person.wa_id or person.phone or person.user_id or person.parent_user_id)
    return is_named and event.category == MARKETING_AT_PROVIDERS and event.event in GRANTS


def by_words(arrivals: Sequence[Arrival]) -> Iterator[Choice]:
    """A STOP is a message like any other as well: it stays in the thread."""
    for one in arrivals:
        wants = choice_in(one.text) if one.kind in WRITTEN and not one.is_note else None
        if wants is not None:
            yield Choice(
                account_id=one.account_id,
                contact_id=one.contact_id,
                is_granted=wants,
                source="customer",
                detail=one.text.strip(),
                evidence=f"{one.credential_id}:{one.provider_message_id}",
                happened_at=one.told_at,
            )


def by_providers(told: Sequence[Told], contact_ids: Sequence[int]) -> Iterator[Choice]:
    for (route, event, received_at), contact_id in zip(told, contact_ids, strict=True):
        person = event.person
        who = person.wa_id or person.phone or person.user_id or person.parent_user_id
        yield Choice(
            account_id=route.account_id,
            contact_id=contact_id,
            is_granted=GRANTS[event.event],
            source="provider",
            evidence=f"{route.credential_id}:{event.provider_message_id or f'{who}:{event.at}:{event.event}'}",
            happened_at=datetime.fromtimestamp(event.at, UTC) if event.at else received_at,
        )
