"""Webhooks: the signature over the exact bytes, and the typed event for each documented payload."""

from typing import Any

import msgspec
import pytest

from safarichat.providers.shapes import Hook
from tests.conformance.subject import HookCase, Subject
from tests.conformance.subjects import SUBJECTS

SIGNED = [pytest.param(subject, case, id=f"{subject}: {case.name}") for subject in SUBJECTS for case in subject.hooks]
EVENTS = [
    pytest.param(subject, case, id=f"{subject}: {case['name']}")
    for subject in SUBJECTS
    for line in subject.events.read_text().splitlines()
    for case in [msgspec.json.decode(line)]
]


def hook(case: HookCase, **changes: Any) -> Hook:
    usual = {"method": "POST", "headers": case.headers, "query": case.query, "body": case.body, "url": case.url}
    return Hook(**{**usual, **changes})


@pytest.mark.parametrize(("subject", "case"), SIGNED)
def test_the_right_signature_is_accepted_and_no_other(subject: Subject, case: HookCase) -> None:
    authentic = subject.provider.authentic
    assert authentic(hook(case), case.secrets)
    assert authentic(hook(case, body=case.body + b" "), case.secrets) != case.covers_body
    assert not authentic(hook(case, headers={}), case.secrets)
    assert not authentic(hook(case), {})
    for name, value in case.headers.items():
        if name == "content-type":  # says how to read the body, and proves nothing
            continue
        for wrong in (value[:-1], value[:-1] + "x", "", "é" * 64, value + value, value.partition("=")[2]):
            assert not authentic(hook(case, headers={**case.headers, name: wrong}), case.secrets)
    for name, secret in case.secrets.items():
        assert not authentic(hook(case), {name: secret + "x"})
        assert not authentic(hook(case), {name: ""})


@pytest.mark.parametrize(("subject", "case"), EVENTS)
def test_a_payload_is_read_as_its_event(subject: Subject, case: dict[str, Any]) -> None:
    events = subject.read(case)
    assert len(events) == len(case["expect"])
    for event, expected in zip(events, case["expect"], strict=True):
        told = {"type": type(event).__name__, **msgspec.json.decode(msgspec.json.encode(event))}
        assert_within(expected, told)


def assert_within(expected: dict[str, Any], told: dict[str, Any]) -> None:
    for key, value in expected.items():
        if key == "problem" and isinstance(value, dict):
            assert_within(value, told["problem"])
        else:
            assert told[key] == value, key


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_the_message_is_kept_as_it_came(subject: Subject) -> None:
    if not subject.keeps_messages:
        return
    message = {"type": "image", "image": {"id": "900", "new": [1, None]}, "extra": {"a": "b"}}
    [event] = subject.read({"message": message})
    told = msgspec.to_builtins(event)["body"]
    assert message.items() <= told.items()
