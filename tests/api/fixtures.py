"""Programs with keys of the account."""

from collections.abc import Callable
from typing import Any

import pytest

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from tests.api.program import Program


@pytest.fixture
def program(account: Account) -> Callable[..., Program]:
    """With every scope unless others are named."""

    def make(*scopes: str, of: Account = account, **options: Any) -> Program:
        return Program(apikeys.make(of.pk, "Shop", scopes or apikeys.SCOPES, **options)[1])

    return make
