"""What the pretend Twilio calls our addresses with, how it proves itself, and what goes wrong on the way."""

from typing import Any

import httpx
import pytest

from tests.sandbox.outside import CUSTOMER, Meta
from tests.sandbox.twilio_side import OPERATOR, OPERATORS_TOKEN, Ear, Sender, code_of, until

RETRYING = "rc=5&rp=all&tt=15000"


@pytest.fixture
def heard(sender: Sender, ear: Ear) -> Sender:
    sender.hear(ear)
    return sender


def fault(twilio: Meta, kind: str, **more: Any) -> None:
    twilio.control("POST", "faults", {"provider": "twilio", "kind": kind, **more})


def fields_of(sender: Sender, ear: Ear, message: dict[str, Any]) -> dict[str, str]:
    return ear.wait(sender.receive(message))[0].fields


# --- inbound ---------------------------------------------------------------------------------------------------------


def test_a_text_comes_as_a_form_that_twilios_own_validator_believes(heard: Sender, ear: Ear) -> None:
    sid = heard.receive({"type": "text", "text": {"body": "Olá ☕ 1+1=2 & more"}})
    told = ear.wait(sid)[0]
    assert ear.proves(told, heard.token)
    assert not ear.proves(told, OPERATORS_TOKEN)
    told.fields["Body"] += "!"
    assert not ear.proves(told, heard.token)
    fields = told.fields | {"Body": told.fields["Body"][:-1]}
    assert (fields["Body"], fields["MessageType"], fields["NumMedia"]) == ("Olá ☕ 1+1=2 & more", "text", "0")
    assert (fields["From"], fields["To"]) == (f"whatsapp:{CUSTOMER}", heard.address)
    assert fields["MessageSid"] == fields["SmsMessageSid"] == fields["SmsSid"] == sid
    assert (fields["AccountSid"], fields["WaId"]) == (heard.account_sid, CUSTOMER[1:])
    assert told.path.startswith("/in?tenant=4%202&x=%C3%BC")


def test_a_file_comes_by_an_address_at_twilio(heard: Sender, ear: Ear) -> None:
    fields = fields_of(heard, ear, {"type": "image", "image": {"caption": "Look"}})
    assert (fields["NumMedia"], fields["MediaContentType0"], fields["Body"]) == ("1", "image/png", "Look")
    sid = fields["MessageSid"]
    assert sid.startswith("MM")
    start = f"{heard.sandbox.url}/twilio/api/2010-04-01/Accounts/{heard.account_sid}/Messages/{sid}/Media/ME"
    assert fields["MediaUrl0"].startswith(start)
    answer = httpx.get(fields["MediaUrl0"], auth=(heard.account_sid, heard.token), trust_env=False)
    assert answer.status_code == 307


def test_what_customers_choose_and_share_has_fields_of_its_own(heard: Sender, ear: Ear) -> None:
    def choice(kind: str, **chosen: str) -> dict[str, Any]:
        return {"type": "interactive", "interactive": {"type": kind, kind: chosen}}

    place = {"latitude": -6.1659, "longitude": 39.2026, "name": "Stone Town", "address": "Zanzibar"}
    fields = fields_of(heard, ear, {"type": "location", "location": place})
    assert (fields["Latitude"], fields["Longitude"]) == ("-6.1659", "39.2026")
    assert (fields["Label"], fields["Address"], fields["Body"]) == ("Stone Town", "Zanzibar", "")
    fields = fields_of(heard, ear, {"type": "button", "button": {"payload": "p1", "text": "Yes"}})
    assert (fields["MessageType"], fields["ButtonText"], fields["ButtonPayload"]) == ("button", "Yes", "p1")
    fields = fields_of(heard, ear, choice("button_reply", id="b1", title="Maybe"))
    assert (fields["MessageType"], fields["ButtonText"], fields["ButtonPayload"]) == ("interactive", "Maybe", "b1")
    fields = fields_of(heard, ear, choice("list_reply", id="l1", title="Help", description="Ask us"))
    assert (fields["ListId"], fields["ListTitle"], fields["ListDescription"]) == ("l1", "Help", "Ask us")
    assert fields["Body"] == "Help"
    fields = fields_of(heard, ear, choice("nfm_reply", response_json='{"size":"L"}', body="Sent"))
    assert fields["InteractiveData"] == '{"size":"L"}'
    contact = {"name": {"formatted_name": "Amina"}, "phones": [{"phone": "+255700000001"}]}
    fields = fields_of(heard, ear, {"type": "contacts", "contacts": [contact]})
    assert (fields["MediaContentType0"], fields["MessageType"]) == ("text/vcard", "contacts")


