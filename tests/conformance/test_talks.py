"""Onboarding, checking and leaving: talks answered from the provider's documentation."""

import pytest
from msgspec.structs import replace

from safarichat.providers.shapes import (
    Connected,
    ConnectFailed,
    NeedsChoice,
    NeedsCode,
    NeedsNumber,
    NeedsPin,
    Platform,
    Signup,
)
from tests.conformance.subject import ConnectCase, Pretend, Subject
from tests.conformance.subjects import SUBJECTS

CONNECTS = [
    pytest.param(subject, case, id=f"{subject}: {case.name}") for subject in SUBJECTS for case in subject.connects
]
each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=str)


@pytest.mark.parametrize(("subject", "case"), CONNECTS)
def test_connecting_ends_as_documented(subject: Subject, case: ConnectCase) -> None:
    pretend = Pretend(subject.happy, case.routes)
    settings = {name: value for name, value in subject.platform.settings.items() if name not in case.without}
    result = pretend.run(subject.provider.connect(case.signup, replace(subject.platform, settings=settings)))
    assert type(result) is case.outcome
    if isinstance(result, ConnectFailed):
        assert (result.step, result.problem.key) == (case.step, case.key)
        assert case.may_resume in (None, result.may_resume)
    if isinstance(result, NeedsPin | NeedsNumber | NeedsCode):
        assert result.problem.key == case.key
    if isinstance(result, NeedsChoice):
        assert len(result.numbers) > 1
    if isinstance(result, Connected):
        assert (result.phone_number_id, result.waba_id) == subject.connected
        assert case.facts.items() <= dict(result.facts).items()
    if case.steps is not None:
        done = tuple(step.step for step in pretend.steps if step.state != "waiting")
        assert done == case.steps
    if case.calls is not None:
        assert pretend.asked == case.calls


@pytest.mark.parametrize(("subject", "case"), CONNECTS)
def test_no_secret_stands_in_facts_problems_or_addresses(subject: Subject, case: ConnectCase) -> None:
    pretend = Pretend(subject.happy, case.routes)
    result = pretend.run(subject.provider.connect(case.signup, subject.platform))
    shown = str(result) + "".join(f"{step.facts}{step.message}{step!r}" for step in pretend.steps)
    shown += "".join(call.url + repr(call) for call in pretend.calls)
    for secret in (*subject.hidden, *filter(None, (case.signup.code, case.signup.pin))):
        assert secret not in shown


@pytest.mark.parametrize(("subject", "case"), CONNECTS)
def test_connecting_goes_on_from_every_step(subject: Subject, case: ConnectCase) -> None:
    """Cut after each stored step, a second talk with what was stored ends the same, without a second exchange."""
    if case.outcome is not Connected:
        return
    first = Pretend(subject.happy, case.routes)
    first.run(subject.provider.connect(case.signup, subject.platform))
    for cut in range(1, len(first.steps) + 1):
        second = Pretend(subject.happy, case.routes)
        signup = resumed(case.signup, first, cut)
        settings = {**subject.platform.settings, **signup.secrets}  # as a connection's values stand in front
        result = second.run(subject.provider.connect(signup, replace(subject.platform, settings=settings)))
        assert isinstance(result, Connected)
        assert result.phone_number_id == subject.connected[0]
        if "access_token" in signup.secrets and subject.signs_in_by:
            assert subject.signs_in_by not in second.asked


def resumed(signup: Signup, first: Pretend, cut: int) -> Signup:
    """What the house still knows: the person's words are gone, what was told and stored is not."""
    known: dict[str, object] = {}
    secrets: dict[str, str] = {}
    for step in first.steps[:cut]:
        known |= step.facts
        secrets |= step.secrets
    done = frozenset(step.step for step in first.steps[:cut] if step.state in ("done", "skipped"))
    code = "" if "access_token" in secrets else signup.code
    return replace(signup, code=code, event="", data={}, done=done, known=known, secrets=secrets)


@each_subject
def test_a_healthy_number_checks_out(subject: Subject) -> None:
    health = Pretend(subject.happy).run(subject.provider.check(subject.number, subject.platform))
    assert health.status == "connected"
    assert health.checks
    assert all(check.ok for check in health.checks)
    assert health.facts["quality_rating"] == "GREEN"


@each_subject
def test_registering_hooks_reads_back_where_they_go(subject: Subject) -> None:
    health = Pretend(subject.happy).run(subject.provider.register_hooks(subject.platform))
    if not subject.provider.operator_hook:
        assert (health.status, health.checks) == ("connected", ())
        return
    assert health.status == "connected"
    ours = subject.platform.operator_hook_url or subject.platform.hook_url
    assert health.facts["hook_url"] == ours
    other = "https://other.test/hook"
    elsewhere = replace(subject.platform, hook_url=other, operator_hook_url=other)
    health = Pretend(subject.happy).run(subject.provider.hooks(elsewhere))
    assert health.status == "attention"
    assert health.checks[0].details == ours


@each_subject
def test_leaving_undoes_what_connecting_did_and_ends_in_any_case(subject: Subject) -> None:
    disconnect = subject.provider.disconnect
    pretend = Pretend(subject.happy)
    done = pretend.run(disconnect(subject.number, subject.platform, deregister=True, done=frozenset()))
    assert tuple((step["step"], step["state"]) for step in done.steps) == subject.leaving
    kept = Pretend(subject.happy)
    done = kept.run(disconnect(subject.number, subject.platform, deregister=False, done=frozenset({"unsubscribed"})))
    assert tuple((step["step"], step["state"]) for step in done.steps) == subject.kept


@each_subject
def test_without_settings_it_says_which_are_missing(subject: Subject) -> None:
    assert subject.provider.missing_settings(subject.platform) == []
    missing = subject.provider.missing_settings(Platform(settings={}))
    assert missing
    assert all(name.isupper() for name in missing)
