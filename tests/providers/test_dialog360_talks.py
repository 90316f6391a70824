"""What is 360dialog's own in onboarding, use, testing, repairing and leaving."""

import hmac
from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.providers import dialog360
from safarichat.providers.dialog360.use import media_url
from safarichat.providers.shapes import (
    Accepted,
    Connected,
    ConnectFailed,
    Done,
    Health,
    Later,
    Outgoing,
    Refused,
    Signup,
)
from tests.conformance.dialog360.connects import (
    BACK,
    CHANNEL,
    HAPPY,
    HEALTH,
    HOOK,
    HOOK_URL,
    HUB,
    KEYS,
    MAKE_KEY,
    NO_KEY,
    NO_LEAVE,
    NUMBER,
    PASTED,
    SHARE,
    SHARED,
    gateway,
)
from tests.conformance.dialog360.subject import PLATFORM, SUBJECT
from tests.conformance.subject import CUT, GONE, Pretend, Routes, reply

ONE = SUBJECT.number
PASTED_ONE = replace(ONE, facts={})
READ_HOOK, READ_KEYS, READ_CHANNEL = "GET configs/webhook", f"GET {HUB}/{KEYS}", f"GET {HUB}/channels/Xy34ZzCH"


def connect_with(signup: Signup, routes: Routes | None = None, **changes: Any) -> tuple[Any, Pretend]:
    pretend = Pretend(HAPPY, routes or {})
    return pretend.run(dialog360.connect(signup, replace(PLATFORM, **changes))), pretend


def check(routes: Routes, number: Any = ONE) -> tuple[Health, Pretend]:
    pretend = Pretend(HAPPY, routes)
    return pretend.run(dialog360.check(number, PLATFORM)), pretend


def do(deed: str, routes: Routes | None = None, number: Any = ONE, **given: Any) -> tuple[Any, Pretend]:
    pretend = Pretend(HAPPY, routes or {})
    return pretend.run(dialog360.deeds[deed](number, PLATFORM, given)), pretend


# --- connecting ------------------------------------------------------------------------------------------------------


def test_the_hub_is_asked_with_the_partners_key_and_the_number_with_its_own() -> None:
    _, pretend = connect_with(BACK)
    for call in pretend.calls:
        at_hub = "api/v2" in call.url
        assert call.headers == ({"x-api-key": "partner-key-1"} if at_hub else {"D360-API-KEY": "NEWKEY0001AK"})
        assert call.budget == ("360dialog-partner" if at_hub else "")
    assert pretend.calls[0].query == {"filters": '{"client_id":"Ab12CdCL"}'}


def test_the_keys_own_address_is_used_but_never_past_a_setting() -> None:
    told: Routes = {MAKE_KEY: [reply({"address": "https://waba-9.360dialog.io/", "api_key": "NEWKEY0001AK"}, 201)]}
    _, pretend = connect_with(BACK, told)
    assert pretend.calls[-1].url.startswith("https://waba-9.360dialog.io/whatsapp_business_profile")
    here = {**PLATFORM.settings, "D360_API_URL": "http://127.0.0.1:8001/360dialog/messaging"}
    pretend = Pretend()
    pretend.run(dialog360.connect(BACK, replace(PLATFORM, settings={**here, "D360_HUB_API_URL": "http://127.0.0.1:1"})))
    assert pretend.calls[0].url.startswith("http://127.0.0.1:1/api/v2/partners/abcdePA/")


def test_the_webhook_carries_a_word_that_only_the_key_tells_and_that_is_kept_before_it_is_set() -> None:
    _, pretend = connect_with(BACK)
    word = hmac.digest(b"NEWKEY0001AK", HOOK_URL.encode(), "sha256").hex()
    kept = [step for step in pretend.steps if "D360_HOOK_SECRET" in step.secrets]
    assert [(step.step, step.state, step.secrets["D360_HOOK_SECRET"]) for step in kept] == [
        ("subscribed", "waiting", word)
    ]
    [call] = [call for call in pretend.calls if call.name == "set webhook"]
    assert call.json == {"url": HOOK_URL, "headers": {"Authorization": f"Bearer {word}"}}
    _, cut = connect_with(BACK, {HOOK: [CUT]})
    assert cut.steps[-1].secrets == {"D360_HOOK_SECRET": word}


