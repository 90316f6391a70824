"""Nothing lost, nothing sent twice, whatever is killed or goes wrong: the drills, printed.

`make faults` runs them with 10,000 messages (FAULT_MESSAGES), the suite with a few hundred.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.drill import Drill, Outcome

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

MESSAGES = int(os.environ.get("FAULT_MESSAGES", "300"))
RECOVERED_WITHIN_S = 30
# Minutes each: `make faults` runs these by themselves; the suite runs the kills, and everything at once.
by_make_faults = pytest.mark.skipif("FAULT_MESSAGES" not in os.environ, reason="run by make faults")
STEPPED_CLOCK = os.pathsep.join([str(Path(__file__).parent / "clock"), os.environ.get("PYTHONPATH", "")])
A_TICK = 8  # requests that a worker may have written down as departed and not yet put on the wire when it is killed


@contextmanager
def with_set_clocks(tmp_path: Path) -> Iterator[Drill]:
    begins = tmp_path / "clocks"
    with Drill.begun(tmp_path, MESSAGES, PYTHONPATH=STEPPED_CLOCK, DRILL_CLOCK=str(begins)) as begun:
        begins.touch()
        yield begun


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    with Drill.begun(tmp_path, MESSAGES) as begun:
        yield begun


def held(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    """House, §6, to the letter."""
    with capsys.disabled():
        print(f"\n{outcome}")
    assert outcome.accepted == MESSAGES
    assert outcome.lost == []
    assert outcome.doubled == []
    assert outcome.opaque_twice == 0
    assert outcome.out_of_order == []
    assert outcome.unconfirmed_had_left == [], "its status settles each that the provider took"
    assert outcome.unconfirmed_had_not == [], "what had not left is sent, not asked about"
    kills = outcome.disturbances["kill_worker"]
    assert len(outcome.in_the_air_at_a_kill) <= A_TICK * kills, "the journal leaves in doubt what one tick lets go"
    assert outcome.recovered_after_s <= RECOVERED_WITHIN_S


def test_web_workers_and_postgresql_killed_at_random_moments(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    troubles = (*[drill.kill_worker] * 4, *[drill.kill_web] * 3, drill.kill_postgres)
    held(drill.run(*troubles), capsys)


@by_make_faults
def test_a_provider_that_loses_answers_and_a_full_disk(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    path = {"path": "/messages"}
    troubles = (
        drill.fault("drop_reply", rate=0.3, **path),
        drill.fault("latency", ms=1500, **path),
        drill.fault("http_status", code=503, rate=0.5, **path),
        drill.fault("error", code=131016, rate=0.2, **path),
        drill.fault("duplicate_webhook", rate=0.5),
        drill.fault("reorder", rate=0.5),
        drill.fault("status_before_answer", rate=0.5),
        drill.fault("outage"),
        drill.fill_disk,
    )
    held(drill.run(*troubles), capsys)


@by_make_faults
def test_clocks_that_are_set_while_workers_are_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with with_set_clocks(tmp_path) as drill:
        held(drill.run(drill.kill_worker), capsys)


def test_everything_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = {"path": "/messages"}
    with with_set_clocks(tmp_path) as drill:
        troubles = (
            *[drill.kill_worker] * 2,
            drill.kill_web,
            drill.kill_postgres,
            drill.fault("drop_reply", rate=0.3, **path),
            drill.fault("latency", ms=1500, **path),
            drill.fault("http_status", code=503, rate=0.5, **path),
            drill.fault("error", code=131016, rate=0.2, **path),
            drill.fault("duplicate_webhook", rate=0.5),
            drill.fault("reorder", rate=0.5),
            drill.fault("status_before_answer", rate=0.5),
            drill.fault("outage"),
            drill.fill_disk,
        )
        held(drill.run(*troubles), capsys)
