"""Senders at the pretend Twilio: from a WABA to online, what keeps a number offline, and Embedded Signup before it."""

import json
from typing import Any

import httpx
import pytest

from tests.sandbox.outside import CUSTOMER, Meta, Outcome
from tests.sandbox.twilio_side import (
    OPERATOR,
    OPERATORS_TOKEN,
    SOLUTION,
    Ear,
    Sender,
    code_of,
    library,
    refused,
    until,
)

PATH = "messaging/v2/Channels/Senders"
HOOKS = {"callback_url": "https://hooks.example.test/in", "status_callback_url": "https://hooks.example.test/status"}


class Shop:
    """A customer's subaccount under the operator's, as a tech provider makes it."""

    def __init__(self, sandbox: Meta) -> None:
        self.sandbox = sandbox
        operator = library(sandbox, OPERATOR, OPERATORS_TOKEN)
        self.account = operator.api.v2010.accounts.create(friendly_name="Padaria Aurora")

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        auth = (self.account.sid, self.account.auth_token)
        return self.sandbox.http.request(method, f"/twilio/{path}", auth=auth, **options)

    def create(self, phone: str, waba_id: str, **more: Any) -> httpx.Response:
        wanted = {"sender_id": f"whatsapp:{phone}", "configuration": {"waba_id": waba_id}, "webhook": HOOKS}
        return self.ask("POST", PATH, json=wanted | {"profile": {"name": "Padaria Aurora"}} | more)

    def status(self, sid: str) -> str:
        return str(self.ask("GET", f"{PATH}/{sid}").json()["status"])

    def comes_to(self, sid: str, status: str) -> None:
        until(lambda: self.status(sid) == status)


@pytest.fixture
def shop(twilio: Meta) -> Shop:
    return Shop(twilio)


def signed_up(twilio: Meta, *, solution: str = SOLUTION, **answers: str) -> tuple[Outcome, str, str]:
    """Embedded Signup with Twilio's solution: its end, the WABA, and the number that Meta verified."""
    extras = {"sessionInfoVersion": "3", "setup": {"solutionID": solution}}
    query = {"sdk_origin": "http://127.0.0.1:1", "sdk_callback": "f1", "extras": json.dumps(extras)}
    outcome = twilio.sign_up(answers=answers, **query)
    number = twilio.control("GET", f"numbers/{outcome.data['phone_number_id']}")
    return outcome, outcome.data["waba_id"], number["phone_number"]


def test_signup_with_twilios_solution_leads_to_a_sender_that_is_online(twilio: Meta, shop: Shop) -> None:
    outcome, waba_id, phone = signed_up(twilio)
    assert outcome.event == "FINISH"
    answer = shop.create(phone, waba_id)
    told = answer.json()
    assert (answer.status_code, told["status"], told["sender_id"]) == (202, "CREATING", f"whatsapp:{phone}")
    shop.comes_to(told["sid"], "ONLINE")
    online = shop.ask("GET", f"{PATH}/{told['sid']}").json()
    assert (online["configuration"]["waba_id"], online["offline_reasons"]) == (waba_id, None)
    assert online["properties"]["messaging_limit"] == "2K Customers/24hr"
    assert online["webhook"]["callback_url"] == HOOKS["callback_url"]
    assert twilio.control("GET", f"numbers/{outcome.data['phone_number_id']}")["provider"] == "twilio"


def test_a_waba_without_twilios_solution_or_of_another_account_can_not_be_used(twilio: Meta, shop: Shop) -> None:
    _, waba_id, phone = signed_up(twilio, solution="")
    assert code_of(shop.create(phone, waba_id)) == (400, 63101)
    assert code_of(shop.create(phone, "104000000000001")) == (400, 63101)
    _, waba_id, phone = signed_up(twilio)
    assert shop.create(phone, waba_id).status_code == 202
    assert code_of(Shop(twilio).create("+447700900999", waba_id)) == (400, 63101)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender_id": "+447700900123"},
        {"sender_id": "whatsapp:shop"},
        {"profile": {}},
        {"profile": {"name": "x" * 256}},
        {"profile": {"name": "A", "vertical": "RESTAURANT"}},
        {"profile": {"name": "A", "websites": ["https://a.test"]}},
        {"webhook": {"callback_url": "hooks"}},
        {"webhook": {"callback_method": "GET"}},
        {"configuration": {"verification_method": "pigeon"}},
    ],
    ids=str,
)
def test_a_body_that_is_no_sender_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    assert code_of(shop.create("+447700900555", "1", **wrong)) == (400, 63100)


def test_a_number_that_meta_did_not_verify_needs_a_code(twilio: Meta, shop: Shop) -> None:
    outcome, waba_id, phone = signed_up(twilio, skip_verification="1")
    sid = shop.create(phone, waba_id, configuration={"waba_id": waba_id, "verification_method": "sms"}).json()["sid"]
    shop.comes_to(sid, "PENDING_VERIFICATION")
    first = twilio.control("GET", f"numbers/{outcome.data['phone_number_id']}")["code"]
    again = shop.ask("POST", f"{PATH}/{sid}", json={"configuration": {"verification_method": "voice"}})
    assert again.json()["configuration"]["verification_method"] == "voice"
    code = twilio.control("GET", f"numbers/{outcome.data['phone_number_id']}")["code"]
    assert code != first
    wrong = shop.ask("POST", f"{PATH}/{sid}", json={"configuration": {"verification_code": first}})
    assert wrong.json()["status"] == "VERIFYING"
    shop.comes_to(sid, "PENDING_VERIFICATION")
    shop.ask("POST", f"{PATH}/{sid}", json={"configuration": {"verification_code": code}})
    shop.comes_to(sid, "ONLINE")


