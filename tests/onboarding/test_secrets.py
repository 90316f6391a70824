"""No secret of an onboarding stands anywhere but sealed in its column."""

import base64
import logging
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import onboarding
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.onboarding import Started
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import SESSION, Person

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db


def everything_stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        stored = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            stored += [row for (row,) in cursor.fetchall()]
    return "\n".join(stored)


def forms_of(secret: str) -> list[str]:
    return [secret, secret.encode().hex(), base64.b64encode(secret.encode()).decode().rstrip("=")]


def test_token_code_pin_and_state_are_nowhere_in_the_open(
    account: Account,
    begin: Callable[..., Started],
    signer: Person,
    meta: Sandbox,
    client_in: Client,
    caplog: pytest.LogCaptureFixture,
    settings: object,
) -> None:
    caplog.set_level(logging.DEBUG, logger="safarichat")
    started = begin()
    brought = signer.sign_in(started.login)
    walked = onboarding.finish(account.pk, started.state, SESSION, brought)
    assert isinstance(walked, Walked)
    row = OfficialWhatsappCredential.objects.get(pk=walked.credential_id)
    token, pin = fields.opened(row, "access_token"), fields.opened(row, "pin")
    assert token
    assert len(pin) == 6
    pages = "".join(
        client_in.get(f"/whatsapp/{page}?credential_id={row.pk}", headers={"Accept": "text/html"}).content.decode()
        for page in ("integration-options", "integration-success", "integration-error", "official/status")
    )
    logs = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("safarichat"))
    values = f"{everything_stored()}\n{logs}\n{pages}\n{started!r}{brought!r}"
    for secret in (token, brought.code, started.state, SESSION):
        for form in forms_of(secret):
            assert form not in values
    jsonb = f"{row.meta_app_config}{row.provider_config}{row.error_logs}{row.steps}{row.waiting}{row.health}"
    assert pin not in jsonb
    assert pin not in logs


def test_a_pin_is_shown_once(account: Account, connect: Callable[..., Walked], client_in: Client) -> None:
    walked = connect()
    row = OfficialWhatsappCredential.objects.get(pk=walked.credential_id)
    pin = fields.opened(row, "pin")
    place = f"/whatsapp/official/{row.pk}/pin"
    assert client_in.get(place).status_code == 405
    shown = client_in.post(place)
    assert pin in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert pin not in client_in.post(place).content.decode()
