"""What is Meta's own in onboarding, testing and leaving."""

from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.providers import meta
from safarichat.providers.meta.callbacks import NEEDED_FIELDS
from safarichat.providers.meta.graph import graph, proof_of
from safarichat.providers.meta.waits import wait_told
from safarichat.providers.shapes import Connected, ConnectFailed, Health, NeedsPin, Outgoing, Signup
from tests.conformance.meta.connects import APP, CALLBACK, FINISH, HAPPY, LIVE, NUMBER, refusal, register
from tests.conformance.meta.subject import PLATFORM, SUBJECT
from tests.conformance.subject import CUT, GONE, Pretend, Routes, reply, route_of

ONE = SUBJECT.number


def connect_with(signup: Signup, routes: Routes) -> tuple[Any, Pretend]:
    pretend = Pretend(HAPPY, routes)
    return pretend.run(meta.connect(signup, PLATFORM)), pretend


def check(routes: Routes) -> Health:
    return Pretend(HAPPY, routes).run(meta.check(ONE, PLATFORM))


# --- calls -----------------------------------------------------------------------------------------------------------


def test_the_proof_is_the_references_and_goes_with_tokens_of_our_own_app_only() -> None:
    proof = "270a703b75a24e9c4f64c067d0942431c5e87725b1978440b11c069def8cf779"
    assert proof_of("EAADEMOTOKEN", "demo_app_secret") == proof
    assert graph(PLATFORM, "x", "GET", "1", "EAADEMOTOKEN").query["appsecret_proof"] == proof
    assert "appsecret_proof" not in graph(PLATFORM, "x", "GET", "1", "EAADEMOTOKEN", app_id="999").query
    assert "appsecret_proof" not in graph(PLATFORM, "x", "GET", "1", "111222333|demo_app_secret").query


def test_a_code_of_the_sdk_is_exchanged_without_a_redirect_address_and_one_of_a_page_with_its_own() -> None:
    _, pretend = connect_with(FINISH, {})
    assert "redirect_uri" not in pretend.calls[0].query
    _, pretend = connect_with(replace(FINISH, redirect_url="https://app.test/back?x=1"), {})
    assert pretend.calls[0].query["redirect_uri"] == "https://app.test/back?x=1"
    assert pretend.calls[0].headers == {}


def test_everything_of_the_customer_is_read_with_the_customers_own_token() -> None:
    _, pretend = connect_with(FINISH, {})
    for call in pretend.calls:
        if route_of(call).split()[1].partition("/")[0] in ("2002001", "3003001", "4004000"):
            assert call.headers["authorization"] == "Bearer EAAGNEW"
            assert call.query["appsecret_proof"] == proof_of("EAAGNEW", "demo_app_secret")


def test_a_message_goes_to_a_plus_number_or_to_a_business_scoped_id() -> None:
    def sent(message: Outgoing) -> dict[str, Any]:
        pretend = Pretend(HAPPY)
        pretend.run(meta.send(ONE, message, PLATFORM))
        return dict(pretend.calls[0].json)

    template = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
    assert sent(Outgoing(opaque="7", to="14155550123", body=template)) == {
        **template,
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+14155550123",
        "biz_opaque_callback_data": "7",
        "messaging_account_id": "2002001",
    }
    body = sent(Outgoing(opaque="7", user_id="US.1", body={"type": "text", "to": "+999", "text": {"body": "x"}}))
    assert body["recipient"] == "US.1"


def test_what_only_the_marketing_endpoint_knows_goes_to_it() -> None:
    template = {"type": "template", "template": {"name": "sale", "language": {"code": "en_US"}}}
    for more, route in (
        ({}, "POST 3003001/messages"),
        ({"product_policy": "STRICT"}, "POST 3003001/marketing_messages"),
        ({"message_activity_sharing": False}, "POST 3003001/marketing_messages"),
    ):
        pretend = Pretend(HAPPY)
        pretend.run(meta.send(ONE, Outgoing(opaque="7", to="14155550123", body=template | more), PLATFORM))
        assert pretend.asked == (route,)
        assert pretend.calls[0].json.items() >= more.items()


def test_marking_as_read_is_the_documented_call() -> None:
    pretend = Pretend(HAPPY, {"POST 3003001/messages": [reply({"success": True})]})
    pretend.run(meta.mark_read(ONE, "wamid.IN1", PLATFORM))
    assert pretend.calls[0].json == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN1",
        "messaging_account_id": "2002001",
    }


def test_no_messaging_account_is_named_where_none_is_known() -> None:
    pretend = Pretend(HAPPY)
    pretend.run(meta.send(replace(ONE, waba_id=""), Outgoing(opaque="7", to="1", body={"type": "text"}), PLATFORM))
    assert "messaging_account_id" not in pretend.calls[0].json


# --- the PIN ---------------------------------------------------------------------------------------------------------


def test_the_pin_is_stored_before_it_is_used() -> None:
    result, pretend = connect_with(FINISH, register(CUT))
    assert isinstance(result, ConnectFailed)
    assert result.may_resume
    assert pretend.steps[-1].state == "waiting"
    assert pretend.steps[-1].secrets == {"pin": "123456"}


