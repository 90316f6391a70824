"""The log of calls to providers: kept as they end, masked, for their account alone, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from safarichat.accounts.models import Account
from safarichat.ground.sql import fetch
from safarichat.ground.talks import Answer, Call, Lost, Reply
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import calls
from safarichat.numbers.adopting import adopt
from safarichat.numbers.logged import Entry, Place, Wanted
from safarichat.numbers.models import OfficialWhatsappCredential, ProviderCall
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
TOKEN = "EAAGm0PX4ZCpsBAK9f3b2"
READ = Call(name="read number", method="GET", url="https://graph.example/v25.0/1", headers={"authorization": TOKEN})
FINE = Reply(200, {"content-type": "application/json"}, b'{"id":"1"}')


def note(number: OfficialWhatsappCredential, kind: str = "check", call: Call = READ, answer: Answer = FINE) -> None:
    calls.noting(number.account_id, number.pk, kind)(call, answer, datetime.now(UTC))


def look(number: OfficialWhatsappCredential, before: Place | None = None, most: int = 51, **wanted: str) -> list[Entry]:
    with acting_for(number.account_id):
        asked = Wanted(account_id=number.account_id, credential_id=number.pk, **wanted)  # type: ignore[arg-type]  # texts
        return calls.look(asked, before, most).entries


def test_a_call_is_kept_with_what_came_of_it_and_without_its_secret(number: OfficialWhatsappCredential) -> None:
    note(number)
    kept = ProviderCall.objects.get()
    assert (kept.kind, kept.name, kept.method, kept.status) == ("check", "read number", "GET", 200)
    assert (kept.url, kept.response) == ("https://graph.example/v25.0/1", '{"id":"1"}')
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM provider_calls p")
        assert TOKEN not in cursor.fetchone()[0]


def test_what_the_operator_asks_in_their_own_name_is_in_no_log(number: OfficialWhatsappCredential) -> None:
    note(number, call=Call(name="list clients", method="GET", url="https://hub.example/partners/1", is_operators=True))
    assert not ProviderCall.objects.exists()


def test_a_number_that_is_gone_does_not_stop_what_is_asked(number: OfficialWhatsappCredential) -> None:
    account_id, credential_id = number.account_id, number.pk
    number.delete()
    calls.noting(account_id, credential_id, "check")(READ, FINE, datetime.now(UTC))
    assert not ProviderCall.objects.exists()


def test_an_account_sees_its_own_calls_only(number: OfficialWhatsappCredential, other_account: Account) -> None:
    theirs = make_number(other_account, phone_number_id="300000000000077")
    note(theirs)
    kept = ProviderCall.objects.get()
    assert look(number) == []
    with acting_for(number.account_id):
        assert calls.find(number.account_id, number.pk, kept.pk) is None
        assert fetch("SELECT 1 FROM provider_calls") == []


def test_calls_are_narrowed_and_searched(number: OfficialWhatsappCredential) -> None:
    note(number)
    note(number, "register", answer=Reply(400, {"x-fb-trace": "AbC123"}, b'{"error":{"code":133005}}'))
    note(number, "check", answer=Lost("connection refused", may_have_arrived=False))
    assert [entry.status for entry in look(number)] == [0, 400, 200]
    assert [entry.is_ok for entry in look(number, outcome="ok")] == [True]
    assert len(look(number, outcome="failed")) == 2
    assert [entry.kinds for entry in look(number, kind="register")] == [("register",)]
    for word in ("133005", "abc123", "refused"):
        assert len(look(number, text=word)) == 1, word
    assert look(number, text=TOKEN) == []


def test_pages_of_calls_follow_each_other(number: OfficialWhatsappCredential) -> None:
    for _ in range(5):
        note(number)
    ProviderCall.objects.update(at=datetime.now(UTC))  # all at the same moment
    first = look(number, most=3)
    rest = look(number, first[-1].place, most=3)
    assert len({entry.id for entry in (*first, *rest)}) == 5


def test_what_is_old_is_forgotten(number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch) -> None:
    for days in (0, 1, 6, 8):
        note(number)
        newest = ProviderCall.objects.order_by("-id")[0]
        ProviderCall.objects.filter(pk=newest.pk).update(at=datetime.now(UTC) - timedelta(days=days))
    assert calls.forget(7) == 1
    monkeypatch.setattr(calls, "MOST_OF_A_NUMBER", 2)
    assert calls.forget(7) == 1
    assert ProviderCall.objects.count() == 2


def test_a_walk_that_goes_on_in_an_older_row_takes_its_calls_along(number: OfficialWhatsappCredential) -> None:
    newer = make_number(number.account, phone_number_id="300000000000078", status="connecting")
    note(newer, "connect")
    with acting_for(number.account_id):
        adopt(number, newer)
    assert ProviderCall.objects.get().credential_id == number.pk
