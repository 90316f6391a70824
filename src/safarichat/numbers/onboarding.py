"""One walk through the wizard, from its start to what came back from the provider.

The state travels through the provider and comes back once, in the same login, within the hour. Only digests of it and
of the session are kept. A state that has done its work answers the same browser with what came of it.
"""

import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError
from django.utils import timezone
from msgspec import Struct

from safarichat import providers
from safarichat.ground import fields
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import before, connections, forms, problems, recording, visits, walking
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
    """What the browser brought back. `by_page`: by the provider's own page, with `query` in the address; the exchange
    binds a code that came so to that address. `data` holds what was typed where a form is the way."""

    code: str = ""
    event: str = ""
    data: JSON = None
    by_page: bool = False
    query: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Brought({self.event})"


class StateRefused(Struct, frozen=True):
    """`unknown` is also what a foreign state is called; `busy`: it is being worked on at this moment."""

    reason: str  # unknown | expired | busy


class Mistyped(Struct, frozen=True):
    """What was typed can't be used: the names of the form's fields. The state stays good for another try."""

    fields: tuple[str, ...]
    credential_id: int = 0
    mode: str = ""


# --- start -----------------------------------------------------------------------------------------------------------


def start(
    account_id: int,
    user_id: int,
    session_key: str,
    provider: str,
    mode: str,
    credential_id: int | None = None,
    *,
    link_id: int | None = None,
) -> Started | None:
    """Begin a sign-in for a new number, or for a known one again. None: no such number, or another provider's.
    `session_key` is the login's, or the visitor's browser's where a link (`link_id`) led here.

    Nothing that works is touched before the person comes back, so that several open attempts are harmless.
    """
    state = secrets.token_urlsafe(32)
    place = platform(provider, account_id)
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
            link_id=link_id,
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


def finish(account_id: int, state: str, session_key: str, brought: Brought) -> Walked | StateRefused | Mistyped:
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
) -> "_Taken | Walked | StateRefused | Mistyped":
    """A second call while the first is under way gets what comes of the first, if that is soon."""
    for _ in range(BUSY_LOOKS):
        taken = _take(account_id, state, session_key, brought)
        if taken != StateRefused("busy"):
            return taken
        time.sleep(BUSY_PAUSE_S)
    return StateRefused("busy")


def _take(account_id: int, state: str, session_key: str, brought: Brought) -> _Taken | Walked | StateRefused | Mistyped:
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
        signup = _signup(found, row, brought)
        if isinstance(signup, Mistyped):
            return signup
        if found.link_id and signup.brings_something and not visits.take(found.link_id, found, now):
            return StateRefused("unknown")
        found.used_at, found.event, found.data = now, signup.event, dict(signup.data)
        found.save(update_fields=["used_at", "event", "data"])
        if signup.brings_something:
            before.keep(row)
            _begin(row, signup, found, now)
        walking.claim(row, now)
        row.save()
        tell(row)
        return _Taken(found.pk, row.pk, signup)


def _found(state: str, session_key: str) -> Onboarding | None:
    return Onboarding.objects.filter(state_digest=digest(state), session_digest=digest(session_key)).first()


def _signup(onboarding: Onboarding, row: OfficialWhatsappCredential, brought: Brought) -> Signup | Mistyped:
    """A new sign-in tells everything anew; only the number to come back with is known from before."""
    provider = providers.get(row.api_provider)
    way = provider.abilities.way(onboarding.mode)
    secrets: Mapping[str, str] = {}
    if way is not None and way.flow == "form":
        typed = forms.typed(way, brought.data)
        if isinstance(typed, tuple):
            return Mistyped(typed, row.pk, onboarding.mode)
        event, data, secrets = "FORM", typed.plain, typed.secrets
    elif brought.query and not brought.event:
        event, data = provider.returned(brought.query)
    else:
        event, data = provider.session_event(brought.event, brought.data)
    choice = row.phone_number_id if row.onboarding_completed_at else ""
    return Signup(
        mode=onboarding.mode,
        code=brought.code,
        redirect_url=onboarding.redirect_url if brought.by_page else "",
        event=event,
        data=data,
        secrets=secrets,
        choice=choice or "",
        phone_number=(row.phone_number if row.onboarding_completed_at else "") or "",
        pin=new_pin(),
    )


def new_pin() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def _begin(row: OfficialWhatsappCredential, signup: Signup, onboarding: Onboarding, now: datetime) -> None:
    provider = providers.get(row.api_provider)
    way = provider.abilities.way(signup.mode)
    if way is not None and way.has_own_hooks:
        connections.give(row, provider.holder(signup))
    if signup.code:
        fields.seal(row, "temporary_code", signup.code)
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
