"""The ground every test stands on: a real PostgreSQL, the program's own settings, and no way off this machine."""

import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from django.conf import settings

from safarichat.ground import embedded, keyring
from tests.databases import drop

KEPT = Path(__file__).parent.parent / "build" / "tests"
LIFETIME = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Settings are read once, at their first use: so the environment is made before anything of Django."""
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = LIFETIME.enter_context(embedded.running(KEPT)).url
    os.environ.update(_environment(LIFETIME.enter_context(tempfile.TemporaryDirectory(prefix="safarichat-"))))
    django.setup()
    config.pluginmanager.import_plugin("tests.fixtures")
    config.pluginmanager.import_plugin("tests.journeys.fixtures")


def pytest_unconfigure() -> None:
    LIFETIME.close()


def _environment(data: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "safarichat.project.settings",
        "SAFARICHAT_ENV_FILE": os.devnull,
        "SAFARICHAT_BASE_URL": "http://testserver",
        "SAFARICHAT_SECRET_KEY": secrets.token_urlsafe(40),
        "SAFARICHAT_ENCRYPTION_KEYS": keyring.new_key(),
        "SAFARICHAT_DATA": data,
        "SAFARICHAT_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
        "SAFARICHAT_SIGNUP": "open",
        "META_APP_ID": "1000000000000001",
        "META_APP_SECRET": secrets.token_hex(16),
        "META_CONFIG_ID": "1000000000000002",
        "META_BUSINESS_ID": "1000000000000003",
        "META_WEBHOOK_VERIFY_TOKEN": secrets.token_urlsafe(16),
        "META_GRAPH_URL": "http://127.0.0.1:9",  # nothing listens: a test that calls out says so by failing
        "META_SDK_URL": "http://127.0.0.1:9/sdk.js",
        "META_DIALOG_URL": "http://127.0.0.1:9",
    }


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A database of this run's own, so that several runs may share the server; those of dead runs are dropped."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        rows = connection.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_run\_%'").fetchall()
        for (name,) in rows:
            if not _is_alive(int(name.rpartition("_")[2])):
                drop(connection, name)
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_run_{os.getpid()}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::"}


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise RuntimeError(f"a test tried to connect to {address[0]}")
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield
