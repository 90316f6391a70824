"""What programs are told of each documented webhook: one thing at a time, in the words of the Cloud API."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safarichat.inbox.translating import named, translated
from safarichat.providers.changes import Change
from safarichat.providers.shapes import Hook, Received, StatusChanged
from tests.conformance.subject import Subject
from tests.conformance.subjects import SUBJECTS

AT = 1_790_000_000
EVENTS = [
    pytest.param(subject, case, id=f"{subject}: {case['name']}")
    for subject in SUBJECTS
    for line in subject.events.read_text().splitlines()
    for case in [msgspec.json.decode(line)]
]


def told(subject: Subject, case: dict[str, Any]) -> list[Change]:
    return subject.provider.told(subject.hook_of(case), AT)


def items(change: Change) -> list[Any]:
    return [item for part in ("messages", "statuses") for item in change.value.get(part, [])]


@pytest.mark.parametrize(("subject", "case"), EVENTS)
def test_every_message_and_status_is_told_by_itself(subject: Subject, case: dict[str, Any]) -> None:
    changes = [change for change in told(subject, case) if change.field == "messages"]
    assert all(len(items(change)) <= 1 for change in changes)
    ids = [item.get("id") for change in changes for item in items(change)]
    for event in subject.read(case):
        if isinstance(event, Received | StatusChanged) and not getattr(event, "is_past", False):
            assert event.provider_message_id in ids


@pytest.mark.parametrize(("subject", "case"), EVENTS)
def test_each_says_of_which_number_or_business_account_it_is(subject: Subject, case: dict[str, Any]) -> None:
    for change in told(subject, case):
        assert change.field
        assert change.phone_number_id or change.phone_number or change.waba_id or not subject.read(case)


@pytest.mark.parametrize(("subject", "case"), EVENTS)
def test_the_same_webhook_is_told_under_the_same_keys(subject: Subject, case: dict[str, Any]) -> None:
    keys = [change.key for change in told(subject, case)]
    assert keys == [change.key for change in told(subject, case)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("subject", "case"), EVENTS)
def test_what_is_told_can_be_translated_and_says_no_less(subject: Subject, case: dict[str, Any]) -> None:
    for change in told(subject, case):
        assert all(isinstance(one, str) for one in named(change.value))
        assert translated(change.value, 1, {}).keys() == change.value.keys()


@given(body=st.binary(max_size=300))
def test_garbage_is_told_to_nobody(body: bytes) -> None:
    for subject in SUBJECTS:
        for change in subject.provider.told(Hook(method="POST", headers={}, query={}, body=body), AT):
            assert change.value
