"""What programs are told: Meta's envelope, with ids that they can use."""

from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.endpoints.models import Delivery, EndpointEvent
from safarichat.ground import ids
from safarichat.media.models import File
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.endpoints.made import endpoint, told, value
from tests.inbox import payloads
from tests.inbox.payloads import ANN, inbound, reacted, status, take
from tests.messaging.ours import sent_out

pytestmark = pytest.mark.django_db
Number = OfficialWhatsappCredential


def wamid(provider_message_id: str) -> str:
    return ids.wamid(Message.objects.get(provider_message_id=provider_message_id).pk)


def test_a_message_comes_as_meta_would_tell_it_with_our_id(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(inbound("wamid.IN1", "hi", user_id="US.123", unheard_of={"a": 1}))
    assert value(made) == {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "254700000001", "phone_number_id": "300000000000001"},
        "contacts": [{"profile": {"name": "Ann"}, "wa_id": ANN, "user_id": "US.123"}],
        "messages": [
            {
                "from": ANN,
                "from_user_id": "US.123",
                "id": wamid("wamid.IN1"),
                "timestamp": str(payloads.AT),
                "type": "text",
                "text": {"body": "hi"},
                "unheard_of": {"a": 1},
            }
        ],
    }


def test_who_has_no_id_gets_one_of_ours(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(inbound("wamid.IN1"))
    contact_id = Message.objects.get().conversation.contact_id
    assert value(made)["contacts"][0]["user_id"] == ids.user_id(contact_id)
    assert value(made)["messages"][0]["from_user_id"] == ids.user_id(contact_id)


def test_every_message_of_a_batch_comes_by_itself(number: Number, account: Account) -> None:
    made = endpoint(account)
    messages = [
        {"id": f"wamid.{n}", "from": ANN, "timestamp": str(payloads.AT), "type": "text", "text": {"body": str(n)}}
        for n in range(5)
    ]
    take(payloads.hook(payloads.value(messages=messages, contacts=[{"wa_id": ANN, "profile": {"name": "Ann"}}])))
    assert [one["value"]["messages"][0]["text"]["body"] for one in told(made)] == ["0", "1", "2", "3", "4"]
    assert all(len(one["value"]["messages"]) == 1 for one in told(made))
    assert all(one["value"]["contacts"][0]["profile"] == {"name": "Ann"} for one in told(made))


def test_what_a_provider_says_again_is_told_once(number: Number, account: Account) -> None:
    endpoint(account)
    take(inbound("wamid.IN1"))
    take(inbound("wamid.IN1"), inbound("wamid.IN1"))
    assert Delivery.objects.count() == 1


def test_a_reply_names_the_message_by_our_id(number: Number, account: Account) -> None:
    made = endpoint(account)
    ours = sent_out(number, "wamid.OUT1")
    take(
        inbound("wamid.IN1", context={"from": "254700000001", "id": "wamid.OUT1"}),
        reacted("wamid.R1", "wamid.OUT1", "👍"),
    )
    reply, reaction = (one["value"]["messages"][0] for one in told(made))
    assert reply["context"] == {"from": "254700000001", "id": ids.wamid(ours.pk)}
    assert reaction["reaction"] == {"message_id": ids.wamid(ours.pk), "emoji": "👍"}


def test_an_edit_and_a_revoke_name_the_message_by_our_id(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(
        inbound("wamid.IN1"), payloads.edited("wamid.E1", "wamid.IN1", "ho"), payloads.revoked("wamid.V1", "wamid.IN1")
    )
    _, edit, revoke = (one["value"]["messages"][0] for one in told(made))
    assert edit["edit"]["original_message_id"] == wamid("wamid.IN1")
    assert revoke["revoke"] == {"original_message_id": wamid("wamid.IN1")}


def test_a_message_that_nobody_here_knows_keeps_its_id(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(inbound("wamid.IN1", context={"id": "wamid.LONGAGO"}), status("wamid.ELSEWHERE", "read"))
    reply, read = told(made)
    assert reply["value"]["messages"][0]["context"]["id"] == "wamid.LONGAGO"
    assert read["value"]["statuses"][0]["id"] == "wamid.ELSEWHERE"


def test_a_file_has_our_id_and_no_address_of_the_provider(number: Number, account: Account) -> None:
    made = endpoint(account)
    image = {"id": "9001", "url": "https://lookaside.fbsbx.com/x", "mime_type": "image/png", "sha256": "abc="}
    take(inbound("wamid.IN1", type="image", image={**image, "caption": "look"}))
    file_id = ids.number(File.objects.get().pk)
    assert value(made)["messages"][0]["image"] == {
        "id": file_id,
        "mime_type": "image/png",
        "sha256": "abc=",
        "caption": "look",
    }


def test_a_status_comes_with_price_and_conversation_as_they_came_and_without_our_own_mark(
    number: Number, account: Account
) -> None:
    made = endpoint(account)
    ours = sent_out(number, "wamid.OUT1")
    pricing = {"billable": True, "pricing_model": "PMP", "category": "utility"}
    take(status("wamid.OUT1", "sent", opaque=ours.opaque, pricing=pricing, conversation={"id": "c1"}))
    [told_status] = value(made)["statuses"]
    assert told_status["id"] == ids.wamid(ours.pk)
    assert (told_status["pricing"], told_status["conversation"]) == (pricing, {"id": "c1"})
    assert "biz_opaque_callback_data" not in told_status
    assert told_status["recipient_user_id"] == value(made)["contacts"][0]["user_id"]
    assert told_status["recipient_user_id"] == ids.user_id(ours.conversation.contact_id)


def test_other_fields_pass_under_their_own_names(number: Number, account: Account) -> None:
    made = endpoint(account)
    news = {"event": "APPROVED", "message_template_id": 77, "message_template_name": "hi", "reason": "NONE"}
    take(payloads.hook(news, field="message_template_status_update"))
    assert told(made) == [{"field": "message_template_status_update", "value": news}]


def test_an_echo_is_told_with_our_id(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(payloads.echo("wamid.EC1", "On my way"))
    assert told(made)[0]["field"] == "smb_message_echoes"
    assert value(made)["message_echoes"][0]["id"] == wamid("wamid.EC1")


def test_the_past_of_a_phone_is_told_once_with_our_ids(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(payloads.chunk(payloads.theirs("wamid.P1", "long ago", at=payloads.AT)))
    [thread] = value(made)["history"][0]["threads"]
    assert [message["id"] for message in thread["messages"]] == [wamid("wamid.P1")]


@pytest.mark.parametrize(
    ("wanted", "is_told"),
    [
        ({}, True),
        ({"fields": ["messages"]}, True),
        ({"fields": ["account_update"]}, False),
        ({"kinds": ["messages"]}, True),
        ({"kinds": ["statuses"]}, False),
    ],
)
def test_an_endpoint_is_told_what_it_asked_for(
    number: Number, account: Account, wanted: dict[str, Any], is_told: bool
) -> None:
    made = endpoint(account, **wanted)
    take(inbound("wamid.IN1"))
    assert bool(told(made)) is is_told


def test_each_number_has_its_own_listeners(number: Number, account: Account) -> None:
    mine, other = endpoint(account, credential_ids=[number.pk]), endpoint(account, credential_ids=[])
    take(inbound("wamid.IN1"))
    assert (len(told(mine)), len(told(other))) == (1, 0)


def test_another_account_is_told_nothing(number: Number, account: Account, other_account: Account) -> None:
    stranger = endpoint(other_account)
    take(inbound("wamid.IN1"))
    assert told(stranger) == []
    assert EndpointEvent.objects.count() == 0


def test_a_status_gives_back_what_the_program_gave_along(number: Number, account: Account) -> None:
    made = endpoint(account)
    ours = sent_out(number, "wamid.OUT1")
    Message.objects.filter(pk=ours.pk).update(callback_data="order-7")
    take(status("wamid.OUT1", "sent", opaque=ours.opaque))
    assert value(made)["statuses"][0]["biz_opaque_callback_data"] == "order-7"
