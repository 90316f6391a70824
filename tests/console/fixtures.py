"""The pretend provider, known to the program for one test, and a number of its."""

from typing import Any

import pytest

from safarichat import providers
from safarichat.accounts.models import Account
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.registrar import Registrar
from tests.fixtures import make_number


@pytest.fixture
def registrar(monkeypatch: pytest.MonkeyPatch) -> Registrar:
    made = Registrar()
    known: dict[str, Any] = providers._PROVIDERS
    monkeypatch.setitem(known, made.name, made)
    return made


@pytest.fixture
def row(account: Account, registrar: Registrar) -> OfficialWhatsappCredential:
    return make_number(account, api_provider=registrar.name, provider_config={"code_verification_status": "EXPIRED"})
