"""Webhooks that never came are made up for: what the provider lists of a number is told as if they had.

Whatever is here already stays as it is, since every event is known by its provider's id.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from safarichat.ground.batching import drop_broken_connection
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.sql import is_passing
from safarichat.inbox.retelling import retell_listed
from safarichat.inbox.sorting import Pile, lay_listed
from safarichat.inbox.telling import tell
from safarichat.numbers import lists
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Event

logger = logging.getLogger("safarichat.inbox")

EVERY = timedelta(minutes=9)  # the schedule's ten, less what a run may take
MOST = 500


def catch_up(every: timedelta = EVERY) -> int:
    """Read the lists of all numbers that it is time for. How many were read to their end."""
    before = timezone.now() - every
    rows = lists.due(lists.kept_by(), before, MOST)
    return sum(_catch_up(row) for row in rows)


def after_an_outage() -> int:
    """The same for every number, whenever it was read last: who was away has missed something just now."""
    return catch_up(timedelta(0))


def _catch_up(row: OfficialWhatsappCredential) -> bool:
    now = timezone.now()
    try:
        listed = lists.read(row, now)
    except CannotOpen:
        return False
    if not _told(row, listed.events, now):
        for event in listed.events:
            _told(row, [event], now)
    if listed.is_whole:
        lists.is_read(row, now)
    return listed.is_whole


def _told(row: OfficialWhatsappCredential, events: Sequence[Event], now: datetime) -> bool:
    """False: something in it makes us stumble, and that must not keep the rest."""
    pile = Pile()
    lay_listed(pile, lists.route_of(row), row.phone_number_id or "", events, now)
    try:
        with transaction.atomic():
            tell(pile)
            retell_listed(pile, now)
    except Exception as error:
        drop_broken_connection(error)
        if is_passing(error):
            raise
        logger.error("what number %d missed can't be understood", row.pk, exc_info=error)
        return False
    return True
