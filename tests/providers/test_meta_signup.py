"""Embedded Signup as the browser needs it, and what it brings back."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from safarichat.providers import meta
from safarichat.providers.shapes import Hook, Platform, Signup
from tests.conformance.meta.subject import PLATFORM

SANDBOX = Platform(settings={**PLATFORM.settings, "META_DIALOG_URL": "http://127.0.0.1:8001"})


def test_the_sdk_gets_the_documented_options() -> None:
    login = meta.login(PLATFORM, mode="signup", state="s1")
    assert login["flow"] == "sdk"
    assert login["sdk"] == {
        "app_id": "111222333",
        "config_id": "9988776655",
        "graph_version": "v25.0",
        "sdk_url": "https://connect.facebook.net/en_US/sdk.js",
        "login_options": {
            "config_id": "9988776655",
            "response_type": "code",
            "override_default_response_type": True,
            "extras": {"setup": {}, "featureType": "", "sessionInfoVersion": "3"},
        },
    }
    coexistence = meta.login(PLATFORM, mode="coexistence", state="s1")["sdk"]["login_options"]["extras"]
    assert coexistence["featureType"] == "whatsapp_business_app_onboarding"


def test_the_full_page_carries_the_same_and_the_way_back() -> None:
    url = urlsplit(meta.login(PLATFORM, mode="signup", state="a&b")["redirect_url"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://www.facebook.com/v25.0/dialog/oauth"
    assert query["state"] == "a&b"
    assert query["redirect_uri"] == PLATFORM.redirect_url
    assert query["config_id"] == "9988776655"
    assert json.loads(query["extras"])["sessionInfoVersion"] == "3"
    assert "demo_app_secret" not in str(meta.login(PLATFORM, mode="signup", state="s"))


def test_window_messages_are_trusted_from_facebook_and_exactly_the_dialogs_origin() -> None:
    assert meta.trusted_origins(SANDBOX) == ("https://facebook.com", "https://*.facebook.com", "http://127.0.0.1:8001")
    assert meta.trusted_origins(PLATFORM)[-1] == "https://www.facebook.com"


DATA = {"phone_number_id": "3003001", "waba_id": "2002001", "business_id": "4004001"}


@pytest.mark.parametrize(
    ("event", "data", "expected"),
    [
        ("FINISH", DATA, ("FINISH", DATA)),
        ("FINISH", json.dumps(DATA), ("FINISH", DATA)),
        (" finish ", {**DATA, "phone_number_id": 3003001}, ("FINISH", DATA)),
        ("", {"type": "WA_EMBEDDED_SIGNUP", "event": "FINISH", "version": 3, "data": DATA}, ("FINISH", DATA)),
        ("", json.dumps({"type": "WA_EMBEDDED_SIGNUP", "event": "FINISH", "data": json.dumps(DATA)}), ("FINISH", DATA)),
        ("FINISH", {**DATA, "surprise": {}, "page_ids": ["1", 2]}, ("FINISH", {**DATA, "page_ids": ["1"]})),
        ("FINISH", {"waba_id": "../me", "phone_number_id": "1?x=1"}, ("FINISH", {})),
        ("FINISH_ONLY_WABA", {"waba_id": "2002001"}, ("FINISH_ONLY_WABA", {"waba_id": "2002001"})),
        ("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", {}, ("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", {})),
        ("FINISH_GRANT_ONLY_API_ACCESS", None, ("FINISH_GRANT_ONLY_API_ACCESS", {})),
        ("CANCEL", {"current_step": "PERMISSIONS"}, ("CANCEL", {"current_step": "PERMISSIONS"})),
        (
            "CANCEL",
            {"error_message": "In use", "error_id": 524126, "session_id": "s", "timestamp": 1790000000},
            ("CANCEL", {"error_message": "In use", "error_id": "524126", "session_id": "s", "timestamp": "1790000000"}),
        ),
        ("ERROR", {"error_message": "x" * 900}, ("ERROR", {"error_message": "x" * 500})),
        ("FINISH_SOMETHING_NEW", DATA, ("", {})),
        ("", "not json", ("", {})),
        ("FINISH", "not json", ("FINISH", {})),
        ("FINISH", [1], ("FINISH", {})),
        ("", None, ("", {})),
    ],
)
def test_what_the_browser_brought_is_read_from_a_string_or_an_object(event: str, data: Any, expected: Any) -> None:
    assert meta.session_event(event, data) == expected


def greeting(**changes: str) -> Hook:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "hello-there", **changes}
    return Hook(method="GET", headers={}, query=query, body=b"")


def test_the_handshake_gives_the_challenge_back_for_the_right_token_only() -> None:
    secrets = PLATFORM.settings
    assert meta.greet(greeting(), secrets) == "1158201444"
    for wrong in (
        {"hub.verify_token": "hello"},
        {"hub.verify_token": "hëllo"},
        {"hub.verify_token": ""},
        {"hub.mode": "x"},
    ):
        assert meta.greet(greeting(**wrong), secrets) is None
    assert meta.greet(greeting(**{"hub.verify_token": ""}), {}) is None
    assert meta.greet(Hook(method="GET", headers={}, query={}, body=b""), secrets) is None


# --- the other ways --------------------------------------------------------------------------------------------------


def test_a_solution_of_several_partners_stands_in_the_sign_up_and_nowhere_without_one() -> None:
    shared = replace(PLATFORM, settings={**PLATFORM.settings, "META_SOLUTION_ID": "795033"})
    login = meta.login(shared, mode="signup", state="s")
    assert login["sdk"]["login_options"]["extras"]["setup"] == {"solutionID": "795033"}
    assert "795033" in login["redirect_url"]
    assert meta.login(PLATFORM, mode="signup", state="s")["sdk"]["login_options"]["extras"]["setup"] == {}


def test_an_app_of_ones_own_needs_nothing_of_the_operator_and_is_known_by_its_id() -> None:
    assert meta.missing_settings(Platform(settings={}), "keys") == []
    assert meta.login(Platform(settings={}), mode="keys", state="s") == {"flow": "form"}
    assert meta.holder(Signup(mode="keys", data={"app_id": "111222333"})) == "111222333"
    assert meta.holder(Signup(mode="signup", data={"app_id": "111222333"})) == ""


def test_the_window_may_call_the_number_by_its_id_of_the_account_model_of_2026() -> None:
    event, told = meta.session_event("FINISH", {"cs_id": "3003001", "waac_id": "9009001", "waba_id": "2002001"})
    assert event == "FINISH"
    assert (told["phone_number_id"], told["waac_id"], told["waba_id"]) == ("3003001", "9009001", "2002001")