def test_a_number_in_use_elsewhere_is_refused(twilio: Meta, shop: Shop) -> None:
    _, waba_id, _ = signed_up(twilio)
    taken = twilio.control("POST", "numbers", {"registered": True})["phone_number"]
    assert code_of(shop.create(taken, waba_id)) == (400, 63110)


def test_an_update_tells_what_it_changed_and_leaves_the_rest_null(sender: Sender) -> None:
    path = f"{PATH}/{sender.facts['sender_sid']}"
    told = sender.rest("POST", path, json={"profile": {"about": "Fresh bread", "vertical": "Restaurant"}}).json()
    assert told["status"] == "ONLINE:UPDATING"
    assert told["profile"]["about"] == "Fresh bread"
    assert (told["webhook"], told["configuration"]) == (None, None)
    assert until(lambda: sender.rest("GET", path).json()["status"] == "ONLINE")
    assert code_of(sender.rest("POST", path, json={"vertical": "Restaurant"})) == (400, 63100)


def test_a_declined_name_is_told_when_it_is_changed(sender: Sender) -> None:
    sender.state(name_status="DECLINED")
    answer = sender.rest("POST", f"{PATH}/{sender.facts['sender_sid']}", json={"profile": {"name": "Best Shop Ever"}})
    assert code_of(answer) == (400, 63124)


def test_a_reason_takes_a_sender_offline_and_its_messages_fail_with_it(sender: Sender) -> None:
    sender.receive()
    assert sender.state(offline_reason="63020")["sender_status"] == "OFFLINE"
    told = sender.rest("GET", f"{PATH}/{sender.facts['sender_sid']}").json()
    assert (told["status"], told["properties"]) == ("OFFLINE", None)
    assert told["offline_reasons"][0]["code"] == "63020"
    assert sender.ends_as(sender.send(body="Hello").sid) == ("failed", 63020)
    sender.state(offline_reason="")
    assert sender.ends_as(sender.send(body="Hello").sid) == ("delivered", None)


@pytest.mark.parametrize("status", ["DRAFT", "STUBBED", "TWILIO_REVIEW", "PENDING_VERIFICATION", "CREATING"])
def test_a_sender_that_never_came_online_can_not_be_found_for_sending(sender: Sender, status: str) -> None:
    assert sender.state(sender_status=status)["sender_status"] == status
    assert refused(lambda: sender.send(body="Hello")) == (400, 63007)
    sender.state(sender_status="ONLINE")
    assert sender.send(body="Hello").status == "queued"


def test_restrictions_and_unpaid_bills_are_told_by_their_codes(sender: Sender) -> None:
    sender.receive()
    sender.state(restricted=True)
    assert sender.ends_as(sender.send(body="Hello").sid) == ("failed", 63051)
    sender.state(restricted=False)
    sender.state(quality_rating="RED", messaging_limit="TIER_10K")
    told = sender.rest("GET", f"{PATH}/{sender.facts['sender_sid']}").json()["properties"]
    assert told == {"quality_rating": "LOW", "messaging_limit": "10K Customers/24hr"}


def test_a_deleted_sender_is_gone_and_its_number_free(sender: Sender) -> None:
    path = f"{PATH}/{sender.facts['sender_sid']}"
    assert sender.rest("DELETE", path).status_code == 204
    assert code_of(sender.rest("GET", path)) == (404, 20404)
    assert refused(lambda: sender.send(body="Hello")) == (400, 63007)
    assert sender.sandbox.control("GET", f"numbers/{sender.id}")["registered"] is False


def test_senders_are_listed_by_the_helper_library(sender: Sender) -> None:
    assert [each.sid for each in sender.client.messaging.v2.channels_senders.list(channel="whatsapp")] == [
        sender.facts["sender_sid"]
    ]
    assert code_of(sender.rest("GET", PATH)) == (400, 20001)


def test_a_senders_messages_reach_its_services_address_unless_told_otherwise(sender: Sender, ear: Ear) -> None:
    sender.hear(ear)
    services = sender.client.messaging.v1.services
    service = services.create(friendly_name="Shop", inbound_request_url=ear.url("service"))
    sender.rest("POST", f"messaging/v1/Services/{service.sid}/ChannelSenders", data={"Sid": sender.facts["sender_sid"]})
    heard = ear.wait(sender.receive())[0]
    assert heard.path.startswith("/service")
    assert heard.fields["MessagingServiceSid"] == service.sid
    service.update(use_inbound_webhook_on_number=True)
    assert ear.wait(sender.receive())[0].path.startswith("/in")
    listed = sender.rest("GET", f"messaging/v1/Services/{service.sid}/ChannelSenders").json()["senders"]
    assert [each["sid"] for each in listed] == [sender.facts["sender_sid"]]
    assert service.delete()
    assert services.list() == []


def test_a_handset_shows_both_sides_of_a_conversation(twilio: Meta, sender: Sender) -> None:
    page = f"/phone/{CUSTOMER}/{sender.id}"
    assert twilio.http.post(f"{page}/messages", data={"text": "Is there bread?"}).status_code == 303
    assert sender.client.messages.list()[0].body == "Is there bread?"
    sender.send(body="Until noon")
    until(lambda: "Until noon" in twilio.http.get(page).text)


def test_the_overview_tells_how_senders_stand_and_no_token(twilio: Meta, sender: Sender) -> None:
    sender.state(offline_reason="63020")
    overview = twilio.http.get("/_sandbox/").text
    row = overview[: overview.index(sender.facts["sender_sid"])].rpartition("<tr>")[2]
    assert "OFFLINE" in row
    assert sender.token not in overview
