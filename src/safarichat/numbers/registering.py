"""Registering a number for sending, signing it off, and its two-step PIN."""

from django.utils import timezone
from django.utils.translation import gettext_noop

from safarichat.numbers import deeds, recording, registrations
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.rows import changing, find
from safarichat.providers.shapes import Deed, Done, Later, Problem, Unknown

NOT_ANY_MORE = gettext_noop("The number was signed off. It can be registered again.")
USED_UP = Problem(
    key="register_limit",
    message=gettext_noop("This number was registered or signed off ten times within 72 hours, which is the limit."),
    cure=gettext_noop("Wait until the time shown is over: the provider would refuse it until then."),
    fault="provider",
    scope="number",
)


def register(account_id: int, credential_id: int, pin: str) -> Deed | None:
    """None: no such number in the account."""
    outcome = _counted(account_id, credential_id, "register", {"pin": pin})
    if isinstance(outcome, Done):
        with changing(credential_id, account_id) as row:
            _keep_pin(row, pin)
            recording.take_facts(row, {"is_registered": True, **outcome.facts})
            recording.note_step(row, "registered", "done", timezone.now())
    return outcome


def deregister(account_id: int, credential_id: int) -> Deed | None:
    """None: no such number in the account."""
    outcome = _counted(account_id, credential_id, "deregister", {})
    if isinstance(outcome, Done):
        with changing(credential_id, account_id) as row:
            recording.take_facts(row, {"is_registered": False, **outcome.facts})
            recording.note_step(row, "registered", "waiting", timezone.now(), NOT_ANY_MORE)
    return outcome


def set_pin(account_id: int, credential_id: int, pin: str) -> Deed | None:
    """None: no such number in the account."""
    outcome = deeds.do(account_id, credential_id, "set_pin", {"pin": pin})
    if isinstance(outcome, Done):
        with changing(credential_id, account_id) as row:
            _keep_pin(row, pin)
    return outcome


def _counted(account_id: int, credential_id: int, deed: str, given: dict[str, str]) -> Deed | None:
    row = find(account_id, credential_id)
    if row is None:
        return None
    if not deeds.why_not(row, deed) and (seconds := registrations.wait_s(row, timezone.now())):
        return Later(USED_UP, "throttled", seconds)
    outcome = deeds.do(account_id, credential_id, deed, given)
    if isinstance(outcome, Done | Unknown):
        with changing(credential_id, account_id) as row:
            registrations.count(row, timezone.now())
    return outcome


def _keep_pin(row: OfficialWhatsappCredential, pin: str) -> None:
    recording.seal_secrets(row, {"pin": pin})
    row.pin_is_theirs, row.pin_shown_at = True, None
