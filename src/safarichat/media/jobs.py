"""Asking for a file to be fetched: a job each, at most one waiting. What is lost here is found by the next look."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from django.db import DatabaseError
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from safarichat.ground.sql import fetch

logger = logging.getLogger("safarichat.media")

TASK = "safarichat.fetch_file"
QUEUE = "files"


def defer(file_ids: Sequence[int]) -> None:
    """After the commit, as the owner role."""
    try:
        for file_id in file_ids:
            with suppress(AlreadyEnqueued):
                app.configure_task(TASK, queue=QUEUE, queueing_lock=f"file:{file_id}").defer(file_id=file_id)
    except (ConnectorException, DatabaseError) as problem:
        logger.warning("files will be fetched a little later: %s", type(problem).__name__)


def defer_due(most: int = 100) -> None:
    """Whatever waits to be fetched and has no job, or whose job died."""
    rows = fetch(
        "SELECT id FROM files WHERE state = 'pending' AND try_at <= clock_timestamp() ORDER BY try_at LIMIT %s", most
    )
    defer([row[0] for row in rows])
