"""Connecting, testing and leaving a number at the pretend Twilio over real HTTP: two readings of the same
documentation, made apart."""

from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.providers import twilio
from safarichat.providers.shapes import (
    Accepted,
    Connected,
    ConnectFailed,
    Done,
    Later,
    NeedsChoice,
    NeedsCode,
    NeedsNumber,
    Received,
    Refused,
    Signup,
    StatusChanged,
)
from tests.providers.at_twilio import TEXT, AtTwilio, Here, secrets_of
from tests.sandbox.twilio_side import OPERATOR, OPERATORS_PHONE

OFFLINE = {
    "63020": "sender_offline",
    "63022": "name_certificate",
    "63026": "sender_flagged",
    "63051": "account_locked",
    "63101": "account_not_shared",
    "63124": "name_refused",
    "69999": "sender_not_online",
}
SIGNUP_STEPS = [
    "signed_in", "exchanged", "inspected", "number_chosen", "verified", "registered", "subscribed", "profile_read",
]  # fmt: skip


# --- an account of one's own -----------------------------------------------------------------------------------------


def test_what_the_console_shows_is_enough(at_twilio: AtTwilio) -> None:
    made = at_twilio.made(name="Padaria Aurora")
    result, steps = at_twilio.connect(at_twilio.typed(made))
    assert isinstance(result, Connected), result
    assert (result.status, result.waba_id) == ("connected", made["waba_id"])
    assert result.facts["channel_id"] == made["sender_sid"]
    assert (f"+{result.facts['phone_number']}", result.facts["verified_name"]) == (
        made["phone_number"], "Padaria Aurora",
    )  # fmt: skip
    assert result.facts["hook_url"] == at_twilio.platform.hook_url
    here = Here(at_twilio, result, steps)
    here.hear()
    [received] = here.wait(Received)
    assert received.phone_number_id == result.phone_number_id
    assert isinstance(here.send(TEXT), Accepted)


@pytest.mark.parametrize("kind", ["main", "standard"])
def test_an_api_key_makes_the_calls(at_twilio: AtTwilio, kind: str) -> None:
    made = at_twilio.made()
    key = at_twilio.control("POST", "keys", {"account_sid": made["account_sid"], "kind": kind})
    typed = at_twilio.typed(made, TWILIO_API_KEY_SID=key["sid"], TWILIO_API_KEY_SECRET=key["secret"])
    result, steps = at_twilio.connect(typed)
    assert isinstance(result, Connected), result
    here = Here(at_twilio, result, steps)
    assert here.problems() == []
    here.hear()
    here.wait(Received)
    assert isinstance(here.send(TEXT), Accepted)
    here.put(token_replaced=True)
    assert here.problems() == ["token_replaced"]
    assert isinstance(here.send(TEXT), Accepted)


def test_a_key_that_may_too_little_is_told_apart_from_a_wrong_token(at_twilio: AtTwilio) -> None:
    made = at_twilio.made()
    key = at_twilio.control("POST", "keys", {"account_sid": made["account_sid"], "kind": "restricted"})
    typed = at_twilio.typed(made, TWILIO_API_KEY_SID=key["sid"], TWILIO_API_KEY_SECRET=key["secret"])
    result, _ = at_twilio.connect(typed)
    assert isinstance(result, ConnectFailed)
    assert result.problem.key == "api_key_refused"
    for wrong in ({"auth_token": "0" * 32}, {"account_sid": f"AC{'9' * 32}"}):
        result, _ = at_twilio.connect(at_twilio.typed({**made, **wrong}))
        assert isinstance(result, ConnectFailed)
        assert (result.step, result.problem.key, result.may_resume) == ("exchanged", "token_wrong", False)


