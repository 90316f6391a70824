"""Throw-away databases on the tests' server."""

import psycopg
from psycopg import sql


def drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a database with our own left-over sessions in it.

    Not WITH (FORCE): it fails, for who is no superuser, while autovacuum happens to be there; a plain DROP sends that
    away by itself.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user", [name]
    )
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
