"""Turns hooks into messages, statuses and news: one transaction for a batch, and nothing lost that is not understood.

What a number that we carry is told goes to the rooms that know it; what no room has a use for is kept with the number,
raw; what can't be read, or is about a number we don't carry, leaves its hook *set aside*: visible to staff, and good to
be replayed. Every step may be repeated, so a hook may be understood any number of times.
"""

import logging
from collections.abc import Callable, Sequence

from django.db import transaction

from safarichat.ground.batching import drop_broken_connection
from safarichat.ground.sql import columns, fetch, is_passing
from safarichat.inbox.heard import STUMBLED, note, note_stumble
from safarichat.inbox.keeping import SHARDS
from safarichat.inbox.owning import hooks_of
from safarichat.inbox.retelling import retell
from safarichat.inbox.sorting import ClaimedHook, Pile, sort
from safarichat.inbox.telling import tell

logger = logging.getLogger("safarichat.inbox")

HEAVIEST_BATCH = 8 << 20  # bytes of bodies

LOCK = 0x5AFA_0003 << 32  # our part of the space of advisory locks; the shard is added

CLAIM = """
WITH head AS (
  SELECT id, octet_length(body) AS size FROM inbox WHERE state = 0 AND NOT is_patient {which} ORDER BY id LIMIT %s
  FOR UPDATE SKIP LOCKED),
fitting AS (SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM head)
SELECT i.id, i.provider, i.route, i.body, i.received_at, i.query FROM inbox i JOIN fitting USING (id)
WHERE before <= %s ORDER BY i.id
"""

# The oldest hook's whose shard nobody else has. A lock that is taken is asked for again with each row: a microsecond.
TAKE_SHARD = """
SELECT shard FROM (SELECT shard FROM inbox WHERE state = 0 AND NOT is_patient ORDER BY id LIMIT %s) h
WHERE pg_try_advisory_xact_lock(%s::bigint + shard) LIMIT 1
"""


def understand(most: int, *, apart: bool = False) -> int:
    """Claim and understand up to `most` new hooks, oldest first, but for those that can wait: see `importing`. Returns
    how many: 0 when there are none. `apart`: all of one shard of the customers, of which no other worker that is asked
    likewise has any in hand. Two who write about the same customers wait for each other; when few hooks wait it is not
    worth the smaller batches."""
    claimed: list[int] = []

    def claim() -> list[ClaimedHook]:
        hooks = (_claim_shard(most) if apart else []) or _claim(most)
        claimed[:] = [hook.id for hook in hooks]
        return hooks

    try:
        _understand(claim)
    except Exception as error:
        drop_broken_connection(error)
        if is_passing(error) or not claimed:
            raise
        logger.warning("a batch of %d hooks failed, looking for the one: %s", len(claimed), type(error).__name__)
        _halve(claimed, error)
    return len(claimed)


def _claim(most: int) -> list[ClaimedHook]:
    return [ClaimedHook(*row) for row in fetch(CLAIM.format(which=""), most, HEAVIEST_BATCH)]


def _claim_shard(most: int) -> list[ClaimedHook]:
    which = CLAIM.format(which="AND shard = %s")
    for (shard,) in fetch(TAKE_SHARD, most * SHARDS, LOCK):
        return [ClaimedHook(*row) for row in fetch(which, shard, most, HEAVIEST_BATCH)]
    return []


def _understand(claim: Callable[[], list[ClaimedHook]]) -> None:
    with transaction.atomic():
        hooks = claim()
        if hooks:
            pile = sort(hooks)
            tell(pile)
            retell(hooks, pile)
            note(pile)
            _settle(hooks, pile)


def _halve(ids: Sequence[int], error: Exception) -> None:
    """One bad hook must not keep the others: find it, set it aside with its reason."""
    if len(ids) == 1:
        logger.error("hook %d can't be understood", ids[0], exc_info=error)
        _set_aside_stumbled(ids[0], error)
        return
    middle = len(ids) // 2
    for half in (ids[:middle], ids[middle:]):
        try:
            _understand_these(half)
        except Exception as problem:
            drop_broken_connection(problem)
            if is_passing(problem):
                raise
            _halve(half, problem)


def _set_aside_stumbled(hook_id: int, error: Exception) -> None:
    set_aside(hook_id, f"It made us stumble ({type(error).__name__}).")
    try:
        with transaction.atomic():
            note_stumble(sort(hooks_of([hook_id])), STUMBLED)
    except Exception as problem:  # sorting it is what fails: then nobody's log has it
        drop_broken_connection(problem)


def _understand_these(ids: Sequence[int]) -> None:
    which = CLAIM.format(which="AND id = ANY(%s::bigint[])")
    _understand(lambda: [ClaimedHook(*row) for row in fetch(which, list(ids), len(ids), 1 << 40)])


def set_aside(hook_id: int, reason: str) -> None:
    fetch("UPDATE inbox SET state = 2, reason = %s WHERE id = %s AND state = 0", reason, hook_id)


def _settle(hooks: Sequence[ClaimedHook], pile: Pile) -> None:
    reasons = {hook_id: "\n".join(dict.fromkeys(found)) for hook_id, found in pile.reasons.items()}
    fetch(
        "UPDATE inbox i SET state = CASE WHEN n.reason = '' THEN 1 ELSE 2 END, reason = n.reason, understood_at = now()"
        " FROM unnest(%s::bigint[], %s::text[]) n (id, reason) WHERE i.id = n.id",
        *columns([(hook.id, reasons.get(hook.id, "")) for hook in hooks], 2),
    )
