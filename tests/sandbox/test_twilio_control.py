"""What is kept of the pretend Twilio when it is stopped, and what only its control can bring about."""

import json
import time
from pathlib import Path

import pytest

from tests.sandbox import twilio_side
from tests.sandbox.outside import Listener, Meta
from tests.sandbox.twilio_side import SOLUTION, Sender, code_of, refused, until


def test_accounts_messages_and_reviews_outlive_a_restart(tmp_path: Path) -> None:
    sandbox = twilio_side.start(tmp_path / "world")
    sandbox.control("POST", "settings", twilio_side.QUICK)
    sender = Sender(sandbox)
    sender.receive({"type": "image", "image": {}})
    sent = sender.send(body="Hello").sid
    assert sender.ends_as(sent) == ("delivered", None)
    body = {"language": "en", "types": {"twilio/text": {"body": "We are open"}}}
    content = sender.rest("POST", "content/v1/Content", json=body).json()["sid"]
    path = f"content/v1/Content/{content}/ApprovalRequests"
    sender.rest("POST", f"{path}/whatsapp", json={"name": "open", "category": "UTILITY"})
    sandbox.stop()
    sandbox.start()
    assert sender.client.messages.list(limit=1)[0].sid == sent
    assert until(lambda: sender.rest("GET", path).json()["whatsapp"]["status"] == "approved")
    assert sender.ends_as(sender.send(content_sid=content, to="+255712000041").sid) == ("delivered", None)
    sandbox.close()


def test_a_suspended_account_is_told_nothing_and_does_nothing(twilio: Meta, sender: Sender) -> None:
    assert sender.state(account_status="suspended")["account_status"] == "suspended"
    assert refused(lambda: sender.send(body="Hello")) == (403, 20005)
    asked = {"number": sender.id, "from": "+255712000042", "text": "Hi"}
    assert twilio.control("POST", "inbound", asked)["webhook"] == "unsubscribed"


def test_a_token_replaced_in_the_console_ends_the_old_one(sender: Sender) -> None:
    sender.state(token_replaced=True)
    assert code_of(sender.api("GET", ".json")) == (401, 20003)


def test_who_takes_twilios_access_away_takes_the_sender_offline(sender: Sender) -> None:
    assert sender.state(shared=False)["sender_status"] == "OFFLINE"
    assert sender.state(shared=True)["sender_status"] == "ONLINE"


def test_a_state_that_nobody_knows_is_refused(twilio: Meta, sender: Sender) -> None:
    for wanted in ({"sender_status": "ASLEEP"}, {"mood": "good"}):
        assert twilio.http.patch(f"/_sandbox/numbers/{sender.id}", json=wanted).status_code == 400


def test_a_second_number_joins_an_account_and_its_waba(twilio: Meta, sender: Sender) -> None:
    more = {"account_sid": sender.account_sid, "waba_id": sender.facts["waba_id"], "name": "Second"}
    second = Sender(twilio, **more)
    assert (second.account_sid, second.token) == (sender.account_sid, sender.token)
    listed = sender.client.messaging.v2.channels_senders.list(channel="whatsapp")
    assert {each.sender_id for each in listed} == {sender.address, second.address}


def test_answers_can_be_slow(twilio: Meta, sender: Sender) -> None:
    twilio.control("POST", "faults", {"provider": "twilio", "kind": "latency", "ms": 300, "path": "/Messages.json"})
    before = time.monotonic()
    assert sender.post().status_code == 201
    assert time.monotonic() - before > 0.3


@pytest.mark.parametrize(("provider", "event"), [("twilio", ""), ("meta", "FINISH")])
def test_the_news_of_a_signup_with_twilios_solution_can_get_lost(twilio: Meta, provider: str, event: str) -> None:
    twilio.control("POST", "faults", {"provider": provider, "kind": "lost_signup_event"})
    extras = json.dumps({"setup": {"solutionID": SOLUTION}})
    outcome = twilio.sign_up(sdk_origin="http://127.0.0.1:1", sdk_callback="f1", extras=extras)
    assert outcome.event == event
    assert outcome.code


def test_metas_webhooks_tell_nothing_of_a_number_at_twilio(twilio: Meta, sender: Sender, listener: Listener) -> None:
    twilio.register_callback(listener)
    at_meta = twilio.number()
    sender.state(subscribed=True)
    sender.receive()
    listener.wait_message(at_meta.receive())
    assert {value["metadata"]["phone_number_id"] for value in listener.values()} == {at_meta.id}


def test_a_number_that_leaves_for_meta_is_metas(twilio: Meta, sender: Sender) -> None:
    path = f"messaging/v2/Channels/Senders/{sender.facts['sender_sid']}"
    assert sender.rest("DELETE", path).status_code == 204
    token = twilio.control("POST", "tokens", {"waba_ids": [sender.facts["waba_id"]]})["access_token"]
    answer = twilio.call(
        "POST", f"{sender.id}/register", token, json={"messaging_product": "whatsapp", "pin": "123456"}
    )
    assert answer.json() == {"success": True}
    assert twilio.control("GET", f"numbers/{sender.id}")["provider"] == "meta"
