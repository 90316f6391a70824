"""The Content API of the pretend Twilio: resources, approval, and what a customer gets."""

import json
from typing import Any

import pytest

from tests.sandbox.outside import CUSTOMER, Meta
from tests.sandbox.twilio_side import Sender, code_of, until

TEXT = {"twilio/text": {"body": "Olá {{1}}, seu pedido {{2}} está pronto, obrigado pela compra."}}
ORDER = {"friendly_name": "order_ready", "language": "pt_BR", "variables": {"1": "Ana", "2": "#42"}, "types": TEXT}
LIST = {
    "twilio/list-picker": {
        "body": "Oi {{1}}, escolha",
        "button": "Ver opções",
        "items": [{"id": "opt_sales", "item": "Vendas", "description": "Falar"}, {"id": "opt_help", "item": "Suporte"}],
    },
    "twilio/text": {"body": "Oi {{1}}: responda 1 ou 2"},
}


def create(sender: Sender, types: dict[str, Any], **more: Any) -> str:
    answer = sender.rest("POST", "content/v1/Content", json={"language": "en", "types": types, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sid"])


def submit(sender: Sender, sid: str, name: str, category: str = "UTILITY") -> Any:
    path = f"content/v1/Content/{sid}/ApprovalRequests/whatsapp"
    return sender.rest("POST", path, json={"name": name, "category": category})


def approved(sender: Sender, name: str, **content: Any) -> str:
    sid = create(sender, **content)
    assert submit(sender, sid, name).status_code == 201
    sender.sandbox.control("POST", f"templates/{sid}/review", {"status": "APPROVED"})
    return sid


def received(sender: Sender, sid: str) -> dict[str, Any]:
    """What the customer's side has of a message."""
    told = sender.sandbox.control("GET", "messages", params={"provider": "twilio", "to": CUSTOMER})
    return dict(next(each["body"] for each in told if each["id"] == sid))


def test_a_content_is_made_read_changed_and_dropped(sender: Sender) -> None:
    made = sender.rest("POST", "content/v1/Content", json=ORDER).json()
    content = sender.client.content.v1.contents(made["sid"]).fetch()
    assert (content.friendly_name, content.language, content.types) == ("order_ready", "pt_BR", TEXT)
    assert content.links["approval_create"].endswith(f"/v1/Content/{made['sid']}/ApprovalRequests/whatsapp")
    changed = sender.rest("PUT", f"content/v1/Content/{made['sid']}", json={"types": {"twilio/text": {"body": "Hi"}}})
    assert changed.json()["types"] == {"twilio/text": {"body": "Hi"}}
    assert content.delete()
    assert code_of(sender.rest("GET", f"content/v1/Content/{made['sid']}")) == (404, 20404)


def test_lists_are_cut_into_pages_with_whole_addresses(sender: Sender) -> None:
    sids = [create(sender, {"twilio/text": {"body": f"Number {n}"}}) for n in range(5)]
    assert [each.sid for each in sender.client.content.v1.contents.list(page_size=2)] == sids
    meta = sender.rest("GET", "content/v1/Content", params={"PageSize": "2"}).json()["meta"]
    assert (meta["page"], meta["page_size"], meta["key"], meta["previous_page_url"]) == (0, 2, "contents", None)
    assert meta["next_page_url"].startswith(f"{sender.sandbox.url}/twilio/content/v1/Content?")


def test_the_second_version_filters_and_the_lists_with_approvals_tell_their_status(sender: Sender) -> None:
    sid = approved(sender, "ready_1", types=TEXT, variables={"1": "Ana", "2": "#1"}, friendly_name="mine")
    create(sender, {"twilio/text": {"body": "Other"}}, friendly_name="other")
    for params in ({"ContentName": "mine"}, {"ChannelEligibility": "whatsapp:approved"}, {"Content": "pedido"}):
        told = sender.rest("GET", "content/v2/ContentAndApprovals", params=params).json()["contents"]
        assert [each["sid"] for each in told] == [sid], params
    approval = told[0]["approval_requests"]
    assert (approval["name"], approval["category"], approval["status"]) == ("ready_1", "UTILITY", "approved")
    legacy = sender.rest("GET", "content/v1/LegacyContent").json()["contents"]
    assert legacy[0]["legacy_template_name"] == "ready_1"


ACTION = {"type": "QUICK_REPLY", "title": "Yes", "id": "yes"}
TOO_LONG = {**ACTION, "title": "t" * 21}
CARD = {"title": "A", "body": "B", "media": "https://x.test/a.png", "actions": [ACTION]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"language": "en"}, 92001),
        ({"language": "en", "types": {}}, 92001),
        ({"types": TEXT}, 92003),
        ({"types": TEXT, "language": "Portuguese"}, 92004),
        ({"types": TEXT, "language": "en", "variables": {str(n): "x" for n in range(101)}}, 92002),
        ({"types": TEXT, "language": "en", "variables": {"1": 5}}, 92007),
        ({"types": {"twilio/telepathy": {"body": "Hi"}}, "language": "en"}, 92008),
        ({"types": {"twilio/text": {}}, "language": "en"}, 20001),
        ({"types": {"twilio/list-picker": {"body": "x", "button": "b", "items": []}}, "language": "en"}, 20001),
        ({"types": {"twilio/quick-reply": {"body": "x", "actions": [ACTION] * 11}}, "language": "en"}, 20001),
        ({"types": {"twilio/quick-reply": {"body": "x", "actions": [TOO_LONG]}}, "language": "en"}, 20001),
        ({"types": {"twilio/carousel": {"body": "x", "cards": [CARD]}}, "language": "en"}, 20001),
        ({"types": {"twilio/card": {"title": "alone"}}, "language": "en"}, 20001),
        ({"types": {"twilio/quick-reply": {"body": "x", "actions": ["Yes"]}}, "language": "en"}, 20001),
        ({"types": {"twilio/media": {"media": [{"url": "x"}]}}, "language": "en"}, 20001),
        ({"types": ["twilio/text"], "language": "en"}, 92001),
    ],
)  # fmt: skip
def test_what_is_no_content_is_refused_with_its_code(sender: Sender, body: dict[str, Any], code: int) -> None:
    assert code_of(sender.rest("POST", "content/v1/Content", json=body)) == (400, code)


