"""One sandbox for all files here; each test has a number of its own at it."""

from collections.abc import Iterator
from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number
from tests.sandbox.outside import Meta


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    meta = Meta(tmp_path_factory.mktemp("meta") / "world")
    yield meta
    meta.close()


@pytest.fixture
def number(settings: Any, provider: Meta, account: Account) -> Iterator[OfficialWhatsappCredential]:
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"META_GRAPH_URL": provider.url}
    made = provider.control("POST", "numbers", {"registered": True})
    number = make_number(account, **{name: made[name] for name in ("phone_number_id", "waba_id")})
    fields.seal(number, "access_token", made["access_token"])
    number.save(update_fields=["access_token"])
    yield number
    provider.control("DELETE", "faults")
