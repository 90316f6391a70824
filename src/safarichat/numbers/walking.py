"""Driving a provider's `connect` talk: every step is stored before the next call leaves, and its outcome settled.

No transaction is open while the network is. `walking_until` claims the row, so that one drives at a time; a process
that dies leaves a claim that runs out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

from safarichat import providers
from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.notify import wake_workers
from safarichat.ground.outbound import run_talk
from safarichat.ground.talks import Answer, Call, Progress
from safarichat.numbers import before, calls, problems, recording, registrations, visits
from safarichat.numbers.adopting import adopt, older_row
from safarichat.numbers.asking import within
from safarichat.numbers.hands import Hands
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import changing, find, tell
from safarichat.providers.shapes import (
    JSON,
    Connected,
    ConnectFailed,
    ConnectOutcome,
    NeedsChoice,
    NeedsCode,
    NeedsNumber,
    NeedsPin,
    Problem,
    Signup,
)

PATIENCE_S = 25.0  # a person looks on
CLAIM = timedelta(seconds=45)
LOOK_AGAIN_S = 30.0


class Walked(Struct, frozen=True):
    """How far a walk came. `outcome`: connected | pin | code | choice | number | wait | failed | cancelled; `problem`
    is our key of what stopped it."""

    credential_id: int
    status: str
    outcome: str
    problem: str = ""

    def as_result(self) -> dict[str, Any]:
        result: dict[str, Any] = to_builtins(self)
        return result

    @classmethod
    def from_result(cls, result: Mapping[str, Any]) -> "Walked":
        return convert(result, cls)


class _Stopped(Exception):
    """We end a walk ourselves."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.key)
        self.problem = problem


def claim(row: OfficialWhatsappCredential, now: datetime) -> None:
    row.walking_until = now + CLAIM


def is_walking(row: OfficialWhatsappCredential, now: datetime) -> bool:
    return row.walking_until is not None and row.walking_until > now


def wait_s(row: OfficialWhatsappCredential, now: datetime) -> int:
    """Seconds that the provider still wants to be left alone."""
    until = row.waiting.get("until")
    left = (datetime.fromisoformat(until) - now).total_seconds() if until else 0
    return max(0, int(left + 0.999))


def walk(account_id: int, credential_id: int, signup: Signup) -> Walked:
    """Drive the talk of a claimed row to an outcome, and let go of the row."""
    with Hands() as hands:
        return _Walk(account_id, credential_id, signup, hands).run()


