"""How many people a portfolio's numbers write to first, in 24 hours."""

from datetime import timedelta
from typing import Any

import pytest

from safarichat.messaging import lanes
from safarichat.messaging.models import Lane, Message, Portfolio, PortfolioRecipient
from safarichat.messaging.portfolios import (
    BLOCK,
    LONGEST_WAIT_S,
    Admitted,
    Opening,
    Quota,
    admit,
    forget,
    quota,
    slowed,
)
from safarichat.messaging.sending import Departure, Due, Ended, Want, depart, fetch_due, record
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Later, Problem
from tests.messaging.ours import now, open_window, queued, text

pytestmark = pytest.mark.django_db
SPAM = Later(Problem(key="spam_limit", message="Too much.", scope="portfolio"), "throttled", 3600)


def second(number: OfficialWhatsappCredential) -> OfficialWhatsappCredential:
    other = OfficialWhatsappCredential.objects.get(pk=number.pk)
    other.pk, other.phone_number_id, other.phone_number = None, "300000000000102", "254700000102"
    other.save()
    return other


def ask(lane: lanes.Leased, *people: str, limit: int | None = 2, first: int = 10**9) -> Admitted:
    asked = tuple((first + place, person) for place, person in enumerate(people))
    return admit([Opening(lane.lease, Quota("200", limit), asked)])[0]


@pytest.fixture
def lane(number: OfficialWhatsappCredential) -> lanes.Leased:
    queued(number)
    [found] = lanes.lease("me", 10)
    return found


@pytest.mark.parametrize(
    ("told", "limit"),
    [("TIER_250", 250), ("TIER_2K", 2000), ("TIER_100K", 100_000), (2000, 2000), ("TIER_UNLIMITED", None), (-1, None)],
)
def test_the_limit_is_read_as_providers_write_it(told: Any, limit: int | None) -> None:
    assert quota({"business_id": "200", "messaging_limit": told}, 1) == Quota("200", limit)


def test_a_number_without_known_facts_has_no_limit() -> None:
    assert quota({}, 7) == Quota("number-7", None)


def test_so_many_and_no_more_are_written_to_first(lane: lanes.Leased) -> None:
    assert len(ask(lane, "a", "b", "c").message_ids) == 2


def test_a_person_counts_once_and_can_be_written_to_again_when_it_is_full(lane: lanes.Leased) -> None:
    ask(lane, "a", "b")
    assert ask(lane, "a", "c", "b", "a").message_ids == {10**9, 10**9 + 2, 10**9 + 3}


def test_after_a_day_there_is_room_again(lane: lanes.Leased) -> None:
    ask(lane, "a", "b")
    PortfolioRecipient.objects.update(last_at=now() - timedelta(hours=25))
    assert len(ask(lane, "c", "d").message_ids) == 2
    assert forget() == 2
    assert PortfolioRecipient.objects.count() == 2


def test_numbers_of_one_portfolio_share_the_limit_and_a_freed_lane_gives_its_places_back(
    number: OfficialWhatsappCredential, lane: lanes.Leased
) -> None:
    queued(second(number))
    [other] = lanes.lease("you", 10)
    assert len(ask(lane, "a", limit=BLOCK).message_ids) == 1  # and the rest of the block is held
    assert ask(other, "b", limit=BLOCK).message_ids == frozenset()
    lanes.release([lane.lease])
    assert len(ask(other, *map(str, range(BLOCK)), limit=BLOCK).message_ids) == BLOCK - 1


def test_what_finds_no_place_waits_and_says_why(lane: lanes.Leased) -> None:
    ask(lane, "a", "b")
    message = Message.objects.get()
    found = ask(lane, "c", first=message.pk)
    message.refresh_from_db()
    assert found.wait_s == LONGEST_WAIT_S
    assert message.status == "queued"
    assert message.not_before is not None
    assert message.not_before > now()
    assert message.problem is not None
    assert message.problem["key"] == "portfolio_full"


def test_a_lane_that_is_lost_opens_nothing(lane: lanes.Leased) -> None:
    Lane.objects.update(lease=None)
    assert ask(lane, "a").message_ids == frozenset()


def test_only_what_the_customer_did_not_ask_for_opens(number: OfficialWhatsappCredential) -> None:
    queued(number, "254711000001")
    open_window(number)
    queued(number, body=text())
    queued(number, "254711000002")
    [found] = lanes.lease("me", 10)
    assert sorted(one.opens for one in fetch_due([Want(found.credential_id, 10)])[0]) == [False, True, True]


def test_the_portfolio_s_own_throttle_holds_first_messages_alone_and_recovers_bit_by_bit(
    lane: lanes.Leased, number: OfficialWhatsappCredential
) -> None:
    message = Message.objects.get()
    due = Due(message.pk, lane.account_id, lane.credential_id, message.conversation_id, message.body, "1", "")
    attempt = depart([Departure(lane.credential_id, lane.lease, (message.pk,))])[0][message.pk]
    record([Ended(due, attempt, now(), SPAM, "200")])
    assert Lane.objects.get().paused_until is None
    assert slowed(["200"]) == {"200"}
    assert ask(lane, "a", limit=None).message_ids == frozenset()
    Portfolio.objects.update(paused_until=now())
    assert [len(ask(lane, *(f"{n}{place}" for place in range(9)), limit=None).message_ids) for n in "abc"] == [1, 2, 4]
