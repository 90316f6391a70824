"""Understanding hooks again: after a fix, or when the number that they were about has been connected."""

from collections.abc import Sequence

from django.db import transaction

from safarichat.ground.notify import wake_workers
from safarichat.ground.sql import fetch
from safarichat.inbox.keeping import INBOX


@transaction.atomic
def replay(ids: Sequence[int]) -> int:
    """Give hooks back to the workers, in whatever state they are: understanding may be repeated. Returns how many."""
    rows = fetch(
        "UPDATE inbox SET state = 0, reason = '' WHERE id = ANY(%s::bigint[]) AND state <> 0 RETURNING id", list(ids)
    )
    wake_workers(INBOX)
    return len(rows)


@transaction.atomic
def replay_for(provider: str, phone_number_id: str) -> int:
    """What came for a number before it was connected here: the first messages may overtake the onboarding."""
    rows = fetch(
        "UPDATE inbox SET state = 0, reason = '' WHERE state = 2 AND provider = %s AND reason LIKE %s RETURNING id",
        provider,
        f"%the id {phone_number_id} is%" if phone_number_id.isalnum() else "",
    )
    wake_workers(INBOX)
    return len(rows)
