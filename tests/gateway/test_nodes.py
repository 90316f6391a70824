"""Nodes of numbers, business accounts, templates and keys, with the fields that are asked for."""

from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.gateway import fields
from safarichat.gateway.answers import Failed
from safarichat.ground import ids
from safarichat.message_templates.models import Copy, MessageTemplate
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number
from tests.gateway.door import NUMBER, Door, make_key
from tests.gateway.door import door as door

pytestmark = pytest.mark.django_db(transaction=True)

WABA = "200000000000001"


def test_a_number_tells_what_is_asked_and_always_its_id(door: Door) -> None:
    node = door.call(
        "GET", f"/v25.0/{NUMBER}?fields=verified_name,throughput{{level}},health_status{{can_send_message}},x"
    ).json
    assert node == {
        "verified_name": "Asha Flowers",
        "throughput": {"level": "STANDARD"},
        "health_status": {"can_send_message": "AVAILABLE"},
        "id": NUMBER,
    }
    usual = door.call("GET", f"/v25.0/{NUMBER}").json
    assert usual["display_phone_number"] == "+254 700 000 001"
    assert "health_status" not in usual


def test_a_business_account_lists_its_numbers_by_pages(door: Door, account: Account) -> None:
    make_number(account, phone_number_id="300000000000002")
    make_number(account, phone_number_id="300000000000003", waba_id="200000000000002")
    assert door.call("GET", f"/v25.0/{WABA}").json["id"] == WABA
    first = door.call("GET", f"/v25.0/{WABA}/phone_numbers?limit=1&fields=id").json
    assert first["data"] == [{"id": "300000000000002"}]
    after = first["paging"]["cursors"]["after"]
    assert door.call("GET", f"/v25.0/{WABA}/phone_numbers?limit=1&fields=id&after={after}").json["data"] == [
        {"id": NUMBER}
    ]


def test_a_restricted_key_sees_its_numbers_alone(door: Door, account: Account) -> None:
    second = make_number(account, phone_number_id="300000000000002")
    key = make_key(account, credential_ids=[second.pk])
    told = door.call("GET", f"/v25.0/{WABA}/phone_numbers?fields=id", key=key).json
    assert told["data"] == [{"id": "300000000000002"}]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b", {"a": {}, "b": {}}),
        (" a , b{c,d{e}} ", {"a": {}, "b": {"c": {}, "d": {"e": {}}}}),
        ("a.limit(5).after(x){b}", {"a": {"b": {}}}),
        (["a", "b"], {"a": {}, "b": {}}),
        (None, {}),
    ],
)
def test_field_lists(text: Any, found: Any) -> None:
    assert fields.wanted(text) == found


@pytest.mark.parametrize("text", ["a{", "a}", "a,,b", "a{b", "{a}", "a{b{c{d{e{f{g}}}}}}", "a;b"])
def test_field_lists_that_are_none(text: str) -> None:
    with pytest.raises(Failed):
        fields.wanted(text)


def test_templates_of_a_provider_without_the_cloud_api_are_listed_from_the_copy(door: Door, account: Account) -> None:
    make_number(account, api_provider="twilio", phone_number_id="1000000000000077", waba_id="1000000000000078")
    copy = Copy.objects.create(account=account, api_provider="twilio", waba_id="1000000000000078")
    rows = [
        MessageTemplate.objects.create(
            account=account,
            copy=copy,
            template_id=f"HX{n}",
            name=name,
            language="en",
            status=status,
            category="UTILITY",
        )
        for n, (name, status) in enumerate([("tea_ready", "APPROVED"), ("tea_late", "REJECTED")])
    ]
    path = "/v25.0/1000000000000078/message_templates"
    told = door.call("GET", f"{path}?fields=name,status&name=tea&summary=total_count").json
    assert told["data"] == [
        {"name": "tea_late", "status": "REJECTED", "id": ids.number(rows[1].pk)},
        {"name": "tea_ready", "status": "APPROVED", "id": ids.number(rows[0].pk)},
    ]
    assert told["summary"]["total_count"] == 2
    assert [one["name"] for one in door.call("GET", f"{path}?status=approved").json["data"]] == ["tea_ready"]
    assert door.call("GET", f"/v25.0/{ids.number(rows[0].pk)}?fields=name").json["name"] == "tea_ready"
    assert door.call("POST", path, {"name": "x"}).code == (403, 10)
    assert door.call("POST", f"/v25.0/{ids.number(rows[0].pk)}", {"category": "UTILITY"}).code == (403, 10)


def test_another_accounts_template_does_not_exist(door: Door, other_account: Account) -> None:
    make_number(other_account, phone_number_id="300000000000009", waba_id="200000000000009")
    copy = Copy.objects.create(account=other_account, api_provider="meta", waba_id="200000000000009")
    theirs = MessageTemplate.objects.create(
        account=other_account, copy=copy, template_id="7700", name="x", language="en"
    )
    for object_id in ("7700", ids.number(theirs.pk), "200000000000009"):
        for method in ("GET", "POST"):
            assert door.call(method, f"/v25.0/{object_id}", {}).error["error_subcode"] == 33


def test_what_a_provider_does_not_offer_is_said(door: Door, account: Account) -> None:
    make_number(account, api_provider="twilio", phone_number_id="1000000000000077", waba_id="1000000000000078")
    assert door.call("GET", "/v25.0/1000000000000077/message_qrdls").code == (400, 131009)
    assert door.call("GET", "/v25.0/1000000000000078/flows").code == (400, 131009)
    told = door.call("POST", "/v25.0/1000000000000077/register", {"pin": "123456"})
    assert told.status == 400
    assert told.error["error_data"]["details"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{NUMBER}/unknown_edge"),
        ("PUT", f"{NUMBER}/message_qrdls"),
        ("POST", f"{NUMBER}/settings"),
        ("POST", f"{WABA}/subscribed_apps/x"),
        ("DELETE", NUMBER),
    ],
)
def test_what_is_not_on_the_list_is_passed_to_nobody(door: Door, method: str, path: str) -> None:
    assert door.call(method, f"/v25.0/{path}", {}).error["error_subcode"] == 33


def test_a_webhook_is_never_passed_on(door: Door) -> None:
    told = door.call("POST", f"/v25.0/{NUMBER}", {"webhook_configuration": {"override_callback_uri": "https://x.test"}})
    assert told.code == (400, 100)


def test_a_key_is_told_of_in_the_shape_of_a_token(
    door: Door, account: Account, other_account: Account, number: OfficialWhatsappCredential
) -> None:
    key = make_key(account, "send")
    data = door.call("GET", f"/debug_token?input_token={key}").json["data"]
    assert data["is_valid"] is True
    assert data["expires_at"] == 0
    assert data["scopes"] == ["whatsapp_business_messaging"]
    assert data["granular_scopes"] == [{"scope": "whatsapp_business_messaging", "target_ids": [number.waba_id]}]
    for strange in (make_key(other_account), "sc_nothing"):
        data = door.call("GET", f"/debug_token?input_token={strange}").json["data"]
        assert data["is_valid"] is False
        assert data["error"]["code"] == 190
