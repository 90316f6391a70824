"""Customers who want no advertisements, and those who came by one: what the providers tell of it."""

import pytest

from tests.sandbox.outside import Listener, Meta, Number
from tests.sandbox.twilio_side import Ear, Sender

AD = {"source_type": "ad", "source_id": "7", "source_url": "https://fb.me/7", "headline": "Roses"}
TEXTS = [{"type": "text", "text": "Asha"}, {"type": "text", "text": "20 %"}]
PICTURE = [{"type": "image", "image": {"link": "https://files.example.test/roses.jpg"}}]
COUPON = [{"type": "coupon_code", "coupon_code": "SPRING20"}]
SALE = {
    "name": "spring_sale",
    "language": {"code": "en_US"},
    "components": [
        {"type": "header", "parameters": PICTURE},
        {"type": "body", "parameters": TEXTS},
        {"type": "button", "sub_type": "copy_code", "index": "0", "parameters": COUPON},
    ],
}


def choose(meta: Meta, phone: str, opted_out: bool) -> None:
    meta.control("POST", "customers", {"phone": phone, "opted_out": opted_out})


def test_a_choice_is_told_to_the_businesses_the_customer_knows_and_once(
    meta: Meta, number: Number, listener: Listener
) -> None:
    meta.register_callback(listener, fields="messages,user_preferences")
    stranger = meta.number()
    listener.wait_message(number.receive(sender="+255712000031"))
    for opted_out in (True, True, False):
        choose(meta, "+255712000031", opted_out)
    told = listener.wait(lambda: (found := listener.values("user_preferences"))[1:] and found)
    words = sorted(value["user_preferences"][0]["value"] for value in told)
    assert words == ["resume", "stop"]
    assert {value["metadata"]["phone_number_id"] for value in told} == {number.id} != {stranger.id}
    choice = told[0]["user_preferences"][0]
    assert (choice["wa_id"], choice["category"]) == ("255712000031", "marketing_messages")
    assert isinstance(choice["timestamp"], int)


def test_it_is_told_by_360dialog_as_well(meta: Meta, listener: Listener) -> None:
    made = meta.control("POST", "numbers", {"provider": "360dialog"})
    key = {"D360-API-KEY": made["api_key"]}
    address = "/360dialog/messaging/v1/configs/webhook"
    assert meta.http.post(address, headers=key, json={"url": listener.url}).is_success
    message = {"type": "text", "text": {"body": "Hi"}}
    inbound = {"number": made["phone_number_id"], "from": "+255712000036", "message": message}
    listener.wait_message(meta.control("POST", "inbound", inbound)["id"])
    choose(meta, "+255712000036", True)
    [value] = listener.wait(lambda: listener.values("user_preferences"))
    assert value["user_preferences"][0]["value"] == "stop"
    assert value["metadata"]["phone_number_id"] == made["phone_number_id"]


def test_the_handsets_switch_tells_it_as_well(meta: Meta, number: Number, listener: Listener) -> None:
    meta.register_callback(listener, fields="messages,user_preferences")
    listener.wait_message(number.receive(sender="+255712000032"))
    meta.http.post("/phone/+255712000032/switches", data={"opted_out": "1", "receipts": "1", "name": "Asha"})
    [value] = listener.wait(lambda: listener.values("user_preferences"))
    assert value["user_preferences"][0]["value"] == "stop"


def test_marketing_to_who_wants_none_fails_with_131050(meta: Meta, number: Number, listener: Listener) -> None:
    choose(meta, "+255712000033", True)
    id = number.send({"type": "template", "template": SALE}, "+255712000033").json()["messages"][0]["id"]
    assert listener.wait_status(id, "failed")["errors"][0]["code"] == 131050
    listener.wait_status(number.send_template("+255712000033"), "delivered")


def test_who_came_by_an_advertisement_and_is_answered_costs_nothing_for_three_days(
    number: Number, listener: Listener
) -> None:
    text = {"type": "text", "text": {"body": "Are there roses?"}, "referral": AD}
    listener.wait_message(number.receive(text, sender="+255712000034"))
    first = number.send_text("There are.", to="+255712000034")
    sent, delivered = (listener.wait_status(first, status) for status in ("sent", "delivered"))
    assert sent["pricing"]["type"] == delivered["pricing"]["type"] == "free_entry_point"
    assert sent["conversation"]["origin"] == {"type": "referral_conversion"}
    ends = int(sent["conversation"]["expiration_timestamp"])
    assert ends - int(sent["timestamp"]) == pytest.approx(72 * 3600, abs=2)
    assert "expiration_timestamp" not in delivered["conversation"]
    template = listener.wait_status(number.send_template("+255712000034"), "sent")
    assert template["pricing"]["type"] == "free_entry_point"
    assert int(template["conversation"]["expiration_timestamp"]) == ends


def test_who_came_by_themselves_is_told_no_conversation(number: Number, listener: Listener) -> None:
    listener.wait_message(number.receive(sender="+255712000035"))
    sent = listener.wait_status(number.send_text("Karibu", to="+255712000035"), "sent")
    assert "conversation" not in sent
    assert sent["pricing"]["type"] == "free_customer_service"


def test_twilio_tells_that_it_heeded_a_word_where_the_sender_is_in_a_service(sender: Sender, ear: Ear) -> None:
    sender.hear(ear)
    assert "OptOutType" not in ear.wait(sender.receive({"type": "text", "text": {"body": "STOP"}}))[0].fields
    sender.receive({"type": "text", "text": {"body": "START"}})
    service = sender.client.messaging.v1.services.create(friendly_name="Shop", use_inbound_webhook_on_number=True)
    sender.rest("POST", f"messaging/v1/Services/{service.sid}/ChannelSenders", data={"Sid": sender.facts["sender_sid"]})
    for word in ("Stop", "HELP", "START"):
        heard = ear.wait(sender.receive({"type": "text", "text": {"body": word}}))[0]
        assert heard.fields["OptOutType"] == word.upper()
    assert "OptOutType" not in ear.wait(sender.receive({"type": "text", "text": {"body": "Hello"}}))[0].fields


def test_twilio_refuses_marketing_to_who_wants_none_with_its_own_code(twilio: Meta, sender: Sender) -> None:
    content = {"language": "en", "types": {"twilio/text": {"body": "All roses are half the price today."}}}
    sid = str(sender.rest("POST", "content/v1/Content", json=content).json()["sid"])
    asked = {"name": "half_price", "category": "MARKETING"}
    sender.rest("POST", f"content/v1/Content/{sid}/ApprovalRequests/whatsapp", json=asked)
    twilio.control("POST", f"templates/{sid}/review", {"status": "APPROVED"})
    choose(twilio, "+255712000037", True)
    assert sender.ends_as(sender.send(to="+255712000037", content_sid=sid).sid) == ("undelivered", 63014)
    choose(twilio, "+255712000037", False)
    assert sender.ends_as(sender.send(to="+255712000037", content_sid=sid).sid) == ("delivered", None)
