"""What a business shows and whom it shuts out: QR codes, block list, cart, catalog, first questions and commands."""

from typing import Any

import httpx
import pytest

from tests.sandbox.outside import CUSTOMER, Listener, Meta, Number

STRANGER = "+255712999999"


def call(number: Number, method: str, edge: str, given: Any = None, **more: Any) -> Any:
    return number.meta.call(method, f"{number.id}/{edge}", number.token, json=given, **more).json()


def block(*users: str) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "block_users": [{"user": user} for user in users]}


def test_a_qr_code_is_made_read_changed_and_deleted(number: Number) -> None:
    made = call(number, "POST", "message_qrdls", {"prefilled_message": "Tea, please", "generate_qr_image": "SVG"})
    code = made["code"]
    assert made["deep_link_url"] == f"https://wa.me/message/{code}"
    assert made["qr_image_url"].endswith(".svg")
    changed = call(number, "POST", "message_qrdls", {"prefilled_message": "Coffee", "code": code})
    assert (changed["code"], changed["prefilled_message"]) == (code, "Coffee")
    fields = {"fields": "code,prefilled_message,qr_image_url.format(PNG)"}
    assert call(number, "GET", f"message_qrdls/{code}", params=fields)["data"][0]["qr_image_url"].endswith(".png")
    assert [one["code"] for one in call(number, "GET", "message_qrdls")["data"]] == [code]
    assert call(number, "DELETE", f"message_qrdls/{code}") == {"success": True}
    assert call(number, "GET", "message_qrdls") == {"data": []}
    assert call(number, "DELETE", f"message_qrdls/{code}")["error"]["code"] == 100
    assert call(number, "POST", "message_qrdls", {"prefilled_message": "x" * 141})["error"]["code"] == 100


def test_only_who_wrote_lately_can_be_blocked_and_both_is_told(number: Number, listener: Listener) -> None:
    number.receive()
    answer = number.meta.call("POST", f"{number.id}/block_users", number.token, json=block(CUSTOMER, STRANGER))
    told = answer.json()
    assert (answer.status_code, told["error"]["code"]) == (400, 139100)
    assert told["block_users"]["added_users"][0]["input"] == CUSTOMER
    assert told["block_users"]["failed_users"][0]["input"] == STRANGER
    [blocked] = call(number, "GET", "block_users")["data"]
    assert (blocked["messaging_product"], blocked["wa_id"]) == ("whatsapp", CUSTOMER[1:])
    assert listener.wait_status(number.send_text(), "failed")["errors"][0]["code"] == 131026
    assert call(number, "DELETE", "block_users", block(CUSTOMER))["block_users"]["removed_users"]
    assert call(number, "GET", "block_users") == {"data": []}
    listener.wait_status(number.send_text(), "delivered")


def test_cart_and_catalog_are_switched(number: Number) -> None:
    usual = {"is_cart_enabled": True, "is_catalog_visible": False, "id": number.id}
    assert call(number, "GET", "whatsapp_commerce_settings") == {"data": [usual]}
    edge = "whatsapp_commerce_settings"
    assert call(number, "POST", edge, params={"is_catalog_visible": "true"}) == {"success": True}
    assert call(number, "GET", edge)["data"] == [usual | {"is_catalog_visible": True}]
    assert call(number, "POST", edge, {})["error"]["code"] == 100


@pytest.mark.parametrize(
    "wrong", [{"prompts": ["a"] * 5}, {"prompts": ["x" * 81]}, {"commands": [{"command_name": "tea"}]}]
)
def test_first_questions_and_commands_are_kept_and_have_limits(number: Number, wrong: dict[str, Any]) -> None:
    edge = "conversational_automation"
    wanted = {"prompts": ["Are you open?"], "commands": [{"command_name": "tea", "command_description": "Orders tea"}]}
    assert call(number, "POST", edge, wanted) == {"success": True}
    assert call(number, "POST", edge, wrong)["error"]["code"] == 100
    assert call(number, "GET", edge) == wanted | {"id": number.id}
    node = number.meta.call("GET", number.id, number.token, params={"fields": edge}).json()
    assert node[edge]["prompts"] == ["Are you open?"]


def test_360dialog_has_a_block_list_and_automation_but_no_codes(meta: Meta) -> None:
    made = meta.control("POST", "numbers", {"provider": "360dialog"})
    meta.control("POST", "inbound", {"number": made["phone_number_id"], "from": CUSTOMER})
    key = {"D360-API-KEY": made["api_key"]}
    with httpx.Client(base_url=f"{meta.url}/360dialog/messaging", headers=key) as channel:
        _block_and_ask(channel)


def _block_and_ask(channel: httpx.Client) -> None:
    assert channel.post("/block_users", json=block(CUSTOMER)).json()["block_users"]["added_users"]
    assert channel.get("/block_users").json()["data"][0]["wa_id"] == CUSTOMER[1:]
    told = channel.request("DELETE", "/block_users", json=block(CUSTOMER)).json()
    assert told["block_users"]["removed_users"]
    assert channel.post("/conversational_automation", json={"prompts": ["Open?"]}).json() == {"success": True}
    assert channel.get("/conversational_automation").json()["prompts"] == ["Open?"]
    assert channel.get("/message_qrdls").status_code == 404