def test_a_template_is_received_then_pending_then_approved(sender: Sender) -> None:
    sid = create(sender, TEXT, variables={"1": "Ana", "2": "#42"})
    approval = sender.client.content.v1.contents(sid).approval_fetch()
    assert approval.fetch().whatsapp["status"] == "unsubmitted"
    told = submit(sender, sid, "order_ready_1").json()
    assert (told["status"], told["content_type"], told["rejection_reason"]) == ("received", "twilio/text", "")
    seen: list[str] = []

    def is_approved() -> bool:
        seen.append(approval.fetch().whatsapp["status"])
        return seen[-1] == "approved"

    until(is_approved)
    assert [status for at, status in enumerate(seen) if status not in seen[:at]] == ["received", "pending", "approved"]


def test_a_rejected_name_can_not_be_used_again(sender: Sender) -> None:
    sid = create(sender, {"twilio/text": {"body": "Buy now"}})
    submit(sender, sid, "buy_now", "MARKETING")
    sender.sandbox.control("POST", f"templates/{sid}/review", {"status": "REJECTED", "reason": "TAG_MISMATCH"})
    approval = sender.client.content.v1.contents(sid).approval_fetch().fetch().whatsapp
    assert (approval["status"], approval["rejection_reason"]) == ("rejected", "TAG_MISMATCH")
    assert code_of(submit(sender, sid, "buy_now", "MARKETING")) == (400, 63040)
    assert submit(sender, sid, "buy_later", "MARKETING").status_code == 201


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Hello there", "Has Capitals"),
        ("{{1}} is here for you today", "begins"),
        ("This one is for {{1}}", "ends"),
        ("See {{1}} {{2}} in the shop of ours today", "adjacent"),
        ("Hi {{1}} you", "too_few_words"),
        ("Hello my dear {{3}} how are you", "without_sample"),
    ],
)
def test_what_whatsapp_would_not_approve_is_not_submitted(sender: Sender, body: str, name: str) -> None:
    sid = create(sender, {"twilio/text": {"body": body}}, variables={"1": "Ana", "2": "Bo"})
    assert code_of(submit(sender, sid, name)) == (400, 63040)


def test_a_list_is_for_open_conversations_only(sender: Sender) -> None:
    sid = create(sender, LIST)
    assert code_of(submit(sender, sid, "menu")) == (400, 63040)
    message = sender.send(content_sid=sid, content_variables=json.dumps({"1": "Bo"}), to="+255712000021")
    assert sender.ends_as(message.sid) == ("failed", 63016)
    sender.receive()
    message = sender.send(content_sid=sid, content_variables=json.dumps({"1": "Bo"}))
    assert sender.ends_as(message.sid) == ("delivered", None)
    told = received(sender, message.sid)["interactive"]
    assert (told["type"], told["body"]["text"]) == ("list", "Oi Bo, escolha")
    assert [row["title"] for row in told["action"]["sections"][0]["rows"]] == ["Vendas", "Suporte"]


