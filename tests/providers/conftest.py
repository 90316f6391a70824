"""The pretend Twilio, for the tests in which our talks meet it."""

from collections.abc import Iterator

import pytest

from tests.providers.at_twilio import AtTwilio, Here
from tests.providers.hearing import Ear
from tests.sandbox import twilio_side
from tests.sandbox.outside import Meta


@pytest.fixture(scope="module")
def pretend_twilio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    sandbox = twilio_side.start(tmp_path_factory.mktemp("twilio") / "world")
    yield sandbox
    sandbox.close()


@pytest.fixture
def at_twilio(pretend_twilio: Meta) -> Iterator[AtTwilio]:
    pretend_twilio.control("POST", "settings", {**twilio_side.QUICK, "rates": False})
    ear = Ear()
    yield AtTwilio(pretend_twilio, ear)
    ear.close()
    pretend_twilio.control("DELETE", "faults")


@pytest.fixture
def own(at_twilio: AtTwilio) -> Here:
    return at_twilio.own()
