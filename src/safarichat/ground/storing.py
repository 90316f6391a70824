"""Where files are kept: a directory of this machine, or any store that speaks S3. Written whole or not at all."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from safarichat.ground.spooling import NoRoom

PIECE = 5 << 20  # the smallest that S3 takes, and the most of a file that is in memory
READ = 256 * 1024
PATIENCE = timedelta(seconds=30)
FULL = ("os error 28", "os error 122", "StorageFull", "QuotaExceeded", "XMinioStorageFull")


class BadStore(ValueError):
    """The setting does not say where files shall be kept; the message says what is wrong with it."""


class StoreAway(Exception):
    """The store does not answer, or refuses."""


class Store:
    def __init__(self, inner: ObjectStore) -> None:
        self._inner = inner

    @classmethod
    def of(cls, setting: str, folder: Path) -> "Store":
        """From `SAFARICHAT_MEDIA_URL`: empty for the folder, or s3://key:secret@bucket/prefix?endpoint=…&region=…"""
        if not setting:
            return cls(LocalStore(folder, mkdir=True))
        parts = urlsplit(setting)
        if parts.scheme != "s3" or not parts.hostname:
            raise BadStore("it must be empty or begin with s3://")
        return cls(_s3(setting))

    def put(self, key: str, chunks: Iterable[bytes]) -> None:
        try:
            obstore.put(self._inner, key, iter(chunks), use_multipart=True, chunk_size=PIECE, max_concurrency=1)
        except (BaseError, OSError) as problem:
            raise _told(problem) from None

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to, and without, `end`. FileNotFoundError when there is no such file. Blocking: its
        asynchronous twin can abort a process that ends."""
        try:
            found = obstore.get(self._inner, key, options={"range": (start, end)} if end is not None else {})
            for chunk in found.stream(min_chunk_size=READ):
                yield bytes(chunk)
        except FileNotFoundError:
            raise
        except BaseError as problem:
            raise _told(problem) from None

    def has(self, key: str) -> bool:
        try:
            obstore.head(self._inner, key)
        except FileNotFoundError:
            return False
        except BaseError as problem:
            raise _told(problem) from None
        return True

    def drop(self, key: str) -> None:
        try:
            obstore.delete(self._inner, key)
        except FileNotFoundError:
            return
        except BaseError as problem:
            raise _told(problem) from None

    def older_than(self, age: timedelta) -> Iterator[list[str]]:
        """The keys of all files that lie here for longer, in handfuls."""
        before = datetime.now(UTC) - age
        try:
            for found in obstore.list(self._inner, chunk_size=500):
                yield [each["path"] for each in found if each["last_modified"] < before]
        except BaseError as problem:
            raise _told(problem) from None


def _s3(setting: str) -> S3Store:
    parts = urlsplit(setting)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if strange := set(asked) - {"endpoint", "region"}:
        raise BadStore(f"{sorted(strange)[0]} means nothing here; endpoint and region do")
    endpoint = asked.get("endpoint", "")
    known: dict[str, str] = {"region": asked.get("region", "us-east-1")}
    if endpoint:
        known["endpoint"] = endpoint
    if parts.username:
        known |= {"access_key_id": unquote(parts.username), "secret_access_key": unquote(parts.password or "")}
    return S3Store(
        parts.hostname or "",
        prefix=parts.path.strip("/") or None,
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "timeout": PATIENCE * 4,
            "connect_timeout": timedelta(seconds=5),
        },
        retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        **known,  # type: ignore[arg-type]  # its names are a typed dict
    )


def _told(problem: Exception) -> Exception:
    """In our words: its own hold addresses and, at length, how it looks inside."""
    words = str(problem)
    if any(sign in words for sign in FULL):
        return NoRoom("the store is full")
    return StoreAway(f"{type(problem).__name__}: the store of files does not answer as it should")
