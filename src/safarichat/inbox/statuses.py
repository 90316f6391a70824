"""Statuses on their way to messaging, and those that wait among a number's news for the message they are about."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from safarichat.ground.sql import columns, fetch
from safarichat.messaging.echoing import Echo
from safarichat.messaging.receiving import Report
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import StatusChanged

NOT_OURS = "A status of a message that was not sent from here."


def report(route: Route, event: StatusChanged) -> Report:
    return Report(
        account_id=route.account_id,
        credential_id=route.credential_id,
        provider_message_id=event.provider_message_id,
        opaque=event.opaque,
        status=event.status,
        at=datetime.fromtimestamp(event.at, UTC),
        problem=event.problem,
        price=event.price,
        free_until=datetime.fromtimestamp(event.free_until, UTC) if event.free_until else None,
    )


def remembered(echoes: Sequence[Echo]) -> list[Report]:
    """What was said of these messages before we learnt of them: it was kept as a status of a message not sent here."""
    if not echoes:
        return []
    rows = fetch(
        "SELECT h.credential_id, h.account_id, h.value FROM unnest(%s::bigint[], %s::text[]) w (credential_id, theirs)"
        " JOIN hook_events h ON h.credential_id = w.credential_id AND h.value ->> 'provider_message_id' = w.theirs"
        " WHERE NOT (h.reason = '') ORDER BY h.id",
        *columns([(one.credential_id, one.provider_message_id) for one in echoes], 2),
    )
    return [
        report(Route(credential_id, account_id), msgspec.convert(value, StatusChanged))
        for credential_id, account_id, value in rows
    ]
