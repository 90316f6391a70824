"""The way of events to us at Meta, put right by deeds; and onboarding with an app of the person's own."""

from typing import Any

from msgspec.structs import replace

from safarichat.providers import meta
from safarichat.providers.meta.own_app import verify_token
from safarichat.providers.shapes import ConnectFailed, Done, Refused, Signup
from tests.conformance.meta.connects import APP, CALLBACK, HAPPY, LIVE, OWN, refusal
from tests.conformance.meta.subject import PLATFORM
from tests.conformance.subject import Pretend, reply
from tests.providers.test_meta_deeds import YES, asked, do

OWN_PLATFORM = replace(
    PLATFORM, hook_url="https://app.test/webhooks/meta/0a1b", operator_hook_url="https://app.test/webhooks/meta"
)
ELSEWHERE = "https://else.test/hook"


# --- the webhook -----------------------------------------------------------------------------------------------------


def addresses(**told: str) -> Any:
    return reply({**LIVE, "webhook_configuration": told})


def test_the_operators_app_is_passed_by_an_address_of_the_numbers_own() -> None:
    ours = addresses(phone_number=PLATFORM.hook_url, application=ELSEWHERE)
    outcome, pretend = asked("set_hook", {"POST 3003001": YES, "GET 3003001": [ours]})
    assert isinstance(outcome, Done)
    wanted = {"override_callback_uri": PLATFORM.hook_url, "verify_token": "hello-there"}
    assert pretend.calls[0].json == {"webhook_configuration": wanted}
    assert pretend.asked == ("POST 3003001", "GET 3003001")


def test_an_override_of_the_whole_account_is_taken_away() -> None:
    both = addresses(phone_number=PLATFORM.hook_url, whatsapp_business_account=ELSEWHERE)
    routes = {"POST 3003001": YES, "GET 3003001": [both, addresses(phone_number=PLATFORM.hook_url)]}
    outcome, pretend = asked("set_hook", routes)
    assert isinstance(outcome, Done)
    assert "POST 2002001/subscribed_apps" in pretend.asked
    refused = do("set_hook", {"POST 3003001": YES, "GET 3003001": [both]})
    assert (type(refused), refused.problem.key) == (Refused, "not_taken")


def test_meta_is_believed_when_read_back_and_not_before() -> None:
    outcome = do("set_hook", {"POST 3003001": YES, "GET 3003001": [addresses(phone_number=ELSEWHERE)]})
    assert (type(outcome), outcome.problem.key) == (Refused, "not_taken")


def test_an_address_that_does_not_answer_is_told_as_such() -> None:
    outcome = do("set_hook", {"POST 3003001": [refusal(100, subcode=2200)]})
    assert (type(outcome), outcome.problem.key) == (Refused, "callback_unverified")


def test_an_app_of_ones_own_is_registered_and_nothing_left_before_it() -> None:
    callback = {**CALLBACK, "callback_url": OWN_PLATFORM.hook_url}
    routes = {
        "GET 111222333/subscriptions": [reply({"data": [callback]})],
        "POST 3003001": YES,
        "GET 3003001": [addresses(application=OWN_PLATFORM.hook_url)],
    }
    outcome, pretend = asked("set_hook", routes, platform=OWN_PLATFORM)
    assert isinstance(outcome, Done)
    assert pretend.asked[:3] == ("POST 111222333/subscriptions", "GET 111222333/subscriptions", "POST 3003001")
    assert pretend.calls[2].json == {"webhook_configuration": {"override_callback_uri": ""}}
    assert isinstance(do("register_hooks", routes, platform=OWN_PLATFORM), Done)


def test_the_operators_app_is_not_a_customers_to_change() -> None:
    platform = replace(PLATFORM, operator_hook_url=PLATFORM.hook_url)
    outcome, pretend = asked("register_hooks", platform=platform)
    assert (outcome.problem.key, pretend.calls) == ("app_not_yours", [])


def test_a_subscription_is_read_back() -> None:
    assert isinstance(do("subscribe"), Done)
    outcome = do("subscribe", {"GET 2002001/subscribed_apps": [reply({"data": []})]})
    assert (type(outcome), outcome.problem.key) == (Refused, "not_subscribed")
    overridden = {"GET 2002001/subscribed_apps": [reply({"data": [{**APP, "override_callback_uri": ELSEWHERE}]})]}
    assert do("subscribe", overridden).problem.key == "callback_overridden"


# --- an app of one's own ---------------------------------------------------------------------------------------------


def own(routes: dict[str, Any], signup: Signup = OWN) -> tuple[Any, Pretend]:
    pretend = Pretend(HAPPY, routes)
    return pretend.run(meta.connect(signup, OWN_PLATFORM)), pretend


def test_the_pasted_keys_are_kept_at_once_and_become_the_apps_own_when_meta_has_taken_them() -> None:
    _, pretend = own({})
    first, second = pretend.steps[:2]
    assert first.secrets == {"access_token": "EAAGNEW", "app_secret": "demo_app_secret"}
    word = verify_token("demo_app_secret", OWN_PLATFORM.hook_url)
    assert second.secrets == {
        "META_APP_ID": "111222333",
        "META_APP_SECRET": "demo_app_secret",
        "META_WEBHOOK_VERIFY_TOKEN": word,
        "app_secret": "",
    }
    [register] = [call for call in pretend.calls if call.name == "register webhook"]
    form = dict(register.form or {})
    assert (form["callback_url"], form["verify_token"]) == (OWN_PLATFORM.hook_url, word)


def test_a_wrong_secret_never_takes_the_place_of_one_that_works() -> None:
    result, pretend = own({"GET debug_token": [refusal(190, 401)]})
    assert isinstance(result, ConnectFailed)
    kept: dict[str, str] = {}
    for step in pretend.steps:
        kept |= step.secrets
    assert kept == {"access_token": "EAAGNEW", "app_secret": ""}


def test_a_word_to_verify_is_anothers_at_another_address_or_with_another_secret() -> None:
    words = {verify_token(secret, url) for secret in ("a", "b") for url in ("https://x.test/1", "https://x.test/2")}
    assert len(words) == 4


def test_no_call_with_an_own_app_names_the_operators() -> None:
    signup = replace(OWN, data={"app_id": "777888999"})
    theirs = {
        "GET debug_token": [reply({"data": {"app_id": "777888999", "is_valid": True, "scopes": []}})],
        "GET 4004000/client_whatsapp_business_accounts": [reply({"data": [{"id": "2002001"}]})],
    }
    result, pretend = own(theirs, signup)
    assert isinstance(result, ConnectFailed), "the operator's shared accounts are nobody else's to choose from"
    assert pretend.calls[0].headers == {"authorization": "Bearer 777888999|demo_app_secret"}
    assert not [route for route in pretend.asked if "4004000" in route]
