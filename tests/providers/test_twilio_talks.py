"""What is Twilio's own in onboarding, repairing and leaving."""

from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.providers import twilio
from safarichat.providers.shapes import Connected, ConnectFailed, Done, Later, Refused, Signup
from safarichat.providers.twilio.rest import account_of
from tests.conformance.subject import CUT, GONE, Pretend, Routes, reply, route_of
from tests.conformance.twilio.connects import (
    ACCOUNT,
    AT_SIGNUP,
    BASE,
    CHANGE,
    CHILD,
    CHILD_TOKEN,
    HAPPY,
    HOOK,
    HOOK_URL,
    MAKE_CHILD,
    MAKE_SENDER,
    MESSAGES,
    NEW,
    NOT_KNOWN,
    ONLINE,
    OPERATOR,
    OWN,
    OWN_TOKEN,
    PARENT,
    PARENT_TOKEN,
    READ,
    REMOVE,
    SENDERS,
    TYPED,
    WINDOW,
    WITH_KEY,
    account,
    listed,
    refusal,
)
from tests.conformance.twilio.subject import OF_NUMBER, PLATFORM, SETTINGS, SUBJECT

ONE = SUBJECT.number
MADE = replace(ONE, facts={**ONE.facts, "client_id": CHILD})
OF_CHILD = replace(PLATFORM, settings={**SETTINGS, "TWILIO_ACCOUNT_SID": CHILD, "TWILIO_AUTH_TOKEN": CHILD_TOKEN})
BY_KEY = replace(
    OF_NUMBER,
    settings={**OF_NUMBER.settings, "TWILIO_API_KEY_SID": f"SK{'b' * 32}", "TWILIO_API_KEY_SECRET": "key-secret-1"},
)
SERVICE = {"sid": f"MG{'4' * 32}", "friendly_name": "Shop", "inbound_request_url": "https://other.test/in"}
HELD: Routes = {
    "GET Services": [reply({"services": [SERVICE]})],
    f"GET Services/{SERVICE['sid']}/ChannelSenders": [reply({"senders": [{"sid": ONLINE["sid"]}]})],
    f"POST Services/{SERVICE['sid']}": [reply(SERVICE)],
}


def connect(signup: Signup, routes: Routes | None = None, place: Any = PLATFORM) -> tuple[Any, Pretend]:
    pretend = Pretend(HAPPY, routes or {})
    return pretend.run(twilio.connect(signup, place)), pretend


def do(deed: str, routes: Routes | None = None, **given: Any) -> tuple[Any, Pretend]:
    pretend = Pretend(HAPPY, routes or {})
    return pretend.run(twilio.deeds[deed](ONE, OF_NUMBER, given)), pretend


def stands(**changes: Any) -> Routes:
    return {READ: [reply({**ONLINE, **changes})]}


def sent_to(pretend: Pretend, route: str) -> Any:
    call = next(call for call in pretend.calls if route_of(call) == route)
    return call.json if call.form is None else dict(call.form)


# --- connecting ------------------------------------------------------------------------------------------------------


def test_a_token_is_kept_before_twilio_is_asked_so_that_it_need_not_be_typed_again() -> None:
    outcome, pretend = connect(TYPED, {ACCOUNT: [GONE]})
    assert isinstance(outcome, ConnectFailed)
    assert outcome.may_resume
    assert pretend.steps[0].secrets["TWILIO_AUTH_TOKEN"] == OWN_TOKEN


@pytest.mark.parametrize("answer", [GONE, NOT_KNOWN])
def test_a_slip_of_the_keyboard_costs_the_account_s_other_numbers_nothing(answer: Any) -> None:
    shared = replace(OF_NUMBER, settings={**OF_NUMBER.settings, "TWILIO_AUTH_TOKEN": "the-one-that-works"})
    outcome, pretend = connect(TYPED, {ACCOUNT: [answer]}, shared)
    assert isinstance(outcome, ConnectFailed)
    assert not outcome.may_resume
    assert not any(step.secrets for step in pretend.steps)


