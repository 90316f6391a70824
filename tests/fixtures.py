"""Fixtures that need the tables' classes: people, accounts, numbers, browsers, the sandbox."""

import os
import random
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from safarichat.accounts.models import Account, Membership, User
from safarichat.ground import fields
from safarichat.numbers.models import OfficialWhatsappCredential

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Hashing that is meant to be slow would be most of the suite's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_account(email: str, password: str = PASSWORD) -> Account:
    """A person with an account of their own."""
    user = User.objects.create_user(email, password, name=email.partition("@")[0].title())
    account = Account.objects.create(name=str(user))
    Membership.objects.create(account=account, user=user, role=Membership.Role.OWNER)
    return account


@pytest.fixture
def account(db: None) -> Account:
    return make_account("asha@example.com")


@pytest.fixture
def other_account(db: None) -> Account:
    return make_account("baraka@example.com")


@pytest.fixture
def client_in(account: Account, client: Client) -> Client:
    """A browser in which the owner of `account` is logged in."""
    client.force_login(account.memberships.get().user)
    return client


def make_number(account: Account, **columns: Any) -> OfficialWhatsappCredential:
    """A connected number of the account, its token sealed."""
    if columns.get("phone_number_id"):  # another id is another number
        columns.setdefault("phone_number", f"2541{columns['phone_number_id'][-8:].zfill(8)}")
    number = OfficialWhatsappCredential.objects.create(
        **{
            "account": account,
            "user": account.memberships.get().user,
            "status": "connected",
            "api_provider": "meta",
            "waba_id": "200000000000001",
            "phone_number_id": "300000000000001",
            "phone_number": "254700000001",
            "display_phone_number": "+254 700 000 001",
            "verified_name": "Asha Flowers",
            "quality_rating": "GREEN",
            **columns,
        }
    )
    fields.seal(number, "access_token", f"EAA{secrets.token_hex(24)}")
    number.save(update_fields=["access_token"])
    return number


@pytest.fixture
def number(account: Account) -> OfficialWhatsappCredential:
    return make_number(account)


class Sandbox:
    """The provider sandbox as a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def get(self, path: str, **options: Any) -> Any:
        return self._json(self.http.get(path, **options))

    def post(self, path: str, json: Any = None, **options: Any) -> Any:
        return self._json(self.http.post(path, json=json, **options))

    def _json(self, answer: httpx.Response) -> Any:
        assert answer.is_success, f"{answer.request.url.path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    port = free_port()
    with open(tmp_path / "sandbox.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "safarichat", "sandbox", "--port", str(port), "--data", str(tmp_path / "sandbox")],
            env=os.environ,
            stderr=log,
        )
    try:
        wait_for(port, process)
        running = Sandbox(f"http://127.0.0.1:{port}")
        yield running
        running.http.close()
    finally:
        process.terminate()
        process.wait(10)


def free_port(neighbours: int = 0) -> int:
    """A free port, with as many free ones right above it: below those that the system gives to outgoing connections,
    one of which could have it before a server does."""
    while True:
        port = random.randrange(20_000, 32_000)
        if all(map(_is_free, range(port, port + 1 + neighbours))):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(port: int, process: subprocess.Popen[bytes], patience_s: float = 20) -> None:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        assert process.poll() is None, "the process ended before it listened"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")
