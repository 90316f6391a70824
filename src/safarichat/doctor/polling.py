"""Looks at every live number by itself, so that trouble is known before somebody complains. For the worker."""

import logging
from datetime import timedelta

from django.utils import timezone

from safarichat.doctor.diagnosing import diagnose
from safarichat.numbers import listing

logger = logging.getLogger("safarichat.doctor")

EVERY = timedelta(minutes=15)
MOST_A_RUN = 40  # a run each minute: 600 numbers a quarter of an hour for each process that works
AWAY_AFTER = 3  # numbers of a provider that could not be reached in a row: the rest of it waits for the next run


def poll() -> int:
    """Diagnose those that were not looked at for a quarter of an hour, longest ago first. Returns how many."""
    looked_at = 0
    away: dict[str, int] = {}
    for credential_id, account_id, provider in listing.longest_unchecked(timezone.now() - EVERY, MOST_A_RUN):
        if away.get(provider, 0) >= AWAY_AFTER:
            continue
        diagnosis = diagnose(account_id, credential_id)
        if diagnosis is None:
            continue
        looked_at += 1
        away[provider] = 0 if diagnosis.is_reached or not diagnosis.asked else away.get(provider, 0) + 1
        if away[provider] == AWAY_AFTER:
            logger.warning("%s can't be reached: its other numbers are looked at later", provider)
    return looked_at
