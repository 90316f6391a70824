"""Statements over many rows: server-side parameters, so that arrays travel in binary and not as text in the query."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import msgspec
import psycopg
from django.db import Error, connection

JSON = Any  # the JSON edge

# Lost connection, too many of them, a server that stops or is short of something, a deadlock: good to try again.
PASSING = ("08", "40", "53", "55P03", "57")


def fetch(query: str, *params: object) -> list[tuple[Any, ...]]:
    """Run a statement in the current transaction and return its rows. Name the type of each array (`%s::bigint[]`)."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    server = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    with connection.wrap_database_errors, psycopg.Cursor(server) as cursor:
        cursor.execute(_with_binary_arrays(query), params or None, binary=True)
        return cursor.fetchall() if cursor.description else []


@cache
def _with_binary_arrays(query: str) -> bytes:
    """psycopg writes text arrays with one regular expression per element; binary ones cost a twentieth."""
    return re.sub(r"%s(?=::\w+\[\])", "%b", query).encode()


def next_ids(table: str, count: int) -> list[int]:
    """Ids for rows that are about to be inserted, so that it is known which row becomes which."""
    rows = fetch(
        "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) s,"
        " generate_series(1, %s::int)",
        table,
        count,
    )
    return [row[0] for row in rows]


def as_json(value: JSON) -> str | None:
    """A JSON parameter, for `%s::jsonb` and, in lists, `%s::jsonb[]`."""
    return None if value is None else msgspec.json.encode(value).decode()


def columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    """Rows turned into one list per column, for `unnest`."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def is_passing(error: BaseException) -> bool:
    """Whether the same may work a moment later: the database is away or busy, nothing is wrong with the rows."""
    if not isinstance(error, Error):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return (state is None and _is_operational(error)) or bool(state and state.startswith(PASSING))


def _is_operational(error: Error) -> bool:
    return isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError)