def test_a_pin_that_was_refused_is_not_guessed_again_without_the_person() -> None:
    result, pretend = connect_with(FINISH, register(refusal(133005)))
    assert isinstance(result, NeedsPin)
    stored = {name: value for step in pretend.steps for name, value in step.facts.items()}
    done = frozenset(step.step for step in pretend.steps if step.state == "done")
    again = Signup(done=done, known=stored, secrets={"access_token": "EAAGNEW", "pin": "123456"}, pin="654321")
    result, pretend = connect_with(again, {})
    assert isinstance(result, NeedsPin)
    assert "POST 3003001/register" not in pretend.asked
    result, pretend = connect_with(replace(again, pin_is_theirs=True), {})
    assert isinstance(result, Connected)
    assert pretend.calls[0].json == {"messaging_product": "whatsapp", "pin": "654321"}


@pytest.mark.parametrize(
    ("code", "details", "after_s"),
    [(133008, "Try again in 2 hours.", 7200), (133008, "", 3600), (133009, "in 90 seconds", 90), (133009, "later", 60)],
)
def test_the_wait_after_too_many_pins_is_told(code: int, details: str, after_s: int) -> None:
    theirs = replace(FINISH, pin_is_theirs=True)
    result, _ = connect_with(theirs, register(refusal(code, details=details)))
    assert isinstance(result, NeedsPin)
    assert result.after_s == after_s


def test_waits_are_read_from_metas_words() -> None:
    assert [wait_told(text) for text in ("", "error 42", "1 Minute", "wait 3 days", "99 days")] == [
        0,
        0,
        60,
        259200,
        604800,
    ]


def test_a_registration_limit_tells_when_to_go_on() -> None:
    result, _ = connect_with(FINISH, register(refusal(133016)))
    assert isinstance(result, ConnectFailed)
    assert (result.may_resume, result.after_s) == (True, 259200)
    result, _ = connect_with(FINISH, register(refusal(131031, 403)))
    assert isinstance(result, ConnectFailed)
    assert not result.may_resume


def delivering(*callbacks: dict[str, Any]) -> Routes:
    return {"GET 111222333/subscriptions": [reply({"data": list(callbacks)})]}


# --- warnings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routes", "key"),
    [
        ({"GET 111222333/subscriptions": [reply({"data": []})]}, "hook_missing"),
        ({"GET 111222333/subscriptions": [reply({"data": [{**CALLBACK, "active": False}]})]}, "hook_missing"),
        (
            {"GET 111222333/subscriptions": [reply({"data": [{**CALLBACK, "fields": ["messages"]}]})]},
            "events_unsubscribed",
        ),
        (
            {"GET 111222333/subscriptions": [reply({"data": [{**CALLBACK, "fields": ["security"]}]})]},
            "messages_unsubscribed",
        ),
        (
            {"GET 111222333/subscriptions": [reply({"data": [{**CALLBACK, "callback_url": "https://else.test/"}]})]},
            "hook_elsewhere",
        ),
        ({"GET 2002001/subscribed_apps": [reply({"data": []})]}, "not_subscribed"),
        (
            {
                "GET 2002001/subscribed_apps": [
                    reply({"data": [{**APP, "override_callback_uri": "https://else.test/"}]})
                ]
            },
            "callback_overridden",
        ),
    ],
)
def test_a_number_whose_events_would_not_arrive_is_connected_with_a_warning(routes: Routes, key: str) -> None:
    result, _ = connect_with(FINISH, routes)
    assert isinstance(result, Connected)
    assert result.status == "attention"
    assert [warning.key for warning in result.warnings] == [key]


def test_a_business_in_review_is_neither_connected_nor_broken() -> None:
    result, _ = connect_with(FINISH, {"GET 2002001": [reply({"id": "2", "account_review_status": "PENDING"})]})
    assert isinstance(result, Connected)
    assert result.status == "in_review"


def test_fields_as_plain_names_are_understood_too() -> None:
    names = [field["name"] for field in CALLBACK["fields"]]
    result, _ = connect_with(
        FINISH, {"GET 111222333/subscriptions": [reply({"data": [{**CALLBACK, "fields": names}]})]}
    )
    assert isinstance(result, Connected)
    assert not result.warnings


# --- testing a connection --------------------------------------------------------------------------------------------


def debug(**changes: Any) -> Routes:
    good = {"app_id": "111222333", "is_valid": True, "scopes": [], "expires_at": 1800000000}
    return {"GET debug_token": [reply({"data": {**good, **changes}})]}


