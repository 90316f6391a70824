"""How far a phone app has come with handing over what was said before its number came here."""

from collections.abc import Mapping, Sequence

from safarichat.ground.sql import as_json, columns, fetch
from safarichat.numbers.models import NumberPast
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import PastTold


def note(told: Sequence[tuple[Route, PastTold]]) -> None:
    """In any order, any number of times: progress only rises."""
    for route, event in told:
        fetch(
            """
            INSERT INTO number_pasts AS p (credential_id, account_id, phase, progress, problem)
            VALUES (%s, %s, %s::int, %s::int, %s::jsonb)
            ON CONFLICT (credential_id) DO UPDATE SET
              phase = greatest(p.phase, excluded.phase), progress = greatest(p.progress, excluded.progress),
              problem = coalesce(excluded.problem, p.problem),
              updated_at = CASE WHEN excluded.progress > p.progress THEN now() ELSE p.updated_at END
            """,
            route.credential_id,
            route.account_id,
            event.phase,
            event.progress,
            as_json(event.problem),
        )


def count(new: Mapping[tuple[int, int], int]) -> None:
    """Earlier messages that were not here yet, by number and account."""
    if new:
        fetch(
            "INSERT INTO number_pasts AS p (credential_id, account_id, message_count)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) ON CONFLICT (credential_id) DO UPDATE SET"
            " message_count = p.message_count + excluded.message_count, updated_at = now()",
            *columns([(*number, count) for number, count in sorted(new.items())], 3),
        )


def of(account_id: int, credential_id: int) -> NumberPast | None:
    """Inside `acting_for`."""
    return NumberPast.objects.filter(account_id=account_id, credential_id=credential_id).first()
