"""The ladder: whatever order news comes in, and however often, the end is the same."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safarichat.messaging.ladder import RUNGS, climb, highest

PROVIDERS = ["sent", "delivered", "read", "played", "failed"]
NEWS = st.lists(st.sampled_from([*PROVIDERS, "accepted", "unconfirmed"]), min_size=1, max_size=8)


def climbed(news: list[str], start: str = "sending") -> str:
    status = start
    for one in news:
        status = climb(status, one)
    return status


@given(NEWS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(news: list[str], random: object) -> None:
    shuffled = [*news, *news[:3]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert climbed(shuffled) == climbed(news) == highest(["sending", *news])


@given(st.sampled_from(RUNGS), st.sampled_from(RUNGS))
def test_nothing_ever_descends(current: str, news: str) -> None:
    assert RUNGS.index(climb(current, news)) >= RUNGS.index(current)


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_a_late_delivery_report_never_takes_a_read_receipt_back(order: tuple[str, ...]) -> None:
    assert climbed(list(order)) == "read"


def test_failed_overrides_only_what_is_below_delivered() -> None:
    assert climbed(["accepted", "sent", "failed"]) == "failed"
    assert climbed(["failed", "sent"]) == "failed"
    assert climbed(["delivered", "failed"]) == climbed(["failed", "delivered"]) == "delivered"


@pytest.mark.parametrize("status", PROVIDERS)
def test_an_unconfirmed_message_is_settled_by_whatever_the_provider_says(status: str) -> None:
    assert climbed([status], start="unconfirmed") == status
    assert climbed(["unconfirmed"], start=status) == status