@pytest.mark.parametrize(
    "url", ["http://app.test/webhooks", "https://app.test:8443/webhooks", "https://my_app.test/webhooks", "app.test"]
)
def test_an_address_that_360dialog_would_refuse_is_told_before_it_is_asked(url: str) -> None:
    result, pretend = connect_with(BACK, hook_url=url)
    assert isinstance(result, Connected)
    assert result.status == "attention"
    assert [(warning.key, warning.details) for warning in result.warnings] == [("hook_address_refused", url)]
    assert HOOK not in pretend.asked


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/webhooks", "http://localhost:8000/webhooks", HOOK_URL])
def test_a_laptop_and_a_proper_address_are_taken(url: str) -> None:
    result, pretend = connect_with(BACK, hook_url=url)
    assert isinstance(result, Connected)
    assert not result.warnings
    assert HOOK in pretend.asked


def test_a_shared_number_makes_one_client_however_often_it_is_tried() -> None:
    result, first = connect_with(SHARED, {SHARE: [CUT]})
    assert isinstance(result, ConnectFailed)
    known = {name: value for step in first.steps for name, value in step.facts.items()}
    done = frozenset(step.step for step in first.steps if step.state == "done")
    result, second = connect_with(Signup(mode="hosted", done=done, known=known))
    assert isinstance(result, Connected)
    assert "make client" not in [call.name for call in second.calls]
    [call] = [call for call in second.calls if call.name == "share number"]
    assert call.json == {
        "client_id": "Ab12CdCL",
        "waba_external_id": "2002001",
        "solution_id": "12345678901234",
        "channel_external_id": "3003001",
        "waba_business_id": "4004000",
    }


def test_a_pasted_key_is_kept_before_the_first_question() -> None:
    result, pretend = connect_with(PASTED, {NUMBER: [GONE]})
    assert isinstance(result, ConnectFailed)
    assert pretend.steps[0].secrets == {"access_token": "PASTEDKEY0001AK"}
    result, pretend = connect_with(replace(PASTED, event="", done=frozenset({"exchanged"})))
    assert isinstance(result, Connected)
    assert result.waba_id == "2002001", "told by the health status alone"


# --- use -------------------------------------------------------------------------------------------------------------


def test_a_message_is_metas_own_without_an_id_in_its_path() -> None:
    pretend = Pretend(HAPPY)
    message = Outgoing(opaque="7", user_id="BR.1349", body={"type": "text", "text": {"body": "oi"}})
    pretend.run(dialog360.send(ONE, message, PLATFORM))
    [call] = pretend.calls
    assert call.url == "https://waba-v2.360dialog.io/messages"
    assert call.json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "recipient": "BR.1349",
        "type": "text",
        "text": {"body": "oi"},
        "biz_opaque_callback_data": "7",
    }


def test_marking_as_read_is_the_documented_call() -> None:
    pretend = Pretend({"POST messages": [reply({"success": True})]})
    assert isinstance(pretend.run(dialog360.mark_read(ONE, "wamid.IN1", PLATFORM)), Accepted)
    assert pretend.calls[0].json == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN1"}


ATTACHMENT = "/whatsapp_business/attachments/?mid=90%2F1&ext=1790000000&hash=A_b-%2B"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://waba-v2.360dialog.io", f"https://waba-v2.360dialog.io{ATTACHMENT}"),
        ("https://waba-9.360dialog.io/", f"https://waba-9.360dialog.io{ATTACHMENT}"),
        ("http://127.0.0.1:8001/360dialog/messaging", f"http://127.0.0.1:8001/360dialog/messaging{ATTACHMENT}"),
    ],
)
def test_a_file_is_fetched_from_the_numbers_host_path_and_query_as_they_were(base: str, expected: str) -> None:
    assert media_url(f"https://lookaside.fbsbx.com{ATTACHMENT}", base) == expected
    assert media_url(expected, base) == expected, "an address that is there already"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lookaside.fbsbx.com/x",
        f"http://lookaside.fbsbx.com{ATTACHMENT}",
        f"https://lookaside.fbsbx.com:8443{ATTACHMENT}",
        f"https://lookaside.fbsbx.com.evil.test{ATTACHMENT}",
        f"https://lookaside.fbsbx.com@evil.test{ATTACHMENT}",
        f"https://somebody@lookaside.fbsbx.com{ATTACHMENT}",
        f"https://evil.test/lookaside.fbsbx.com{ATTACHMENT}",
        "https://waba-v2.360dialog.io.evil.test/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ],
)
def test_no_other_host_is_ever_asked_for_a_file(url: str) -> None:
    assert media_url(url) == ""


