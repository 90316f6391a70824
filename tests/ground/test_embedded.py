"""The embedded PostgreSQL, started for real."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from safarichat.ground import embedded
from safarichat.ground.embedded_place import Place, may_enter

USE = """
import sys, time
from pathlib import Path
from safarichat.ground.embedded import running
with running(Path(sys.argv[1]), max_connections=20) as server:
    print(server.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("embedded") / "data"
    yield made
    embedded.remove(made)
    shutil.rmtree(made)


def ask(url: str, question: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question).fetchone()
        return str(row[0]) if row else ""


def use_elsewhere(data: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen([sys.executable, "-c", USE, str(data)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout:
        return process, int(process.stdout.readline())


def is_gone(pid: int, within_s: float) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_everything_that_makes_a_commit_safe_is_on(data: Path) -> None:
    with embedded.running(data, max_connections=20) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert ask(server.url, f"SHOW {name}") == "on"
        assert ask(server.url, "SHOW listen_addresses") == ""


def test_our_role_owns_the_database_and_is_no_superuser(data: Path) -> None:
    with embedded.running(data, max_connections=20) as server:
        assert ask(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "False"
        assert ask(server.url, "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") == "True"
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        assert ask(server.url, owner) == "safarichat"
        assert ask(server.url, "SELECT set_config('role', 'safarichat_tenant', false)") == "safarichat_tenant"


def test_nobody_gets_in_without_the_password(data: Path) -> None:
    with embedded.running(data, max_connections=20) as server:
        for role in ("safarichat", "postgres"):
            wrong = f"postgresql://{role}:wrong@/safarichat?host={Place.prepare(data).socket}"
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(wrong)
        assert "wrong" not in repr(server)


def test_only_its_user_may_look_into_its_directories(data: Path) -> None:
    with embedded.running(data, max_connections=20):
        place = Place.prepare(data)
        for directory in (place.home, place.cluster, place.socket):
            assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE(place.passwords.stat().st_mode) == 0o600
        assert stat.S_IMODE(place.log.stat().st_mode) == 0o600


def test_it_stops_when_its_last_user_has_left_and_starts_again(data: Path) -> None:
    with embedded.running(data, max_connections=20) as first:
        ask(first.url, "SELECT 1")
    assert embedded.wait_until_stopped(data, patience_s=10)
    with embedded.running(data, max_connections=20) as second:
        assert second.pid != first.pid
        assert ask(second.url, "SELECT 1") == "1"


def test_two_users_share_one_server_and_the_first_may_leave(data: Path) -> None:
    with embedded.running(data, max_connections=20) as outer:
        with embedded.running(data, max_connections=20) as inner:
            assert inner.pid == outer.pid
        time.sleep(1.2)
        assert ask(outer.url, "SELECT 1") == "1"


def test_a_killed_user_leaves_no_server_behind(data: Path) -> None:
    user, postgres = use_elsewhere(data)
    user.kill()
    user.wait()
    assert is_gone(postgres, within_s=8)


def test_the_next_start_works_after_everything_was_killed(data: Path) -> None:
    user, postgres = use_elsewhere(data)
    keeper = Place.prepare(data).keeper_pid
    assert keeper
    for pid in (user.pid, keeper, postgres):
        os.kill(pid, signal.SIGKILL)
    user.wait()
    with embedded.running(data, max_connections=20) as server:
        assert ask(server.url, "SELECT 1") == "1"


def test_a_left_over_pid_file_that_names_a_strangers_process_stops_nothing(data: Path) -> None:
    with embedded.running(data, max_connections=20):
        pass
    assert embedded.wait_until_stopped(data, patience_s=10)
    place = Place.prepare(data)
    stale = place.cluster / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{place.cluster}\n1\n5432\n{place.socket}\n\n  1 1\n")
    os.chown(stale, place.uid, place.gid)
    with embedded.running(data, max_connections=20) as server:
        assert ask(server.url, "SELECT 1") == "1"


def test_a_cluster_that_was_cut_short_while_it_was_made_is_made_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    place = Place.prepare(data)
    half = place.home / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    os.chown(half, place.uid, place.gid)
    with embedded.running(data, max_connections=20) as server:
        assert ask(server.url, "SELECT 1") == "1"
    embedded.remove(data)


def test_a_deep_directory_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / "/".join(["a-rather-long-directory-name"] * 4)
    with embedded.running(deep, max_connections=20) as server:
        assert ask(server.url, "SELECT 1") == "1"
        assert len(str(Place.prepare(deep).socket)) < 60
    embedded.remove(deep)


def test_a_socket_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    place = Place.prepare(tmp_path / "data")
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="somebody else"):
        place.make_own(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_started_by_root_it_runs_as_somebody_else_and_touches_nobodys_permissions(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    before = {path: path.stat().st_mode for path in (tmp_path, private)}
    data = private / "data"
    with embedded.running(data, max_connections=20) as server:
        place = Place.prepare(data)
        assert Path(f"/proc/{server.pid}").stat().st_uid == place.uid != 0
        assert not may_enter(private, place.user or "")
        assert place.home.parts[:3] == ("/", "var", "lib")
    assert {path: path.stat().st_mode for path in before} == before
    embedded.remove(data)
    assert not place.home.exists()
