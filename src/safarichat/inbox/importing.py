"""Understands hooks that bring the past of a phone: when no other hook waits, a piece of one at a time, so that what
customers write now is never kept waiting. Every piece may be repeated."""

import logging
from collections.abc import Sequence

from django.db import transaction

from safarichat.ground.batching import drop_broken_connection
from safarichat.ground.sql import fetch, is_passing
from safarichat.inbox.retelling import retell
from safarichat.inbox.sorting import ClaimedHook, sort, sort_read
from safarichat.inbox.sorting import read_hook as read
from safarichat.inbox.telling import tell
from safarichat.providers.shapes import Event

logger = logging.getLogger("safarichat.inbox")

PIECE = 200  # events: about a tenth of a second

CLAIM = """
SELECT id, provider, route, body, received_at, query, pieces_done FROM inbox WHERE state = 0 AND is_patient
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def import_next() -> int:
    """The next piece of the oldest such hook that nobody else is at. Returns how many events: 0 when there are none."""
    with transaction.atomic():
        rows = fetch(CLAIM)
        if not rows:
            return 0
        hook, done = ClaimedHook(*rows[0][:6]), rows[0][6]
        events = read(hook)
        piece = events[done * PIECE : (done + 1) * PIECE]
        reasons = _told(hook, piece)
        is_last = len(events) <= (done + 1) * PIECE
        if is_last:
            retell([hook], sort([hook]))
        _settle(hook, reasons, is_last=is_last)
    return max(len(piece), 1)


def _told(hook: ClaimedHook, piece: Sequence[Event]) -> list[str]:
    """What of it can't be understood, each with its reason: one bad event must not keep the others."""
    try:
        with transaction.atomic():
            pile = sort_read([(hook, event) for event in piece])
            tell(pile)
        return pile.reasons.get(hook.id, [])
    except Exception as error:
        drop_broken_connection(error)
        if is_passing(error):
            raise
        if len(piece) == 1:
            logger.error("an event of hook %d can't be understood", hook.id, exc_info=error)
            return [f"It made us stumble ({type(error).__name__})."]
    middle = len(piece) // 2
    return [*_told(hook, piece[:middle]), *_told(hook, piece[middle:])]


def _settle(hook: ClaimedHook, reasons: Sequence[str], *, is_last: bool) -> None:
    """Every reason once, however many pieces have it."""
    fetch(
        """
        UPDATE inbox i SET pieces_done = pieces_done + 1, reason = n.reason,
          state = CASE WHEN NOT %s THEN 0 WHEN n.reason = '' THEN 1 ELSE 2 END,
          understood_at = CASE WHEN %s THEN now() END
        FROM (SELECT coalesce(string_agg(DISTINCT one, E'\\n'), '') AS reason FROM inbox,
              unnest(string_to_array(reason, E'\\n') || %s::text[]) one WHERE id = %s AND one <> '') n
        WHERE i.id = %s
        """,
        is_last,
        is_last,
        list(reasons),
        hook.id,
        hook.id,
    )
