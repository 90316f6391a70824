"""What every page is sent with."""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client


def test_every_answer_carries_its_request_id_and_a_policy(db: None, client: Client) -> None:
    answer = client.get("/accounts/login/")
    assert len(answer["X-Request-ID"]) == 16
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert client.get("/accounts/login/")["X-Request-ID"] != answer["X-Request-ID"]


def test_only_the_wizard_may_use_the_providers_scripts(db: None, client: Client) -> None:
    wizard = client.get("/whatsapp/integration-options")["Content-Security-Policy"]
    assert "script-src 'self' http://127.0.0.1:9" in wizard
    assert "http://127.0.0.1:9" not in client.get("/accounts/login/")["Content-Security-Policy"]


def test_a_popup_may_talk_to_its_opener(db: None, client: Client) -> None:
    assert client.get("/accounts/login/")["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"


def test_a_static_address_changes_with_its_content() -> None:
    assert "?v=" in staticfiles_storage.url("admin/css/base.css")
    assert "?v=" not in staticfiles_storage.url("no/such/file.css")
