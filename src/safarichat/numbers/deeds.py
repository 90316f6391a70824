"""Doing something with a number at its provider: verification, registration, profile, token, repairs.

What can be done is the provider's table of deeds; what is not in it has its reason in the provider's abilities.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.notify import wake_workers
from safarichat.ground.outbound import run_talk
from safarichat.ground.talks import Progress
from safarichat.numbers import calls, health, recording, walking
from safarichat.numbers.asking import within
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import changing, find
from safarichat.numbers.use import opened_number
from safarichat.providers.shapes import Deed, Done, Later, Problem, Refused

logger = logging.getLogger("safarichat.numbers")

PATIENCE_S = 25.0
PER_MINUTE = 12  # with one number, asked by people and programs together
BUSY = Problem(
    key="busy",
    message=gettext_noop("Something else is being done with this number at this moment."),
    cure=gettext_noop("Try again in a minute."),
    fault="us",
)
NOT_CONNECTED = Problem(
    key="not_signed_in",
    message=gettext_noop("This number is not connected."),
    cure=gettext_noop("Connect it first."),
    fault="business",
)
KEY_MISSING = Problem(
    key="key_missing",
    message=gettext_noop("The secrets of this number can't be decrypted: their encryption key is missing."),
    cure=gettext_noop("Ask whoever runs this installation to put the key back, or sign in again."),
    fault="us",
)


# A number that is in the WhatsApp Business app as well was verified and registered there, and stays so.
NEVER_BESIDE_THE_APP = frozenset({"request_code", "verify_code", "register", "deregister", "set_pin"})
BESIDE_THE_APP = gettext_noop(
    "This number is also in the WhatsApp Business app on a phone: it is verified and registered there."
)


def do(account_id: int, credential_id: int, deed: str, given: Mapping[str, Any]) -> Deed | None:
    """Do it, up to half a minute over the network, and keep what came of it. None: no such number in the account."""
    row = find(account_id, credential_id)
    if row is None:
        return None
    provider = providers.get(row.api_provider)
    if reason := why_not(row, deed):
        return Refused(Problem(key="not_offered", message=reason, fault="provider"))
    if not row.is_signed_in:
        return Refused(NOT_CONNECTED)
    try:
        number, place = opened_number(row), platform_of(row)
    except CannotOpen:
        return Refused(KEY_MISSING)
    if not _claim(account_id, credential_id):
        return Later(BUSY, "transient", 60.0)
    outcome: Deed | None = None
    try:
        outcome = run_talk(
            provider.deeds[deed](number, place, given),
            within(PATIENCE_S, calls.noting(account_id, row.pk, deed)),
            lambda step: _keep(account_id, row.pk, step),
        )
    finally:
        _settle(account_id, credential_id, deed, outcome)
    return outcome


def wait_s(credential_id: int) -> int:
    """0 when one more may be asked for now (and it is counted), else the whole seconds to wait."""
    return throttles.allow(f"deed:{credential_id}", limit=PER_MINUTE, per_s=60)


def why_not(row: OfficialWhatsappCredential, deed: str) -> str:
    """Why this can't be done with the number, as an untranslated sentence; empty when it can."""
    if row.provider_config.get("is_on_phone_app") is True and deed in NEVER_BESIDE_THE_APP:
        return BESIDE_THE_APP
    provider = providers.get(row.api_provider)
    return "" if deed in provider.deeds else provider.abilities.lacks.get(deed, "") or _NOT_OFFERED


_NOT_OFFERED = gettext_noop("This provider does not offer it.")


def _claim(account_id: int, credential_id: int) -> bool:
    """One at a time, and not while the number is being connected."""
    now = timezone.now()
    with changing(credential_id, account_id) as row:
        if walking.is_walking(row, now):
            return False
        row.walking_until = now + timedelta(seconds=PATIENCE_S + 5)
        return True


def _keep(account_id: int, credential_id: int, step: Progress) -> None:
    """What must not be lost if this process ends now: a secret that the provider has already taken."""
    with changing(credential_id, account_id) as row:
        recording.seal_secrets(row, step.secrets)
        recording.take_facts(row, step.facts)


def _settle(account_id: int, credential_id: int, deed: str, outcome: Deed | None) -> None:
    with changing(credential_id, account_id) as row:
        row.walking_until = None
        if isinstance(outcome, Done):
            _take(row, outcome)
        elif outcome is not None:
            recording.note_problem(row, deed, outcome.problem, timezone.now())
    if outcome is not None and not isinstance(outcome, Done):
        logger.info("number %s: %s ended as %s", credential_id, deed, outcome.problem.key)
        if isinstance(outcome, Later) and outcome.why == "credential":
            health.credential_failed(credential_id, outcome.problem)


def _take(row: OfficialWhatsappCredential, done: Done) -> None:
    before = row.status
    recording.seal_secrets(row, done.secrets)
    recording.take_facts(row, done.facts)
    if "pin" in done.secrets:
        row.pin_is_theirs = True  # they typed it: it is not ours to be shown
    if "access_token" in done.secrets and row.status == "reauth_required":
        row.status = "connected"
    if row.status != before and row.status in SENDING:
        wake_workers("outbox")
