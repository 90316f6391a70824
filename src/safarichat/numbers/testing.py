"""Asking the provider whether a connection works, while a person waits."""

import time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop
from msgspec import Struct

from safarichat import providers
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.outbound import run_talk
from safarichat.numbers import calls, health, recording
from safarichat.numbers.asking import within
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import changing, find
from safarichat.numbers.use import opened_number
from safarichat.providers.shapes import Check, Number

PATIENCE_S = 20.0
NOT_SIGNED_IN = Check(
    name="token",
    ok=False,
    message=gettext_noop("This number is not connected: there is no sign-in to test."),
    cure=gettext_noop("Connect it first."),
)
KEY_MISSING = Check(
    name="token",
    ok=False,
    message=gettext_noop("The sign-in of this number can't be decrypted: its encryption key is missing."),
    cure=gettext_noop("Ask whoever runs this installation to put the key back, or sign in again."),
)


class Tested(Struct, frozen=True):
    """What `POST /whatsapp/official/test-connection` answers; sentences are untranslated."""

    ok: bool
    latency_ms: int
    checks: list[dict[str, Any]]


def test_connection(account_id: int, credential_id: int) -> Tested | None:
    """Check a number at its provider and keep what was found. None: no such number in the account."""
    row = find(account_id, credential_id)
    if row is None:
        return None
    number = _opened(row)
    if isinstance(number, Check):
        return Tested(ok=False, latency_ms=0, checks=[health.as_dict(number)])
    started = time.monotonic()
    talk = providers.get(row.api_provider).check(number, platform_of(row))
    found = run_talk(talk, within(PATIENCE_S, calls.noting(account_id, credential_id, "check")))
    latency_ms = round((time.monotonic() - started) * 1000)
    is_ok = bool(found.checks) and all(check.ok for check in found.checks)
    with changing(credential_id, account_id) as row:
        if row.is_signed_in:  # not disconnected meanwhile
            health.take_check(row, found)
            recording.note_step(row, "tested", "done" if is_ok else "failed", timezone.now())
    return Tested(ok=is_ok, latency_ms=latency_ms, checks=[health.as_dict(check) for check in found.checks])


def _opened(row: OfficialWhatsappCredential) -> Number | Check:
    if not row.is_signed_in:
        return NOT_SIGNED_IN
    try:
        return opened_number(row)
    except CannotOpen:
        return KEY_MISSING