class _Walk:
    def __init__(self, account_id: int, credential_id: int, signup: Signup, hands: Hands) -> None:
        self.account_id = account_id
        self.credential_id = credential_id  # changes when an older row of the same number takes over
        self.signup = signup
        self.hands = hands

    def run(self) -> Walked:
        row = find(self.account_id, self.credential_id)
        if row is None:  # deleted meanwhile
            return Walked(self.credential_id, "failed", "failed", problems.INTERRUPTED.key)
        contact = {"name": row.user.name or row.user.email, "email": row.user.email}
        signup = replace(self.signup, contact=contact)
        try:
            talk = providers.get(row.api_provider).connect(signup, platform_of(row))
        except CannotOpen:
            return self._settle(ConnectFailed(step="started", problem=problems.KEY_MISSING))
        try:
            outcome: ConnectOutcome = run_talk(talk, within(PATIENCE_S, self._note), self._store)
        except _Stopped as stopped:
            outcome = ConnectFailed(
                step="number_chosen",
                problem=stopped.problem,
                may_resume=stopped.problem == problems.IN_OTHER_HANDS,
                after_s=LOOK_AGAIN_S,
            )
        try:
            return self._settle(outcome)
        except IntegrityError:
            return self._settle(ConnectFailed(step="number_chosen", problem=problems.NUMBER_TAKEN))

    def _note(self, call: Call, answer: Answer, left_at: datetime) -> None:
        """Under the row that it is in by then."""
        calls.noting(self.account_id, self.credential_id, "connect")(call, answer, left_at)

    # --- each step ---------------------------------------------------------------------------------------------------

    def _store(self, progress: Progress) -> None:
        began_with = self.credential_id
        if not self.hands.take(progress.facts):
            raise _Stopped(problems.IN_OTHER_HANDS)
        try:
            with changing(began_with, self.account_id) as row:
                self._keep(self._right_row(row, progress.facts), progress)
        except IntegrityError:
            self.credential_id = began_with
            raise _Stopped(problems.NUMBER_TAKEN) from None

    def _right_row(self, row: OfficialWhatsappCredential, facts: Mapping[str, JSON]) -> OfficialWhatsappCredential:
        """A number that this account had before goes on in its old row, where its history is."""
        chosen, phone = str(facts.get("phone_number_id") or ""), recording.phone_in(facts)
        is_same = (not chosen or chosen == row.phone_number_id) and (not phone or phone == row.phone_number)
        if is_same or not (chosen or phone):
            return row
        if row.onboarding_completed_at:
            if chosen in ("", row.phone_number_id) or phone == row.phone_number:
                return row
            raise _Stopped(problems.OTHER_NUMBER)
        older = older_row(row, chosen, phone)
        if older is None:
            return row
        if is_walking(older, timezone.now()):
            raise _Stopped(problems.IN_OTHER_HANDS)
        adopt(older, row)
        self.credential_id = older.pk
        return older

    def _keep(self, row: OfficialWhatsappCredential, progress: Progress) -> None:
        recording.note_step(row, progress.step, progress.state, timezone.now(), progress.message)
        recording.take_facts(row, progress.facts)
        recording.seal_secrets(row, progress.secrets)
        if "access_token" in progress.secrets:
            _forget_code(row)
        if progress.step == "registered" and progress.state == "done" and "pin" in progress.secrets:
            registrations.count(row, timezone.now())
        row.save()
        tell(row)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _settle(self, outcome: ConnectOutcome) -> Walked:
        with changing(self.credential_id, self.account_id) as row:
            now = timezone.now()
            row.walking_until = now
            walked = self._settled(row, outcome, now)
            if row.status in SENDING:
                wake_workers("outbox")
        return walked

    def _settled(self, row: OfficialWhatsappCredential, outcome: ConnectOutcome, now: datetime) -> Walked:
        match outcome:
            case Connected():
                return _connect(row, outcome, now)
            case NeedsPin(problem, after_s):
                _wait(row, "pin", problem, now, after_s)
                recording.note_step(row, "registered", "waiting", now, problem.message)
                recording.note_problem(row, "registered", problem, now)
                _set_unless_sending(row, "code_required")
                return Walked(row.pk, row.status, "pin", problem.key)
            case NeedsCode(problem, after_s):
                _wait(row, "code", problem, now, after_s)
                recording.note_step(row, "verified", "waiting", now, problem.message)
                recording.note_problem(row, "verified", problem, now)
                _set_unless_sending(row, "code_required")
                return Walked(row.pk, row.status, "code", problem.key)
            case NeedsChoice() | NeedsNumber() if row.onboarding_completed_at and not _is_chosen(row):
                return self._fail(row, ConnectFailed(step="number_chosen", problem=problems.OTHER_NUMBER), now)
            case NeedsChoice(numbers):
                row.waiting = {"for": "choice", "numbers": [dict(number) for number in numbers]}
                recording.note_step(row, "number_chosen", "waiting", now)
                return Walked(row.pk, row.status, "choice")
            case NeedsNumber(problem):
                _wait(row, "number", problem, now)
                recording.note_problem(row, "number_chosen", problem, now)
                _set_unless_sending(row, "pending")
                return Walked(row.pk, row.status, "number", problem.key)
            case ConnectFailed():
                return self._fail(row, outcome, now)

    def _fail(self, row: OfficialWhatsappCredential, failed: ConnectFailed, now: datetime) -> Walked:
        problem = failed.problem
        recording.note_problem(row, failed.step, problem, now)
        is_cancelled = not self.signup.brings_something and not self.signup.done
        if is_cancelled and row.onboarding_completed_at:
            return Walked(row.pk, row.status, "cancelled", problem.key)
        state = "waiting" if failed.may_resume and not is_cancelled else "failed"
        recording.note_step(row, failed.step, state, now, problem.message)
        if is_cancelled:
            return Walked(row.pk, row.status, "cancelled", problem.key)
        if failed.may_resume:
            _wait(row, "time", problem, now, failed.after_s)
            return Walked(row.pk, row.status, "wait", problem.key)
        _forget_code(row)
        row.waiting = {}
        if before.restore(row):
            return Walked(row.pk, row.status, "failed", problem.key)
        if before.works(row):
            row.status = problem.number_status or row.status
        else:
            recording.destroy_secrets(row)
            row.status = "failed"
        return Walked(row.pk, row.status, "failed", problem.key)


def _is_chosen(row: OfficialWhatsappCredential) -> bool:
    return "number_chosen" in recording.done_steps(row)


def _connect(row: OfficialWhatsappCredential, outcome: Connected, now: datetime) -> Walked:
    recording.take_facts(row, outcome.facts)
    row.phone_number_id, row.waba_id = outcome.phone_number_id, outcome.waba_id
    row.status, row.waiting = outcome.status, {}
    row.onboarding_completed_at = now
    row.provider_config = {name: told for name, told in row.provider_config.items() if name != "disconnection"}
    recording.note_problems(row, "connected", outcome.warnings, now)
    _forget_code(row)
    before.forget(row)
    visits.connected(row, now)
    return Walked(row.pk, row.status, "connected")


def _wait(row: OfficialWhatsappCredential, what: str, problem: Problem, now: datetime, after_s: float = 0) -> None:
    until = (now + timedelta(seconds=after_s)).isoformat() if after_s else ""
    row.waiting = {"for": what, "until": until, "problem": recording.shown(problem)}


def _set_unless_sending(row: OfficialWhatsappCredential, status: str) -> None:
    row.status = "attention" if row.status in SENDING else status


def _forget_code(row: OfficialWhatsappCredential) -> None:
    fields.seal(row, "temporary_code", "")
    row.temporary_code_at = None
