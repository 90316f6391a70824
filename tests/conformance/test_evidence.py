"""What a number's log keeps of each provider's talks and hooks: no secret, and nothing of anybody else's."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from safarichat.ground.evidence import evidence
from safarichat.ground.talks import Answer, Call
from tests.conformance.subject import ConnectCase, Pretend, Subject
from tests.conformance.subjects import SUBJECTS
from tests.conformance.test_hooks import EVENTS
from tests.conformance.test_talks import CONNECTS

each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=str)


class Logged(Pretend):
    """Keeps what the log would."""

    def __init__(self, *tables: Any) -> None:
        super().__init__(*tables)
        self.kept: list[str] = []
        self.operators: list[Call] = []

    def ask(self, call: Call) -> Answer:
        answer = super().ask(call)
        if call.is_operators:
            self.operators.append(call)
        else:
            self.kept.append(msgspec.json.encode(evidence(call, answer)).decode())
        return answer


@pytest.mark.parametrize(("subject", "case"), CONNECTS)
def test_the_log_of_connecting_holds_no_secret(subject: Subject, case: ConnectCase) -> None:
    logged = Logged(subject.happy, case.routes)
    settings = {name: value for name, value in subject.platform.settings.items() if name not in case.without}
    logged.run(subject.provider.connect(case.signup, replace(subject.platform, settings=settings)))
    stored = [*case.signup.secrets.items(), *(pair for step in logged.steps for pair in step.secrets.items())]
    secrets = [*subject.hidden, case.signup.code, case.signup.pin, *(one for name, one in stored if _opens(name))]
    assert _left(secrets, logged.kept) == []


def _opens(name: str) -> bool:
    """Ids of apps and accounts are kept with their secrets, and open nothing."""
    return not name.endswith(("_ID", "_SID"))


def _left(secrets: Sequence[str], kept: list[str]) -> list[str]:
    return [secret for secret in secrets if len(secret) > 3 and secret in "\n".join(kept)]


@each_subject
def test_the_log_of_a_check_holds_no_secret_and_is_not_empty(subject: Subject) -> None:
    logged = Logged(subject.happy)
    logged.run(subject.provider.check(subject.number, subject.place))
    assert logged.kept
    assert _left([*subject.hidden, *subject.number.secrets.values()], logged.kept) == []


@pytest.mark.parametrize(("subject", "case"), EVENTS)
def test_a_hook_taken_apart_tells_what_the_whole_tells(subject: Subject, case: dict[str, Any]) -> None:
    hook = subject.hook_of(case)
    apart = [
        event
        for part in subject.provider.parts(hook)
        for event in subject.provider.read(msgspec.structs.replace(hook, body=part))
    ]
    assert apart == subject.provider.read(hook)