def test_quotes_forwards_and_advertisements_are_told(heard: Sender, ear: Ear) -> None:
    sent = heard.send(body="Hello").sid
    quote = {"type": "text", "text": {"body": "Yes"}, "context": {"message_id": sent}}
    fields = fields_of(heard, ear, quote)
    assert (fields["OriginalRepliedMessageSid"], fields["OriginalRepliedMessageSender"]) == (sent, heard.address)
    fields = fields_of(heard, ear, {"type": "text", "text": {"body": "x"}, "context": {"forwarded": True}})
    assert fields["Forwarded"] == "true"
    referral = {
        "source_id": "1",
        "source_type": "ad",
        "headline": "Bread",
        "ctwa_clid": "c",
        "image_url": "https://i.test",
    }
    fields = fields_of(heard, ear, {"type": "text", "text": {"body": "x"}, "referral": referral})
    assert (fields["ReferralHeadline"], fields["ReferralCtwaClid"], fields["ReferralNumMedia"]) == ("Bread", "c", "1")


def test_a_customer_without_a_number_is_told_by_their_user_id(twilio: Meta, heard: Sender, ear: Ear) -> None:
    twilio.control("POST", "customers", {"user_id": "BR.1349120865530274", "username": "ana", "name": "Ana"})
    fields = ear.wait(heard.receive(sender="BR.1349120865530274"))[0].fields
    assert fields["From"] == fields["ExternalUserId"] == "whatsapp:BR.1349120865530274"
    assert (fields["ProfileUsername"], "WaId" in fields) == ("ana", False)


def test_reactions_never_reach_a_business(twilio: Meta, heard: Sender, ear: Ear) -> None:
    reaction = {"type": "reaction", "reaction": {"message_id": heard.receive(), "emoji": "👍"}}
    asked = {"number": heard.id, "from": CUSTOMER, "message": reaction}
    assert twilio.control("POST", "inbound", asked)["webhook"] == "not carried"
    assert len(heard.client.messages.list()) == 1


# --- statuses --------------------------------------------------------------------------------------------------------


def test_statuses_climb_and_prove_themselves(twilio: Meta, heard: Sender, ear: Ear) -> None:
    twilio.control("POST", "customers", {"phone": "+255712000031", "reads": True})
    heard.receive(sender="+255712000031")
    sid = heard.send(to="+255712000031", body="Hello").sid
    ear.wait(sid, "read")
    told = ear.of(sid, "/status")
    assert [each.fields["MessageStatus"] for each in told] == ["queued", "sent", "delivered", "read"]
    assert all(ear.proves(each, heard.token) for each in told)
    last = told[-1].fields
    assert (last["EventType"], last["ChannelPrefix"], last["ChannelToAddress"]) == ("READ", "whatsapp", "+25571200XXXX")
    assert last["ChannelInstallSid"] == heard.facts["sender_sid"]
    assert "ErrorCode" not in last


def test_a_callback_of_the_messages_own_wins_over_the_senders(heard: Sender, ear: Ear) -> None:
    heard.receive()
    sid = heard.send(body="Hello", status_callback=ear.url("mine") + "&id=7").sid
    ear.wait(sid, "delivered")
    assert ear.of(sid, "/status") == []
    assert ear.of(sid, "/mine")[0].path.endswith("&id=7")
    assert ear.proves(ear.of(sid, "/mine")[0], heard.token)


