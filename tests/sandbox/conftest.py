"""A sandbox process for each file, fresh webhooks for each test."""

from collections.abc import Iterator

import pytest

from tests.sandbox import twilio_side
from tests.sandbox.outside import Listener, Meta, Number
from tests.sandbox.twilio_side import Ear, Sender


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


@pytest.fixture(scope="module")
def twilio_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    sandbox = twilio_side.start(tmp_path_factory.mktemp("twilio") / "world")
    yield sandbox
    sandbox.close()


@pytest.fixture
def twilio(twilio_process: Meta) -> Iterator[Meta]:
    twilio_process.control("POST", "settings", twilio_side.QUICK)
    yield twilio_process
    twilio_process.control("DELETE", "faults")


@pytest.fixture
def sender(twilio: Meta) -> Sender:
    """A customer's own account at Twilio, with a number that is online."""
    return Sender(twilio)


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()
