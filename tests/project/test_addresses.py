from pathlib import Path

import pytest

from safarichat.project.addresses import database, mail, origin
from safarichat.project.environment import SettingsError


def test_a_database_address_may_name_a_socket_or_a_host() -> None:
    socket = database("postgresql://asha:p%40ss@/chat?host=/run/postgresql")
    assert (socket["NAME"], socket["USER"], socket["PASSWORD"], socket["HOST"]) == (
        *("chat", "asha", "p@ss"),
        "/run/postgresql",
    )
    host = database("postgresql://asha@db.example.com:6432/chat?sslmode=require")
    assert (host["HOST"], host["PORT"], host["OPTIONS"]["sslmode"]) == ("db.example.com", "6432", "require")


def test_a_wrong_database_address_is_refused_without_being_repeated() -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as raised:
        database("postgresql://asha:s3cret@host:port/chat?nonsense")
    assert "s3cret" not in str(raised.value)


def test_without_a_mail_server_mail_is_kept_as_files(tmp_path: Path) -> None:
    assert mail("", tmp_path)["EMAIL_FILE_PATH"] == str(tmp_path / "mail")


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://u:p%2F@mail.example.com", 587, True, False),
        ("smtp://mail.example.com:25?tls=0", 25, False, False),
        ("smtp://localhost", 25, False, False),
        ("smtp://localhost:1025?tls=1", 1025, True, False),
        ("smtps://u:p@mail.example.com", 465, False, True),
    ],
)
def test_mail_is_encrypted_unless_it_stays_here(url: str, port: int, tls: bool, ssl: bool, tmp_path: Path) -> None:
    found = mail(url, tmp_path)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_an_unknown_mail_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="EMAIL_URL"):
        mail("pigeon://roof", tmp_path)


def test_an_origin_has_no_path() -> None:
    assert origin("http://127.0.0.1:8001/sdk.js?x=1") == "http://127.0.0.1:8001"