def test_signing_in_again_without_a_key_gives_the_old_key_up() -> None:
    _, pretend = connect(TYPED, place=BY_KEY)
    kept = next(step.secrets for step in pretend.steps if step.secrets)
    assert (kept["TWILIO_API_KEY_SID"], kept["TWILIO_API_KEY_SECRET"]) == ("", "")


def test_the_auth_token_itself_is_tried_also_where_a_key_makes_the_calls() -> None:
    _, pretend = connect(WITH_KEY)
    by_route = {route_of(call): call.headers["authorization"] for call in pretend.calls}
    own = account_of(OF_NUMBER)
    assert by_route[ACCOUNT] == own.authorization
    assert by_route[MESSAGES] == by_route[SENDERS] != own.authorization


def test_a_trial_is_connected_with_a_warning() -> None:
    outcome, _ = connect(TYPED, {ACCOUNT: [reply(account(kind="Trial"))]})
    assert isinstance(outcome, Connected)
    assert (outcome.status, [problem.key for problem in outcome.warnings]) == ("attention", ["trial_account"])


def test_the_webhook_is_asked_to_be_repeated() -> None:
    _, pretend = connect(TYPED, {READ: [reply({**ONLINE, "webhook": {}}), reply(ONLINE)]})
    assert sent_to(pretend, CHANGE) == {"webhook": HOOK}
    assert HOOK["callback_url"] == f"{HOOK_URL}#rc=5&rp=all&tt=15000"


def test_an_address_with_an_underscore_is_told_and_not_set() -> None:
    place = replace(PLATFORM, hook_url="https://my_host.test/webhooks/twilio/1")
    outcome, pretend = connect(TYPED, place=place)
    assert isinstance(outcome, Connected)
    assert [problem.key for problem in outcome.warnings] == ["hook_address_refused"]
    assert CHANGE not in pretend.asked


def test_what_the_window_shared_becomes_a_sender_in_an_account_of_its_own() -> None:
    _, pretend = connect(WINDOW, NEW)
    assert sent_to(pretend, MAKE_CHILD) == {"FriendlyName": "SafariChat sc-tenant-42 2002001"}
    assert sent_to(pretend, MAKE_SENDER) == {
        "sender_id": "whatsapp:+5511900000000",
        "configuration": {"waba_id": "2002001", "verification_method": "sms"},
        "webhook": HOOK,
        "profile": {"name": "Padaria Aurora"},
    }
    in_whose_name = {route_of(call): call.headers.get("authorization") for call in pretend.calls}
    assert in_whose_name[MAKE_CHILD] == account_of(PLATFORM).authorization
    assert in_whose_name[MAKE_SENDER] == account_of(OF_CHILD).authorization


def test_meta_s_token_is_forgotten_as_soon_as_the_number_is_known() -> None:
    _, pretend = connect(WINDOW, NEW)
    tokens = [step.secrets["access_token"] for step in pretend.steps if "access_token" in step.secrets]
    assert tokens == ["EAAcustomer", ""]


def test_signing_in_again_asks_in_the_parent_s_name_and_not_in_the_subaccount_s() -> None:
    there = reply({"accounts": [{**account(CHILD, token="newer"), "friendly_name": "SafariChat sc-tenant-42 2002001"}]})
    outcome, pretend = connect(WINDOW, {f"GET {BASE}.json": [there]}, OF_CHILD)
    assert isinstance(outcome, Connected)
    listing = next(call for call in pretend.calls if route_of(call) == f"GET {BASE}.json")
    assert listing.headers["authorization"] == account_of(PLATFORM).authorization
    assert {"TWILIO_ACCOUNT_SID": CHILD, "TWILIO_AUTH_TOKEN": "newer"} in [step.secrets for step in pretend.steps]


def test_the_operator_s_number_follows_a_new_token_in_the_settings() -> None:
    older = replace(PLATFORM, settings={**SETTINGS, "TWILIO_AUTH_TOKEN": "older"})
    outcome, pretend = connect(OPERATOR, place=older)
    assert isinstance(outcome, Connected)
    assert PARENT_TOKEN in {step.secrets.get("TWILIO_AUTH_TOKEN") for step in pretend.steps}