def test_of_several_senders_one_is_chosen_or_named(at_twilio: AtTwilio) -> None:
    first = at_twilio.made(name="First")
    second = at_twilio.made(name="Second", account_sid=first["account_sid"], waba_id=first["waba_id"])
    result, steps = at_twilio.connect(at_twilio.typed(first))
    assert isinstance(result, NeedsChoice), result
    offered = {each["verified_name"]: str(each["phone_number_id"]) for each in result.numbers}
    assert set(offered) == {"First", "Second"}
    result, _ = at_twilio.go_on(steps, mode="keys", choice=offered["Second"])
    assert isinstance(result, Connected), result
    assert result.facts["channel_id"] == second["sender_sid"]
    result, _ = at_twilio.connect(at_twilio.typed(first, sender=first["phone_number"]))
    assert isinstance(result, Connected), result
    assert result.facts["channel_id"] == first["sender_sid"]
    result, _ = at_twilio.connect(at_twilio.typed(first, sender="+254799999999"))
    assert isinstance(result, ConnectFailed)
    assert result.problem.key == "number_unknown"


def test_an_account_without_a_sender_is_waited_for(at_twilio: AtTwilio) -> None:
    made = at_twilio.made()
    sender = at_twilio.sandbox.http.delete(
        f"/twilio/messaging/v2/Channels/Senders/{made['sender_sid']}", auth=(made["account_sid"], made["auth_token"])
    )
    assert sender.status_code == 204
    result, steps = at_twilio.connect(at_twilio.typed(made))
    assert isinstance(result, NeedsNumber), result
    assert result.problem.key == "no_number"
    at_twilio.made(account_sid=made["account_sid"])
    result, _ = at_twilio.go_on(steps, mode="keys")
    assert isinstance(result, Connected), result


def test_a_suspended_account_is_told(at_twilio: AtTwilio, own: Here) -> None:
    own.put(account_status="suspended")
    typed = at_twilio.typed({"account_sid": own.result.facts["holder"], **_token(own)})
    result, _ = at_twilio.connect(typed)
    assert isinstance(result, ConnectFailed)
    assert result.problem.key == "account_suspended"


def _token(here: Here) -> dict[str, str]:
    return {"auth_token": here.number.secrets["TWILIO_AUTH_TOKEN"]}


def test_the_operators_own_number_is_connected_by_its_settings(at_twilio: AtTwilio) -> None:
    result, steps = at_twilio.connect(Signup(mode="operator", event="FORM"))
    assert isinstance(result, Connected), result
    assert f"+{result.facts['phone_number']}" == OPERATORS_PHONE
    assert secrets_of(steps)["TWILIO_ACCOUNT_SID"] == OPERATOR
    here = Here(at_twilio, result, steps)
    here.hear()
    here.wait(Received)
    assert here.problems() == []


# --- signing up ------------------------------------------------------------------------------------------------------


def test_metas_window_makes_an_account_and_a_sender(at_twilio: AtTwilio) -> None:
    result, steps = at_twilio.connect(at_twilio.window())
    assert isinstance(result, ConnectFailed)
    assert (result.problem.key, result.may_resume) == ("sender_being_made", True)
    result, steps = at_twilio.until(steps, Connected)
    assert [step.step for step in steps if step.state == "done"] == SIGNUP_STEPS
    secrets = secrets_of(steps)
    assert secrets["TWILIO_ACCOUNT_SID"] not in ("", OPERATOR)
    assert "access_token" not in secrets
    here = Here(at_twilio, result, steps)
    assert here.problems() == []
    here.hear()
    here.wait(Received)
    assert isinstance(here.send(TEXT), Accepted)


