"""`safarichat check` against databases as operators have them."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.cli.test_commands import run
from tests.databases import drop


@pytest.fixture
def empty_database() -> Iterator[str]:
    """A database of its own on the tests' server, for one test."""
    url, name = os.environ["DATABASE_URL"], f"test_check_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        drop(connection, name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        drop(connection, name)


def test_a_new_database_lacks_only_its_schema(empty_database: str) -> None:
    found = run("check", DATABASE_URL=empty_database)
    blocking = [line for line in found.stdout.splitlines() if line.startswith("BLOCKS")]
    assert (found.returncode, len(blocking)) == (1, 1)
    assert "run `safarichat migrate`" in blocking[0]


def test_after_migrate_nothing_blocks_and_secrets_can_be_counted(empty_database: str) -> None:
    assert run("migrate", DATABASE_URL=empty_database).returncode == 0
    found = run("check", DATABASE_URL=empty_database)
    assert "BLOCKS" not in found.stdout
    assert found.returncode == 0, found.stderr
    assert run("migrate", DATABASE_URL=empty_database).returncode == 0
    key_id = os.environ["SAFARICHAT_ENCRYPTION_KEYS"].partition(":")[0]
    assert run("keys", "status", DATABASE_URL=empty_database).stdout == f"{key_id}: 0 secrets (seals)\n"


def test_somebody_elses_table_is_named_and_nothing_is_altered(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE users (id int)")
        for command in ("check", "migrate"):
            found = run(command, DATABASE_URL=empty_database)
            assert found.returncode in (1, 2)
            assert "users" in found.stdout + found.stderr
        tables = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchone() == (1,)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    found = run("check", DATABASE_URL="postgresql://asha:s3cretword@127.0.0.1:9/none")
    assert found.returncode == 1
    assert "can't be reached" in found.stdout
    assert "s3cretword" not in found.stdout + found.stderr


def test_every_missing_necessary_setting_is_listed_at_once() -> None:
    missing = ("SAFARICHAT_BASE_URL", "SAFARICHAT_SECRET_KEY", "SAFARICHAT_ENCRYPTION_KEYS")
    found = run("check", SAFARICHAT_BASE_URL="", SAFARICHAT_SECRET_KEY="", SAFARICHAT_ENCRYPTION_KEYS="")
    assert found.returncode == 1
    for name in missing:
        assert f"BLOCKS   {name} is missing" in found.stdout
