"""A sandbox process for each file, fresh webhooks for each test."""

from collections.abc import Iterator

import pytest

from tests.sandbox.outside import Listener, Meta, Number


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    meta = Meta(tmp_path_factory.mktemp("meta") / "world")
    yield meta
    meta.close()


@pytest.fixture
def meta(process: Meta) -> Iterator[Meta]:
    process.control(
        "POST", "settings", {"sent_ms": 5, "delivered_ms": 10, "read_ms": 10, "retry_scale": 0.05, "batch": 100}
    )
    yield process
    process.control("DELETE", "faults")


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def number(meta: Meta, listener: Listener) -> Number:
    """Ready, subscribed, with the app's callback at `listener`."""
    meta.register_callback(listener)
    return meta.number()
