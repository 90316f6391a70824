"""The status of a message we send. It climbs and never descends, so any order and any repetition of news end the same.

    queued < sending < unconfirmed < accepted < sent < failed < delivered < read < played

- The state after any set of news is the highest rung among them: the maximum knows no order and no repetition.
- `unconfirmed` is settled by whatever the provider says later.
- `failed` stands below `delivered`: what has reached the customer has not failed, whatever else is reported.
- Only a person's retry, or a Later that puts an attempt back into the queue, starts a new climb; those are not news
  from the provider and do not go through here.
"""

from collections.abc import Iterable

RUNGS = (
    "cancelled",
    "queued",
    "sending",
    "unconfirmed",
    "accepted",
    "sent",
    "failed",
    "delivered",
    "read",
    "played",
)
RANK = {status: rank for rank, status in enumerate(RUNGS)}


def climb(current: str, news: str) -> str:
    """The status after `news`."""
    return max(current, news, key=RANK.__getitem__)


def highest(statuses: Iterable[str]) -> str:
    return max(statuses, key=RANK.__getitem__)


def may_come_from_an_earlier_attempt(status: str) -> bool:
    """Whether news about an attempt that was followed by another still counts: only when the customer has it."""
    return RANK[status] >= RANK["delivered"]