# --- testing a connection --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routes", "status", "failing", "key", "repair"),
    [
        ({NUMBER: [NO_KEY]}, "reauth_required", "token", "key_replaced", "new_key"),
        ({NUMBER: [gateway(400, "This account is disabled")]}, "suspended", "token", "account_disabled", ""),
        ({NUMBER: [gateway(400, "Overdue invoices", camel=True)]}, "suspended", "token", "payment_missing", ""),
        ({NUMBER: [GONE]}, "", "token", "unreachable", ""),
        ({NUMBER: [gateway(502, "not available")]}, "", "token", "provider_down", ""),
        ({NUMBER: [reply({**HEALTH, "quality_rating": "RED"})]}, "attention", "quality", "quality_low", ""),
        ({NUMBER: [reply({**HEALTH, "name_status": "DECLINED"})]}, "attention", "", "name_declined", ""),
        ({READ_HOOK: [reply({"url": ""})]}, "attention", "webhook", "hook_missing", "set_hook"),
        ({READ_HOOK: [reply({"url": "https://else.test/x"})]}, "attention", "webhook", "hook_elsewhere", "set_hook"),
        ({READ_HOOK: [gateway(429, "Slow down")]}, "", "webhook", "provider_busy", ""),
        (
            {"GET waba_webhook": [reply({"url": "https://else.test/x", "override_all": True})]},
            "attention",
            "override",
            "hook_overridden",
            "",
        ),
        ({READ_KEYS: [NO_LEAVE]}, "reauth_required", "channel", "permission_missing", ""),
        ({READ_KEYS: [NO_KEY]}, "connected", "channel", "partner_key_refused", ""),
    ],
)
def test_a_test_names_what_is_wrong_and_what_to_do(
    routes: Routes, status: str, failing: str, key: str, repair: str
) -> None:
    health, _ = check(routes)
    assert health.status == status
    assert [line.name for line in health.checks if not line.ok] == ([failing] if failing else [])
    [problem] = health.problems
    assert (problem.key, problem.repair) == (key, repair)
    assert problem.cure
    assert not repair or problem.hurts


def test_a_key_that_failed_is_looked_into_at_the_hub() -> None:
    for status, key in (("cancelled", "channel_cancelled"), ("ready", "channel_not_live")):
        health, _ = check({NUMBER: [NO_KEY], READ_CHANNEL: [reply({**CHANNEL, "status": status})]})
        assert [problem.key for problem in health.problems] == ["key_replaced", key]


def test_a_pasted_key_has_no_repair_by_one_click_and_asks_nothing_of_the_hub() -> None:
    health, pretend = check({NUMBER: [NO_KEY]}, PASTED_ONE)
    assert [(problem.key, problem.repair) for problem in health.problems] == [("key_replaced", "")]
    assert pretend.asked == (NUMBER,)


def test_blocked_and_limited_tell_whatsapps_reason() -> None:
    for can_send, key in (("BLOCKED", "cannot_send"), ("LIMITED", "sending_limited")):
        errors = [{"error_code": 141006, "error_description": "No payment method."}]
        entity = {"entity_type": "WABA", "id": "2002001", "can_send_message": can_send, "errors": errors}
        told = {**HEALTH, "health_status": {"can_send_message": can_send, "entities": [entity]}}
        health, _ = check({NUMBER: [reply(told)]})
        assert [(problem.key, problem.details) for problem in health.problems] == [(key, "No payment method.")]


def test_a_healthy_number_costs_one_of_the_hubs_few_calls_and_a_busy_hub_is_not_its_trouble() -> None:
    health, pretend = check({})
    assert [call.name for call in pretend.calls if call.budget] == ["read keys"]
    for busy in (GONE, CUT, gateway(429, "Too many requests")):
        health, _ = check({READ_KEYS: [busy]})
        assert (health.status, health.problems) == ("connected", ())