@pytest.mark.parametrize(
    ("routes", "status", "failing"),
    [
        (debug(is_valid=False, error={"code": 190, "subcode": 463}), "reauth_required", "token"),
        (debug(scopes=["whatsapp_business_management"]), "reauth_required", "token"),
        ({"GET debug_token": [GONE]}, "", "token"),
        ({"GET 3003001": [refusal(2, 503)]}, "", "number"),
        ({"GET 3003001": [refusal(190, 401)]}, "reauth_required", "number"),
        ({"GET 3003001": [reply({**LIVE, "status": "BANNED"})]}, "suspended", "number"),
        ({"GET 3003001": [reply(NUMBER)]}, "attention", "registered"),
        ({"GET 3003001": [reply({**LIVE, "quality_rating": "RED"})]}, "attention", "quality"),
        ({"GET 3003001": [reply({**LIVE, "health_status": {"can_send_message": "BLOCKED"}})]}, "attention", "sending"),
        ({"GET 2002001": [reply({"account_review_status": "PENDING"})]}, "in_review", "review"),
        ({"GET 2002001": [reply({"account_review_status": "REJECTED"})]}, "suspended", "review"),
        ({"GET 2002001/subscribed_apps": [reply({"data": []})]}, "attention", "subscription"),
        ({"GET 111222333/subscriptions": [reply({"data": []})]}, "attention", "webhook"),
        (
            {"GET 3003001": [reply({**LIVE, "webhook_configuration": {"phone_number": "https://else.test/"}})]},
            "attention",
            "override",
        ),
    ],
)
def test_a_test_names_what_is_wrong_and_what_to_do(routes: Routes, status: str, failing: str) -> None:
    health = check(routes)
    assert health.status == status
    [line] = [each for each in health.checks if not each.ok]
    assert line.name == failing
    assert line.message
    assert line.cure


def test_a_test_tells_when_the_token_ends_and_what_meta_says_about_sending() -> None:
    entity = {
        "can_send_message": "BLOCKED",
        "errors": [{"error_code": 141006, "error_description": "No payment method."}],
    }
    told = {**LIVE, "health_status": {"can_send_message": "BLOCKED", "entities": [entity]}}
    health = check({**debug(), "GET 3003001": [reply(told)]})
    assert health.facts["token_expires_at"] == 1800000000
    assert [each.details for each in health.checks if each.name == "sending"] == ["No payment method."]


def test_a_number_without_a_token_needs_a_sign_in_and_nothing_is_asked_with_it() -> None:
    pretend = Pretend(HAPPY)
    health = pretend.run(meta.check(replace(ONE, secrets={}), PLATFORM))
    assert health.status == "reauth_required"
    assert pretend.asked == ("GET 111222333/subscriptions",)


# --- hooks and leaving -----------------------------------------------------------------------------------------------


def test_an_app_without_the_right_to_a_field_is_registered_for_the_needed_ones() -> None:
    route = "POST 111222333/subscriptions"
    pretend = Pretend(HAPPY, {route: [refusal(100), reply({"success": True})]})
    health = pretend.run(meta.register_hooks(PLATFORM))
    assert health.status == "connected"
    first, second = (dict(call.form or {}) for call in pretend.calls[:2])
    assert first["callback_url"] == "https://app.test/webhooks/meta"
    assert first["verify_token"] == "hello-there"
    assert "security" in first["fields"]
    assert second["fields"] == ",".join(NEEDED_FIELDS)
    assert pretend.calls[0].headers == {"authorization": "Bearer 111222333|demo_app_secret"}


def test_an_address_that_meta_can_not_reach_is_told_as_such() -> None:
    health = Pretend(HAPPY, {"POST 111222333/subscriptions": [refusal(100, subcode=2200)]}).run(
        meta.register_hooks(PLATFORM)
    )
    assert [problem.key for problem in health.problems] == ["callback_unverified"]


@pytest.mark.parametrize(
    ("routes", "states"),
    [
        ({"DELETE 2002001/subscribed_apps": [refusal(190, 401)]}, ["done", "skipped"]),
        ({"DELETE 2002001/subscribed_apps": [GONE]}, ["done", "failed"]),
        ({"POST 3003001/deregister": [refusal(133010)]}, ["skipped", "done"]),
        ({"POST 3003001/deregister": [refusal(133016)]}, ["failed", "done"]),
    ],
)
def test_leaving_ends_whatever_meta_says(routes: Routes, states: list[str]) -> None:
    done = Pretend(HAPPY, routes).run(meta.disconnect(ONE, PLATFORM, deregister=True, done=frozenset()))
    assert [step["state"] for step in done.steps] == states
    assert all(step["message"] for step in done.steps)


def test_a_number_in_the_phone_app_is_never_deregistered() -> None:
    pretend = Pretend(HAPPY)
    shared = replace(ONE, facts={"is_on_phone_app": True})
    pretend.run(meta.disconnect(shared, PLATFORM, deregister=True, done=frozenset()))
    assert pretend.asked == ("DELETE 2002001/subscribed_apps",)


def test_the_list_of_numbers_is_not_read_without_end() -> None:
    page = reply({"data": [], "paging": {"cursors": {"after": "x"}, "next": "https://graph.test/next"}})
    _, pretend = connect_with(FINISH, {"GET 2002001/phone_numbers": [page], "GET 3003001": [reply(LIVE)]})
    assert pretend.asked.count("GET 2002001/phone_numbers") == 5
