"""Messages of which nobody knows whether they arrived: a person leaves them as they are, or an account has chosen that
they are sent again by themselves. Statuses settle them too, see `climbing`; a person's retry, see `retrying`."""

from collections.abc import Sequence
from datetime import timedelta

from safarichat.ground.sql import as_json, fetch
from safarichat.messaging.queueing import Queued, acting
from safarichat.messaging.retrying import locked, note, retry
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

PATIENCE = timedelta(minutes=10)  # statuses come within seconds, those that the provider had to repeat within minutes
TOO_LATE = timedelta(hours=24)
MOST_ATTEMPTS = 3
CHUNK = 500

LEFT = Problem(
    key="left_as_it_is",
    message=N_("Nobody knows whether this arrived. It was left as it is."),
    fault="provider",
    scope="message",
)


def leave(account_id: int, message_id: int) -> bool:
    """A person has decided: it is not sent again. What the provider says later still counts. False: too late."""
    with acting(account_id):
        message = locked(account_id, message_id)
        if message is None or message.status != "unconfirmed":
            return False
        fetch("UPDATE messages SET problem = %s::jsonb WHERE id = %s", as_json(LEFT), message.id)
        note(account_id, message, "unconfirmed")
        return True


def resend() -> int:
    """For the schedule, as the owner role: only of accounts that want it so, and only after patience. How many."""
    return sum(isinstance(retry(account_id, one, sent_by=None, source="us"), Queued) for account_id, one in _due())


def _due() -> Sequence[tuple[int, int]]:
    return [
        (account_id, message_id)
        for account_id, message_id in fetch(
            "SELECT m.account_id, m.id FROM accounts a JOIN messages m ON m.account_id = a.id AND m.is_unconfirmed"
            " WHERE a.resends_unconfirmed AND m.status_at < now() - %s AND m.at > now() - %s AND m.attempt_count < %s"
            " AND m.problem->>'key' IS DISTINCT FROM %s ORDER BY m.id LIMIT %s",
            PATIENCE,
            TOO_LATE,
            MOST_ATTEMPTS,
            LEFT.key,
            CHUNK,
        )
    ]
