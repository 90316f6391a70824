"""Going on with a walk through onboarding that stopped: for a person, for a time, or because its process died."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import problems, recording, walking
from safarichat.numbers.models import ConnectLink, OfficialWhatsappCredential, Onboarding
from safarichat.numbers.onboarding import new_pin
from safarichat.numbers.rows import tell
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import Signup

# What may be said where a number is wanted: one to be added, with its country code and name; how a code shall come.
HOW_A_CODE_COMES = ("method", "language")
SAID: Mapping[str, tuple[str, ...]] = {
    "number": ("add_cc", "add_number", "add_name", *HOW_A_CODE_COMES),
    "code": HOW_A_CODE_COMES,
}
LONGEST_SAID = 100


def carry_on(
    account_id: int,
    credential_id: int,
    *,
    pin: str = "",
    choice: str = "",
    code: str = "",
    said: Mapping[str, str] | None = None,
) -> Walked | None:
    """Go on with a stopped walk, with what the person added: the number's PIN, which number, the code that it got; or,
    where a number is wanted, what they `said` (see SAID). None: no such number, or nothing to go on with now."""
    now = timezone.now()
    with acting_for(account_id):
        row = OfficialWhatsappCredential.objects.select_for_update().filter(pk=credential_id).first()
        if row is None or not can_carry_on(row, now) or not _is_asked_for(row, now, pin, code):
            return None
        try:
            signup = _signup(row, pin=pin, choice=choice, data=_answered(row, code, said or {}))
        except CannotOpen:
            return _fail(row, now)
        row.pin_is_theirs = row.pin_is_theirs or bool(pin)
        walking.claim(row, now)
        row.save()
        tell(row)
    return walking.walk(account_id, credential_id, signup)


def _answered(row: OfficialWhatsappCredential, code: str, said: Mapping[str, str]) -> dict[str, str]:
    """What was said in answer to the question that is asked."""
    if code:
        return {"code": code}
    wanted = SAID.get(row.waiting.get("for", ""), ())
    return {name: said[name][:LONGEST_SAID] for name in wanted if said.get(name)}


def _signup(row: OfficialWhatsappCredential, *, pin: str, choice: str, data: Mapping[str, str]) -> Signup:
    """What the person brought when they came back last, how far that led, and what they added now."""
    brought = _brought(row)
    return Signup(
        mode=brought.mode if brought else "signup",
        code=fields.opened(row, "temporary_code"),
        event=brought.event if brought else "",
        data={**(brought.data if brought else {}), **data},
        choice=choice or (row.phone_number_id if row.onboarding_completed_at else "") or "",
        phone_number=(row.phone_number if row.onboarding_completed_at else "") or "",
        pin=pin or new_pin(),
        pin_is_theirs=bool(pin),
        done=recording.done_steps(row),
        known=recording.known_facts(row),
        secrets=recording.opened_secrets(row),
    )


def way_taken(account_id: int, row: OfficialWhatsappCredential) -> str:
    """The mode in which a person came back with this number last; empty when nobody has yet."""
    with acting_for(account_id):
        brought = _brought(row)
    return brought.mode if brought else ""


def _brought(row: OfficialWhatsappCredential) -> Onboarding | None:
    """The newest time that they came back with something; a window closed since then changes nothing."""
    back = Onboarding.objects.filter(credential=row, used_at__isnull=False).exclude(event__in=("CANCEL", "ERROR"))
    return back.order_by("-id").first()


def _fail(row: OfficialWhatsappCredential, now: datetime) -> Walked:
    recording.note_problem(row, "started", problems.KEY_MISSING, now)
    row.waiting = {}
    row.save()
    tell(row)
    return Walked(row.pk, row.status, "failed", problems.KEY_MISSING.key)


def can_carry_on(row: OfficialWhatsappCredential, now: datetime) -> bool:
    """Signed in, not connected yet, nobody at it, and no wait that the provider asked for is running."""
    return bool(
        (row.access_token or row.temporary_code or row.connection_id or "signed_in" in recording.done_steps(row))
        and not walking.is_walking(row, now)
        and (row.status in ("pending", "connecting", "code_required") or row.waiting or row.before)
        and not walking.wait_s(row, now)
    )


def _is_asked_for(row: OfficialWhatsappCredential, now: datetime, pin: str, code: str) -> bool:
    """A PIN or a code that nobody waits for would be used up for nothing."""
    return (not pin or is_due(row, "pin", now)) and (not code or is_due(row, "code", now))


def is_due(row: OfficialWhatsappCredential, what: str, now: datetime) -> bool:
    return row.waiting.get("for") == what and not walking.wait_s(row, now)


def carry_on_stuck(limit: int = 10) -> int:
    """Go on with walks whose process died, or whose provider asked to wait. For the worker; how many were tried."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            OfficialWhatsappCredential.objects.filter(
                Q(status="connecting") | Q(waiting__for="time") | ~Q(before=""),
                walking_until__lt=now,
                updated_at__gt=now - timedelta(days=1),
            )
            .exclude(links__in=ConnectLink.objects.filter(revoked_at__isnull=False, used_at=None))
            .order_by("walking_until")[: limit * 5]
        )
    due = [row for row in rows if row.waiting.get("for", "time") == "time" and can_carry_on(row, now)][:limit]
    for row in due:
        carry_on(row.account_id, row.pk)
    return len(due)
