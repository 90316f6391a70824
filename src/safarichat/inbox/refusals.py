"""Webhooks that were not let in lately, by reason. The installation's own counts: as the owner role."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from safarichat.ground.sql import fetch

SINCE = timedelta(hours=1)


def lately(hook_names: Sequence[str]) -> dict[str, int]:
    rows = fetch(
        "SELECT reason, sum(count)::int FROM inbox_refused WHERE provider = ANY(%s::text[]) AND minute > %s GROUP BY 1",
        list(hook_names),
        timezone.now() - SINCE,
    )
    return dict(rows)
