"""Who can wait rests while the machine has too little for all, and only then."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from safarichat.ground import giving_way

is_told = pytest.mark.skipif(not Path("/proc/thread-self/schedstat").exists(), reason="this system does not tell")


def busy(seconds: float = 0.4) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    return "done"


@contextmanager
def crowd() -> Iterator[None]:
    """Four others for each processor."""
    others = [
        subprocess.Popen([sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE)
        for _ in range(4 * len(os.sched_getaffinity(0)))
    ]
    try:
        for other in others:
            assert other.stdout is not None
            other.stdout.readline()
        yield
    finally:
        for other in others:
            other.kill()
            other.communicate()


@is_told
def test_who_waits_for_a_processor_is_told_to_rest() -> None:
    with crowd():
        result, rest_s = giving_way.timed(busy)
    assert result == "done"
    assert rest_s > 0.4


@is_told
def test_who_waits_for_something_else_is_not() -> None:
    with crowd():
        _, rest_s = giving_way.timed(lambda: time.sleep(0.4))
    assert rest_s < 0.4


@pytest.mark.parametrize(
    ("took_s", "waited_s", "rest_s"), [(0.5, 0.0, 0), (0.5, 0.05, 0), (0.5, 0.1, 0.32), (0.5, 0.2, 1), (9, 8, 1)]
)
def test_it_rests_in_proportion_up_to_a_limit(took_s: float, waited_s: float, rest_s: float) -> None:
    assert giving_way.rest_s(took_s, waited_s) == pytest.approx(rest_s)


def test_where_nothing_is_told_nothing_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.open", _absent)
    assert giving_way.timed(lambda: 1) == (1, 0)


def _absent(*_: object, **__: object) -> None:
    raise FileNotFoundError
