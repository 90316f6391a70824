"""Hearing what other processes announce: one LISTEN connection, re-made when it breaks."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connections

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0
PROBE_EVERY_S = 20.0  # a connection that died silently is found out by asking


async def listen(
    channel: str,
    *,
    heard: Callable[[str], None],
    listening: Callable[[], None],
    deaf: Callable[[], None] = lambda: None,
) -> None:
    """Call `heard` with every payload, until cancelled. `listening` is called each time the connection stands, also the
    first: what was announced before is gone; `deaf` when it has broken."""
    wait_s = FIRST_WAIT_S
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_where(), autocommit=True) as connection:
                await connection.execute(f'LISTEN "{channel}"')
                wait_s = FIRST_WAIT_S
                listening()
                await _hear(connection, heard)
        except (psycopg.Error, OSError) as problem:
            deaf()
            log.warning("the listening connection broke (%s); next try in %.1f s", type(problem).__name__, wait_s)
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


async def _hear(connection: psycopg.AsyncConnection, heard: Callable[[str], None]) -> None:
    while True:
        async for notice in connection.notifies(timeout=PROBE_EVERY_S):
            heard(notice.payload)
        await connection.execute("SELECT 1")


def _where() -> dict[str, Any]:
    """Django's own parameters, without those that belong to its cursors."""
    asked = connections["default"].get_connection_params()
    return {
        name: value
        for name, value in asked.items()
        if name not in ("context", "cursor_factory", "prepare_threshold", "server_side_binding", "pool")
    }
