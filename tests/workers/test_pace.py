"""Never above the limit in any second, and hardly below it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safarichat.workers.pace import RECOVERY_S, Pace


def most_in_a_second(times: list[float]) -> int:
    most = start = 0
    for end, at in enumerate(times):
        while times[start] <= at - 1:
            start += 1
        most = max(most, end - start + 1)
    return most


def departures(pace: Pace, seconds: float, late_s: float, seed: int = 1) -> list[float]:
    """A loop that wakes a little late, as all do."""
    dice = random.Random(seed)
    now, times = 100.0, []
    while now < 100.0 + seconds:
        if wait := pace.wait(now):
            now += wait + dice.random() * late_s
            continue
        pace.take(now)
        times.append(now)
        now += 1e-5
    return times


@pytest.mark.parametrize("limit", [20, 80, 1000])
@pytest.mark.parametrize("late_s", [0.0, 0.001, 0.004])
def test_within_two_percent_of_the_limit_and_never_above(limit: int, late_s: float) -> None:
    times = departures(Pace(limit), 20, late_s)
    assert most_in_a_second(times) <= limit
    assert len(times) / 20 >= limit * 0.975


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 200),
    st.lists(st.tuples(st.floats(0, 0.3), st.integers(0, 5), st.integers(0, 8)), min_size=5, max_size=80),
)
def test_whatever_happens_no_second_holds_more_departures_than_the_limit(
    limit: int, happenings: list[tuple[float, int, int]]
) -> None:
    pace, now, times = Pace(limit), 0.0, []
    for passed, wanted, inbound in happenings:
        now += passed
        if inbound:
            pace.spend(now, inbound)
        for _ in range(wanted):
            if pace.wait(now) == 0:
                pace.take(now)
                times.append(now)
    assert most_in_a_second(times) <= limit if times else True


def test_what_customers_write_counts() -> None:
    pace = Pace(80)
    now = 0.0
    sent: list[float] = []
    came: list[float] = []
    while now < 10:
        if len(came) < now * 30:
            pace.spend(now, 1)
            came.append(now)
        if pace.wait(now) == 0:
            pace.take(now)
            sent.append(now)
        now += 0.001
    assert most_in_a_second(sorted(sent + came)) <= 80
    assert len(sent) / 10 >= 45


def test_no_burst_after_a_rest() -> None:
    pace = Pace(80)
    departures(pace, 1, 0)
    times = []
    for _ in range(80):
        if pace.wait(500.0) == 0:
            pace.take(500.0)
            times.append(500.0)
    assert len(times) <= 4


def test_room_tells_how_many_may_go_soon() -> None:
    pace = Pace(1000)
    assert 40 <= pace.room(0.0, 0.05) <= 80
    for _ in range(1000):
        pace.take(0.0)
    assert pace.room(0.0, 0.05) == 0


def test_a_throttle_halves_the_pace_and_it_comes_back() -> None:
    pace = Pace(80)
    assert pace.slow(100.0, departed_at=99.9)
    assert len(departures(pace, 1, 0)) <= 45
    assert pace.share(100.0 + RECOVERY_S) == 1.0
    assert len([at for at in departures(pace, 60 + RECOVERY_S, 0) if at > 100.0 + RECOVERY_S]) >= 80 * 60 * 0.97


def test_what_had_left_before_the_throttle_was_heard_slows_nothing_again() -> None:
    pace = Pace(80)
    pace.slow(100.0, departed_at=99.9)
    assert not pace.slow(100.1, departed_at=99.95)
    assert pace.share(100.1) >= 0.5
