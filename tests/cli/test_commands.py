"""The command line, as a person or an operator's script meets it."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from safarichat.ground.keyring import Keyring
from tests.fixtures import free_port


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "safarichat", *arguments],
        env={**os.environ, **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_new_key_is_one_that_the_ring_takes() -> None:
    made = run("keys", "new").stdout.strip()
    assert len(Keyring.from_setting(made).key_ids()) == 1


def test_production_does_not_start_without_a_key_and_says_so_in_one_sentence() -> None:
    for command in (["serve"], ["web"], ["work"], ["migrate"], ["manage", "check"], ["keys", "status"]):
        refused = run(*command, SAFARICHAT_ENCRYPTION_KEYS="")
        assert refused.returncode == 2
        assert refused.stderr.count("\n") == 1
        assert "SAFARICHAT_ENCRYPTION_KEYS" in refused.stderr


def test_unusable_keys_stop_the_start_and_are_not_repeated() -> None:
    refused = run("keys", "status", SAFARICHAT_ENCRYPTION_KEYS="a:c2hvcnQ=")
    assert refused.returncode == 2
    assert "c2hvcnQ" not in refused.stdout + refused.stderr


def test_a_busy_port_is_one_sentence_before_anything_starts(tmp_path: Path) -> None:
    for which in (0, 1):
        with socket.socket() as other:
            first = free_port(neighbours=1)
            port = first + which
            other.bind(("127.0.0.1", port))
            other.listen()
            refused = run("demo", "--port", str(first), "--data", str(tmp_path / "data"))
            assert refused.returncode == 2
            assert re.fullmatch(rf"safarichat: Port {port} is in use[^\n]*\n", refused.stderr)
            assert not (tmp_path / "data").exists()


def test_a_provider_that_the_demo_can_not_connect_is_named(tmp_path: Path) -> None:
    refused = run("demo", "--port", "18291", "--data", str(tmp_path / "data"), "--connect", "pigeon")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "pigeon" in refused.stderr


def test_help_lists_every_command() -> None:
    shown = run("--help").stdout
    for command in ("demo", "serve", "web", "work", "sandbox", "check", "migrate", "manage", "keys", "bench"):
        assert re.search(rf"^    {command} ", shown, re.MULTILINE)


def test_an_unknown_option_is_refused() -> None:
    assert run("serve", "--nonsense").returncode == 2