def test_a_failure_says_why(heard: Sender, ear: Ear) -> None:
    sid = heard.send(to="+255712000032", body="Hello").sid
    told = ear.wait(sid, "failed")[0].fields
    assert (told["ErrorCode"], told["EventType"]) == ("63016", "UNDELIVERED")
    assert "window" in told["ErrorMessage"]


# --- the other end fails ---------------------------------------------------------------------------------------------


def test_what_our_address_refuses_is_not_tried_again_by_itself(twilio: Meta, heard: Sender, ear: Ear) -> None:
    ear.status = 503
    sid = heard.receive()
    until(lambda: any(each["code"] == 11200 for each in troubles(twilio)))
    assert len(ear.of(sid)) == 1


def test_an_address_that_asks_for_it_is_tried_five_times_more_with_the_same_token(sender: Sender, ear: Ear) -> None:
    sender.hear(ear, RETRYING)
    ear.status = 503
    sid = sender.receive()
    ear.wait(sid, count=6)
    assert len({each.headers["i-twilio-idempotency-token"] for each in ear.of(sid)}) == 1
    assert all("#" not in each.path and ear.proves(each, sender.token) for each in ear.of(sid))


@pytest.mark.parametrize(("fragment", "status", "tries"), [("rc=2&rp=5xx", 500, 3), ("rc=2&rp=4xx", 500, 1)])
def test_only_what_the_address_names_is_tried_again(
    twilio: Meta, sender: Sender, ear: Ear, fragment: str, status: int, tries: int
) -> None:
    sender.hear(ear, fragment)
    ear.status = status
    before = twilio.control("GET", "stats")["webhooks"]["given_up"]
    sid = sender.receive()
    until(lambda: twilio.control("GET", "stats")["webhooks"]["given_up"] > before)
    assert len(ear.of(sid)) == tries


def test_without_a_connection_there_is_a_second_try(twilio: Meta, sender: Sender, ear: Ear) -> None:
    url = ear.url("in")
    ear.close()
    sender.state(webhook_url=url)
    before = twilio.control("GET", "stats")["webhooks"]
    sender.receive()
    until(lambda: twilio.control("GET", "stats")["webhooks"]["given_up"] > before["given_up"])
    assert twilio.control("GET", "stats")["webhooks"]["retried"] == before["retried"] + 1


def test_the_fallback_is_told_what_went_wrong(sender: Sender, ear: Ear) -> None:
    other = Ear()
    sender.hear(ear, fallback_url=other.url("fallback"))
    ear.status = 500
    sid = sender.receive()
    told = other.wait(sid)[0]
    assert (told.fields["ErrorCode"], told.fields["ErrorUrl"]) == ("11200", ear.url("in"))
    assert other.proves(told, sender.token)
    other.close()


def test_an_answer_in_twiml_is_said_to_the_customer(heard: Sender, ear: Ear) -> None:
    ear.body = "<Response><Message><Body>We open at 7</Body></Message><Message>Bye</Message></Response>"
    heard.receive()
    ear.wait(heard.client.messages.list()[-1].sid)
    replies = until(lambda: [m for m in heard.client.messages.list() if m.direction == "outbound-reply"][1:] or None)
    assert replies[0].body == "We open at 7"


def test_plain_text_is_said_too_and_json_troubles_the_debugger(twilio: Meta, heard: Sender, ear: Ear) -> None:
    ear.kind, ear.body = "text/plain", "OK"
    heard.receive()
    until(lambda: [m for m in heard.client.messages.list() if (m.direction, m.body) == ("outbound-reply", "OK")])
    ear.kind, ear.body = "application/json", "{}"
    heard.receive()
    until(lambda: any((each["code"], each["account"]) == (12300, heard.account_sid) for each in troubles(twilio)))


def test_a_sender_without_an_address_tells_nobody(twilio: Meta, sender: Sender) -> None:
    asked = {"number": sender.id, "from": CUSTOMER, "text": "Hi"}
    assert twilio.control("POST", "inbound", asked)["webhook"] == "unsubscribed"
    assert sender.client.messages.list()[0].body == "Hi"


