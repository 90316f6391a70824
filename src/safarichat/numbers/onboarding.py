"""One walk through the wizard, from its start to what came back from the provider.

The state travels through the provider and comes back once, in the same login, within the hour. Only digests of it and
of the session are kept. A state that has done its work answers the same browser with what came of it.
"""

import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from msgspec import Struct

from safarichat import providers
from safarichat.ground import fields
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import problems, recording, walking
from safarichat.numbers.models import LIVE, OfficialWhatsappCredential, Onboarding
from safarichat.numbers.platform import platform
from safarichat.numbers.rows import tell
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import JSON, Signup

STATE_LIFETIME = timedelta(minutes=60)
BUSY_LOOKS, BUSY_PAUSE_S = 25, 0.3


class Started(Struct, frozen=True):
    """`login` is what the browser needs to open the provider's sign-in: flow, sdk, redirect_url, fields."""

    onboarding_id: int
    credential_id: int
    provider: str
    state: str
    login: Mapping[str, JSON]

    def __repr__(self) -> str:  # the state is a secret of one browser
        return f"Started({self.onboarding_id})"


class Brought(Struct, frozen=True):
    """What the browser brought back. `by_page`: by full-page login, whose code the exchange binds to the address."""

    code: str = ""
    event: str = ""
    data: JSON = None
    by_page: bool = False

    def __repr__(self) -> str:
        return f"Brought({self.event})"


class StateRefused(Struct, frozen=True):
    """`unknown` is also what a foreign state is called; `busy`: it is being worked on at this moment."""

    reason: str  # unknown | expired | busy


# --- start -----------------------------------------------------------------------------------------------------------


def start(
    account_id: int, user_id: int, session_key: str, provider: str, mode: str, credential_id: int | None = None
) -> Started | None:
    """Begin a sign-in for a new number, or for a known one again. None: no such number, or another provider's.

    Nothing that works is touched before the person comes back, so that several open attempts are harmless.
    """
    state = secrets.token_urlsafe(32)
    place = platform(provider)
    login = providers.get(provider).login(place, mode=mode, state=state)
    now = timezone.now()
    with acting_for(account_id):
        row = _row_to_connect(account_id, user_id, provider, credential_id, now)
        if row is None:
            return None
        onboarding = Onboarding.objects.create(
            account_id=account_id,
            credential=row,
            user_id=user_id,
            mode=mode,
            state_digest=digest(state),
            session_digest=digest(session_key),
            redirect_url=place.redirect_url,
        )
        tell(row)
    return Started(onboarding.pk, row.pk, provider, state, login)


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _row_to_connect(
    account_id: int, user_id: int, provider: str, credential_id: int | None, now: datetime
) -> OfficialWhatsappCredential | None:
    if credential_id is not None:
        return (
            OfficialWhatsappCredential.objects.select_for_update()
            .filter(pk=credential_id, api_provider=provider)
            .first()
        )
    row = OfficialWhatsappCredential(
        account_id=account_id, user_id=user_id, api_provider=provider, onboarding_started_at=now
    )
    recording.note_step(row, "started", "done", now)
    row.save()
    return row


# --- finish ----------------------------------------------------------------------------------------------------------


def finish(account_id: int, state: str, session_key: str, brought: Brought) -> Walked | StateRefused:
    """Take what came back, once, and connect the number as far as it goes. Up to half a minute, over the network."""
    try:
        taken = _take_patiently(account_id, state, session_key, brought)
    except IntegrityError:  # the number went to somebody else since this row gave it up
        return _refuse_taken(account_id, state)
    if not isinstance(taken, _Taken):
        return taken
    walked = walking.walk(account_id, taken.credential_id, taken.signup)
    with acting_for(account_id):
        Onboarding.objects.filter(pk=taken.onboarding_id).update(
            finished_at=timezone.now(), result=walked.as_result(), credential_id=walked.credential_id
        )
    return walked


class _Taken(Struct, frozen=True):
    onboarding_id: int
    credential_id: int
    signup: Signup


def _take_patiently(
    account_id: int, state: str, session_key: str, brought: Brought
) -> "_Taken | Walked | StateRefused":
    """A second call while the first is under way gets what comes of the first, if that is soon."""
    for _ in range(BUSY_LOOKS):
        taken = _take(account_id, state, session_key, brought)
        if taken != StateRefused("busy"):
            return taken
        time.sleep(BUSY_PAUSE_S)
    return StateRefused("busy")


