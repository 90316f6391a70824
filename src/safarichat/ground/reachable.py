"""Whether the database answers, from a thread of any pool."""

import psycopg
from django.db import DatabaseError, InterfaceError, connection


def database_answers() -> bool:
    """Ask it something. A connection that failed is dropped, so that the next call makes a new one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    except (DatabaseError, InterfaceError, psycopg.Error):
        connection.close()
        return False
