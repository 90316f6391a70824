"""The Graph API answers, refuses and keeps count as Meta does."""

import hashlib
import hmac
from typing import Any

import httpx
import pytest

from tests.sandbox.outside import CUSTOMER, Listener, Meta, Number


def code(answer: httpx.Response) -> int:
    return int(answer.json()["error"]["code"])


def template(**changes: Any) -> dict[str, Any]:
    return {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}} | changes}


@pytest.mark.parametrize("way", ["params", "data", "files", "json"])
def test_parameters_come_from_query_form_multipart_and_json(meta: Meta, number: Number, way: str) -> None:
    path, given = f"{number.id}/whatsapp_business_profile", {"messaging_product": "whatsapp", "about": way}
    sent: dict[str, Any] = {name: (None, text) for name, text in given.items()} if way == "files" else given
    options: dict[str, Any] = {way: sent}
    assert meta.call("POST", path, number.token, **options).json() == {"success": True}
    assert meta.call("GET", path, number.token).json()["data"][0]["about"] == way


def test_a_path_without_a_version_works_and_the_version_is_told(meta: Meta, number: Number) -> None:
    assert meta.http.get(f"/{number.id}", params={"access_token": number.token}).json()["id"] == number.id
    assert meta.http.get(f"/v23.0/{number.id}").headers["facebook-api-version"] == "v23.0"


def test_the_token_is_looked_at_before_anything_else(meta: Meta) -> None:
    none, wrong = meta.call("GET", "1"), meta.call("GET", "1", "EAAGnonsense")
    assert (none.status_code, code(none)) == (401, 104)
    assert (wrong.status_code, code(wrong)) == (401, 190)
    assert "invalid_token" in wrong.headers["www-authenticate"]
    assert wrong.json()["error"]["fbtrace_id"]


def test_an_expired_token_says_463_and_a_revoked_one_467(meta: Meta, number: Number) -> None:
    meta.control("POST", "tokens/expire", {"token": number.token})
    assert meta.call("GET", number.id, number.token).json()["error"]["error_subcode"] == 463
    other = meta.control("POST", "tokens", {"waba_ids": [number.waba_id]})["access_token"]
    meta.control("POST", "tokens/revoke", {"token": other})
    assert meta.call("GET", number.id, other).json()["error"]["error_subcode"] == 467
    seen = meta.call("GET", "debug_token", meta.app_token, params={"input_token": other}).json()["data"]
    assert (seen["is_valid"], seen["error"]["subcode"]) == (False, 467)


def test_a_proof_must_be_right_when_it_is_there(meta: Meta, number: Number) -> None:
    proof = hmac.new(meta.secret.encode(), number.token.encode(), hashlib.sha256).hexdigest()
    assert meta.call("GET", number.id, number.token, params={"appsecret_proof": proof}).status_code == 200
    wrong = meta.call("GET", number.id, number.token, params={"appsecret_proof": "0" * 64})
    assert (wrong.status_code, code(wrong)) == (400, 100)


def test_somebody_elses_number_does_not_exist(meta: Meta, number: Number) -> None:
    stranger = meta.number()
    error = meta.call("GET", number.id, stranger.token).json()["error"]
    assert (error["code"], error["error_subcode"], error["type"]) == (100, 33, "GraphMethodException")


def test_an_unknown_field_edge_or_object_is_refused(meta: Meta, number: Number) -> None:
    field = meta.call("GET", number.id, number.token, params={"fields": "id,shoe_size"})
    assert "shoe_size" in field.json()["error"]["message"]
    assert code(meta.call("GET", f"{number.id}/shoes", number.token)) == 2500
    assert meta.call("GET", "4711", number.token).json()["error"]["error_subcode"] == 33


def test_fields_choose_what_is_shown(meta: Meta, number: Number) -> None:
    fields = {"fields": "verified_name,throughput{level},health_status"}
    shown = meta.call("GET", number.id, number.token, params=fields).json()
    assert set(shown) == {"id", "verified_name", "throughput", "health_status"}
    assert shown["health_status"]["can_send_message"] == "AVAILABLE"


