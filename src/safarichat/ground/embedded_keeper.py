"""The embedded server's parent: starts PostgreSQL, and stops it when nobody uses it any more."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO

from safarichat.ground.embedded import ADMIN, admin_password
from safarichat.ground.embedded_place import Place, binaries

LOOK_EVERY_S = 0.5
STOP_PATIENCE_S = 6.0
STARTS = 6  # the children of a killed server hold its memory for a moment, and a new one refuses to start beside them
EARLY_S = 3.0

OPTIONS = {
    # durability: all of it
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # reached through the socket alone
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # a laptop's share
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "backend_flush_after": "512kB",  # else the system writes half a minute's pages at once, and commits wait for it
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # short queries only; containers have a tiny /dev/shm
    "timezone": "UTC",
    # statements and error details may hold what people wrote: never in the log
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


def main(data: Path, max_connections: int) -> int:
    place = Place.prepare(data)
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, _ignore)  # it ends with its users, not before
    place.keeper_file.write_text(f"{os.getpid()}\n")
    programs = binaries(place)
    if not place.cluster.exists():
        _make_cluster(place, programs)
    _end_left_over(place)
    code = failed = 0
    try:
        while failed < STARTS:  # one that was killed is started again: somebody still uses it
            started_at = time.monotonic()
            code = _keep(place, _postgres(place, programs, max_connections))
            failed = failed + 1 if time.monotonic() - started_at < EARLY_S else 0
        return code
    finally:
        place.keeper_file.unlink(missing_ok=True)


def _keep(place: Place, postgres: subprocess.Popen[bytes]) -> int:
    while postgres.poll() is None:
        time.sleep(LOOK_EVERY_S)
        if _stop_when_unused(place, postgres):
            sys.exit(0)
    return postgres.wait()


def _ignore(_signal: int, _frame: FrameType | None) -> None:
    pass


def _make_cluster(place: Place, programs: Path) -> None:
    """Made under another name first: what was cut short is never taken for a cluster."""
    making, secret = place.home / "cluster.new", place.home / "initdb.password"
    _as_server(place, ["rm", "-rf", str(making), str(secret)])
    file = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.fchown(file, place.uid, place.gid)
    with os.fdopen(file, "w") as out:
        out.write(admin_password(place))
    try:
        _as_server(
            place,
            [
                *(str(programs / "initdb"), "--pgdata", str(making), "--username", ADMIN, "--pwfile", str(secret)),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--locale-provider", "builtin"),
                *("--builtin-locale", "C.UTF-8", "--no-instructions"),
            ],
        )
    finally:
        secret.unlink(missing_ok=True)
    making.rename(place.cluster)


def _as_server(place: Place, command: list[str]) -> None:
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        user=place.uid if place.user else None,
        group=place.gid if place.user else None,
        extra_groups=[] if place.user else None,
    )


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _end_left_over(place: Place) -> None:
    """A server that lost its keeper is ended; the file of one that is dead, whoever has its number now, is removed."""
    pid = place.postgres_pid
    if pid:
        _end(pid)
    for left in (place.cluster / "postmaster.pid", *place.socket.iterdir()):
        left.unlink(missing_ok=True)


def _end(pid: int) -> None:
    for how, patience in ((signal.SIGINT, STOP_PATIENCE_S), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 1.0)):
        os.kill(pid, how)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def _postgres(place: Place, programs: Path, max_connections: int) -> subprocess.Popen[bytes]:
    options = {**OPTIONS, "max_connections": str(max_connections), "unix_socket_directories": str(place.socket)}
    arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return subprocess.Popen(
        [str(programs / "postgres"), "-D", str(place.cluster), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - one thread; runs after the change of user, which would undo it
        user=place.uid if place.user else None,
        group=place.gid if place.user else None,
        extra_groups=[] if place.user else None,
    )


def _end_with_parent() -> None:
    """Linux tells the server to stop when its keeper is killed; elsewhere the next start does."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGINT)


def _stop_when_unused(place: Place, postgres: subprocess.Popen[bytes]) -> bool:
    """Stop the server while newcomers wait at the door, if nobody holds the users' lock."""
    with open(place.start_lock, "a") as door, open(place.users_lock, "a") as users:
        if not (_get(door) and _get(users)):
            return False
        postgres.send_signal(signal.SIGINT)
        try:
            postgres.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            postgres.send_signal(signal.SIGQUIT)
            postgres.wait()
        place.keeper_file.unlink(missing_ok=True)
        return True


def _get(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    if os.fork():
        os._exit(0)  # whoever started us has no child to wait for
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
