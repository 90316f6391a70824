"""Giving a number up: undo at the provider what connecting did, destroy the secrets, keep the history.

What the provider could not be asked for stays to be done: the secrets are kept, and the next try goes on from there.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop
from msgspec import Struct

from safarichat import providers
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.outbound import run_talk
from safarichat.numbers import recording, walking
from safarichat.numbers.asking import within
from safarichat.numbers.models import LIVE, SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import changing, find
from safarichat.numbers.use import opened_number
from safarichat.providers.shapes import Number

PATIENCE_S = 25.0
DESTROYED = gettext_noop("The sign-in and every secret of this number are destroyed here. Its conversations stay.")
NOT_ASKED = gettext_noop("The provider was not asked, since the sign-in can't be used any more.")
BUSY = gettext_noop("The number is being connected at this moment. Try again in a minute.")


class Disconnected(Struct, frozen=True):
    """`status` is `disconnected` when all is done; else something in `steps` failed and can be tried again."""

    status: str
    steps: list[dict[str, Any]]


def disconnect(
    account_id: int, credential_id: int, *, deregister: bool = False, at_any_rate: bool = False
) -> Disconnected | None:
    """None: no such number. `at_any_rate`: destroy the secrets even if the provider can't be reached."""
    row = find(account_id, credential_id)
    if row is None:
        return None
    if row.status == "disconnected":
        return Disconnected(row.status, _steps_of(row))
    if walking.is_walking(row, timezone.now()):
        return _busy(row)
    given_up = row.access_token, row.connection_id
    steps = _undo(row, deregister)
    with changing(credential_id, account_id) as row:
        if row.status == "disconnected":  # asked twice at once
            return Disconnected(row.status, _steps_of(row))
        if (row.access_token, row.connection_id) != given_up or walking.is_walking(row, timezone.now()):
            return _busy(row)  # signed in anew while the provider was asked: that is not ours to destroy
        return _settle(row, steps, at_any_rate)


def _busy(row: OfficialWhatsappCredential) -> Disconnected:
    return Disconnected(row.status, [{"step": "unsubscribed", "state": "waiting", "message": BUSY}])


def _undo(row: OfficialWhatsappCredential, deregister: bool) -> list[dict[str, Any]]:
    """Ask the provider. Nothing to ask for a number that was never signed in."""
    if not row.is_signed_in:
        return []
    number = _opened(row)
    if number is None:
        return [{"step": "unsubscribed", "state": "skipped", "message": NOT_ASKED}]
    done = {step["step"] for step in _steps_of(row) if step["state"] == "done"}
    if not (number.waba_id or number.phone_number_id):
        return []
    if _others_need_subscription(row):
        done.add("unsubscribed")
    talk = providers.get(row.api_provider).disconnect(
        number, platform_of(row), deregister=deregister, done=frozenset(done)
    )
    return [dict(step) for step in run_talk(talk, within(PATIENCE_S)).steps]


def _opened(row: OfficialWhatsappCredential) -> Number | None:
    try:
        return opened_number(row)
    except CannotOpen:
        return None


def _others_need_subscription(row: OfficialWhatsappCredential) -> bool:
    """The subscription is the business account's to one app: any other live number of both, whoever's it is here,
    needs it."""
    if not row.waba_id:
        return False
    others = OfficialWhatsappCredential.objects.filter(
        api_provider=row.api_provider, waba_id=row.waba_id, status__in=LIVE
    )
    same_app = others.filter(connection=row.connection) if row.connection else others.filter(connection__isnull=True)
    return same_app.exclude(pk=row.pk).exists()


def _settle(row: OfficialWhatsappCredential, steps: list[dict[str, Any]], at_any_rate: bool) -> Disconnected:
    now = timezone.now()
    if any(step["state"] == "failed" for step in steps) and not at_any_rate:
        _keep_steps(row, steps, now)
        if row.status in SENDING and any(step["state"] == "done" for step in steps):
            row.status = "attention"
        return Disconnected(row.status, steps)
    steps = [*steps, {"step": "secrets_destroyed", "state": "done", "message": DESTROYED}]
    recording.destroy_secrets(row)
    row.status, row.waiting, row.walking_until = "disconnected", {}, None
    _keep_steps(row, steps, now)
    return Disconnected(row.status, steps)


def _keep_steps(row: OfficialWhatsappCredential, steps: list[dict[str, Any]], now: datetime) -> None:
    row.provider_config = row.provider_config | {"disconnection": {"at": now.isoformat(), "steps": steps}}


def _steps_of(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = row.provider_config.get("disconnection", {}).get("steps", [])
    return steps