def test_an_approved_template_opens_a_conversation_with_its_variables(twilio: Meta, sender: Sender) -> None:
    sid = approved(sender, "order_ready_2", types=TEXT, variables={"1": "Ana", "2": "#42"})
    message = sender.send(content_sid=sid, content_variables=json.dumps({"1": "Zawadi"}))
    assert message.body == ""
    assert sender.ends_as(message.sid) == ("delivered", None)
    assert message.fetch().body == "Olá Zawadi, seu pedido #42 está pronto, obrigado pela compra."
    assert received(sender, message.sid)["template"]["name"] == "order_ready_2"
    assert "Olá Zawadi, seu pedido #42 está pronto" in twilio.http.get(f"/phone/{CUSTOMER}/{sender.id}").text


@pytest.mark.parametrize("given", ["{1: 2}", '["Ana"]', '{"1": 5}', '{"1": {"a": "b"}}'])
def test_variables_are_a_flat_object_of_texts_in_a_string(sender: Sender, given: str) -> None:
    sid = create(sender, {"twilio/text": {"body": "Hi {{1}}"}})
    assert code_of(sender.post(Body=None, ContentSid=sid, ContentVariables=given)) == (400, 21656)


@pytest.mark.parametrize("value", ["two\nlines", "a\ttab", "four    spaces"])
def test_whatsapp_takes_no_line_breaks_in_a_variable(sender: Sender, value: str) -> None:
    sid = approved(sender, f"note_{len(value)}", types=TEXT, variables={"1": "Ana", "2": "#42"})
    message = sender.send(content_sid=sid, content_variables=json.dumps({"1": value}))
    assert sender.ends_as(message.sid) == ("failed", 63021)


def test_a_paused_template_fails_and_a_rejected_one_is_no_template(sender: Sender) -> None:
    for status, code in (("PAUSED", 63041), ("REJECTED", 63016)):
        sid = approved(sender, f"was_{status.lower()}", types={"twilio/text": {"body": "Hello there"}})
        sender.sandbox.control("POST", f"templates/{sid}/review", {"status": status})
        assert sender.ends_as(sender.send(content_sid=sid, to="+255712000022").sid) == ("failed", code)


def test_what_always_needs_approval_fails_even_within_the_window(sender: Sender) -> None:
    sender.receive()
    link = {"type": "URL", "title": "Open", "url": "https://shop.example.test"}
    buttons = [{"type": "QUICK_REPLY", "title": str(n), "id": str(n)} for n in range(4)]
    two_cards = [{**CARD, "actions": [ACTION]}] * 2
    for types in (
        {"twilio/card": {"title": "Look", "actions": [link]}},
        {"twilio/quick-reply": {"body": "Choose", "actions": buttons}},
        {"twilio/carousel": {"body": "Choose", "cards": two_cards}},
    ):
        assert sender.ends_as(sender.send(content_sid=create(sender, types)).sid) == ("failed", 63005)


def test_a_code_travels_as_variable_one(twilio: Meta, sender: Sender) -> None:
    types = {"whatsapp/authentication": {"actions": [{"type": "COPY_CODE", "copy_code_text": "Copy"}]}}
    sid = create(sender, types, variables={"1": "123456"})
    assert submit(sender, sid, "otp", "AUTHENTICATION").status_code == 201
    twilio.control("POST", f"templates/{sid}/review", {"status": "APPROVED"})
    message = sender.send(content_sid=sid, content_variables=json.dumps({"1": "987654"}))
    assert sender.ends_as(message.sid) == ("delivered", None)
    assert "987654" in twilio.http.get(f"/phone/{CUSTOMER}/{sender.id}").text


def test_a_tap_on_a_button_brings_its_id_home(twilio: Meta, sender: Sender) -> None:
    sender.receive()
    types = {"twilio/quick-reply": {"body": "Coming?", "actions": [ACTION, {**ACTION, "title": "No", "id": "no"}]}}
    sid = sender.send(content_sid=create(sender, types)).sid
    assert sender.ends_as(sid) == ("delivered", None)
    tap = {"kind": "button_reply", "reply_to": sid, "payload": "yes", "title": "Yes"}
    assert twilio.http.post(f"/phone/{CUSTOMER}/{sender.id}/taps", data=tap).status_code == 303
    assert sender.client.messages.list()[0].body == "Yes"
