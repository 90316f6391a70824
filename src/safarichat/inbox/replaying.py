"""Understanding hooks again: after a fix, or when the number that they were about has been connected."""

from collections.abc import Sequence

from django.db import transaction

from safarichat.ground.notify import wake_workers
from safarichat.ground.sql import fetch
from safarichat.inbox.keeping import INBOX
from safarichat.inbox.sorting import OF_ACCOUNT, UNKNOWN_NUMBER
from safarichat.numbers.models import LIVE


@transaction.atomic
def replay(ids: Sequence[int]) -> int:
    """Give hooks back to the workers, in whatever state they are: understanding may be repeated. Returns how many."""
    rows = fetch(
        "UPDATE inbox SET state = 0, reason = '', pieces_done = 0 WHERE id = ANY(%s::bigint[]) AND state <> 0"
        " RETURNING id",
        list(ids),
    )
    wake_workers(INBOX)
    return len(rows)


@transaction.atomic
def replay_for_new_numbers() -> int:
    """What came for a number, or its business account, before it was connected here: its first hooks may overtake its
    onboarding. How many."""
    rows = fetch(
        """
        UPDATE inbox i SET state = 0, reason = '', pieces_done = 0 FROM official_whatsapp_credentials c
        WHERE i.state = 2 AND c.api_provider = i.provider AND c.status = ANY(%s::text[])
          AND c.onboarding_completed_at > i.understood_at
          AND (c.phone_number_id <> '' AND position(%s || c.phone_number_id || ' ' IN i.reason) > 0
            OR c.waba_id <> '' AND position(%s || c.waba_id || ' ' IN i.reason) > 0
              AND i.received_at > c.onboarding_started_at)  -- not how an earlier connection ended
        RETURNING i.id
        """,
        [status.value for status in LIVE],
        UNKNOWN_NUMBER,
        OF_ACCOUNT,
    )
    if rows:
        wake_workers(INBOX)
    return len(rows)
