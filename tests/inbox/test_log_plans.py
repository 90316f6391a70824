"""A page of a number's log walks down an index, whatever the others have in the tables."""

import pytest
from django.db import connection

from safarichat.accounts.models import Account
from safarichat.ground.sql import fetch
from safarichat.ground.tenancy import acting_for
from safarichat.inbox import browsing
from safarichat.messaging import departures
from safarichat.numbers import calls
from safarichat.numbers.logged import Wanted, bounds
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
TABLES = ("hooks_of_numbers", "provider_calls", "attempts")
MANY = 5_000
FILL = (
    "INSERT INTO hooks_of_numbers (account_id, credential_id, at, hook_id, fields)"
    " SELECT %(account)s, %(number)s, now() - g * interval '1 second', g, 'messages'"
    " FROM generate_series(1, %(many)s) g",
    "INSERT INTO provider_calls (account_id, credential_id, at, kind, name, method, url, status, ms)"
    " SELECT %(account)s, %(number)s, now() - g * interval '1 second', 'check', 'read', 'GET', 'x', 200, 1"
    " FROM generate_series(1, %(many)s) g",
    "INSERT INTO attempts (account_id, message_id, credential_id, number, lease, started_at, outcome)"
    " SELECT %(account)s, %(message)s, %(number)s, g, gen_random_uuid(), now() - g * interval '1 second', 'accepted'"
    " FROM generate_series(1, %(many)s) g",
)


@pytest.fixture
def crowded(number: OfficialWhatsappCredential, other_account: Account) -> OfficialWhatsappCredential:
    for one in (number, make_number(other_account, phone_number_id="300000000000077")):
        message = make_message(make_conversation(one), direction="out")
        values = {"account": one.account_id, "number": one.pk, "message": message.pk, "many": MANY}
        with connection.cursor() as cursor:
            for statement in FILL:
                cursor.execute(statement, values)
    fetch(f"ANALYZE {', '.join(TABLES)}")
    return number


@pytest.mark.parametrize(
    ("statement", "index", "narrowed"),
    [
        (browsing.LOOK, "hooks_of_numbers_pkey", 4),
        (calls.LOOK, "provider_calls_credential", 6),
        (departures.LOOK, "attempts_credential", 4),
    ],
)
def test_a_page_is_read_from_an_index(
    crowded: OfficialWhatsappCredential, statement: str, index: str, narrowed: int
) -> None:
    wanted = Wanted(account_id=crowded.account_id, credential_id=crowded.pk)
    place = bounds(wanted, None, "hooks")
    with acting_for(crowded.account_id):
        values = (crowded.pk, crowded.account_id, *place, 51, *[""] * narrowed, 51)
        rows = fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", *values)
    plan = "\n".join(row[0] for row in rows)
    assert f"using {index}" in plan, plan
    assert not [table for table in TABLES if f"Seq Scan on {table}" in plan], plan
    assert f"rows={MANY}" not in plan, plan