def test_after_lost_answers_nothing_is_made_twice() -> None:
    """Neither the subaccount nor the sender: both are looked for before they are made."""
    first, lost = connect(WINDOW, {**NEW, MAKE_SENDER: [CUT]})
    assert isinstance(first, ConnectFailed)
    known: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    for step in lost.steps:
        known, secrets = {**known, **step.facts}, {**secrets, **step.secrets}
    done = frozenset(step.step for step in lost.steps if step.state == "done")
    again = Signup(done=done, known=known, secrets=secrets)
    outcome, pretend = connect(again, place=OF_CHILD)
    assert isinstance(outcome, Connected)
    assert pretend.asked == (SENDERS, READ, READ)


def test_a_code_that_was_typed_verifies_the_number() -> None:
    pending = reply({**ONLINE, "status": "PENDING_VERIFICATION"})
    signup = replace(WINDOW, data={**WINDOW.data, "code": "123 456"})
    outcome, pretend = connect(signup, {**NEW, READ: [pending, reply(ONLINE)]})
    assert isinstance(outcome, Connected)
    assert sent_to(pretend, CHANGE) == {"configuration": {"verification_code": "123456"}}
    assert tuple(step.step for step in pretend.steps if step.state == "done") == AT_SIGNUP


def test_numbers_of_one_account_share_a_connection() -> None:
    assert twilio.holder(TYPED) == OWN
    assert twilio.holder(WINDOW) == twilio.holder(OPERATOR) == ""


def test_the_window_opens_with_twilio_s_solution() -> None:
    login = twilio.login(PLATFORM, mode="signup", state="s")
    assert login["flow"] == "sdk"
    assert login["sdk"]["login_options"] == {
        "config_id": "9988776655",
        "auth_type": "rerequest",
        "response_type": "code",
        "override_default_response_type": True,
        "extras": {"sessionInfoVersion": 3, "setup": {"solutionID": "1234567890"}},
    }
    assert twilio.login(PLATFORM, mode="keys", state="s") == {"flow": "form"}


# --- deeds -----------------------------------------------------------------------------------------------------------


def test_the_repair_sets_the_webhook_and_takes_a_service_out_of_the_way() -> None:
    done, pretend = do("set_hook", HELD)
    assert isinstance(done, Done)
    assert sent_to(pretend, CHANGE) == {"webhook": HOOK}
    assert sent_to(pretend, f"POST Services/{SERVICE['sid']}") == {"UseInboundWebhookOnNumber": "true"}


def test_a_profile_is_read_and_written_in_the_cloud_api_s_words() -> None:
    theirs = {
        "about": "Pães",
        "vertical": "Restaurant",
        "emails": [{"email": "oi@aurora.test", "label": "Email"}],
        "websites": [{"website": "https://aurora.test", "label": "Website"}],
        "logo_url": "https://aurora.test/logo.png",
    }
    done, _ = do("read_profile", stands(profile={"name": "Padaria Aurora", **theirs}))
    assert done.facts["profile"] == {
        "about": "Pães",
        "vertical": "RESTAURANT",
        "email": "oi@aurora.test",
        "websites": ["https://aurora.test"],
        "profile_picture_url": "https://aurora.test/logo.png",
    }
    changes = {"vertical": "PROF_SERVICES", "email": "", "websites": ["https://a.test"]}
    done, pretend = do("write_profile", profile=changes)
    assert isinstance(done, Done)
    assert sent_to(pretend, CHANGE) == {
        "profile": {
            "vertical": "Professional Services",
            "emails": [],
            "websites": [{"website": "https://a.test", "label": "Website"}],
        }
    }


def test_a_profile_without_a_word_is_told_as_empty() -> None:
    done, _ = do("read_profile", stands(profile=None))
    assert done.facts["profile"] == {}


