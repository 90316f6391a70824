"""The benchmarks run, and their counts agree. Figures are not tested: this machine does other things."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def bench(data: Path, *arguments: str) -> list[dict[str, Any]]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "safarichat", "bench", *arguments],
        env=kept | {"TMPDIR": str(data)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert (lines[0]["fsync"], lines[0]["synchronous_commit"]) == ("on", "on")
    return lines[1:]


def test_ingest_with_workers_answers_keeps_and_understands_the_same_number(tmp_path: Path) -> None:
    [line] = bench(tmp_path, "ingest", "--runs", "1", "--workers", "1", "--rate", "300", "--seconds", "3")
    assert line["answered"] == 900
    assert line["refused"] == 0
    assert line["rows_equal_answered"]
    assert line["messages_equal_answered"]


def test_queue_stores_what_it_says(tmp_path: Path) -> None:
    filled, line = bench(tmp_path, "queue", "--runs", "1", "--count", "1000", "--rows", "2000", "--batch", "500")
    assert (filled["bench"], filled["messages"]) == ("fill", 2000)
    assert line["queued"] == 1000
    assert line["rows_equal_queued"]


def test_accept_answers_what_it_has_committed(tmp_path: Path) -> None:
    [line] = bench(tmp_path, "accept", "--runs", "1", "--count", "900", "--keys", "3")
    assert line["answered"] == 900
    assert line["refused"] == 0
    assert line["rows_equal_answered"]


def test_pacing_keeps_every_limit(tmp_path: Path) -> None:
    *paced, shared = bench(tmp_path, "pacing", "--seconds", "3")
    assert [line["limit"] for line in paced] == [80, 1000, 80]
    assert all(line["most_in_a_second"] <= line["limit"] for line in paced)
    assert shared["is_exact"]


def test_growth_measures_the_same_work_at_each_size(tmp_path: Path) -> None:
    found = bench(tmp_path, "growth", "--rows", "2000,6000")
    assert next(line["messages"] for line in found if line["bench"] == "fill") == 2000
    assert [line["rows"] for line in found if line["bench"] == "growth"] == [2000, 6000]


def test_send_records_what_arrived(tmp_path: Path) -> None:
    [line] = bench(tmp_path, "send", "--runs", "1", "--count", "500", "--numbers", "50")
    assert line["arrived_equal_recorded"]
    assert line["duplicates"] == 0


def test_fanout_brings_every_event_to_its_endpoint_once(tmp_path: Path) -> None:
    [line] = bench(tmp_path, "fanout", "--rate", "20", "--seconds", "3")
    assert line["arrived_equal_sent"]
    assert line["again"] == 0
