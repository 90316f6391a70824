"""How a number stands: what a failed call, or a check, says about it."""

import logging
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from safarichat.ground.notify import wake_workers
from safarichat.numbers import recording, sides
from safarichat.numbers.models import LIVE, SENDING, OfficialWhatsappCredential
from safarichat.numbers.rows import changing
from safarichat.providers.shapes import AccountChanged, Check, Health, Problem

KEPT = ("news", "told")  # of what a row knows about its health, beside the last check
log = logging.getLogger("safarichat.numbers")


def credential_failed(credential_id: int, problem: Problem) -> None:
    """A call with this number's token failed for a reason that the next one will meet too: stop using it, and say so.

    For workers, as the owner role. What is queued stays queued until a person has signed in again.
    """
    with changing(credential_id) as row:
        if row.status not in LIVE:
            return
        status = sides.allowed_status(problem.number_status or "reauth_required", [problem])
        if row.status != status:
            log.warning("number %s is now %s: %s", row.pk, status, problem.key)
        row.status = status
        recording.note_problem(row, "sending", problem, timezone.now())


def take_check(row: OfficialWhatsappCredential, health: Health, also: Sequence[Problem] = ()) -> None:
    """Put what a check found on the row, and what was found around it (`also`). A provider that could not be asked
    changes nothing that was known."""
    now = timezone.now()
    before = row.status
    recording.take_facts(row, health.facts)
    status = sides.allowed_status(health.status, health.problems)
    lasting = _lasting(row)
    if status == "connected" and (lasting or any(problem.number_status for problem in also)):
        status = "attention"
    if status and row.status in LIVE and row.status not in ("connecting", "code_required"):
        row.status = status
        row.health = {
            **{name: told for name, told in row.health.items() if name in KEPT},
            "status": status,
            "checked_at": now.isoformat(),
            "checks": [as_dict(check) for check in health.checks],
            "problems": [
                {**sides.shown(problem), "details": recording.masked(problem.details)}
                for problem in (*health.problems, *also)
            ]
            + lasting,
        }
        row.checked_at = now
    if row.status != before:
        recording.note_problems(row, "tested", health.problems, now)
        if row.status in SENDING:
            wake_workers("outbox")


def hear(row: OfficialWhatsappCredential, event: AccountChanged) -> None:
    """News that no check can read back stand until their time, or until other news say that it is over."""
    if event.lasts_until and event.problem:
        shown = {**sides.shown(event.problem), "details": recording.masked(event.problem.details)}
        row.health = row.health | {"told": {"until": event.lasts_until, "problem": shown}}
    elif event.status == "connected":
        row.health = {name: told for name, told in row.health.items() if name != "told"}


def _lasting(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    told = row.health.get("told")
    return [told["problem"]] if told and told["until"] > timezone.now().timestamp() else []


def as_dict(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "ok": check.ok,
        "message": check.message,
        "cure": check.cure,
        "details": recording.masked(check.details),
    }
