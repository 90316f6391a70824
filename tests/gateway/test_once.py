"""Idempotency-Key: the same answer for the same message, and one message."""

import asyncio
from datetime import timedelta

import pytest
from django.db.models import F

from safarichat.accounts.models import Account
from safarichat.messaging import once
from safarichat.messaging.models import Message, SentOnce
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.gateway.door import NUMBER, Door, Told, make_key, opened
from tests.gateway.door import door as door
from tests.messaging.ours import TEMPLATE, now, open_window

pytestmark = pytest.mark.django_db(transaction=True)

PATH = f"/v25.0/{NUMBER}/messages"
GIVEN = {"messaging_product": "whatsapp", "to": "+14155550123", **TEMPLATE}
OTHER = {**GIVEN, "to": "+14155550124"}
ONCE = {"idempotency-key": "order-7"}


def test_the_same_again_is_one_message_and_one_answer(door: Door) -> None:
    first = door.call("POST", PATH, GIVEN, headers=ONCE)
    turned = dict(reversed(GIVEN.items()))
    again = door.call("POST", PATH, turned, headers=ONCE)
    assert first.message_id == again.message_id
    assert first.body == again.body
    assert Message.objects.count() == 1


def test_another_message_under_it_is_422(door: Door) -> None:
    door.call("POST", PATH, GIVEN, headers=ONCE)
    told = door.call("POST", PATH, OTHER, headers=ONCE)
    assert told.code == (422, 100)
    assert Message.objects.count() == 1


def test_two_at_once_are_one_message(door: Door) -> None:
    told = door.at_once(*[("POST", PATH, GIVEN, ONCE)] * 5, ("POST", PATH, OTHER, ONCE))
    assert len({one.message_id for one in told[:5]}) == 1
    assert told[5].status == 422
    assert Message.objects.count() == 1


def test_two_at_once_on_two_processes_are_one_message(door: Door, account: Account) -> None:
    """Each with its own batch and connection."""
    with opened(door.key) as other:

        async def both(word: str) -> list[Told]:
            headers = {"idempotency-key": word}
            return await asyncio.gather(*(one.acall("POST", PATH, GIVEN, headers=headers) for one in (door, other)))

        for turn in range(5):
            first, second = asyncio.run(both(f"turn-{turn}"))
            assert first.message_id == second.message_id
    assert Message.objects.count() == 5


def test_after_a_day_the_key_is_free(door: Door) -> None:
    first = door.call("POST", PATH, GIVEN, headers=ONCE)
    SentOnce.objects.update(at=F("at") - timedelta(hours=24, minutes=1))
    assert door.call("POST", PATH, OTHER, headers=ONCE).message_id != first.message_id
    SentOnce.objects.update(at=F("at") - timedelta(hours=24, minutes=1))
    assert once.forget(now()) == 1


def test_what_was_refused_may_be_asked_again(door: Door, number: OfficialWhatsappCredential) -> None:
    given = {**GIVEN, "type": "text", "text": {"body": "hello"}}
    assert door.call("POST", PATH, given, headers=ONCE).code == (400, 131047)
    assert not SentOnce.objects.exists()
    open_window(number)
    assert door.call("POST", PATH, given, headers=ONCE).status == 200


def test_each_api_key_has_its_own_words(door: Door, account: Account) -> None:
    first = door.call("POST", PATH, GIVEN, headers=ONCE)
    with opened(make_key(account)) as other:
        assert other.call("POST", PATH, GIVEN, headers=ONCE).message_id != first.message_id


def test_a_key_that_is_too_long_is_refused(door: Door) -> None:
    assert door.call("POST", PATH, GIVEN, headers={"idempotency-key": "x" * 256}).code == (400, 100)