def test_another_name_is_asked_for_and_may_be_declined() -> None:
    done, pretend = do("rename", name=" Padaria Sol ")
    assert isinstance(done, Done)
    assert sent_to(pretend, CHANGE) == {"profile": {"name": "Padaria Sol"}}
    refused, _ = do("rename", {CHANGE: [refusal(63124)]}, name="Meta")
    assert isinstance(refused, Refused)
    assert refused.problem.key == "name_refused"


def test_a_code_verifies_the_sender_and_a_wrong_one_is_told() -> None:
    done, pretend = do("verify_code", code="123-456")
    assert isinstance(done, Done)
    assert sent_to(pretend, CHANGE) == {"configuration": {"verification_code": "123456"}}
    refused, _ = do("verify_code", {CHANGE: [refusal(63100)]}, code="0")
    assert isinstance(refused, Refused)
    assert refused.problem.key == "code_wrong"


@pytest.mark.parametrize("deed", ["set_hook", "verify_code", "rename", "read_profile", "write_profile"])
def test_a_deed_for_which_twilio_is_away_can_be_tried_later(deed: str) -> None:
    outcome, _ = do(deed, {READ: [GONE]}, code="1", name="A", profile={})
    assert isinstance(outcome, Later)
    outcome, _ = do(deed, {READ: [refusal(20404, 404)], SENDERS: [listed()]}, code="1", name="A", profile={})
    assert isinstance(outcome, Refused)
    assert outcome.problem.key == "sender_gone"


def test_a_deed_is_there_or_its_reason() -> None:
    every = {"request_code", "verify_code", "register", "deregister", "set_pin", "rename", "read_profile"}
    every |= {"write_profile", "write_photo", "refresh", "subscribe", "set_hook", "register_hooks", "new_key"}
    every |= {"hand_sample"}
    assert set(twilio.deeds) | set(twilio.abilities.lacks) == every
    assert not set(twilio.deeds) & set(twilio.abilities.lacks)


# --- leaving ---------------------------------------------------------------------------------------------------------


def leave(routes: Routes, *, number: Any = ONE, place: Any = OF_NUMBER, done: frozenset[str] = frozenset()) -> Any:
    pretend = Pretend(HAPPY, routes)
    steps = pretend.run(twilio.disconnect(number, place, deregister=True, done=done)).steps
    return tuple((step["step"], step["state"]) for step in steps), pretend


def test_a_sender_that_we_made_is_removed_in_the_end() -> None:
    steps, pretend = leave({}, number=MADE, place=OF_CHILD)
    assert steps == (("webhook_cleared", "done"), ("deregistered", "done"))
    assert pretend.asked == (READ, CHANGE, REMOVE)
    assert sent_to(pretend, CHANGE) == {"webhook": {"callback_url": "", "status_callback_url": ""}}


def test_leaving_goes_on_where_it_stopped() -> None:
    steps, _ = leave({REMOVE: [GONE]}, number=MADE, place=OF_CHILD)
    assert steps == (("webhook_cleared", "done"), ("deregistered", "failed"))
    steps, pretend = leave({}, number=MADE, place=OF_CHILD, done=frozenset({"webhook_cleared"}))
    assert steps == (("webhook_cleared", "done"), ("deregistered", "done"))
    assert pretend.asked == (REMOVE,)


@pytest.mark.parametrize(
    ("routes", "state"),
    [
        (stands(webhook={"callback_url": "https://other.test/in"}), "skipped"),
        ({READ: [refusal(20404, 404)], SENDERS: [listed()]}, "skipped"),
        ({READ: [NOT_KNOWN]}, "skipped"),
        ({READ: [GONE]}, "failed"),
        ({CHANGE: [refusal(20500, 500)]}, "failed"),
    ],
)
def test_what_is_another_s_or_gone_is_left_alone_and_what_failed_is_told(routes: Routes, state: str) -> None:
    steps, pretend = leave(routes)
    assert steps[0] == ("webhook_cleared", state)
    assert REMOVE not in pretend.asked


def test_nothing_is_registered_for_the_whole_account() -> None:
    assert twilio.operator_hook == ""
    assert twilio.hook_answer == ("text/xml", b"<Response/>")
    assert PARENT not in str(Pretend({}).run(twilio.hooks(PLATFORM)))
