"""Calls that a provider counts over a whole partner account: all processes share one narrow limit."""

import time

import pytest

from safarichat import providers
from safarichat.ground.talks import Call, Lost
from safarichat.numbers.asking import OUT_OF_TIME, within

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:9/"  # nobody listens: what leaves comes back as lost on the way


def call(budget: str = "few") -> Call:
    return Call(name="counted", method="GET", url=NOWHERE, budget=budget)


def reason(answer: object) -> str:
    assert isinstance(answer, Lost)
    return answer.reason


def test_what_finds_no_turn_in_time_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "BUDGETS", {"few": (2, 60)})
    ask = within(0.6)
    assert [reason(ask(call())) == OUT_OF_TIME for _ in range(3)] == [False, False, True]
    answer = within(0.4)(call())
    assert answer == Lost(OUT_OF_TIME, may_have_arrived=False)


def test_who_waits_for_their_turn_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "BUDGETS", {"few": (2, 1)})
    ask = within(10)
    started = time.monotonic()
    assert OUT_OF_TIME not in [reason(ask(call())) for _ in range(3)]
    assert time.monotonic() - started >= 0.9, "the third had to wait"


def test_other_calls_need_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "BUDGETS", {"few": (1, 60)})
    ask = within(5)
    assert OUT_OF_TIME not in [reason(ask(call(""))) for _ in range(5)]
