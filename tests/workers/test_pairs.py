"""One person is not written to faster than WhatsApp allows."""

from safarichat.workers.pairs import BURST, Pairs


def test_two_messages_may_follow_each_other_and_the_third_pays_for_both() -> None:
    pairs = Pairs()
    for now in (100.0, 103.0):
        assert pairs.free_at(1, now) <= now
        pairs.take(1, now)
    assert pairs.free_at(1, 106.5) == 112.0
    assert pairs.free_at(1, 112.0) <= 112.0


def test_a_burst_of_45_is_paid_back_before_the_next() -> None:
    pairs, sent = Pairs(), 0
    while pairs.free_at(1, 100.0 + sent / 20) <= 100.0 + sent / 20:
        pairs.take(1, 100.0 + sent / 20)
        sent += 1
    assert sent == BURST
    assert pairs.free_at(1, 110.0) == 100.0 + 45 * 6


def test_over_an_hour_it_is_one_in_six_seconds() -> None:
    pairs, now, sent = Pairs(), 0.0, 0
    while now < 3600:
        if pairs.free_at(1, now) <= now:
            pairs.take(1, now)
            sent += 1
        now += 0.25
    assert sent <= 600 + BURST


def test_others_do_not_wait_for_whoever_has_had_enough() -> None:
    pairs = Pairs()
    pairs.exhaust(1, 100.0, 16.0)
    assert pairs.free_at(1, 100.0) == 116.0
    assert pairs.free_at(1, 116.0) <= 116.0
    assert pairs.free_at(2, 100.0) <= 100.0


def test_who_is_even_is_forgotten() -> None:
    pairs = Pairs()
    for person in range(1000):
        pairs.take(person, 100.0)
    pairs.take(1001, 200.0)
    assert len(pairs._bursts) == 1