def _take(account_id: int, state: str, session_key: str, brought: Brought) -> _Taken | Walked | StateRefused:
    now = timezone.now()
    with acting_for(account_id):
        found = _found(state, session_key)
        if found is None:
            return StateRefused("unknown")
        row = OfficialWhatsappCredential.objects.select_for_update().get(pk=found.credential_id)
        found = Onboarding.objects.select_for_update().get(pk=found.pk)
        if found.finished_at:
            return Walked.from_result(found.result)
        if now - found.created_at > STATE_LIFETIME:
            return StateRefused("expired")
        if walking.is_walking(row, now):
            return StateRefused("busy")
        if found.used_at:  # its process died on the way: the row tells how far it came
            return Walked(row.pk, row.status, "wait", problems.INTERRUPTED.key)
        provider = providers.get(row.api_provider)
        event, data = provider.session_event(brought.event, brought.data)
        found.used_at, found.event, found.data = now, event, dict(data)
        found.save(update_fields=["used_at", "event", "data"])
        signup = _signup(found, row, brought.code, event, data, brought.by_page)
        walking.claim(row, now)
        if brought.code:
            _begin(row, brought.code, found, now)
        row.save()
        tell(row)
        return _Taken(found.pk, row.pk, signup)


def _found(state: str, session_key: str) -> Onboarding | None:
    return Onboarding.objects.filter(state_digest=digest(state), session_digest=digest(session_key)).first()


def _signup(
    onboarding: Onboarding,
    row: OfficialWhatsappCredential,
    code: str,
    event: str,
    data: Mapping[str, JSON],
    by_page: bool,
) -> Signup:
    """A new sign-in tells everything anew; only the number to come back with is known from before."""
    mode: Any = onboarding.mode
    choice = row.phone_number_id if row.onboarding_completed_at else ""
    redirect_url = onboarding.redirect_url if by_page else ""
    return Signup(
        mode=mode, code=code, redirect_url=redirect_url, event=event, data=data, choice=choice or "", pin=new_pin()
    )


def new_pin() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def _begin(row: OfficialWhatsappCredential, code: str, onboarding: Onboarding, now: datetime) -> None:
    fields.seal(row, "temporary_code", code)
    row.temporary_code_at = now
    row.onboarding_started_at = onboarding.created_at
    row.user_id = onboarding.user_id or row.user_id
    row.steps, row.waiting = {}, {}
    recording.note_step(row, "started", "done", onboarding.created_at)
    if row.status not in LIVE:
        row.status = "connecting"


def _refuse_taken(account_id: int, state: str) -> Walked:
    with acting_for(account_id):
        found = Onboarding.objects.get(state_digest=digest(state))
        now = timezone.now()
        row = OfficialWhatsappCredential.objects.select_for_update().get(pk=found.credential_id)
        recording.note_problem(row, "number_chosen", problems.NUMBER_TAKEN, now)
        row.save()
        walked = Walked(row.pk, row.status, "failed", problems.NUMBER_TAKEN.key)
        found.used_at = found.finished_at = now
        found.result = walked.as_result()
        found.save()
    return walked


# --- going on --------------------------------------------------------------------------------------------------------


def carry_on(account_id: int, credential_id: int, *, pin: str = "", choice: str = "") -> Walked | None:
    """Go on with a stopped walk, with what the person added. None: no such number, or nothing to go on with now."""
    now = timezone.now()
    with acting_for(account_id):
        row = OfficialWhatsappCredential.objects.select_for_update().filter(pk=credential_id).first()
        if row is None or not can_carry_on(row, now) or (pin and not pin_is_due(row, now)):
            return None
        code = fields.opened(row, "temporary_code")
        if pin:
            row.pin_is_theirs = True
        signup = Signup(
            mode=_mode_of(row),
            code=code,
            choice=choice or (row.phone_number_id if row.onboarding_completed_at else "") or "",
            pin=pin or new_pin(),
            pin_is_theirs=bool(pin),
            done=recording.done_steps(row),
            known=recording.known_facts(row),
            secrets=recording.opened_secrets(row),
        )
        walking.claim(row, now)
        row.save()
        tell(row)
    return walking.walk(account_id, credential_id, signup)


def can_carry_on(row: OfficialWhatsappCredential, now: datetime) -> bool:
    """Signed in, not connected yet, nobody at it, and no wait that the provider asked for is running."""
    return bool(
        (row.access_token or row.temporary_code)
        and not walking.is_walking(row, now)
        and (row.status in ("pending", "connecting", "code_required") or row.waiting)
        and not walking.wait_s(row, now)
    )


def pin_is_due(row: OfficialWhatsappCredential, now: datetime) -> bool:
    return row.waiting.get("for") == "pin" and not walking.wait_s(row, now)


def _mode_of(row: OfficialWhatsappCredential) -> Any:
    newest = Onboarding.objects.filter(credential=row, used_at__isnull=False).order_by("-id").first()
    return newest.mode if newest else "signup"


def carry_on_stuck(limit: int = 10) -> int:
    """Go on with walks whose process died, or whose provider asked to wait. For the worker; how many were tried."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            OfficialWhatsappCredential.objects.filter(
                Q(status="connecting") | Q(waiting__for="time"),
                walking_until__lt=now,
                updated_at__gt=now - timedelta(days=1),
            ).order_by("walking_until")[: limit * 5]
        )
    due = [row for row in rows if row.waiting.get("for", "time") == "time" and can_carry_on(row, now)][:limit]
    for row in due:
        carry_on(row.account_id, row.pk)
    return len(due)
