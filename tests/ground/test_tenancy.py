"""One account, one view: for every tenant table there is, and with an owner of the tables who is no superuser."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from safarichat.accounts.models import Account
from safarichat.ground.tenancy import AlreadyActing, acting_account_id, acting_for
from safarichat.messaging.models import Message
from tests.catalogue import Garden, Link, Table, as_values, insert, rows, tables, tenant_tables

pytestmark = pytest.mark.django_db

MINE, THEIRS = 1_987_654_321, 1_123_456_789


@pytest.fixture(autouse=True)
def _gardens() -> None:
    Garden("mine", MINE).plant()
    Garden("theirs", THEIRS).plant()


def test_the_tables_belong_to_nobody_special() -> None:
    """A superuser passes policies by, and so would this test."""
    assert rows("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False, False)]
    with acting_for(MINE):
        ((role, is_super, passes_by),) = rows(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
    assert (role.endswith("_tenant"), is_super, passes_by) == (True, False, False)


def test_a_query_that_forgets_its_where_sees_one_account() -> None:
    for table in _each():
        with acting_for(MINE):
            seen = rows(f'SELECT {_key(table)} FROM "{table.name}"')
        assert seen == [(_own_key(table, MINE),)], table.name


def test_unset_sees_nothing() -> None:
    for setting in ("", "0", "-1"):
        with acting_for(MINE):
            rows("SELECT set_config('safarichat.account_id', %s, true)", setting)
            for table in _each():
                assert rows(f'SELECT {_key(table)} FROM "{table.name}"') == [], table.name


def test_another_accounts_row_is_not_read_by_its_id() -> None:
    for table in _each():
        with acting_for(MINE):
            assert rows(f'SELECT {_key(table)} FROM "{table.name}" WHERE {_key(table)} = %s', THEIRS) == [], table.name


def test_another_accounts_row_is_not_changed() -> None:
    for table in _each():
        before = _whole(table)
        with acting_for(MINE), _may_be_refused():
            changed = rows(
                f'UPDATE "{table.name}" SET {_key(table)} = {_key(table)} WHERE {_key(table)} = %s RETURNING 1', THEIRS
            )
            assert changed == [], table.name
        assert _whole(table) == before, table.name


def test_another_accounts_row_is_not_deleted() -> None:
    for table in _each():
        before = _whole(table)
        with acting_for(MINE), _may_be_refused():
            rows(f'DELETE FROM "{table.name}" WHERE {_key(table)} = %s', THEIRS)
        assert _whole(table) == before, table.name


def test_no_row_is_put_into_another_account() -> None:
    for table in _each():
        row = as_values(_row_of(table, THEIRS)) | _fresh(table)
        with pytest.raises((ProgrammingError, IntegrityError)), acting_for(MINE):
            insert(table.name, row)


def test_no_row_is_moved_into_another_account() -> None:
    for table in _each():
        if not table.has("account_id"):
            continue
        with pytest.raises((ProgrammingError, IntegrityError)), acting_for(MINE):
            rows(f'UPDATE "{table.name}" SET account_id = %s WHERE account_id = %s', THEIRS, MINE)


@pytest.mark.parametrize("as_whom", ["tenant", "owner"])
def test_no_row_refers_to_another_accounts_row(as_whom: str) -> None:
    """Foreign keys are checked without policies: the account in them is what holds, for workers too."""
    tried = 0
    for table in _each():
        for link in table.links:
            if "account_id" not in link.columns or link.target == "accounts":
                continue
            tried += 1
            row = as_values(_row_of(table, MINE)) | _fresh(table) | _pointing_at(link, THEIRS)
            with pytest.raises((ProgrammingError, IntegrityError)), _as(as_whom):
                insert(table.name, row)  # these keys are not deferrable: what is wrong is told at once
    assert tried > 8


def test_secrets_and_what_is_not_an_accounts_are_out_of_reach() -> None:
    of_no_account = set(tables()) - set(tenant_tables())
    for name in of_no_account:
        with pytest.raises(ProgrammingError, match="permission denied"), acting_for(MINE):
            rows(f'SELECT 1 FROM "{name}"')
    with pytest.raises(ProgrammingError, match="permission denied"), acting_for(MINE):
        rows("SELECT password FROM users")


def test_colleagues_are_seen_by_name_and_strangers_are_not() -> None:
    with acting_for(MINE):
        assert rows("SELECT id, email IS NOT NULL FROM users") == [(MINE, True)]


def test_a_tenant_does_not_leave_its_role_in_an_account_of_its_choice() -> None:
    """The setting is ours to make: what a page reads from a person never becomes SQL, and this is the second wall."""
    with acting_for(MINE):
        assert acting_account_id() == MINE
        assert Account.objects.get().pk == MINE
        assert list(Message.objects.values_list("account_id", flat=True)) == [MINE]
    assert acting_account_id() is None
    assert Account.objects.count() == 2


def test_acting_twice_is_a_mistake_that_is_told() -> None:
    with acting_for(MINE), pytest.raises(AlreadyActing), acting_for(THEIRS):
        pass


def test_after_an_error_the_role_is_left() -> None:
    with pytest.raises(ZeroDivisionError), acting_for(MINE):
        raise ZeroDivisionError
    assert acting_account_id() is None
    assert Account.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_after_the_transaction_the_connection_is_the_owners_again() -> None:
    with acting_for(MINE):
        pass
    assert rows("SELECT current_user = session_user, current_setting('safarichat.account_id', true)") in (
        [(True, "")],
        [(True, None)],
    )
    assert connection.in_atomic_block is False


def _each() -> list[Table]:
    known = tables()
    return [known[name] for name in tenant_tables()]


def _key(table: Table) -> str:
    return table.key


def _own_key(table: Table, number: int) -> Any:
    return _row_of(table, number)[table.key]


def _row_of(table: Table, number: int) -> dict[str, Any]:
    owner = {"accounts": "id", "users": "id"}.get(table.name, "account_id")
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table.name}" WHERE {owner} = %s', [number])
        assert cursor.description
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone() or (), strict=True))


def _whole(table: Table) -> list[tuple[Any, ...]]:
    return rows(f'SELECT * FROM "{table.name}" ORDER BY 1')


def _fresh(table: Table) -> dict[str, Any]:
    """A key that is free, so that nothing but the account can be the reason of a refusal."""
    return {"id": 555_555} if table.key == "id" else {}


def _pointing_at(link: Link, number: int) -> dict[str, Any]:
    return {column: number for column in link.columns if column != "account_id"}


@contextmanager
def _may_be_refused() -> Iterator[None]:
    """Not having the right at all is as good as finding nothing."""
    with suppress(ProgrammingError), transaction.atomic():
        yield


@contextmanager
def _as(whom: str) -> Iterator[None]:
    with acting_for(MINE) if whom == "tenant" else transaction.atomic():
        yield