def test_a_number_that_meta_did_not_verify_asks_for_its_code(at_twilio: AtTwilio) -> None:
    result, steps = at_twilio.connect(at_twilio.window(skip_verification="1"))
    result, steps = at_twilio.until(steps, NeedsCode)
    assert result.problem.key == "sender_not_verified"
    phone = next(step.facts["display_phone_number"] for step in steps if "display_phone_number" in step.facts)
    right = at_twilio.control("GET", f"numbers/{phone}")["code"]
    wrong = "111111" if right != "111111" else "222222"
    result, steps = at_twilio.go_on(steps, event="CODE", data={"code": wrong})
    assert isinstance(result, ConnectFailed), "it is being looked at"
    result, _ = at_twilio.until(steps, NeedsCode)
    assert result.problem.key == "code_wrong"
    at_twilio.go_on(steps, event="CODE", data={"code": right})
    result, _ = at_twilio.until(steps, Connected)
    assert f"+{result.facts['phone_number']}" == phone


@pytest.mark.parametrize(("status", "outcome", "key"), [
    ("CREATING", ConnectFailed, "sender_being_made"),
    ("VERIFYING", ConnectFailed, "sender_being_made"),
    ("TWILIO_REVIEW", ConnectFailed, "sender_in_review"),
    ("OFFLINE", NeedsNumber, "sender_not_online"),
    ("DRAFT", NeedsNumber, "sender_not_online"),
])  # fmt: skip
def test_each_state_on_the_way_is_told(
    at_twilio: AtTwilio, status: str, outcome: type[ConnectFailed | NeedsNumber], key: str
) -> None:
    _, steps = at_twilio.connect(at_twilio.window())
    at_twilio.until(steps, Connected)
    phone = next(step.facts["display_phone_number"] for step in steps if "display_phone_number" in step.facts)
    at_twilio.control("PATCH", f"numbers/{phone}", {"sender_status": status})
    result, _ = at_twilio.go_on(steps)
    assert isinstance(result, outcome)
    assert result.problem.key == key
    at_twilio.control("PATCH", f"numbers/{phone}", {"sender_status": "ONLINE"})
    result, _ = at_twilio.go_on(steps)
    assert isinstance(result, Connected)


def test_a_business_account_that_was_not_shared_with_twilio_is_told(at_twilio: AtTwilio) -> None:
    """The window without Twilio's solution in it."""
    outcome = at_twilio.sandbox.sign_up(sdk_origin="http://127.0.0.1:1", sdk_callback="f1")
    event, data = twilio.session_event(outcome.event, outcome.data)
    result, _ = at_twilio.connect(Signup(code=outcome.code, event=event, data=data))
    assert isinstance(result, ConnectFailed)
    assert (result.step, result.problem.key) == ("registered", "account_not_shared")


def test_the_account_made_for_a_business_is_found_again(at_twilio: AtTwilio) -> None:
    _, steps = at_twilio.connect(at_twilio.window())
    without = [replace(step, secrets={n: v for n, v in step.secrets.items() if not n.startswith("TWILIO")},
                       facts={n: v for n, v in step.facts.items() if n not in ("client_id", "channel_id")})
               for step in steps]  # fmt: skip
    _, again = at_twilio.until(without, Connected)
    assert secrets_of(again)["TWILIO_ACCOUNT_SID"] == secrets_of(steps)["TWILIO_ACCOUNT_SID"]


# --- testing and repairing -------------------------------------------------------------------------------------------


def test_each_state_is_found_and_what_can_be_is_repaired(own: Here) -> None:
    assert own.problems() == []
    for url, key in (("", "hook_missing"), ("https://else.test/x", "hook_elsewhere")):
        own.put(webhook_url=url)
        assert own.problems() == [key]
        assert isinstance(own.do("set_hook"), Done)
        assert own.problems() == []
    states: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
        ({"quality_rating": "RED"}, {"quality_rating": "GREEN"}, ["quality_low"]),
        ({"shared": False}, {"shared": True}, [OFFLINE["63020"]]),
        ({"sender_status": "TWILIO_REVIEW"}, {"sender_status": "ONLINE"}, ["sender_in_review"]),
        ({"sender_status": "PENDING_VERIFICATION"}, {"sender_status": "ONLINE"}, ["sender_not_verified"]),
        ({"sender_status": "VERIFYING"}, {"sender_status": "ONLINE"}, ["sender_being_made"]),
        ({"sender_status": "OFFLINE"}, {"sender_status": "ONLINE"}, ["sender_not_online"]),
        ({"registered": False}, {"registered": True}, ["sender_not_online"]),
        ({"account_status": "suspended"}, {"account_status": "active"}, ["account_suspended"]),
    ]
    for state, back, keys in states:
        own.put(**state)
        assert own.problems() == keys, state
        own.put(**back)
        assert own.problems() == [], back
    own.put(token_replaced=True)
    assert own.problems() == ["token_invalid"]


