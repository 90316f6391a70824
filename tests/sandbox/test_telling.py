"""What a provider tells without being asked, a phone beside the API, and the account model of 2026."""

from typing import Any

import pytest

from safarichat.providers import get
from safarichat.providers.shapes import Hook, Unhandled, Unreadable
from safarichat.sandbox.meta import news
from tests.sandbox.outside import CUSTOMER, Listener, Meta, Number

ALL_FIELDS = ",".join([*news.KINDS, "messages", "smb_message_echoes", "smb_app_state_sync", "history"])


@pytest.fixture
def number(meta: Meta, listener: Listener) -> Number:
    meta.register_callback(listener, ALL_FIELDS)
    return meta.number()


@pytest.fixture
def on_phone(meta: Meta, number: Number) -> Number:
    meta.control("PATCH", f"numbers/{number.id}", {"on_biz_app": True})
    return number


def told(listener: Listener, field: str) -> Any:
    return listener.wait(lambda: listener.values(field))[0]


@pytest.mark.parametrize(
    ("field", "event"), [(field, word) for field, words in news.listed().items() for word in words]
)
def test_every_kind_of_news_arrives_and_is_understood(
    meta: Meta, number: Number, listener: Listener, field: str, event: str
) -> None:
    assert meta.control("POST", "news", {"number": number.id, "field": field, "event": event})["told"] == 1
    told(listener, field)
    hooks = [Hook(method="POST", headers={}, query={}, body=body) for body, _ in listener.raw]
    events = [event for hook in hooks for event in get("meta").read(hook)]
    assert events
    assert not any(isinstance(event, Unhandled | Unreadable) for event in events)


def test_what_is_told_can_be_changed_and_what_is_unknown_is_refused(
    meta: Meta, number: Number, listener: Listener
) -> None:
    meta.control("POST", "news", {"number": number.id, "field": "flows", "value": {"flow_id": "77"}})
    assert told(listener, "flows")["flow_id"] == "77"
    answer = meta.http.post("/_sandbox/news", json={"number": number.id, "field": "holograms"})
    assert (answer.status_code, answer.json()["error"][:12]) == (404, "no such news")


def test_the_owner_writes_on_the_phone_and_partners_get_an_echo(
    meta: Meta, on_phone: Number, listener: Listener
) -> None:
    id = meta.control("POST", "echoes", {"number": on_phone.id, "to": CUSTOMER, "text": "On my way"})["id"]
    [echo] = told(listener, "smb_message_echoes")["message_echoes"]
    assert (echo["id"], echo["to"], echo["text"]) == (id, CUSTOMER.removeprefix("+"), {"body": "On my way"})
    listener.wait_status(id, "delivered")
    assert meta.control("GET", "messages", params={"to": CUSTOMER}) == []  # the API took none


def test_only_a_number_of_the_phone_app_can_write_there(meta: Meta, number: Number) -> None:
    answer = meta.http.post("/_sandbox/echoes", json={"number": number.id, "to": CUSTOMER})
    assert answer.status_code == 400
    assert "on_biz_app" in answer.json()["error"]


def test_the_phone_hands_over_contacts_and_history_once_each(meta: Meta, on_phone: Number, listener: Listener) -> None:
    on_phone.receive({"type": "text", "text": {"body": "Earlier"}})
    for kind in ("smb_app_state_sync", "history"):
        asked = {"messaging_product": "whatsapp", "sync_type": kind}
        answer = meta.call("POST", f"{on_phone.id}/smb_app_data", on_phone.token, json=asked)
        assert answer.json()["request_id"]
        again = meta.call("POST", f"{on_phone.id}/smb_app_data", on_phone.token, json=asked)
        assert again.json()["error"]["code"] == 2593107
    [contact] = told(listener, "smb_app_state_sync")["state_sync"]
    listener.wait(lambda: len(listener.values("history")) == 3)
    [thread] = [thread for value in listener.values("history") for thread in value["history"][0]["threads"]]
    assert contact["contact"]["phone_number"] == thread["id"] == CUSTOMER.removeprefix("+")
    assert thread["messages"][0]["text"] == {"body": "Earlier"}


def test_the_phone_hands_over_its_past_in_chunks_of_three_phases(
    meta: Meta, on_phone: Number, listener: Listener
) -> None:
    photo = {"type": "image", "image": {"id": "1", "mime_type": "image/jpeg"}}
    meta.control("POST", "echoes", {"number": on_phone.id, "to": CUSTOMER, "message": photo})
    asked = {"number": on_phone.id, "with": CUSTOMER, "count": 1200}
    count = meta.control("POST", "past", asked)["told"]
    values = listener.wait(lambda: found if len(found := listener.values("history")) == count else None)
    chunks = [value["history"][0] for value in values if "history" in value]
    assert sorted({chunk["metadata"]["phase"] for chunk in chunks}) == [0, 1, 2]
    assert max(chunk["metadata"]["progress"] for chunk in chunks) == 100
    messages = [one for chunk in chunks for thread in chunk["threads"] for one in thread["messages"]]
    assert len({one["id"] for one in messages}) == 1201
    assert [one["type"] for one in messages].count("media_placeholder") == 1
    [follow_up] = [value for value in values if "messages" in value]
    assert follow_up["messages"][0]["image"]["id"] == "1"


def test_an_owner_may_keep_the_past_for_themselves(meta: Meta, on_phone: Number, listener: Listener) -> None:
    meta.control("PATCH", f"numbers/{on_phone.id}", {"shares_history": False})
    meta.control("POST", "past", {"number": on_phone.id})
    assert told(listener, "history")["history"][0]["errors"][0]["code"] == 2593109


def test_a_number_that_is_not_in_the_app_has_nothing_to_hand_over(meta: Meta, number: Number) -> None:
    asked = {"messaging_product": "whatsapp", "sync_type": "history"}
    assert meta.call("POST", f"{number.id}/smb_app_data", number.token, json=asked).status_code == 400


def test_in_the_second_phase_a_shared_number_needs_its_messaging_account(meta: Meta, number: Number) -> None:
    template = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
    meta.control("PATCH", f"numbers/{number.id}", {"shared_by": ["42"]})
    assert number.send(template).is_success
    meta.control("POST", "settings", {"account_phase": 2})
    try:
        refused = number.send(template)
        assert "messaging_account_id is required" in refused.json()["error"]["message"]
        assert number.send(template, messaging_account_id=number.waba_id).is_success
        assert number.send(template, paid_messaging_account_id=number.waba_id).is_success
        assert not number.send(template, messaging_account_id="43").is_success
        signed_up = meta.sign_up()
        assert signed_up.data["cs_id"] == signed_up.data["phone_number_id"]
        assert signed_up.data["waac_id"] not in ("", signed_up.data["cs_id"], signed_up.data["waba_id"])
    finally:
        meta.control("POST", "settings", {"account_phase": 1})
