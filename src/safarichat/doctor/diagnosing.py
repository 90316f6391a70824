"""One diagnosis of one number: what its provider really has stored, and what is so around it."""

import time
from datetime import datetime
from typing import Any

from django.utils import timezone
from msgspec import Struct

from safarichat import providers
from safarichat.doctor import causes, surroundings
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.outbound import run_talk
from safarichat.ground.talks import Answer, Call, Reply
from safarichat.messaging import traffic
from safarichat.numbers import calls, health, recording
from safarichat.numbers.asking import within
from safarichat.numbers.models import LIVE, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import changing, find
from safarichat.numbers.use import opened_number
from safarichat.providers.shapes import Health, Problem

PATIENCE_S = 20.0


class Asked(Struct, frozen=True):
    """One question to the provider, with what it took."""

    name: str
    status: int  # 0: no answer
    ms: int


class Diagnosis(Struct, frozen=True):
    """`is_reached` is False when the provider could not be asked: then nothing but our own side was looked at."""

    at: datetime
    ms: int
    is_reached: bool
    problems: tuple[Problem, ...]
    checks: tuple[dict[str, Any], ...]
    asked: tuple[Asked, ...]

    @property
    def is_well(self) -> bool:
        return self.is_reached and not self.problems


def diagnose(account_id: int, credential_id: int) -> Diagnosis | None:
    """Ask, look around, and keep what was found with the number. None: no such number in the account."""
    row = find(account_id, credential_id)
    if row is None:
        return None
    started = time.monotonic()
    asked: list[Asked] = []
    dates: list[str] = []
    found = _at_provider(row, asked, dates)
    ours = list(_around(row, dates))
    if isinstance(found, Health):
        with changing(credential_id, account_id) as row:
            if row.status in LIVE and row.is_signed_in:  # not disconnected meanwhile
                health.take_check(row, found, also=ours)
    told = found.problems if isinstance(found, Health) else (found,)
    return Diagnosis(
        at=timezone.now(),
        ms=round((time.monotonic() - started) * 1000),
        is_reached=isinstance(found, Health) and bool(found.status),
        problems=_once([*told, *ours]),
        checks=tuple(health.as_dict(check) for check in found.checks) if isinstance(found, Health) else (),
        asked=tuple(asked),
    )


def _at_provider(row: OfficialWhatsappCredential, asked: list[Asked], dates: list[str]) -> Health | Problem:
    if not row.is_signed_in:
        return causes.NOT_SIGNED_IN
    try:
        number, place = opened_number(row), platform_of(row)
    except CannotOpen:
        return causes.KEY_MISSING
    ask = within(PATIENCE_S, calls.noting(row.account_id, row.pk, "check"))

    def timed(call: Call) -> Answer:
        started = time.monotonic()
        answer = ask(call)
        status = answer.status if isinstance(answer, Reply) else 0
        asked.append(Asked(call.name, status, round((time.monotonic() - started) * 1000)))
        if isinstance(answer, Reply) and answer.headers.get("date"):
            dates.append(answer.headers["date"])
        return answer

    return run_talk(providers.get(row.api_provider).check(number, place), timed)


def _around(row: OfficialWhatsappCredential, dates: list[str]) -> list[Problem]:
    found = [surroundings.address_problem(), surroundings.clock_problem(dates[-1]) if dates else None]
    return [
        *(problem for problem in found if problem),
        *surroundings.refused_problems(row.api_provider),
        *surroundings.token_problems(row),
        *surroundings.traffic_problems(row, traffic.lately(row.account_id, row.pk)),
    ]


def _once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each cause once, the first told; what stops a number before what merely troubles it."""
    first: dict[str, Problem] = {}
    for problem in problems:
        first.setdefault(problem.key, problem)
    weight = {"suspended": 0, "reauth_required": 1, "attention": 2, "": 3}
    return tuple(sorted(first.values(), key=lambda problem: (weight[problem.number_status], not problem.hurts)))


def masked(problem: Problem) -> str:
    return recording.masked(problem.details)