@pytest.mark.parametrize(("code", "key"), OFFLINE.items())
def test_each_reason_to_be_offline_is_told(own: Here, code: str, key: str) -> None:
    own.put(offline_reason=code)
    assert own.problems() == [key]


def test_a_messaging_service_that_takes_the_messages_is_found_and_told_to_leave_them(own: Here) -> None:
    secrets, base = own.number.secrets, "/twilio/messaging/v1/Services"
    auth = (secrets["TWILIO_ACCOUNT_SID"], secrets["TWILIO_AUTH_TOKEN"])
    form = {"FriendlyName": "Shop", "InboundRequestUrl": "https://else.test/x", "UseInboundWebhookOnNumber": "false"}
    service = own.at.sandbox.http.post(base, data=form, auth=auth).json()["sid"]
    added = {"Sid": str(own.result.facts["channel_id"])}
    assert own.at.sandbox.http.post(f"{base}/{service}/ChannelSenders", data=added, auth=auth).status_code == 201
    assert own.problems() == ["hook_overridden"]
    assert isinstance(own.do("set_hook"), Done)
    assert own.problems() == []
    own.hear()
    own.wait(Received)


def test_what_became_of_the_last_message_is_part_of_the_test(own: Here) -> None:
    own.hear()
    own.at.fault("error", code=63018, later=True)
    own.send(TEXT)
    own.wait(StatusChanged, status="failed")
    assert own.problems() == ["number_rate_limit"]


def test_an_outage_says_nothing_of_the_number(own: Here) -> None:
    own.at.fault("outage")
    health = own.health()
    assert health.status == ""
    assert [problem.number_status for problem in health.problems] == [""]


# --- profile, name, leaving ------------------------------------------------------------------------------------------


def test_profile_and_name_are_written(own: Here) -> None:
    profile = {"about": "Pão fresco", "vertical": "RESTAURANT", "websites": ["https://aurora.example.test"]}
    done = own.do("write_profile", profile={**profile, "email": "oi@aurora.example.test"})
    assert isinstance(done, Done), done
    assert done.facts["profile"] == {**profile, "email": "oi@aurora.example.test"}
    done = own.do("rename", name="Padaria Nova")
    assert isinstance(done, Done), done
    own.put(name_status="DECLINED")
    refused = own.do("rename", name="WhatsApp")
    assert isinstance(refused, Refused)
    assert refused.problem.key == "name_refused"


def test_leaving_clears_the_webhook_and_keeps_the_sender_of_ones_own_account(own: Here) -> None:
    assert own.leave(deregister=True) == [("webhook_cleared", "done"), ("deregistered", "skipped")]
    assert own.put()["webhook_url"] == ""
    assert own.leave() == [("webhook_cleared", "skipped")]


def test_leaving_removes_the_sender_that_was_made_for_it(at_twilio: AtTwilio) -> None:
    _, steps = at_twilio.connect(at_twilio.window())
    here = Here(at_twilio, *at_twilio.until(steps, Connected))
    assert here.leave(deregister=True) == [("webhook_cleared", "done"), ("deregistered", "done")]
    assert here.problems() == ["sender_gone"]
    later = here.send(TEXT)
    assert isinstance(later, Later | Refused)
