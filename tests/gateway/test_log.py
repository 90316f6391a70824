"""What programs asked is in the log a moment later, without what is nobody's business."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from msgspec.structs import replace

from safarichat.accounts import apicalls
from safarichat.accounts.models import Account, ApiCall, ApiKey
from safarichat.edge import noting
from tests.fixtures import make_account
from tests.gateway.door import NUMBER, Door, make_key
from tests.gateway.door import door as door
from tests.messaging.ours import TEMPLATE

pytestmark = pytest.mark.django_db(transaction=True)

PATH = f"/v25.0/{NUMBER}/messages"
GIVEN = {"messaging_product": "whatsapp", "to": "+14155550123", **TEMPLATE}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "WRITE_EVERY_S", 0.0)


def asked(door: Door, *calls: Mapping[str, object]) -> None:
    async def run() -> None:
        for given in calls:
            await door.acall("POST", f"{PATH}?access_token=nothing", given, headers={"user-agent": "Program/1"})
        if task := door.app._noting._task:
            await task

    asyncio.run(run())


def test_a_call_is_kept_with_its_answer_and_without_its_body(door: Door, account: Account) -> None:
    asked(door, GIVEN, {**GIVEN, "type": "text", "text": {"body": "a secret of theirs"}})
    worked, failed = ApiCall.objects.order_by("id")
    assert (worked.method, worked.path, worked.status, worked.code) == ("POST", PATH, 200, 0)
    assert worked.made.startswith("wamid.")
    assert (worked.address, worked.agent) == ("203.0.113.9", "Program/1")
    assert (failed.status, failed.code) == (400, 131047)
    assert "24 hours" in failed.said
    assert failed.trace
    row = str(list(ApiCall.objects.values_list()))
    for word in ("secret of theirs", "14155550123", door.key, "access_token"):
        assert word not in row
    used = ApiKey.objects.get().last_used_at
    assert used
    assert timezone.now() - used < timedelta(seconds=20)


def test_of_a_flood_the_failures_are_kept_first(door: Door, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apicalls, "MOST_AT_ONCE", 1)
    key = ApiKey.objects.get()
    line = apicalls.Asked(account.pk, key.pk, timezone.now(), 1, "GET", "/1", 200, 0, "", "", "", "::1", "")
    apicalls.keep([line, line, replace(line, status=500)])
    assert list(ApiCall.objects.values_list("status", flat=True)) == [500]


def test_it_is_kept_for_a_week_and_of_each_account_so_much(
    door: Door, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(door, GIVEN, GIVEN, GIVEN)
    now = timezone.now()
    monkeypatch.setattr(apicalls, "MOST_OF_ACCOUNT", 2)
    assert apicalls.forget(now) == 1
    assert apicalls.forget(now + timedelta(days=8)) == 2


def test_the_page_shows_ones_own_calls_alone(door: Door, account: Account) -> None:
    asked(door, GIVEN, {**GIVEN, "to": "12"})
    other = make_account("neema@example.com")
    make_key(other)
    own, stranger = Client(), Client()
    own.force_login(account.memberships.get().user)
    stranger.force_login(other.memberships.get().user)
    page = own.get("/developers/log").content.decode()
    assert page.count(f"POST {PATH}") == 2
    assert "wamid." in page
    failed = own.get("/developers/log?outcome=failed").content.decode()
    assert failed.count(f"POST {PATH}") == 1
    assert PATH not in stranger.get("/developers/log").content.decode()


def test_older_calls_are_on_the_next_page(door: Door, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apicalls, "PAGE", 2)
    asked(door, GIVEN, GIVEN, GIVEN)
    client = Client()
    client.force_login(account.memberships.get().user)
    first = client.get("/developers/log")
    assert len(first.context["calls"]) == 2
    rest = client.get(f"/developers/log?{first.context['older']}")
    assert len(rest.context["calls"]) == 1
    assert rest.context["older"] == ""
