"""What becomes of messages, and the webhooks that tell of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.outside import CUSTOMER, Listener, Meta, Number, signature
from tests.sandbox.twilio_side import Files


def test_a_template_climbs_from_sent_to_delivered(number: Number, listener: Listener) -> None:
    id = number.send_template(biz_opaque_callback_data="ours-1")
    delivered = listener.wait_status(id, "delivered")
    assert listener.statuses(id) == ["sent", "delivered"]
    assert delivered["biz_opaque_callback_data"] == "ours-1"
    assert delivered["pricing"] == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    assert isinstance(delivered["timestamp"], str)


def test_a_customer_who_reads_by_themselves_reads(meta: Meta, number: Number, listener: Listener) -> None:
    meta.control("POST", "customers", {"phone": "+255712000010", "reads": True})
    id = number.send_template("+255712000010")
    listener.wait_status(id, "read")
    assert listener.statuses(id) == ["sent", "delivered", "read"]


def test_free_text_without_a_window_is_accepted_and_then_fails(number: Number, listener: Listener) -> None:
    id = number.send_text(to="+255712000011")
    failed = listener.wait_status(id, "failed")
    assert [error["code"] for error in failed["errors"]] == [131047]
    assert failed["errors"][0]["error_data"]["details"]
    assert "recipient_user_id" not in failed
    value = next(value for value in listener.values() if value.get("statuses") == [failed])
    assert "contacts" not in value


def test_a_customer_who_wrote_can_be_answered_in_free_text(number: Number, listener: Listener) -> None:
    number.receive()
    id = number.send_text("Karibu")
    assert listener.wait_status(id, "delivered")["pricing"]["type"] == "free_customer_service"


@pytest.fixture
def files() -> Iterator[Files]:
    png, big = b"\x89PNG\r\n\x1a\n", b"0" * (5 * 1024 * 1024 + 1)
    served = {"/a.png": ("image/png", png), "/b.png": ("text/html", b"<p>"), "/c.png": ("image/png", big)}
    running = Files(served | {"/d.pdf": ("application/pdf", b"%PDF")})
    yield running
    running.close()


def sent(number: Number, content: dict[str, Any]) -> str:
    answer = number.send(content)
    assert answer.is_success, answer.text
    return str(answer.json()["messages"][0]["id"])


@pytest.mark.parametrize(
    ("kind", "link", "is_good"),
    [
        ("image", "{here}/a.png", True),
        ("document", "{here}/d.pdf", True),
        ("image", "https://files.example/a.jpg", True),
        ("image", "{here}/gone.png", False),
        ("image", "{here}/b.png", False),
        ("image", "{here}/c.png", False),
        ("video", "{here}/a.png", False),
        ("sticker", "{here}/a.png", False),
        ("image", "https://files.example/a.pdf", False),
        ("image", "https://nowhere.invalid/a.jpg", False),
    ],
)
def test_a_file_that_whatsapp_cannot_take_fails_after_it_was_accepted(
    number: Number, listener: Listener, files: Files, kind: str, link: str, is_good: bool
) -> None:
    number.receive()
    id = sent(number, {"type": kind, kind: {"link": link.format(here=files.url)}})
    if is_good:
        listener.wait_status(id, "delivered")
        return
    failed = listener.wait_status(id, "failed")
    assert [error["code"] for error in failed["errors"]] == [131053]
    assert listener.statuses(id) == ["failed"]


def test_a_file_in_a_header_is_looked_at_as_well(number: Number, listener: Listener) -> None:
    number.receive()
    header = {"type": "image", "image": {"link": "https://nowhere.invalid/a.jpg"}}
    buttons = {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "Yes"}}]}
    content = {"type": "button", "header": header, "body": {"text": "?"}, "action": buttons}
    id = sent(number, {"type": "interactive", "interactive": content})
    assert listener.wait_status(id, "failed")["errors"][0]["code"] == 131053


def test_a_customer_s_file_that_is_too_large_is_told_without_it(number: Number, listener: Listener) -> None:
    id = number.receive(message={"type": "document", "document": {"file_size": 100 * 1024 * 1024 + 1}})
    told = listener.wait_message(id)
    assert (told["type"], told["errors"][0]["code"]) == ("unsupported", 131052)


@pytest.mark.parametrize("flag", [{"blocked": True}, {"on_whatsapp": False}])
def test_a_customer_who_cannot_be_reached_fails(
    meta: Meta, number: Number, listener: Listener, flag: dict[str, bool]
) -> None:
    meta.control("POST", "customers", {"phone": "+255712000012", "blocked": False, "on_whatsapp": True, **flag})
    failed = listener.wait_status(number.send_template("+255712000012"), "failed")
    assert failed["errors"][0]["code"] == 131026


@pytest.mark.parametrize(
    ("dialled", "wa_id"),
    [
        ("+55 (11) 98765-4321", "551187654321"),
        ("+52 55 1234 5678", "5215512345678"),
        ("+54 11 2345 6789", "5491123456789"),
        ("+255 712 000 013", "255712000013"),
    ],
)
def test_the_wa_id_may_differ_from_the_number_dialled(
    number: Number, listener: Listener, dialled: str, wa_id: str
) -> None:
    answer = number.send({"type": "template", "template": HELLO}, dialled).json()
    assert answer["contacts"] == [{"input": dialled, "wa_id": wa_id}]
    assert listener.wait_status(answer["messages"][0]["id"], "sent")["recipient_id"] == wa_id


def test_the_signature_is_over_the_escaped_bytes_unless_raw_ones_are_wanted(
    meta: Meta, number: Number, listener: Listener
) -> None:
    listener.wait_message(number.receive(name="Zoë", sender="+255712000014"))
    body, signed = listener.raw[-1]
    assert b"Zo\\u00eb" in body
    assert signed == signature(meta.secret, body)
    meta.control("POST", "settings", {"raw_utf8": True})
    listener.wait_message(number.receive(name="Zoë", sender="+255712000014"))
    meta.control("POST", "settings", {"raw_utf8": False})
    body, signed = listener.raw[-1]
    assert "Zoë".encode() in body
    assert signed == signature(meta.secret, body)


INBOUND: list[dict[str, Any]] = [
    {"type": "text", "text": {"body": "Hujambo"}},
    {"type": "image", "image": {"caption": "Look"}},
    {"type": "video", "video": {}},
    {"type": "audio", "audio": {"voice": True}},
    {"type": "document", "document": {"filename": "order.pdf"}},
    {"type": "sticker", "sticker": {}},
    {"type": "location", "location": {"latitude": -6.1, "longitude": 39.2, "name": "Stone Town"}},
    {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ann Lee", "first_name": "Ann"}}]},
    {"type": "button", "button": {"payload": "YES", "text": "Yes"}},
    {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "Yes"}}},
    {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "r", "title": "Row"}}},
    {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{}"}}},
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    {"type": "order", "order": {"catalog_id": "1", "product_items": []}},
    {"type": "unsupported", "unsupported": {"type": "poll_creation"}, "errors": [{"code": 131051}]},
    {"type": "text", "text": {"body": "From an ad"}, "referral": {"source_type": "ad", "source_id": "7"}},
]


@pytest.mark.parametrize("message", INBOUND, ids=lambda message: f"{message['type']}-{len(json.dumps(message))}")
def test_every_kind_of_message_arrives(number: Number, listener: Listener, message: dict[str, Any]) -> None:
    arrived = listener.wait_message(number.receive(message, name="Asha"))
    kind = message["type"]
    assert (arrived["from"], arrived["type"]) == ("255712000001", kind)
    assert arrived["from_user_id"].startswith("TZ.")
    if kind in ("image", "video", "audio", "document", "sticker"):
        assert {"id", "mime_type", "sha256", "url"} <= set(arrived[kind])
        media = number.meta.call("GET", arrived[kind]["id"], number.token).json()
        assert media["mime_type"] == arrived[kind]["mime_type"]
    else:
        assert arrived[kind] == message[kind]


def test_a_quoted_answer_names_the_message_and_its_writer(number: Number, listener: Listener) -> None:
    sent = number.send_template()
    reply = {"type": "text", "text": {"body": "Yes"}, "context": {"id": sent}}
    assert listener.wait_message(number.receive(reply))["context"] == {"id": sent, "from": number.phone[1:]}


def test_a_customer_behind_a_username_has_no_phone_anywhere(meta: Meta, number: Number, listener: Listener) -> None:
    customer = meta.control("POST", "customers", {"username": "@ann.lee", "name": "Ann"})
    assert customer["user_id"]
    arrived = listener.wait_message(number.receive(sender="@ann.lee"))
    assert "from" not in arrived
    contact = listener.values()[-1]["contacts"][0]
    assert contact == {"profile": {"name": "Ann", "username": "ann.lee"}, "user_id": customer["user_id"]}
    body = {"messaging_product": "whatsapp", "recipient": customer["user_id"], "type": "text", "text": {"body": "Hi"}}
    answer = meta.call("POST", f"{number.id}/messages", number.token, json=body).json()
    assert answer["contacts"] == [{"input": customer["user_id"], "user_id": customer["user_id"]}]
    status = listener.wait_status(answer["messages"][0]["id"], "delivered")
    assert "recipient_id" not in status
    assert status["recipient_user_id"] == customer["user_id"]


def test_a_change_of_number_is_told_without_contacts(meta: Meta, number: Number, listener: Listener) -> None:
    number.receive(sender="+255712000015", name="Juma")
    before = meta.control("POST", "customers", {"phone": "+255712000015"})
    after = meta.control("POST", "customers", {"phone": "+255712000015", "new_phone": "+255712000016"})
    value = listener.wait(lambda: [v for v in listener.values() if v.get("messages", [{}])[0].get("type") == "system"])[
        0
    ]
    assert "contacts" not in value
    told = value["messages"][0]
    assert told["from"] == "255712000015"
    assert told["system"]["type"] == "user_changed_number"
    assert told["system"]["wa_id"] == "255712000016"
    assert (told["system"]["previous_user_id"], told["system"]["user_id"]) == (before["user_id"], after["user_id"])


def test_the_old_number_is_somebody_else_after_a_change(meta: Meta, number: Number, listener: Listener) -> None:
    moved = meta.control("POST", "customers", {"phone": "+255712000018", "new_phone": "+255712000019"})
    stranger = meta.control("POST", "customers", {"phone": "+255712000018"})
    assert stranger["id"] != moved["id"]
    assert (stranger["wa_id"], moved["wa_id"]) == ("255712000018", "255712000019")


def _events(values: list[Any], event: str) -> list[Any]:
    return [value for value in values if value["event"] == event]


def test_a_customer_may_take_the_access_away(meta: Meta, number: Number, listener: Listener) -> None:
    meta.control("PATCH", f"numbers/{number.id}", {"shared": False})
    [value] = listener.wait(lambda: _events(listener.values("account_update"), "PARTNER_REMOVED"))
    assert value["waba_info"]["waba_id"] == number.waba_id
    assert meta.call("GET", number.id, number.token).json()["error"]["error_subcode"] == 33


def test_marking_as_read_and_typing_reach_the_handset(meta: Meta, number: Number) -> None:
    incoming = number.receive(sender="+255712000017")
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": incoming}
    path = f"{number.id}/messages"
    typing = read | {"typing_indicator": {"type": "text"}}
    assert meta.call("POST", path, number.token, json=typing).json() == {"success": True}
    page = meta.http.get(f"/phone/+255712000017/{number.id}").text
    assert 'aria-label="Read"' in page
    assert "typing" in page
    unknown = meta.call("POST", path, number.token, json=read | {"message_id": "wamid.no"}).json()
    assert unknown["error"]["code"] == 131009


def test_an_app_that_is_not_subscribed_hears_nothing(meta: Meta, number: Number, listener: Listener) -> None:
    meta.call("DELETE", f"{number.waba_id}/subscribed_apps", number.token)
    asked = {"number": number.id, "from": CUSTOMER, "message": {"type": "text", "text": {"body": "Hi"}}}
    assert meta.control("POST", "inbound", asked)["webhook"] == "unsubscribed"
    meta.control("PATCH", f"numbers/{number.id}", {"subscribed": True})
    meta.register_callback(listener, fields="account_update")
    assert meta.control("POST", "inbound", asked)["webhook"] == "unsubscribed"
    assert listener.values() == []


def test_the_numbers_own_callback_wins_over_the_wabas(meta: Meta, number: Number, listener: Listener) -> None:
    other = Listener()
    override = {"override_callback_uri": other.url, "verify_token": other.verify_token}
    assert meta.call("POST", number.id, number.token, json={"webhook_configuration": override}).status_code == 200
    other.wait_message(number.receive())
    meta.control("PATCH", f"numbers/{number.id}", {"restricted": True})
    listener.wait(lambda: listener.values("account_update"))
    other.close()
    assert listener.values() == []
    assert other.values("account_update") == []


def test_a_webhook_that_is_not_taken_comes_again_unchanged(meta: Meta, number: Number, listener: Listener) -> None:
    before = meta.control("GET", "stats")
    listener.status = 503
    id = number.receive()
    listener.wait(lambda: meta.control("GET", "stats")["webhooks_retried"] >= before["webhooks_retried"] + 2)
    listener.status = 200
    listener.wait_message(id)
    assert listener.raw[-1][1] == signature(meta.secret, listener.raw[-1][0])


@pytest.mark.parametrize(
    ("state", "field"),
    [
        ({"quality_rating": "RED"}, "phone_number_quality_update"),
        ({"messaging_limit": "TIER_10K"}, "business_capability_update"),
        ({"name_status": "DECLINED"}, "phone_number_name_update"),
        ({"restricted": True}, "account_update"),
        ({"pin": "654321"}, "security"),
    ],
)
def test_a_number_put_into_a_state_tells_of_it(
    meta: Meta, number: Number, listener: Listener, state: dict[str, Any], field: str
) -> None:
    meta.register_callback(listener, fields=f"messages,{field}")
    meta.control("PATCH", f"numbers/{number.id}", state)
    listener.wait(lambda: listener.values(field))
    entry = listener.hooks[-1]["entry"][0]
    assert isinstance(entry["time"], int)


def test_a_template_review_is_told(meta: Meta, number: Number, listener: Listener) -> None:
    meta.register_callback(listener, fields="message_template_status_update")
    listed = meta.call("GET", f"{number.waba_id}/message_templates", number.token).json()["data"]
    meta.control("POST", f"templates/{listed[0]['id']}/review", {"status": "REJECTED", "reason": "SCAM"})
    value = listener.wait(lambda: listener.values("message_template_status_update"))[0]
    assert (value["event"], value["reason"], value["message_template_id"]) == ("REJECTED", "SCAM", int(listed[0]["id"]))


def test_an_error_may_belong_to_no_message(meta: Meta, number: Number, listener: Listener) -> None:
    meta.control("POST", "errors", {"number": number.id, "code": 130429})
    value = listener.wait(listener.values)[0]
    assert value["errors"][0]["code"] == 130429
    assert "messages" not in value


HELLO = {"name": "hello_world", "language": {"code": "en_US"}}
