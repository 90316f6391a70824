"""One account, one view: row-level security by `safarichat.account_id`, entered as the tenant role.

The owner role (workers, admin, migrations) is left alone by the policies; the tenant role, `<owner>_tenant`, sees only
the rows of the account that `acting_for` names, and none when nothing is set.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CURRENT = "nullif(current_setting('safarichat.account_id', true), '')::bigint"


class AlreadyActing(RuntimeError):
    """`acting_for` must be the outermost transaction: a role set inside another would outlive this block."""


@contextmanager
def acting_for(account_id: int) -> Iterator[None]:
    """Run the block as one account: a transaction in which every other account's rows do not exist."""
    if acting_account_id() is not None:
        raise AlreadyActing("already acting for an account in this transaction")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('role', current_user || '_tenant', true),"
                " set_config('safarichat.account_id', %s, true)",
                [str(account_id)],
            )
        connection.safarichat_account_id = account_id  # type: ignore[attr-defined]  # read by acting_account_id
        try:
            yield
            if (
                connection.savepoint_ids and not connection.needs_rollback
            ):  # an error's rollback to the savepoint takes the role back by itself
                _step_back()
        finally:
            connection.safarichat_account_id = None  # type: ignore[attr-defined]


def _step_back() -> None:
    """Inside an outer transaction (tests) SET LOCAL would last: leave the role when the block ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', 'none', true), set_config('safarichat.account_id', '', true)")


def acting_account_id() -> int | None:
    """The account of the block we are in, or None outside of `acting_for`."""
    return getattr(connection, "safarichat_account_id", None)


# --- for migrations --------------------------------------------------------------------------------------------------

TENANT_ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user || '_tenant') THEN
    EXECUTE format('CREATE ROLE %I NOLOGIN', current_user || '_tenant');
    EXECUTE format('GRANT %I TO %I', current_user || '_tenant', current_user);
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', current_user || '_tenant');
END $$;
"""


class NoTenantRole(RuntimeError):
    """The database's owner may not make the role that tenants act under; the message is the line that does it."""


def make_tenant_role(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = current_user || '_tenant'),"
            " (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user)"
        )
        owner, exists, may_create = cursor.fetchone()
        if not exists and not may_create:
            raise NoTenantRole(
                "The role that keeps accounts apart is missing. Run this as a PostgreSQL administrator, then migrate"
                f' again: CREATE ROLE "{owner}_tenant" NOLOGIN; GRANT "{owner}_tenant" TO "{owner}";'
            )
        cursor.execute(TENANT_ROLE)


def tenant_table(
    table: str,
    *,
    own: str = "account_id",
    rights: str = "SELECT, INSERT, UPDATE, DELETE",
    using: str = "",
) -> migrations.RunSQL:
    """Grant a table to the tenant role and hide from it every row of another account."""
    rule = using or f"{own} = {CURRENT}"
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table} USING ({rule}) WITH CHECK ({rule});
        DO $$ BEGIN
          EXECUTE format('GRANT {rights} ON {table} TO %I', current_user || '_tenant');
          IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = 'id'
                     AND attidentity <> '') THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', pg_get_serial_sequence('{table}', 'id'),
                           current_user || '_tenant');
          END IF;
        END $$;
        """,
        reverse_sql=f"DROP POLICY tenant ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def belongs(
    table: str, column: str, target: str, *, on_delete: str = "CASCADE", account: str = "account_id"
) -> migrations.RunSQL:
    """A foreign key between tenant tables by (account_id, id): it can't point at another account's row."""
    name = f"{table}_{column}_same_account"
    if on_delete == "SET NULL":
        on_delete = f"SET NULL ({column})"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({account}, {column})"
        f" REFERENCES {target} (account_id, id) ON DELETE {on_delete}",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def referable(table: str) -> migrations.RunSQL:
    """Let other tenant tables refer to this one by (account_id, id)."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_account_id_id_key UNIQUE (account_id, id)",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {table}_account_id_id_key",
    )


def references(table: str, column: str, target: str, *, on_delete: str = "CASCADE") -> migrations.RunSQL:
    """A plain foreign key with its ON DELETE in the database, which Django leaves to Python."""
    name = f"{table}_{column}_fk"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {target} (id)"
        f" ON DELETE {on_delete}",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def cascade_from(target: str, tables: Sequence[str]) -> migrations.RunSQL:
    """Re-make other people's foreign keys to `target` with ON DELETE CASCADE, so that raw SQL leaves nothing behind."""
    names = ", ".join(f"'{name}'" for name in tables)
    return migrations.RunSQL(
        f"""
        DO $$
        DECLARE k record;
        BEGIN
          FOR k IN SELECT c.conname, c.conrelid::regclass AS child, a.attname
                   FROM pg_constraint c
                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                   WHERE c.contype = 'f' AND c.confrelid = '{target}'::regclass AND c.confdeltype = 'a'
                     AND c.conrelid::regclass::text IN ({names})
          LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.child, k.conname);
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES {target} (id)'
                           ' ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', k.child, k.conname, k.attname);
          END LOOP;
        END $$;
        """,
        reverse_sql=migrations.RunSQL.noop,
    )