# --- deeds -----------------------------------------------------------------------------------------------------------


def test_the_webhook_is_set_again_with_its_word() -> None:
    done, pretend = do("set_hook")
    assert isinstance(done, Done)
    assert done.facts == {"hook_url": HOOK_URL}
    assert "D360_HOOK_SECRET" in pretend.steps[0].secrets
    refused, _ = do("set_hook", {HOOK: [gateway(400, "limit of 1 request every 10 seconds")]})
    assert isinstance(refused, Later)
    assert refused.why == "throttled"


def test_a_new_key_is_kept_before_its_webhook_is_set() -> None:
    done, pretend = do("new_key", {HOOK: [CUT]})
    assert not isinstance(done, Done)
    assert pretend.steps[0].secrets["access_token"] == "NEWKEY0001AK"
    done, pretend = do("new_key")
    assert isinstance(done, Done)
    assert pretend.asked == (MAKE_KEY, HOOK)
    assert pretend.calls[1].headers == {"D360-API-KEY": "NEWKEY0001AK"}
    refused, pretend = do("new_key", number=PASTED_ONE)
    assert isinstance(refused, Refused)
    assert pretend.asked == ()
    refused, _ = do("new_key", {MAKE_KEY: [NO_KEY]})
    assert isinstance(refused, Refused)
    assert refused.problem.key == "partner_key_refused"


def test_a_profile_is_written_and_read_back() -> None:
    done, pretend = do(
        "write_profile", {"POST whatsapp_business_profile": [reply({"success": True})]}, profile={"about": "Pão"}
    )
    assert isinstance(done, Done)
    assert done.facts == {"profile": {"about": "Pão"}}
    assert pretend.calls[0].json == {"messaging_product": "whatsapp", "about": "Pão"}


# --- leaving and the partner -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routes", "states"),
    [
        ({HOOK: [NO_KEY]}, ["skipped", "done"]),
        ({HOOK: [GONE]}, ["failed", "done"]),
        ({f"DELETE {HUB}/{KEYS}": [NO_LEAVE]}, ["done", "skipped"]),
        ({f"DELETE {HUB}/{KEYS}": [gateway(429, "Too many requests")]}, ["done", "failed"]),
        ({f"DELETE {HUB}/{KEYS}": [NO_KEY]}, ["done", "failed"]),
    ],
)
def test_leaving_ends_whatever_360dialog_says(routes: Routes, states: list[str]) -> None:
    done = Pretend(HAPPY, routes).run(dialog360.disconnect(ONE, PLATFORM, deregister=True, done=frozenset()))
    assert [step["state"] for step in done.steps] == states
    assert all(step["message"] for step in done.steps)


def test_leaving_goes_on_where_it_stopped_and_never_touches_a_key_that_is_the_persons() -> None:
    pretend = Pretend(HAPPY)
    pretend.run(dialog360.disconnect(ONE, PLATFORM, deregister=False, done=frozenset({"unsubscribed"})))
    assert pretend.asked == (f"DELETE {HUB}/{KEYS}",)
    pretend = Pretend(HAPPY)
    pretend.run(dialog360.disconnect(PASTED_ONE, PLATFORM, deregister=False, done=frozenset()))
    assert pretend.asked == (HOOK,)
    assert pretend.calls[0].json == {"url": ""}


def test_the_partners_webhook_is_set_and_read_back() -> None:
    pretend = Pretend(HAPPY, {f"POST {HUB}/webhook_url": [reply({"meta": {"success": True}})]})
    assert pretend.run(dialog360.register_hooks(PLATFORM)).status == "connected"
    assert pretend.asked == (f"POST {HUB}/webhook_url", f"GET {HUB}/webhook_url")
    refused = Pretend(HAPPY, {f"POST {HUB}/webhook_url": [NO_KEY]}).run(dialog360.register_hooks(PLATFORM))
    assert [problem.key for problem in refused.problems] == ["partner_key_refused"]


def test_who_is_no_partner_has_no_partner_webhook() -> None:
    alone = replace(PLATFORM, settings={})
    for talk in (dialog360.hooks(alone), dialog360.register_hooks(alone)):
        assert Pretend().run(talk).checks == ()
