"""What a sending process remembers even when it is killed: which requests have left, and which were answered.

A line per departure, appended to a file before the request goes, and per acceptance, a moment after its answer; the
kernel keeps what was written.
The process holds a lock on the file as long as it lives, so whoever can take that lock knows that it is dead, that
nothing of it will ever leave, and, from the lines, what has: all else of its lanes goes back into the queue at once,
instead of being unconfirmed when the lease has run out. Only a machine that is lost takes this knowledge with it.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from msgspec import Struct

logger = logging.getLogger("safarichat.send")

LARGEST = 4 << 20  # bytes; then it begins anew with what is still open
SUFFIX = ".journal"

Try = tuple[int, int]  # message, number of the attempt


class Remains(Struct, frozen=True):
    """What a dead process knew. `accepted`: with the provider's id."""

    departed: frozenset[Try]
    accepted: Mapping[Try, str]


class Journal:
    def __init__(self, directory: Path, holder: str) -> None:
        """Where no file can be kept, nothing is: then what was on its way is unconfirmed after a kill."""
        self._path = directory / f"{holder.replace(':', '-').replace('/', '-')}{SUFFIX}"
        self._head = f"H {holder}\n"
        self._open: dict[Try, str] = {}
        self._file: int | None = None
        self._size = 0
        self._late = ""  # acceptances not yet written
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._begin()
        except OSError as error:
            self._give_up(error)

    def departed(self, one: Try) -> None:
        """Its request leaves now."""
        self._open[one] = line = f"D {one[0]} {one[1]} {time.monotonic():.6f}\n"
        self._write(self._late + line)
        self._late = ""

    def accepted(self, one: Try, provider_message_id: str) -> bool:
        """Written with the next line, or when `flush` is called: whether that has to be asked for."""
        line = f"A {one[0]} {one[1]} {json.dumps(provider_message_id)}\n"
        self._open[one] = self._open.get(one, "") + line
        is_first = not self._late
        self._late += line
        return is_first

    def flush(self) -> None:
        if self._late:
            self._write(self._late)
            self._late = ""

    def ended(self, one: Try) -> None:
        """What came of it is in the database."""
        self._open.pop(one, None)
        if self._size > LARGEST:
            try:
                self._begin()
            except OSError as error:
                self._give_up(error)

    def close(self) -> None:
        """The process ends by itself. What is still open is left for whoever comes next."""
        if self._file is not None and not self._open:
            self._path.unlink(missing_ok=True)

    def _begin(self) -> None:
        """A new file in the place of the old one, locked before it can be seen."""
        new = self._path.with_suffix(".new")
        self._late = ""  # it is among what is open
        file = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = (self._head + "".join(self._open.values())).encode()
        os.write(file, lines)
        new.replace(self._path)
        if self._file is not None:
            os.close(self._file)
        self._file, self._size = file, len(lines)

    def _write(self, line: str) -> None:
        if self._file is None:
            return
        try:
            self._size += os.write(self._file, line.encode())
        except OSError as error:  # a full disk
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """Half a truth is worse than none: without the file, everything on its way counts as having left."""
        logger.warning("no journal of departures is kept: %s", error.strerror)
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None


@contextmanager
def of_the_dead(directory: Path) -> Iterator[dict[str, Remains]]:
    """Holder → what it left behind, of processes of this machine that are no more. Nobody else reads them during the
    block; after it, unless it fails, they are gone."""
    with ExitStack() as stack:
        found: dict[str, Remains] = {}
        files = []
        for path in sorted(directory.glob(f"*{SUFFIX}")):
            if file := _taken(path, stack):
                holder, remains = _read(file)
                found[holder] = remains
                files.append(path)
        yield found
        for path in files:
            path.unlink(missing_ok=True)


def _taken(path: Path, stack: ExitStack) -> IO[str] | None:
    try:
        file = stack.enter_context(open(path))  # noqa: SIM115 - closed with the stack
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_current = os.fstat(file.fileno()).st_ino == path.stat().st_ino  # not one that was just replaced
    except OSError:  # it lives, or somebody was quicker
        return None
    return file if is_current else None


def _read(file: IO[str]) -> tuple[str, Remains]:
    lines = file.read().rpartition("\n")[0].split("\n")
    departed, accepted = set(), {}
    for line in lines[1:]:
        what, message_id, number, rest = line.split(" ", 3)
        one = (int(message_id), int(number))
        if what == "D":
            departed.add(one)
        else:
            accepted[one] = json.loads(rest)
    return lines[0].removeprefix("H "), Remains(frozenset(departed), accepted)


def departures(directory: Path) -> dict[Try, float]:
    """Of all living processes here, as far back as their files go: when each attempt left, on the monotonic clock."""
    found: dict[Try, float] = {}
    for path in directory.glob(f"*{SUFFIX}"):
        for line in path.read_text().splitlines():
            if line.startswith("D "):
                _, message_id, number, at = line.split(" ")
                found[int(message_id), int(number)] = float(at)
    return found
