"""A sandbox that the whole module uses, its pretend app known to us, and a signer's way through its sign-in."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from safarichat.accounts.models import Account
from safarichat.numbers import onboarding
from safarichat.numbers.onboarding import Started
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox, free_port, wait_for
from tests.onboarding.signing_in import SESSION, Person


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    data, port = tmp_path_factory.mktemp("sandbox"), free_port()
    arguments = ["sandbox", "--port", str(port), "--data", str(data)]
    with open(data / "log", "wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "safarichat", *arguments], env=os.environ, stderr=log)
    try:
        wait_for(port, process)
        sandbox = Sandbox(f"http://127.0.0.1:{port}")
        with sandbox.http:
            yield sandbox
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def meta(shared_sandbox: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """The sandbox in the place of Meta."""
    ours = {"META_GRAPH_URL": shared_sandbox.url, "META_DIALOG_URL": shared_sandbox.url}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | ours
    settings.WHATSAPP_RATE_LIMIT_ONBOARDING = 1000
    settings.WHATSAPP_DEFAULT_PROVIDER = "meta"
    yield shared_sandbox
    shared_sandbox.http.request("DELETE", "/_sandbox/faults")


@pytest.fixture
def signer(meta: Sandbox) -> Person:
    return Person(meta)


@pytest.fixture
def begin(account: Account, meta: Sandbox) -> Callable[..., Started]:
    """Start the wizard as the owner of `account`."""

    def go(credential_id: int | None = None, mode: str = "signup", of: Account = account) -> Started:
        user = of.memberships.get().user
        started = onboarding.start(of.pk, user.pk, SESSION, "meta", mode, credential_id)
        assert started is not None
        return started

    return go


@pytest.fixture
def connect(account: Account, begin: Callable[..., Started], signer: Person) -> Callable[..., Walked]:
    """The whole way, with what is special about it."""

    def go(credential_id: int | None = None, of: Account = account, **answers: Any) -> Walked:
        mode = answers.pop("mode", "signup")
        started = begin(credential_id, mode, of)
        walked = onboarding.finish(of.pk, started.state, SESSION, signer.sign_in(started.login, **answers))
        assert isinstance(walked, Walked)
        return walked

    return go
