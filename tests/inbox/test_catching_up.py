"""Webhooks that were lost: what the provider lists is told as if they had come."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from msgspec.structs import replace

from safarichat import providers
from safarichat.accounts.models import Account
from safarichat.inbox import catching_up
from safarichat.inbox.models import Hook
from safarichat.messaging.models import Message
from safarichat.numbers import connections
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Call, Event, Number, Person, Platform, Received, StatusChanged, Talk, Unreadable
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:9/"


class Lister:
    """A provider that keeps a list of what happened; while it is away it says nothing."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.asked: list[int] = []
        self.is_away = False
        self.abilities = replace(providers.get("meta").abilities, can_list_missed=True)
        self.operator_hook = ""

    def missed(self, number: Number, platform: Platform, since: int) -> Talk[list[Event]]:
        self.asked.append(since)
        if self.is_away:
            yield Call(name="list", method="GET", url=NOWHERE)
            return []
        return self.events


@pytest.fixture
def lister(monkeypatch: pytest.MonkeyPatch) -> Lister:
    made = Lister()
    known: dict[str, Any] = providers._PROVIDERS  # of a provider only what is asked for here
    monkeypatch.setitem(known, "lister", made)
    return made


@pytest.fixture
def listed(account: Account, lister: Lister) -> OfficialWhatsappCredential:
    return make_number(account, api_provider="lister", onboarding_completed_at=timezone.now() - timedelta(hours=1))


def received(row: OfficialWhatsappCredential, name: str, **more: Any) -> Received:
    told = {
        "provider_message_id": name,
        "phone_number_id": row.phone_number_id,
        "waba_id": row.waba_id,
        "sender": Person(wa_id="254711000001", name="Asha"),
        "at": int(time.time()) - 60,
        "kind": "text",
        "body": {"type": "text", "text": {"body": name}},
        "text": name,
    }
    return Received(**(told | more))


def texts() -> list[str]:
    return sorted(Message.objects.values_list("text", flat=True))


def test_ten_lost_messages_arrive_once_however_often_they_are_listed(
    listed: OfficialWhatsappCredential, lister: Lister
) -> None:
    lister.events = [received(listed, f"SM{n}") for n in range(10)]
    for _ in range(3):
        assert catching_up.after_an_outage() == 1
    assert texts() == sorted(f"SM{n}" for n in range(10))


def test_a_number_is_asked_for_what_came_since_it_was_last_read(
    listed: OfficialWhatsappCredential, lister: Lister
) -> None:
    catching_up.catch_up()
    assert catching_up.catch_up() == 0, "not so soon again"
    catching_up.after_an_outage()
    began, again = lister.asked
    assert began < time.time() - 3600, "from when it was connected, and a little before"
    assert time.time() - 16 * 60 < again < time.time() - 14 * 60


def test_while_the_provider_is_away_nothing_counts_as_read(listed: OfficialWhatsappCredential, lister: Lister) -> None:
    lister.is_away = True
    assert catching_up.catch_up() == 0
    listed.refresh_from_db()
    assert listed.caught_up_at is None
    lister.is_away = False
    assert catching_up.catch_up() == 1


def test_what_is_listed_of_another_number_is_not_taken(
    listed: OfficialWhatsappCredential, lister: Lister, other_account: Account
) -> None:
    theirs = make_number(other_account, api_provider="lister", phone_number_id="300000000000777")
    strange: list[Event] = [received(theirs, "SM-theirs"), Unreadable("nonsense", {})]
    lister.events = [*strange, received(listed, "SM-mine")]
    catching_up.after_an_outage()
    assert list(Message.objects.values_list("credential_id", "text")) == [
        (listed.pk, "SM-mine"),
        (theirs.pk, "SM-theirs"),
    ]


def test_a_list_is_no_webhook_that_was_heard(listed: OfficialWhatsappCredential, lister: Lister) -> None:
    lister.events = [received(listed, "SM1")]
    catching_up.catch_up()
    listed.refresh_from_db()
    assert listed.last_hook_at is None
    assert not Hook.objects.exists()


def test_one_message_that_makes_us_stumble_does_not_keep_the_next_one(
    listed: OfficialWhatsappCredential, lister: Lister
) -> None:
    nameless = received(listed, "SM-nobody", sender=Person())
    lister.events = [received(listed, "SM1"), nameless, received(listed, "SM2")]
    assert catching_up.catch_up() == 1
    assert texts() == ["SM1", "SM2"]


def test_statuses_of_messages_that_were_not_sent_from_here_are_shown_once(
    listed: OfficialWhatsappCredential, lister: Lister
) -> None:
    status = StatusChanged(
        provider_message_id="SM9",
        phone_number_id=listed.phone_number_id or "",
        waba_id="",
        status="delivered",
        at=int(time.time()),
    )
    lister.events = [status]
    catching_up.after_an_outage()
    catching_up.after_an_outage()
    assert listed.hookevent_set.count() == 1


def test_a_number_whose_key_is_missing_waits(listed: OfficialWhatsappCredential, lister: Lister) -> None:
    row = connections.give(listed, "")
    connections.put_secrets(row, {"SECRET": "x"})
    type(row).objects.update(secrets="gone.AAAA")
    listed.save()
    assert catching_up.catch_up() == 0