def test_a_new_token_signs_from_now_on(heard: Sender, ear: Ear) -> None:
    made = heard.client.accounts.v1.secondary_auth_token().create()
    assert ear.proves(ear.wait(heard.receive())[0], heard.token)
    heard.client.accounts.v1.auth_token_promotion().update()
    assert ear.proves(ear.wait(heard.receive())[0], made.secondary_auth_token)


# --- faults ----------------------------------------------------------------------------------------------------------


def test_a_lost_message_is_in_the_list_all_the_same(twilio: Meta, heard: Sender, ear: Ear) -> None:
    fault(twilio, "inbound_lost")
    sid = heard.receive()
    assert heard.client.messages.list()[0].sid == sid
    twilio.control("DELETE", "faults")
    ear.wait(heard.receive())
    assert ear.of(sid) == []


def test_callbacks_come_twice_late_and_with_fields_nobody_knows(twilio: Meta, heard: Sender, ear: Ear) -> None:
    for kind, more in (("duplicate_webhook", {}), ("unknown_keys", {}), ("reorder", {"ms": 50})):
        fault(twilio, kind, **more)
    told = ear.wait(heard.receive(), count=2)
    assert told[0].fields == told[1].fields
    assert "NeverHeardOf" in told[0].fields
    assert told[0].fields["Referrer"] == ""
    assert ear.proves(told[0], heard.token)


def test_statuses_can_overtake_the_answer(twilio: Meta, heard: Sender, ear: Ear) -> None:
    heard.receive()
    fault(twilio, "status_before_answer")
    sid = heard.send(body="Hello").sid
    assert [each.fields["MessageStatus"] for each in ear.of(sid)] == ["sent", "delivered"]


def test_a_dropped_reply_leaves_an_accepted_message(twilio: Meta, heard: Sender) -> None:
    fault(twilio, "drop_reply")
    with pytest.raises(httpx.TransportError):
        heard.post(Body="Only once")
    assert [each.body for each in heard.client.messages.list()] == ["Only once"]


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (429, 20429), (500, 20500), (503, 20503)])
def test_an_http_status_comes_with_twilios_own_code(twilio: Meta, heard: Sender, status: int, code: int) -> None:
    fault(twilio, "http_status", code=status)
    answer = heard.post()
    assert code_of(answer) == (status, code)
    assert ("retry-after" in answer.headers) is (status == 429)


def test_a_status_of_no_application_is_no_json(twilio: Meta, heard: Sender) -> None:
    fault(twilio, "http_status", code=502)
    assert heard.post().text.startswith("<html>")


def test_an_error_is_answered_at_once_or_told_later(twilio: Meta, heard: Sender) -> None:
    heard.receive()
    fault(twilio, "error", code=21408)
    assert code_of(heard.post()) == (400, 21408)
    assert heard.api("GET", "/Messages.json").status_code == 200
    twilio.control("DELETE", "faults")
    fault(twilio, "error", code=63018, later=True, number=heard.id)
    assert heard.ends_as(heard.send(body="Hello").sid) == ("failed", 63018)


def test_an_outage_is_one_in_both_directions(twilio: Meta, heard: Sender, ear: Ear) -> None:
    fault(twilio, "outage")
    assert code_of(heard.post()) == (503, 20503)
    sid = heard.receive()
    twilio.control("DELETE", "faults")
    ear.wait(heard.receive())
    assert ear.of(sid) == []
    assert sid in [each.sid for each in heard.client.messages.list()]


def test_faults_of_another_provider_leave_twilio_alone(twilio: Meta, heard: Sender) -> None:
    twilio.control("POST", "faults", {"provider": "meta", "kind": "outage"})
    assert heard.post().status_code == 201


def test_secrets_are_masked_in_what_was_asked(twilio: Meta, heard: Sender) -> None:
    heard.post()
    told = twilio.http.get("/_sandbox/requests").text
    assert heard.token not in told
    assert "Basic ***" in told


def troubles(twilio: Meta) -> list[dict[str, Any]]:
    told = twilio.http.get("/_sandbox/", headers={"accept": "application/json"}).json()["twilio"]
    assert told["TWILIO_ACCOUNT_SID"] == OPERATOR
    return list(told["troubles"])
