"""Embedded Signup: the popup's steps, its endings, and the code it gives."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.outside import Listener, Meta, Outcome

STEPS = [
    "BUSINESS_ACCOUNT_SELECTION",
    "WABA_PHONE_PROFILE_PICKER",
    "WHATSAPP_BUSINESS_PROFILE_SETUP",
    "PHONE_NUMBER_SETUP",
    "PHONE_NUMBER_VERIFICATION",
    "PERMISSIONS",
]


def exchange(meta: Meta, code: str, **more: str) -> dict[str, object]:
    asked = {"client_id": meta.app_id, "client_secret": meta.secret, "code": code, **more}
    answer: dict[str, object] = meta.call("GET", "oauth/access_token", params=asked).json()
    return answer


def error(answer: dict[str, object]) -> tuple[int, int | None]:
    inner = answer["error"]
    assert isinstance(inner, dict)
    return inner["code"], inner.get("error_subcode")


def token_of(meta: Meta, outcome: Outcome) -> str:
    return str(exchange(meta, outcome.code)["access_token"])


def test_continuing_straight_through_gives_a_number_and_a_code(meta: Meta) -> None:
    outcome = meta.sign_up()
    assert outcome.event == "FINISH"
    assert set(outcome.data) == {"phone_number_id", "waba_id", "business_id"}
    token = token_of(meta, outcome)
    numbers = meta.call("GET", f"{outcome.data['waba_id']}/phone_numbers", token).json()["data"]
    assert [(n["id"], n["code_verification_status"]) for n in numbers] == [
        (outcome.data["phone_number_id"], "VERIFIED")
    ]
    assert numbers[0]["platform_type"] == "NOT_APPLICABLE"


@pytest.mark.parametrize("step", STEPS)
def test_cancelling_tells_the_step(meta: Meta, step: str) -> None:
    outcome = meta.sign_up(leave_at=step)
    assert (outcome.event, outcome.data) == ("CANCEL", {"current_step": step})
    assert outcome.login == {"status": "unknown", "authResponse": None}


def test_reporting_a_problem_tells_its_id(meta: Meta) -> None:
    outcome = meta.sign_up(leave_at="PERMISSIONS", action="report")
    assert outcome.event == "CANCEL"
    assert set(outcome.data) == {"error_message", "error_id", "session_id", "timestamp"}


@pytest.mark.parametrize(
    ("finish", "keys"),
    [
        ("FINISH_ONLY_WABA", {"waba_id", "business_id"}),
        ("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", {"phone_number_id", "waba_id", "business_id"}),
        ("FINISH_GRANT_ONLY_API_ACCESS", {"phone_number_id", "waba_id", "business_id"}),
    ],
)
def test_each_way_to_finish_tells_its_own_ids(meta: Meta, finish: str, keys: set[str]) -> None:
    outcome = meta.sign_up(answers={"option_finish": finish})
    assert (outcome.event, set(outcome.data)) == (finish, keys)
    assert outcome.code


def test_an_error_gives_no_code(meta: Meta) -> None:
    outcome = meta.sign_up(answers={"option_finish": "ERROR"})
    assert (outcome.event, outcome.login["authResponse"]) == ("ERROR", None)
    assert outcome.data["error_message"]


def test_no_number_for_now_finishes_with_the_waba_only(meta: Meta) -> None:
    assert meta.sign_up(answers={"number": "none"}).event == "FINISH_ONLY_WABA"


def test_a_number_left_unverified_cannot_be_registered(meta: Meta) -> None:
    outcome = meta.sign_up(answers={"skip_verification": "1"})
    asked = {"messaging_product": "whatsapp", "pin": "123456"}
    answer = meta.call("POST", f"{outcome.data['phone_number_id']}/register", token_of(meta, outcome), json=asked)
    assert error(answer.json())[0] == 133006


def test_the_message_may_be_an_object_or_never_come(meta: Meta) -> None:
    assert isinstance(meta.sign_up(answers={"option_data": "object"}).outcome["session"], dict)
    assert meta.sign_up(answers={"option_order": "lost"}).outcome["session"] is None
    meta.control("POST", "faults", {"provider": "meta", "kind": "lost_signup_event"})
    assert meta.sign_up().outcome["session"] is None


def test_an_unticked_scope_is_missing_from_the_token(meta: Meta) -> None:
    outcome = meta.sign_up(answers={"without_scope": "whatsapp_business_messaging"})
    token = token_of(meta, outcome)
    seen = meta.call("GET", "debug_token", meta.app_token, params={"input_token": token}).json()["data"]
    assert seen["scopes"] == ["whatsapp_business_management"]
    answer = meta.call(
        "POST", f"{outcome.data['phone_number_id']}/messages", token, json={"messaging_product": "whatsapp"}
    )
    assert (answer.status_code, error(answer.json())[0]) == (403, 10)


def test_a_code_is_good_once(meta: Meta) -> None:
    code = meta.sign_up().code
    assert "access_token" in exchange(meta, code)
    assert error(exchange(meta, code)) == (100, 36009)


def test_a_code_is_good_for_thirty_seconds(meta: Meta) -> None:
    assert error(exchange(meta, meta.sign_up(answers={"option_code": "expired"}).code)) == (100, 36007)


def test_a_wrong_secret_is_refused_and_leaves_the_code_good(meta: Meta) -> None:
    code = meta.sign_up().code
    assert error(exchange(meta, code, client_secret="wrong")) == (1, None)
    assert "access_token" in exchange(meta, code)


def test_a_full_page_login_comes_back_with_state_and_needs_its_redirect_uri_again(meta: Meta) -> None:
    back = "http://127.0.0.1:1/whatsapp/official/callback?keep=1"
    outcome = meta.sign_up(redirect_uri=back, state="s1")
    query = parse_qs(urlsplit(outcome.location).query)
    assert (query["state"], query["keep"]) == (["s1"], ["1"])
    assert error(exchange(meta, outcome.code)) == (100, 36008)
    assert "access_token" in exchange(meta, outcome.code, redirect_uri=back)


def test_a_cancelled_full_page_login_comes_back_with_an_error(meta: Meta) -> None:
    outcome = meta.sign_up(leave_at="PERMISSIONS", redirect_uri="http://127.0.0.1:1/back", state="s2")
    query = parse_qs(urlsplit(outcome.location).query)
    assert (query["error"], query["error_reason"], query["state"]) == (["access_denied"], ["user_denied"], ["s2"])


def test_a_number_that_exists_may_be_chosen_again(meta: Meta) -> None:
    first = meta.sign_up()
    again = meta.sign_up(
        answers={
            "business": first.data["business_id"],
            "waba": first.data["waba_id"],
            "number": first.data["phone_number_id"],
        }
    )
    assert again.data == first.data


def test_the_token_names_the_newest_waba_first(meta: Meta) -> None:
    first = meta.sign_up()
    second = meta.sign_up(answers={"business": first.data["business_id"], "waba": "new"})
    seen = meta.call("GET", "debug_token", meta.app_token, params={"input_token": token_of(meta, second)}).json()
    targets = seen["data"]["granular_scopes"][0]["target_ids"]
    assert targets == [second.data["waba_id"], first.data["waba_id"]]


def test_the_partner_hears_of_a_new_customer(meta: Meta, listener: Listener) -> None:
    meta.register_callback(listener)
    outcome = meta.sign_up()
    value = listener.wait(lambda: listener.values("account_update"))[0]
    assert value["event"] == "PARTNER_ADDED"
    assert value["waba_info"]["waba_id"] == outcome.data["waba_id"]
    assert listener.hooks[0]["entry"][0]["id"] not in (outcome.data["waba_id"], outcome.data["business_id"])


@pytest.mark.parametrize("changed", [{"client_id": "1"}, {"config_id": "1"}, {"response_type": "token"}])
def test_a_wrong_dialog_is_a_page_that_says_so(meta: Meta, changed: dict[str, str]) -> None:
    asked = {"client_id": meta.app_id, "config_id": meta.config_id, "response_type": "code", "sdk_origin": "http://x"}
    page = meta.http.get("/v25.0/dialog/oauth", params=asked | changed)
    assert page.status_code == 400
    assert "<h1>" in page.text
