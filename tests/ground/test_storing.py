"""One contract, kept by a directory and by a real S3-compatible server on loopback."""

import errno
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from safarichat.ground.spooling import NoRoom, Spool, TooLarge
from safarichat.ground.storing import BadStore, Store, StoreAway, _told

LARGE = [os.urandom(1 << 20)] * 12  # more than two pieces of an S3 upload


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/kept-files", trust_env=False).raise_for_status()
    yield f"s3://key:secret@kept-files/below/here?endpoint=http://{host}:{port}&region=us-east-1"
    server.stop()


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store.of("" if request.param == "directory" else request.getfixturevalue("s3"), tmp_path / "kept")


def test_what_is_put_comes_back_whole_and_in_part(store: Store) -> None:
    store.put("1/a", iter(LARGE))
    whole = b"".join(LARGE)
    assert b"".join(store.chunks("1/a")) == whole
    assert b"".join(store.chunks("1/a", 5 << 20, (5 << 20) + 7)) == whole[5 << 20 : (5 << 20) + 7]


def test_what_is_interrupted_leaves_nothing(store: Store, tmp_path: Path) -> None:
    def breaks_off() -> Iterator[bytes]:
        yield from LARGE
        raise EOFError

    with pytest.raises(EOFError):
        store.put("1/broken", breaks_off())
    with pytest.raises(FileNotFoundError):
        next(store.chunks("1/broken"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_dropped_is_gone_and_may_be_dropped_again(store: Store) -> None:
    store.put("1/gone", iter([b"x"]))
    store.drop("1/gone")
    store.drop("1/gone")
    with pytest.raises(FileNotFoundError):
        next(store.chunks("1/gone"))


def test_what_lies_there_is_listed_by_its_age(store: Store) -> None:
    store.put("1/old", iter([b"x"]))
    assert "1/old" in [key for keys in store.older_than(timedelta(seconds=-5)) for key in keys]
    assert "1/old" not in [key for keys in store.older_than(timedelta(hours=1)) for key in keys]


def test_a_store_that_is_not_there_is_away_and_says_no_secret(tmp_path: Path) -> None:
    store = Store.of("s3://key:hidden@bucket?endpoint=http://127.0.0.1:9", tmp_path)
    with pytest.raises(StoreAway) as raised:
        store.put("1/a", iter([b"x"]))
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("setting", ["ftp://host/x", "s3://", "s3://bucket?colour=red"])
def test_a_setting_that_names_no_store_is_refused(setting: str, tmp_path: Path) -> None:
    with pytest.raises(BadStore):
        Store.of(setting, tmp_path)


def test_a_full_disk_is_no_room() -> None:
    assert isinstance(_told(OSError(errno.ENOSPC, "No space left on device (os error 28)")), NoRoom)


# --- on the way through ---


def test_a_spool_counts_hashes_and_knows_the_beginning(tmp_path: Path) -> None:
    with Spool(tmp_path, most=1 << 20) as spool:
        spool.write(b"hello ")
        spool.write(b"world")
        assert (spool.size, spool.head, b"".join(spool.chunks())) == (11, b"hello world", b"hello world")
        assert spool.digest.hex().startswith("b94d27b9934d3e08")


def test_a_spool_has_no_name_so_that_nothing_is_left_of_it(tmp_path: Path) -> None:
    with Spool(tmp_path, most=100) as spool:
        spool.write(b"x")
        assert list(tmp_path.iterdir()) == []


def test_a_spool_takes_no_more_than_it_may(tmp_path: Path) -> None:
    with Spool(tmp_path, most=10) as spool, pytest.raises(TooLarge):
        spool.write(b"x" * 11)


def test_a_spool_on_a_full_disk_says_so(tmp_path: Path) -> None:
    with Spool(tmp_path, most=1 << 20) as spool, open("/dev/full", "wb", buffering=0) as full:
        os.dup2(full.fileno(), spool.file.fileno())
        with pytest.raises(NoRoom):
            spool.write(b"x" * 100_000)
