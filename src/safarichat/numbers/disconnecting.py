"""Giving a number up: undo at the provider what connecting did, destroy the secrets, keep the history.

What the provider could not be asked for stays to be done: the secrets are kept, and the next try goes on from there.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop
from msgspec import Struct

from safarichat import providers
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.outbound import run_talk
from safarichat.numbers import calls, recording, walking
from safarichat.numbers.asking import within
from safarichat.numbers.models import LIVE, SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import changing, find
from safarichat.numbers.use import opened_number
from safarichat.providers.shapes import Number, Progress

PATIENCE_S = 25.0
TRIED_EVERY, TRIED_FOR = timedelta(minutes=5), timedelta(days=3)
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
    with changing(credential_id, account_id) as row:
        if row.status == "disconnected":
            return Disconnected(row.status, steps_of(row))
        if walking.is_walking(row, timezone.now()):
            return _busy(row)
        claimed = _claim(row, deregister)
    given_up = row.access_token, row.connection_id
    steps = _undo(row)
    with changing(credential_id, account_id) as row:
        if row.walking_until != claimed or (row.access_token, row.connection_id) != given_up:
            return _busy(row)  # signed in anew while the provider was asked: that is not ours to destroy
        row.walking_until = None
        return _settle(row, steps, at_any_rate)


def is_half_done(row: OfficialWhatsappCredential) -> bool:
    """Somebody wanted it disconnected, and the provider did not do all of it yet."""
    return bool(_record(row).get("wanted")) and row.status in LIVE


def go_on(limit: int = 10) -> int:
    """Go on with what is half done, because the provider was away or the process died. For the worker, as the owner
    role; how many were tried."""
    now = timezone.now()
    wanted = OfficialWhatsappCredential.objects.filter(status__in=LIVE, provider_config__disconnection__wanted=True)
    due = [row for row in wanted.order_by("id") if _is_due(row, now)][:limit]
    for row in due:
        disconnect(row.account_id, row.pk, deregister=bool(_record(row).get("deregister")))
    return len(due)


def _is_due(row: OfficialWhatsappCredential, now: datetime) -> bool:
    record = _record(row)
    at, since = datetime.fromisoformat(record["at"]), datetime.fromisoformat(record["since"])
    return at < now - TRIED_EVERY and since > now - TRIED_FOR and not walking.is_walking(row, now)


def _claim(row: OfficialWhatsappCredential, deregister: bool) -> datetime:
    """The wish is written down before the provider is asked: whoever finds it goes on with it."""
    now = timezone.now()
    earlier = _record(row) if _record(row).get("wanted") else {}
    record = {
        "wanted": True,
        "deregister": deregister or bool(earlier.get("deregister")),
        "since": earlier.get("since", now.isoformat()),
        "steps": earlier.get("steps", []),
        "at": now.isoformat(),
    }
    row.provider_config = row.provider_config | {"disconnection": record}
    walking.claim(row, now)
    assert row.walking_until is not None
    return row.walking_until


def _busy(row: OfficialWhatsappCredential) -> Disconnected:
    return Disconnected(row.status, [{"step": "unsubscribed", "state": "waiting", "message": BUSY}])


def _undo(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    """Ask the provider, keeping each step as it is done. Nothing to ask for a number that was never signed in."""
    if not row.is_signed_in:
        return []
    number = _opened(row)
    if number is None:
        return [{"step": "unsubscribed", "state": "skipped", "message": NOT_ASKED}]
    if not (number.waba_id or number.phone_number_id):
        return []
    before = {step["step"]: step for step in steps_of(row) if step["state"] == "done"}
    done = set(before)
    if _others_need_subscription(row):
        done.add("unsubscribed")
    if _others_need_connection(row):
        done.add("unhooked")
    talk = providers.get(row.api_provider).disconnect(
        number, platform_of(row), deregister=bool(_record(row)["deregister"]), done=frozenset(done)
    )
    ask = within(PATIENCE_S, calls.noting(row.account_id, row.pk, "disconnect"))
    steps = run_talk(talk, ask, lambda step: _keep(row, step)).steps
    return [before.get(step["step"], dict(step)) for step in steps]


def _keep(row: OfficialWhatsappCredential, done: Progress) -> None:
    """A process that ends after this does not ask for this step again."""
    with changing(row.pk, row.account_id) as fresh:
        record = _record(fresh)
        others = [step for step in record.get("steps", []) if step["step"] != done.step]
        if record.get("wanted"):
            told = {"step": done.step, "state": done.state, "message": done.message}
            fresh.provider_config = fresh.provider_config | {"disconnection": {**record, "steps": [*others, told]}}


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


def _others_need_connection(row: OfficialWhatsappCredential) -> bool:
    if row.connection is None:
        return True
    return (
        OfficialWhatsappCredential.objects.filter(connection=row.connection, status__in=LIVE)
        .exclude(pk=row.pk)
        .exists()
    )


def _settle(row: OfficialWhatsappCredential, steps: list[dict[str, Any]], at_any_rate: bool) -> Disconnected:
    if any(step["state"] == "failed" for step in steps) and not at_any_rate:
        _keep_steps(row, steps)
        if row.status in SENDING and any(step["state"] == "done" for step in steps):
            row.status = "attention"
        return Disconnected(row.status, steps)
    steps = [*steps, {"step": "secrets_destroyed", "state": "done", "message": DESTROYED}]
    recording.destroy_secrets(row)
    row.status, row.waiting = "disconnected", {}
    _keep_steps(row, steps, wanted=False)
    return Disconnected(row.status, steps)


def _keep_steps(row: OfficialWhatsappCredential, steps: list[dict[str, Any]], *, wanted: bool = True) -> None:
    record = _record(row) | {"at": timezone.now().isoformat(), "steps": steps, "wanted": wanted}
    row.provider_config = row.provider_config | {"disconnection": record}


def steps_of(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    """How far the disconnection that is under way came, or the last one."""
    steps: list[dict[str, Any]] = _record(row).get("steps", [])
    return steps


def _record(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """{wanted, deregister, since, at, steps}; empty for a number that nobody wanted to be rid of."""
    record: dict[str, Any] = row.provider_config.get("disconnection") or {}
    return record
