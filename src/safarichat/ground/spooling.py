"""A file on its way through: on disk without a name, so that nothing is left of it whatever ends the process."""

import errno
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

CHUNK = 256 * 1024
HEAD = 8192  # bytes that tell what a file is
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoRoom(Exception):
    """The disk, or whatever keeps files, is full."""


class TooLarge(Exception):
    """More was written than may be."""


class Spool:
    """Written once, read any number of times; counted and hashed as it is written. A hand for `outbound.ask`."""

    def __init__(self, folder: Path, most: int) -> None:
        self.size, self.head = 0, b""
        self._most, self._hash = most, hashlib.sha256()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by close()
        except OSError as problem:
            raise _told(problem) from problem

    def write(self, chunk: bytes) -> None:
        if self.size + len(chunk) > self._most:
            raise TooLarge
        try:
            self.file.write(chunk)
            self.file.flush()
        except OSError as problem:
            raise _told(problem) from problem
        self.size += len(chunk)
        self._hash.update(chunk)
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]

    def chunks(self) -> Iterator[bytes]:
        self.file.seek(0)
        while chunk := self.file.read(CHUNK):
            yield chunk

    @property
    def digest(self) -> bytes:
        return self._hash.digest()

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _told(problem: OSError) -> Exception:
    return NoRoom(problem.strerror) if problem.errno in FULL else problem
