"""The tables as PostgreSQL knows them, and a row planted in each: what is new is covered without being named."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    is_needed: bool


@dataclass(frozen=True)
class Link:
    """A foreign key."""

    name: str
    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    links: tuple[Link, ...]

    @property
    def key(self) -> str:
        return self.columns[0].name

    def has(self, column: str) -> bool:
        return any(one.name == column for one in self.columns)


TABLES = """
SELECT c.relname, array_agg(ARRAY[a.attname, format_type(a.atttypid, a.atttypmod),
         (a.attnotnull AND NOT a.atthasdef AND a.attidentity = '')::text] ORDER BY
         (a.attnum = ANY (coalesce((SELECT conkey FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p'),
         '{}'))) DESC, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY c.relname
"""
LINKS = """
SELECT conname, conrelid::regclass::text, confrelid::regclass::text, confdeltype::text,
  (SELECT array_agg(attname::text ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
   JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
  (SELECT array_agg(attname::text ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS k (number, place)
   JOIN pg_attribute ON attrelid = confrelid AND attnum = number)
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
WITH_POLICY = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
  AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)
"""
UNIQUE_KEYS = """
SELECT indexrelid::regclass::text, indrelid::regclass::text, indisprimary, pg_get_indexdef(indexrelid, 1, true)
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace = 'public'::regnamespace AND indisunique
"""


def rows(query: Any, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def tables() -> dict[str, Table]:
    links = [
        Link(name, table, tuple(columns), target, tuple(target_columns), on_delete)
        for name, table, target, on_delete, columns, target_columns in rows(LINKS)
    ]
    return {
        name: Table(
            name,
            tuple(Column(column, kind, needed == "true") for column, kind, needed in columns),
            tuple(link for link in links if link.table == name),
        )
        for name, columns in rows(TABLES)
    }


def tenant_tables() -> list[str]:
    return sorted(name for (name,) in rows(WITH_POLICY))


def belonging_to(*roots: str) -> list[Table]:
    """The tables that refer to these, directly or by others, parents first."""
    known, found = tables(), set(roots)
    while more := {name for name, table in known.items() if _parents(table) & found} - found:
        found |= more
    order: list[Table] = []
    while left := found - {table.name for table in order}:
        ready = sorted(name for name in left if not _parents(known[name]) & left)
        assert ready, f"these refer to each other in a circle: {left}"
        order += [known[name] for name in ready]
    return order


def _parents(table: Table) -> set[str]:
    return {link.target for link in table.links} - {table.name}


@dataclass
class Garden:
    """A row in every table that belongs to one person and their account, each with the person's mark."""

    mark: str
    number: int
    planted: dict[str, dict[str, Any]] = field(default_factory=dict)

    def plant(self) -> "Garden":
        rows("INSERT INTO auth_group (name) VALUES ('everybody') ON CONFLICT DO NOTHING")
        for table in belonging_to("accounts", "users"):
            self.planted[table.name] = insert(table.name, self._row(table))
        return self

    def _row(self, table: Table) -> dict[str, Any]:
        row = {column.name: self._value(column) for column in table.columns if column.is_needed or self._tells(column)}
        if table.key == "id":
            row["id"] = self.number
        for link in table.links:
            for column, target_column in zip(link.columns, link.target_columns, strict=True):
                parent = self.planted.get(link.target) or _any_row(link.target)
                row[column] = parent[target_column] if parent else None
        return row

    def _tells(self, column: Column) -> bool:
        return column.type.startswith(("character varying", "text"))

    def _value(self, column: Column) -> Any:
        kind, _paren, size = column.type.partition("(")
        match kind.strip():
            case "character varying" | "text" | "character":
                return f"{self.mark}-{column.name}"[: int(size.rstrip(")"))] if size else f"{self.mark}-{column.name}"
            case "text[]":
                return [self.mark]
            case "bigint" | "integer" | "smallint":
                return 1
            case "boolean":
                return True
            case "jsonb":
                return Jsonb({"mark": self.mark})
            case "timestamp with time zone":
                return datetime(2026, 1, 1, tzinfo=UTC)
            case "uuid":
                return f"00000000-0000-0000-0000-{self.number:012d}"
            case "inet":
                return "127.0.0.1"
            case "bigint[]":
                return [1]
            case "text[]" | "character varying[]":
                return [self.mark]
            case "bytea":
                return self.mark.encode()
        raise NotImplementedError(f"plant {column.name}: {column.type}")


def insert(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Insert and give the whole row back."""
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() for _ in row),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, list(row.values()))
        assert cursor.description
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone() or (), strict=True))


def as_values(row: dict[str, Any]) -> dict[str, Any]:
    """A row that was read, ready to be inserted again."""
    return {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()}


def _any_row(table: str) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(table)))
        assert cursor.description
        found = cursor.fetchone()
        return dict(zip([column.name for column in cursor.description], found, strict=True)) if found else None
