"""Proving that a number is the business's: a code by SMS or call, the wait before the next, and wrong ones counted.

Kept beside the provider's facts; the code itself is kept nowhere.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop
from msgspec import Struct

from safarichat.numbers import deeds, recording
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.rows import changing, find
from safarichat.providers.shapes import Deed, Done, Later, Problem, Refused

METHODS = ("sms", "voice")
ASK_AGAIN = timedelta(seconds=60)
AFTER_A_REFUSAL = timedelta(minutes=10)
MOST_WRONG = 5

TOO_SOON = Problem(
    key="code_too_soon",
    message=gettext_noop("A code was asked for a moment ago."),
    cure=gettext_noop("Wait for it; another can be sent when the time shown is over."),
    fault="business",
    scope="number",
)
CODE_USED_UP = Problem(
    key="code_used_up",
    message=gettext_noop("A wrong code was entered five times, so this one is of no use any more."),
    cure=gettext_noop("Ask for a new code and enter that."),
    fault="business",
    scope="number",
)


class Standing(Struct, frozen=True, kw_only=True):
    """`method` is how the last code went out, empty when none is expected; `wait_s` until another may be asked for."""

    is_verified: bool
    method: str = ""
    asked_at: datetime | None = None
    wait_s: int = 0
    tries_left: int = MOST_WRONG


def standing(row: OfficialWhatsappCredential, now: datetime) -> Standing:
    kept = _kept(row)
    asked, until = kept.get("asked_at"), kept.get("until")
    return Standing(
        is_verified=_is_verified(row),
        method=str(kept.get("method", "")),
        asked_at=datetime.fromisoformat(asked) if asked else None,
        wait_s=max(0, int((datetime.fromisoformat(until) - now).total_seconds() + 0.999)) if until else 0,
        tries_left=max(0, MOST_WRONG - int(kept.get("wrong", 0))),
    )


def request(account_id: int, credential_id: int, *, method: str, language: str) -> Deed | None:
    """Have a code sent to the number. None: no such number in the account."""
    row = find(account_id, credential_id)
    if row is None:
        return None
    if wait_s := standing(row, timezone.now()).wait_s:
        return Later(TOO_SOON, "throttled", wait_s)
    outcome = deeds.do(account_id, credential_id, "request_code", {"method": method, "language": language})
    now = timezone.now()
    with changing(credential_id, account_id) as row:
        if isinstance(outcome, Done) and outcome.facts.get("code_verification_status") == "VERIFIED":
            _keep(row, {})  # no code was needed
        elif isinstance(outcome, Done):
            _keep(row, {"method": method, "asked_at": now.isoformat(), "until": (now + ASK_AGAIN).isoformat()})
        elif (pause := _pause(outcome)) is not None:
            _keep(row, _kept(row) | {"until": (now + pause).isoformat()})
    return outcome


def enter(account_id: int, credential_id: int, code: str) -> Deed | None:
    """Give the code that came. None: no such number in the account."""
    row = find(account_id, credential_id)
    if row is None:
        return None
    if not standing(row, timezone.now()).tries_left:
        return Refused(CODE_USED_UP)
    outcome = deeds.do(account_id, credential_id, "verify_code", {"code": code})
    with changing(credential_id, account_id) as row:
        if isinstance(outcome, Done):
            recording.take_facts(row, {"code_verification_status": "VERIFIED", **outcome.facts})
            recording.note_step(row, "verified", "done", timezone.now())
            _keep(row, {})
        elif isinstance(outcome, Refused) and outcome.problem.fault == "business":
            _keep(row, _kept(row) | {"wrong": int(_kept(row).get("wrong", 0)) + 1})
    return outcome


def _is_verified(row: OfficialWhatsappCredential) -> bool:
    """A verification expires soon after it was used to register: then only being registered tells."""
    told = row.provider_config
    return told.get("code_verification_status") == "VERIFIED" or told.get("is_registered") is True


def _pause(outcome: Deed | None) -> timedelta | None:
    """How long to leave the provider alone; None when nothing was asked of it."""
    if isinstance(outcome, Later) and outcome.why == "throttled":
        return timedelta(seconds=max(outcome.after_s, ASK_AGAIN.total_seconds()))
    if isinstance(outcome, Refused) and outcome.problem.code is not None:
        return AFTER_A_REFUSAL
    return None


def _kept(row: OfficialWhatsappCredential) -> dict[str, Any]:
    kept: dict[str, Any] = row.provider_config.get("verification") or {}
    return kept


def _keep(row: OfficialWhatsappCredential, kept: dict[str, Any]) -> None:
    row.provider_config = row.provider_config | {"verification": kept}