def test_usage_headers_are_there(meta: Meta, number: Number) -> None:
    headers = meta.call("GET", number.id, number.token).headers
    assert number.waba_id in headers["x-business-use-case-usage"]
    assert "call_count" in headers["x-app-usage"]


def test_shared_wabas_are_listed_for_the_partner(meta: Meta, number: Number) -> None:
    business = meta.http.get("/_sandbox/", headers={"accept": "application/json"}).json()["app"]["META_BUSINESS_ID"]
    listed = meta.call("GET", f"{business}/client_whatsapp_business_accounts", number.token).json()["data"]
    assert [waba["id"] for waba in listed] == [number.waba_id]


def test_hello_world_is_approved_from_the_start(meta: Meta, number: Number) -> None:
    found = meta.call("GET", f"{number.waba_id}/message_templates", number.token, params={"name": "hello_world"}).json()
    assert [(t["name"], t["language"], t["status"]) for t in found["data"]] == [("hello_world", "en_US", "APPROVED")]


# --- registration ----------------------------------------------------------------------------------------------------


def register(meta: Meta, number: Number, pin: str) -> httpx.Response:
    body = {"messaging_product": "whatsapp", "pin": pin}
    return meta.call("POST", f"{number.id}/register", number.token, json=body)


def test_registering_sets_the_pin_and_later_asks_for_it(meta: Meta) -> None:
    number = meta.number(registered=False)
    assert code(number.send(template())) == 133010
    assert register(meta, number, "111111").json() == {"success": True}
    assert code(register(meta, number, "222222")) == 133005
    assert code(register(meta, number, "333333")) == 133009
    assert register(meta, number, "111111").status_code == 200


def test_too_many_registrations_are_refused_for_three_days(meta: Meta) -> None:
    number = meta.number(registered=False)
    answers = [register(meta, number, "111111") for _ in range(11)]
    assert code(answers[-1]) == 133016
    assert {answer.status_code for answer in answers[:-1]} == {200}


def test_a_code_verifies_a_number(meta: Meta) -> None:
    number = meta.number(registered=False, verified=False)
    asked = {"code_method": "SMS", "language": "en_US"}
    assert meta.call("POST", f"{number.id}/request_code", number.token, params=asked).json() == {"success": True}
    sent = meta.control("GET", f"numbers/{number.id}")["code"]
    wrong = meta.call("POST", f"{number.id}/verify_code", number.token, data={"code": "000000"})
    assert wrong.json()["error"]["error_user_title"]
    assert meta.call("POST", f"{number.id}/verify_code", number.token, data={"code": sent}).status_code == 200
    assert register(meta, number, "111111").status_code == 200


