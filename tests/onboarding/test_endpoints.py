"""Contract §4 over HTTP: shapes, errors, negotiation, throttles, old addresses."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from safarichat.accounts.models import Account
from safarichat.numbers.models import OfficialWhatsappCredential, Onboarding
from tests.fixtures import Sandbox, make_number
from tests.onboarding.signing_in import Person

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INITIALIZE, CALLBACK = "/whatsapp/official/initialize", "/whatsapp/official/callback"
STATUS, TEST = "/whatsapp/official/status", "/whatsapp/official/test-connection"
DISCONNECT = "/whatsapp/official/disconnect"


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, json.dumps(body or {}), content_type="application/json", headers=headers)


def error_of(answer: Any) -> tuple[int, str]:
    told = answer.json()["error"]
    assert set(told) == {"code", "message", "cure", "request_id"}
    assert told["message"].endswith(".")
    return answer.status_code, told["code"]


@pytest.fixture
def wizard(client_in: Client, meta: Sandbox, signer: Person) -> Callable[..., Any]:
    """From initialize to callback as the wizard's script does it; the callback's answer."""

    def go(credential_id: int | None = None, **answers: Any) -> Any:
        started = post(client_in, INITIALIZE, {"provider": "meta", "credential_id": credential_id}).json()
        brought = signer.sign_in(started, **answers)
        body = {"state": started["state"], "code": brought.code, "event": brought.event, "data": brought.data}
        return post(client_in, CALLBACK, body)

    return go


# --- initialize ------------------------------------------------------------------------------------------------------


def test_initialize_tells_all_that_the_browser_needs(client_in: Client, meta: Sandbox) -> None:
    answer = post(client_in, INITIALIZE, {"provider": "meta"})
    told = answer.json()
    assert answer.status_code == 201
    assert set(told) == {"onboarding_id", "credential_id", "provider", "state", "flow", "sdk", "redirect_url"}
    assert (told["provider"], told["flow"]) == ("meta", "sdk")
    assert set(told["sdk"]) == {"app_id", "config_id", "graph_version", "sdk_url", "login_options"}
    assert told["sdk"]["login_options"]["override_default_response_type"] is True
    assert OfficialWhatsappCredential.objects.get(pk=told["credential_id"]).status == "pending"
    assert Onboarding.objects.filter(pk=told["onboarding_id"]).exists()


def test_initialize_takes_a_form_and_the_provider_s_other_name(client_in: Client, meta: Sandbox) -> None:
    answer = client_in.post(INITIALIZE, {"provider": "facebook"})
    assert (answer.status_code, answer.json()["provider"]) == (201, "meta")


def test_a_plain_form_goes_on_in_the_provider_s_own_pages(client_in: Client, meta: Sandbox) -> None:
    answer = client_in.post(INITIALIZE, {"provider": "meta"}, headers=HTML)
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{meta.url}/v25.0/dialog/oauth?")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"provider": "telegram"}, (422, "invalid")),
        ({"provider": 7}, (422, "invalid")),
        ({"provider": "meta", "mode": "hosted"}, (422, "invalid")),
        ({"provider": "meta", "credential_id": "x"}, (422, "invalid")),
        ({"provider": "meta", "credential_id": 999999}, (404, "not_found")),
        ({"provider": "twilio"}, (403, "provider_not_offered")),
        (["meta"], (400, "invalid_json")),
    ],
)
def test_initialize_refuses_with_a_sentence(client_in: Client, meta: Sandbox, body: Any, told: tuple[int, str]) -> None:
    assert error_of(post(client_in, INITIALIZE, body)) == told


def test_invalid_json_is_named(client_in: Client) -> None:
    answer = client_in.post(INITIALIZE, "{", content_type="application/json")
    assert error_of(answer) == (400, "invalid_json")


def test_what_is_switched_off_is_refused(client_in: Client, settings: Settings, meta: Sandbox) -> None:
    settings.WHATSAPP_PROVIDERS = ["twilio"]
    assert error_of(post(client_in, INITIALIZE, {"provider": "meta"})) == (403, "provider_not_offered")
    settings.WHATSAPP_OFFICIAL_ENABLED = False
    assert error_of(post(client_in, INITIALIZE, {"provider": "meta"})) == (403, "switched_off")
    assert error_of(post(client_in, CALLBACK, {"state": "x", "code": "y"})) == (403, "switched_off")
    page = client_in.get("/whatsapp/integration-options").content.decode()
    assert "data-wizard" not in page
    assert client_in.get(STATUS).json()["enabled"] is False


def test_missing_settings_are_not_the_person_s_fault(client_in: Client, settings: Settings, meta: Sandbox) -> None:
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"META_APP_SECRET": ""}
    assert error_of(post(client_in, INITIALIZE, {"provider": "meta"})) == (409, "not_set_up")


def test_onboarding_is_throttled(client_in: Client, settings: Settings, meta: Sandbox) -> None:
    settings.WHATSAPP_RATE_LIMIT_ONBOARDING = 2
    for _ in range(2):
        assert post(client_in, INITIALIZE, {"provider": "meta"}).status_code == 201
    answer = post(client_in, INITIALIZE, {"provider": "meta"})
    assert error_of(answer) == (429, "too_many")
    assert 0 < int(answer["Retry-After"]) <= 3600


# --- callback --------------------------------------------------------------------------------------------------------


def test_the_wizard_connects_a_number(client_in: Client, wizard: Callable[..., Any]) -> None:
    answer = wizard()
    told = answer.json()
    assert answer.status_code == 200
    assert told["status"] in ("connected", "attention")
    assert told["next"] == f"http://testserver/whatsapp/integration-success?credential_id={told['credential_id']}"
    page = client_in.get(told["next"])
    assert page.status_code == 200
    assert "wa.me/" in page.content.decode()
    assert "<svg" in page.content.decode()


def test_a_cancelled_sign_in_is_still_pending(client_in: Client, wizard: Callable[..., Any]) -> None:
    told = wizard(leave_at="PHONE_NUMBER_VERIFICATION").json()
    assert (told["status"], told["outcome"]) == ("pending", "cancelled")
    page = client_in.get(told["next"]).content.decode()
    assert "closed before the phone number was verified" in page


def test_a_pin_is_asked_for_and_taken(client_in: Client, wizard: Callable[..., Any]) -> None:
    told = wizard(option_pin="314159").json()
    assert told["status"] == "code_required"
    page = client_in.get(told["next"])
    assert 'name="pin"' in page.content.decode()
    path = f"/whatsapp/official/{told['credential_id']}/continue"
    assert (
        "A PIN has six digits" in client_in.post(path, {"pin": "12"}, headers={"HX-Request": "true"}).content.decode()
    )
    done = client_in.post(path, {"pin": "314159"}, headers={"HX-Request": "true"})
    assert "integration-success" in done["HX-Redirect"]


def test_a_wrong_state_changes_nothing(client_in: Client, meta: Sandbox) -> None:
    started = post(client_in, INITIALIZE, {"provider": "meta"}).json()
    before = list(OfficialWhatsappCredential.objects.values())
    assert error_of(post(client_in, CALLBACK, {"state": "wrong", "code": "c"})) == (403, "state_unknown")
    assert error_of(client_in.get(CALLBACK, {"state": "wrong", "code": "c"})) == (403, "state_unknown")
    Onboarding.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert error_of(post(client_in, CALLBACK, {"state": started["state"], "code": "c"})) == (403, "state_expired")
    assert list(OfficialWhatsappCredential.objects.values()) == before


def test_a_state_belongs_to_its_login(client_in: Client, account: Account, meta: Sandbox) -> None:
    started = post(client_in, INITIALIZE, {"provider": "meta"}).json()
    second = Client()
    second.force_login(account.memberships.get().user)
    assert error_of(post(second, CALLBACK, {"state": started["state"], "code": "c"})) == (403, "state_unknown")


def test_a_body_without_code_and_event_uses_no_state_up(client_in: Client, meta: Sandbox) -> None:
    started = post(client_in, INITIALIZE, {"provider": "meta"}).json()
    assert error_of(post(client_in, CALLBACK, {"state": started["state"]})) == (422, "invalid")
    assert Onboarding.objects.get().used_at is None


def test_the_full_page_sign_in_ends_on_the_success_page(client_in: Client, meta: Sandbox, signer: Person) -> None:
    started = post(client_in, INITIALIZE, {"provider": "meta"}).json()
    brought = signer.sign_in(started, by_page=True)
    for _ in range(2):  # a reload gets the same
        answer = client_in.get(CALLBACK, {"state": started["state"], "code": brought.code}, headers=HTML)
        assert answer.status_code == 303
        assert answer["Location"].endswith(f"/whatsapp/integration-success?credential_id={started['credential_id']}")


def test_a_full_page_sign_in_that_was_refused_ends_on_the_error_page(client_in: Client, meta: Sandbox) -> None:
    started = post(client_in, INITIALIZE, {"provider": "meta"}).json()
    answer = client_in.get(
        CALLBACK, {"state": started["state"], "error": "access_denied", "error_reason": "user_denied"}
    )
    assert answer.status_code == 303
    assert answer["Location"].startswith("http://testserver/whatsapp/integration-error?error=cancelled")
    assert client_in.get(answer["Location"]).status_code == 200


def test_the_operator_s_own_pages_end_the_wizard(
    client_in: Client, settings: Settings, wizard: Callable[..., Any]
) -> None:
    settings.WHATSAPP_EMBEDDED_SIGNUP_SUCCESS_URL = "https://shop.example/done?from=safari"
    told = wizard().json()
    assert told["next"] == f"https://shop.example/done?from=safari&credential_id={told['credential_id']}"


# --- status ----------------------------------------------------------------------------------------------------------


def test_status_lists_every_number_in_the_promised_shape(client_in: Client, wizard: Callable[..., Any]) -> None:
    wizard()
    told = client_in.get(STATUS).json()
    assert set(told) == {"enabled", "default_provider", "numbers"}
    (number,) = told["numbers"]
    assert set(number) == {
        "credential_id", "provider", "status", "label", "color", "waba_id", "phone_number_id", "display_phone_number",
        "verified_name", "quality_rating", "token_expires_at", "steps", "health",
    }  # fmt: skip
    assert [step["step"] for step in number["steps"]][:3] == ["started", "signed_in", "exchanged"]
    assert all({"step", "state", "at", "message"} == set(step) for step in number["steps"])


def test_status_is_also_a_page(client_in: Client, account: Account) -> None:
    make_number(account)
    page = client_in.get(STATUS, headers=HTML).content.decode()
    assert "+254 700 000 001" in page
    assert 'data-live="numbers"' in page


def test_nobody_sees_another_account_s_numbers(client_in: Client, other_account: Account) -> None:
    theirs = make_number(other_account)
    assert client_in.get(STATUS).json()["numbers"] == []
    for path in (TEST, DISCONNECT):
        assert error_of(post(client_in, path, {"credential_id": theirs.pk})) == (404, "not_found")
    for path in ("steps", "proof"):
        assert client_in.get(f"/whatsapp/official/{theirs.pk}/{path}").status_code == 404
    for path in ("continue", "pin", "test-message"):
        assert client_in.post(f"/whatsapp/official/{theirs.pk}/{path}").status_code == 404
    for page in ("options", "success", "error"):
        assert client_in.get(f"/whatsapp/integration-{page}", {"credential_id": theirs.pk}).status_code == 404


# --- test and disconnect ---------------------------------------------------------------------------------------------


def test_a_connection_is_tested(client_in: Client, wizard: Callable[..., Any]) -> None:
    wizard()
    answer = post(client_in, TEST)  # there is one: no id needed
    told = answer.json()
    assert answer.status_code == 200
    assert set(told) == {"ok", "latency_ms", "checks"}
    assert {"name", "ok", "message", "cure"} <= set(told["checks"][0])


def test_a_failing_provider_is_an_answer_and_no_error(
    client_in: Client, meta: Sandbox, wizard: Callable[..., Any]
) -> None:
    credential_id = wizard().json()["credential_id"]
    status = OfficialWhatsappCredential.objects.get(pk=credential_id).status
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 30})
    answer = post(client_in, TEST, {"credential_id": credential_id})
    assert (answer.status_code, answer.json()["ok"]) == (200, False)
    assert OfficialWhatsappCredential.objects.get(pk=credential_id).status == status, "an outage says nothing of it"


def test_a_revoked_token_is_found_by_a_test(client_in: Client, meta: Sandbox, wizard: Callable[..., Any]) -> None:
    credential_id = wizard().json()["credential_id"]
    row = OfficialWhatsappCredential.objects.get(pk=credential_id)
    meta.post("/_sandbox/tokens/revoke", json={"waba_id": row.waba_id})
    assert post(client_in, TEST, {"credential_id": credential_id}).json()["ok"] is False
    assert OfficialWhatsappCredential.objects.get(pk=credential_id).status == "reauth_required"


def test_tests_are_throttled_by_number(client_in: Client, settings: Settings, account: Account) -> None:
    settings.WHATSAPP_RATE_LIMIT_TEST = 1
    first = make_number(account, status="disconnected", access_token="")
    second = make_number(account, status="disconnected", phone_number_id="3", phone_number="254700000003")
    for number in (first, second):
        number.access_token = ""
        number.save()
        assert post(client_in, TEST, {"credential_id": number.pk}).json()["ok"] is False
    assert error_of(post(client_in, TEST, {"credential_id": first.pk})) == (429, "too_many")


def test_which_number_has_to_be_said_when_there_are_several(client_in: Client, account: Account) -> None:
    assert error_of(post(client_in, TEST)) == (422, "credential_id_missing")
    make_number(account)
    make_number(account, phone_number_id="3", phone_number="254700000003")
    assert error_of(post(client_in, DISCONNECT)) == (422, "credential_id_missing")


def test_disconnecting_twice_gives_the_same_answer(client_in: Client, wizard: Callable[..., Any]) -> None:
    wizard()
    first, second = (post(client_in, DISCONNECT, {"deregister": True}) for _ in range(2))
    assert first.status_code == 200
    assert first.json()["status"] == "disconnected"
    assert [step["step"] for step in first.json()["steps"]] == ["deregistered", "unsubscribed", "secrets_destroyed"]
    assert second.json() == first.json()
    row = OfficialWhatsappCredential.objects.get()
    assert [row.access_token, row.pin, row.temporary_code] == ["", "", ""]


# --- who may ---------------------------------------------------------------------------------------------------------

POSTS = (INITIALIZE, CALLBACK, TEST, DISCONNECT)


@pytest.mark.parametrize("path", POSTS)
def test_a_program_that_is_not_logged_in_gets_401(client: Client, db: None, path: str) -> None:
    assert error_of(post(client, path)) == (401, "not_logged_in")


def test_a_person_who_is_not_logged_in_is_sent_to_the_login(client: Client, db: None) -> None:
    for path in (
        "/whatsapp/integration-options",
        "/whatsapp/integration-success",
        "/whatsapp/integration-error",
        STATUS,
    ):
        answer = client.get(path, headers=HTML)
        assert (answer.status_code, answer["Location"][:17]) == (302, "/accounts/login/?")
    assert error_of(client.get(STATUS)) == (401, "not_logged_in")


@pytest.mark.parametrize("path", POSTS)
def test_a_post_needs_its_csrf_token(account: Account, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account.memberships.get().user)
    assert post(client, path).status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_a_get_of_what_is_posted_is_405(client_in: Client, path: str) -> None:
    assert client_in.get(path).status_code in ((405,) if path != CALLBACK else (403,))


# --- old addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/whatsapp", "/whatsapp/integration-options"),
        ("/whatsapp/official", "/whatsapp/integration-options"),
        ("/whatsapp/official/integration-options", "/whatsapp/integration-options"),
        ("/whatsapp/integration", "/whatsapp/integration-options"),
        ("/whatsapp/status", "/whatsapp/official/status"),
        ("/whatsapp/callback", "/whatsapp/official/callback"),
        ("/whatsapp/official/success", "/whatsapp/integration-success"),
        ("/whatsapp/official/error", "/whatsapp/integration-error"),
        ("/whatsapp/official/integration-success", "/whatsapp/integration-success"),
        ("/whatsapp/official/integration-error", "/whatsapp/integration-error"),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_old_pages_have_moved_for_good(client: Client, old: str, new: str, slash: str) -> None:
    answer = client.get(f"{old}{slash}?a=1&b=%20c")
    assert (answer.status_code, answer["Location"]) == (301, f"{new}?a=1&b=%20c")


@pytest.mark.parametrize("name", ["initialize", "disconnect", "test-connection"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_old_posts_keep_their_method_and_body(client: Client, name: str, slash: str) -> None:
    answer = client.post(f"/whatsapp/{name}{slash}?a=1")
    assert (answer.status_code, answer["Location"]) == (308, f"/whatsapp/official/{name}?a=1")
    assert client.get(f"/whatsapp/{name}{slash}").status_code == 405
