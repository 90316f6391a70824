"""What a database is like before anything of ours is done to it: asked plainly, changing nothing."""

from datetime import datetime

import psycopg
from msgspec import Struct

OLDEST = 150000
OURS = {"users": "accounts", "official_whatsapp_credentials": "numbers"}

QUESTION = """
SELECT current_setting('server_version_num')::int,
       current_user::text,
       r.rolsuper,
       r.rolsuper OR r.rolcreaterole,
       t.oid IS NOT NULL,
       coalesce(pg_has_role(current_user, t.oid, 'MEMBER'), false),
       has_schema_privilege('public', 'CREATE'),
       clock_timestamp()
FROM pg_roles r LEFT JOIN pg_roles t ON t.rolname = r.rolname || '_tenant'
WHERE r.rolname = current_user
"""


class Unreachable(Exception):
    """The database does not answer; the message is the driver's own first line and holds no password."""


class Found(Struct, frozen=True, kw_only=True):
    version: int
    role: str
    is_superuser: bool
    may_make_roles: bool
    has_tenant_role: bool
    may_act_as_tenant: bool
    may_make_tables: bool
    now: datetime
    foreign_tables: list[str]  # tables with names of ours that our migrations have not made

    @property
    def is_too_old(self) -> bool:
        return self.version < OLDEST


def inspect(url: str) -> Found:
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            row = connection.execute(QUESTION).fetchone()
            foreign = _foreign(connection)
    except psycopg.Error as problem:
        raise Unreachable(str(problem).strip().split("\n")[0]) from None
    assert row is not None
    names = ("version", "role", "is_superuser", "may_make_roles", "has_tenant_role", "may_act_as_tenant")
    facts = dict(zip((*names, "may_make_tables", "now"), row, strict=True))
    return Found(**facts, foreign_tables=foreign)


def _foreign(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    there = {
        str(name)
        for (name,) in connection.execute(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"
        )
    }
    migrated = set()
    if "django_migrations" in there:
        migrated = {str(app) for (app,) in connection.execute("SELECT DISTINCT app FROM django_migrations")}
    return [table for table, app in OURS.items() if table in there and app not in migrated]
