"""Our talks against the pretend Meta over real HTTP: two readings of the same documentation, made apart."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.ground.outbound import ask, run_talk
from safarichat.providers import meta
from safarichat.providers.shapes import (
    JSON,
    Accepted,
    Connected,
    ConnectFailed,
    Event,
    Hook,
    Later,
    NeedsPin,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Progress,
    Received,
    Refused,
    Signup,
    StatusChanged,
    Unknown,
)
from tests.sandbox.outside import CUSTOMER, Listener, Meta
from tests.sandbox.outside import Outcome as SignedUp

HELLO = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
TEXT = {"type": "text", "text": {"body": "Hello"}}
REDIRECT = "http://127.0.0.1:1/whatsapp/official/callback"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    sandbox = Meta(tmp_path_factory.mktemp("meta") / "world")
    sandbox.control("POST", "settings", {"sent_ms": 5, "delivered_ms": 10, "read_ms": 10, "retry_scale": 0.05})
    yield sandbox
    sandbox.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def platform(sandbox: Meta, listener: Listener) -> Platform:
    settings = {name: os.environ[name] for name in ("META_APP_ID", "META_APP_SECRET", "META_CONFIG_ID")}
    settings |= {"META_BUSINESS_ID": os.environ["META_BUSINESS_ID"], "META_WEBHOOK_VERIFY_TOKEN": listener.verify_token}
    settings |= {"META_GRAPH_URL": sandbox.url, "META_DIALOG_URL": sandbox.url}
    platform = Platform(settings=settings, hook_url=listener.url, redirect_url=REDIRECT)
    health = run_talk(meta.register_hooks(platform), ask)
    assert health.status == "connected", health
    return platform


Connect = Callable[..., tuple[Any, list[Progress]]]


@pytest.fixture
def connect(platform: Platform) -> Connect:
    def connect(signup: Signup) -> tuple[Any, list[Progress]]:
        steps: list[Progress] = []
        return run_talk(meta.connect(signup, platform), ask, steps.append), steps

    return connect


def brought(signed_up: SignedUp, **more: Any) -> Signup:
    event, data = meta.session_event(signed_up.event, signed_up.told.get("data"))
    return Signup(code=signed_up.code, event=event, data=data, pin="135790", **more)


@pytest.fixture
def number(sandbox: Meta, connect: Connect) -> Number:
    result, steps = connect(brought(sandbox.sign_up()))
    assert isinstance(result, Connected)
    assert not result.warnings
    secrets = {name: secret for step in steps for name, secret in step.secrets.items()}
    return Number(
        credential_id=1,
        phone_number_id=result.phone_number_id,
        waba_id=result.waba_id,
        facts=result.facts,
        secrets=secrets,
    )


def send(number: Number, platform: Platform, body: dict[str, JSON], to: str = CUSTOMER) -> Outcome:
    return run_talk(meta.send(number, Outgoing(opaque="ours-1", to=to, body=body), platform), ask)


def events(listener: Listener, platform: Platform) -> list[Event]:
    found = []
    for body, signature in listener.raw:
        hook = Hook(method="POST", headers={"x-hub-signature-256": signature}, query={}, body=body)
        assert meta.authentic(hook, platform.settings)
        found += meta.read(hook)
    return found


# --- signing up ---


def test_a_number_is_connected_straight_through(sandbox: Meta, connect: Connect) -> None:
    result, steps = connect(brought(sandbox.sign_up()))
    assert isinstance(result, Connected), result
    assert result.status == "connected", result.warnings
    assert result.facts["phone_number"]
    assert [step.step for step in steps if step.state == "done"] == [
        "signed_in", "exchanged", "inspected", "number_chosen", "verified", "subscribed", "registered", "profile_read",
    ]  # fmt: skip


def test_a_lost_window_message_is_no_obstacle(sandbox: Meta, connect: Connect) -> None:
    signed_up = sandbox.sign_up()
    result, _ = connect(Signup(code=signed_up.code, pin="135790"))
    assert isinstance(result, Connected), result
    assert result.phone_number_id == signed_up.data["phone_number_id"]


def test_a_full_page_login_repeats_its_address(sandbox: Meta, connect: Connect) -> None:
    wrong = Signup(code=sandbox.sign_up(redirect_uri=REDIRECT, state="s1").code, pin="135790")
    result, _ = connect(wrong)
    assert isinstance(result, ConnectFailed)
    assert result.problem.key == "redirect_mismatch"
    right = replace(wrong, code=sandbox.sign_up(redirect_uri=REDIRECT, state="s2").code, redirect_url=REDIRECT)
    result, _ = connect(right)
    assert isinstance(result, Connected), result


def test_a_code_is_good_for_one_exchange(sandbox: Meta, connect: Connect) -> None:
    signup = brought(sandbox.sign_up())
    assert isinstance(connect(signup)[0], Connected)
    result, _ = connect(signup)
    assert isinstance(result, ConnectFailed)
    assert (result.step, result.problem.key) == ("exchanged", "code_used")


def test_an_unticked_permission_is_named(sandbox: Meta, connect: Connect) -> None:
    signed_up = sandbox.sign_up(answers={"without_scope": "whatsapp_business_messaging"})
    result, _ = connect(brought(signed_up))
    assert isinstance(result, ConnectFailed)
    assert (result.step, result.problem.key) == ("inspected", "scope_missing")
    assert result.problem.details == "whatsapp_business_messaging"


def test_cancelling_is_told_without_a_call(sandbox: Meta, connect: Connect) -> None:
    left = sandbox.sign_up(leave_at="PHONE_NUMBER_SETUP")
    event, data = meta.session_event(left.event, left.data)
    result, _ = connect(Signup(event=event, data=data))
    assert isinstance(result, ConnectFailed)
    assert (result.problem.key, result.problem.details) == ("cancelled", "PHONE_NUMBER_SETUP")


def test_a_pin_that_is_set_already_has_to_be_given(sandbox: Meta, connect: Connect, number: Number) -> None:
    sandbox.control("PATCH", f"numbers/{number.phone_number_id}", {"registered": False, "pin": "246801"})
    done = frozenset({"signed_in", "exchanged", "inspected", "number_chosen", "verified", "subscribed"})
    known = {**number.facts, "status": "PENDING"}
    again = Signup(done=done, known=known, secrets={"access_token": number.secrets["access_token"]}, pin="135790")
    result, _ = connect(again)
    assert isinstance(result, NeedsPin), result
    result, _ = connect(replace(again, pin="246801", pin_is_theirs=True))
    assert isinstance(result, Connected), result


# --- a conversation ---


def test_a_conversation_is_held(sandbox: Meta, listener: Listener, platform: Platform, number: Number) -> None:
    accepted = send(number, platform, HELLO)
    assert isinstance(accepted, Accepted), accepted
    listener.wait_status(accepted.provider_message_id, "delivered")
    asked = {"number": number.phone_number_id, "from": CUSTOMER, "name": "Ann", "message": TEXT}
    listener.wait_message(sandbox.control("POST", "inbound", asked)["id"])
    told = events(listener, platform)
    [received] = [event for event in told if isinstance(event, Received)]
    assert (received.text, received.sender.name, received.sender.wa_id) == ("Hello", "Ann", CUSTOMER[1:])
    statuses = [event for event in told if isinstance(event, StatusChanged)]
    assert {event.status for event in statuses} >= {"sent", "delivered"}
    assert {event.opaque for event in statuses} == {"ours-1"}
    read = run_talk(meta.mark_read(number, received.provider_message_id, platform), ask)
    assert isinstance(read, Accepted), read
    assert isinstance(send(number, platform, TEXT), Accepted)


def test_a_closed_window_is_a_failed_status_with_its_cure(
    listener: Listener, platform: Platform, number: Number
) -> None:
    accepted = send(number, platform, TEXT, "+255712000099")
    assert isinstance(accepted, Accepted)
    listener.wait_status(accepted.provider_message_id, "failed")
    [failed] = [event for event in events(listener, platform) if isinstance(event, StatusChanged)]
    assert failed.problem
    assert failed.problem.key == "window_closed"


def test_a_brazilian_number_answers_under_another_id(platform: Platform, number: Number) -> None:
    accepted = send(number, platform, HELLO, "5511987654321")
    assert isinstance(accepted, Accepted)
    assert accepted.wa_id == "551187654321"


def test_what_the_sandbox_refuses_is_understood(sandbox: Meta, platform: Platform, number: Number) -> None:
    unapproved = {"type": "template", "template": {"name": "nope", "language": {"code": "en_US"}}}
    refused = send(number, platform, unapproved)
    assert isinstance(refused, Refused)
    assert (refused.problem.code, refused.problem.trace_id != "") == (132001, True)
    sandbox.control("PATCH", f"numbers/{number.phone_number_id}", {"registered": False})
    later = send(number, platform, HELLO)
    assert isinstance(later, Later)
    assert (later.why, later.problem.code) == ("credential", 133010)
    stolen = replace(number, secrets={"access_token": "EAAnonsense"})
    later = send(stolen, platform, HELLO)
    assert isinstance(later, Later)
    assert (later.why, later.problem.number_status) == ("credential", "reauth_required")


def test_a_dropped_reply_is_unknown_and_the_message_is_there_once(
    sandbox: Meta, platform: Platform, number: Number
) -> None:
    sandbox.control("POST", "faults", {"provider": "meta", "kind": "drop_reply", "rate": 1, "for": 30})
    try:
        outcome = send(number, platform, HELLO, "+255712000077")
    finally:
        sandbox.control("DELETE", "faults")
    assert isinstance(outcome, Unknown), outcome
    taken = sandbox.control("GET", "messages", params={"to": "+255712000077"})
    assert len(taken) == 1


# --- testing and leaving ---


def test_a_connection_is_tested_and_undone(platform: Platform, number: Number) -> None:
    health = run_talk(meta.check(number, platform), ask)
    assert health.status == "connected", health.problems
    assert {check.name for check in health.checks} >= {"token", "number", "review", "subscription", "webhook"}
    done = run_talk(meta.disconnect(number, platform, deregister=True, done=frozenset()), ask)
    assert [step["state"] for step in done.steps] == ["done", "done"]
    health = run_talk(meta.check(number, platform), ask)
    assert health.status == "attention"
    failing = [check.name for check in health.checks if not check.ok]
    assert set(failing) >= {"subscription"}
