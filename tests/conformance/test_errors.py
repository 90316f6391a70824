"""Every documented code has its place: what becomes of the message, a sentence, and what to do."""

import re

import pytest

from safarichat.providers.shapes import Accepted, Later, Refused, Unknown
from tests.conformance.subject import Pretend, SendCase, Subject, route_of
from tests.conformance.subjects import SUBJECTS

ERRORS = [
    (subject, int(code), max(400, int(status.replace("-", "0"))), retry, outcome)  # some come in a webhook or a success
    for subject in SUBJECTS
    for line in subject.errors.read_text().splitlines()
    if not line.startswith("#")
    for code, status, retry, outcome, _ in [line.split(maxsplit=4)]
]
SENDS = [pytest.param(subject, case, id=f"{subject}: {case.name}") for subject in SUBJECTS for case in subject.sends]


def send(subject: Subject, answers: SendCase | None = None, code: int = 0, status: int = 0) -> object:
    answer = answers.answer if answers else subject.error_answer(code, status)
    talk = subject.provider.send(subject.number, subject.outgoing, subject.place)
    return Pretend({subject.sends_to: [answer]}).run(talk)


@pytest.mark.parametrize(("subject", "code", "status", "retry", "outcome"), ERRORS)
def test_a_documented_code_is_classified(subject: Subject, code: int, status: int, retry: str, outcome: str) -> None:
    result = send(subject, code=code, status=status)
    if outcome == "permanent":
        assert isinstance(result, Refused)
    else:
        assert isinstance(result, Later)
        assert result.why == outcome
        assert result.after_s > 0 or outcome == "credential"
    assert isinstance(result, Refused | Later)
    problem = result.problem
    assert problem.code == code
    assert problem.key != "unknown_code"
    assert problem.details == "Their words."
    for sentence in (problem.message, problem.cure):
        assert re.fullmatch(r"[A-Z“].*[.]", sentence), "a sentence that a person reads"
    if outcome == "credential":
        assert problem.number_status, "a frozen number says why"
    if retry == "Y":
        assert isinstance(result, Later) or code == 139100


def test_how_many_codes_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        for subject in SUBJECTS:
            codes = [code for each, code, *_ in ERRORS if each is subject]
            print(f"\n{subject}: {len(codes)} documented error codes classified")
    assert len(ERRORS) == len({(str(subject), code) for subject, code, *_ in ERRORS})


@pytest.mark.parametrize(("subject", "case"), SENDS)
def test_an_answer_to_a_message_means(subject: Subject, case: SendCase) -> None:
    result = send(subject, case)
    assert type(result) is case.outcome
    if isinstance(result, Later):
        assert result.why == case.why
        assert case.after_s in (None, result.after_s)
    if isinstance(result, Refused | Later | Unknown):
        assert case.key in ("", result.problem.key)
    if isinstance(result, Accepted):
        assert (result.provider_message_id, result.wa_id) == subject.accepted


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_a_lost_answer_is_never_later(subject: Subject) -> None:
    """It may have been done: to repeat it could send a message twice."""
    for case in subject.sends:
        if case.key == "answer_lost":
            assert isinstance(send(subject, case), Unknown)


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_our_own_id_travels_with_the_message_and_no_secret_is_shown(subject: Subject) -> None:
    pretend = Pretend(subject.happy)
    pretend.run(subject.provider.send(subject.number, subject.outgoing, subject.place))
    [call] = pretend.calls
    assert route_of(call) == subject.sends_to
    assert "m-1" in str(subject.message_of(call))
    for secret in (*subject.number.secrets.values(), *subject.hidden):
        assert secret not in call.url + repr(call) + repr(subject.platform) + repr(subject.number)