# --- sending: what is refused at once --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"type": "text"}, 131008),
        ({"type": "text", "text": {}}, 131008),
        ({"type": "text", "text": "hello"}, 100),
        ({"type": "text", "text": {"body": "x" * 4097}}, 100),
        ({"type": "telepathy", "telepathy": {}}, 131051),
        ({"type": "image", "image": {}}, 131009),
        ({"type": "image", "image": {"id": "1", "link": "https://x.test/a.png"}}, 131009),
        ({"type": "audio", "audio": {"link": "https://x.test/a.ogg", "caption": "no"}}, 131009),
        ({"type": "location", "location": {"latitude": 100, "longitude": 0}}, 131009),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}]}, 131008),
        ({"type": "reaction", "reaction": {"message_id": "wamid.no", "emoji": "👍"}}, 131009),
        ({"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}, "action": {}}}, 131009),
        (template(name="no_such"), 132001),
        (template(language={"code": "sw"}), 132001),
        (template(components=[{"type": "body", "parameters": [{"type": "text", "text": "x"}]}]), 132000),
        ({"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 100),
    ],
)
def test_a_faulty_message_is_refused_at_once(number: Number, content: dict[str, Any], expected: int) -> None:
    answer = number.send(content)
    assert code(answer) == expected, answer.text
    assert f"(#{expected})" in answer.json()["error"]["message"]


def test_messaging_product_and_recipient_are_needed(meta: Meta, number: Number) -> None:
    path = f"{number.id}/messages"
    assert code(meta.call("POST", path, number.token, json={"to": CUSTOMER, **template()})) == 100
    assert code(meta.call("POST", path, number.token, json={"messaging_product": "whatsapp", **template()})) == 100


def test_a_number_cannot_write_to_itself(number: Number) -> None:
    assert code(number.send(template(), to=number.phone)) == 131021


def test_a_template_that_is_not_approved_is_refused(meta: Meta, number: Number) -> None:
    listed = meta.call("GET", f"{number.waba_id}/message_templates", number.token).json()["data"]
    meta.control("POST", f"templates/{listed[0]['id']}/review", {"status": "REJECTED", "reason": "SCAM"})
    answer = number.send(template())
    assert (answer.status_code, code(answer)) == (404, 132001)


def test_one_customer_cannot_be_flooded_nor_one_number_driven_too_fast(number: Number) -> None:
    codes = [code(answer) for answer in (number.send(template()) for _ in range(50)) if answer.status_code != 200]
    assert set(codes) == {131056}
    assert len(codes) == 5


def test_invalid_json_is_an_error_and_not_a_crash(meta: Meta, number: Number) -> None:
    answer = meta.call("POST", f"{number.id}/messages", number.token, content=b'{"to": ')
    assert (answer.status_code, code(answer)) == (400, 100)


# --- media -----------------------------------------------------------------------------------------------------------


def test_media_is_uploaded_looked_up_fetched_with_the_token_and_deleted(meta: Meta, number: Number) -> None:
    picture = b"\x89PNG\r\n\x1a\n\x00\r\n--not a boundary\r\n"
    form = {"messaging_product": "whatsapp", "type": "image/png"}
    upload = {"file": ("a.png", picture, "image/png")}
    made = meta.call("POST", f"{number.id}/media", number.token, data=form, files=upload).json()["id"]
    node = meta.call("GET", made, number.token).json()
    assert (node["mime_type"], node["file_size"]) == ("image/png", len(picture))
    bearer = {"authorization": f"Bearer {number.token}"}
    assert meta.http.get(node["url"], headers=bearer).content == picture
    assert meta.http.get(node["url"]).status_code == 404
    assert meta.call("DELETE", made, number.token).json() == {"success": True}
    assert code(meta.call("GET", made, number.token)) == 100


# --- subscriptions ---------------------------------------------------------------------------------------------------


def test_a_callback_that_does_not_answer_the_challenge_is_refused(meta: Meta, listener: Listener) -> None:
    listener.verify_token = "another"
    asked = {"object": "whatsapp_business_account", "callback_url": listener.url, "fields": "messages"}
    asked |= {"verify_token": "open sesame", "access_token": meta.app_token}
    error = meta.call("POST", f"{meta.app_id}/subscriptions", data=asked).json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 2200)


def test_only_loopback_is_called(meta: Meta) -> None:
    asked = {"object": "whatsapp_business_account", "callback_url": "http://192.0.2.1/x", "fields": "messages"}
    asked |= {"verify_token": "x", "access_token": meta.app_token}
    assert "loopback" in meta.call("POST", f"{meta.app_id}/subscriptions", data=asked).json()["error"]["message"]


def test_the_app_callback_can_be_read_and_deleted(meta: Meta, listener: Listener) -> None:
    meta.register_callback(listener)
    path = f"{meta.app_id}/subscriptions"
    shown = meta.call("GET", path, meta.app_token).json()["data"]
    assert [line["callback_url"] for line in shown] == [listener.url]
    assert meta.call("DELETE", path, meta.app_token).json() == {"success": True}
    assert meta.call("GET", path, meta.app_token).json() == {"data": []}


def test_a_waba_subscription_can_be_read_overridden_and_dropped(meta: Meta, number: Number, listener: Listener) -> None:
    path = f"{number.waba_id}/subscribed_apps"
    own = {"override_callback_uri": listener.url + "/own", "verify_token": listener.verify_token}
    assert meta.call("POST", path, number.token, json=own).json() == {"success": True}
    shown = meta.call("GET", path, number.token).json()["data"][0]
    assert shown["whatsapp_business_api_data"]["id"] == meta.app_id
    assert shown["override_callback_uri"] == listener.url + "/own"
    assert meta.call("DELETE", path, number.token).json() == {"success": True}
    assert meta.call("GET", path, number.token).json() == {"data": []}
