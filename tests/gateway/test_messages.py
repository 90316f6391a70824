"""`POST /{number}/messages`: the answer is Meta's, the message is in the queue, ids are ours."""

from datetime import timedelta
from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.ground import ids
from safarichat.messaging.models import Conversation, Message
from safarichat.messaging.sending import Want, fetch_due
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number
from tests.gateway.door import NUMBER, Door, Told, make_key
from tests.gateway.door import door as door
from tests.media.files import PNG, kept
from tests.messaging.ours import TEMPLATE, now, open_window, queued

pytestmark = pytest.mark.django_db(transaction=True)

PATH = f"/v25.0/{NUMBER}/messages"
CUSTOMER = "14155550123"
TO = {"messaging_product": "whatsapp", "to": f"+{CUSTOMER}"}


def text(body: str = "hello", **more: Any) -> dict[str, Any]:
    return {**TO, "type": "text", "text": {"body": body}, **more}


def test_a_text_is_queued_and_answered_as_meta_would(door: Door, number: OfficialWhatsappCredential) -> None:
    open_window(number)
    told = door.call("POST", PATH, text(recipient_type="individual", biz_opaque_callback_data="order-7"))
    message = Message.objects.get(direction="out")
    assert told.json == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": f"+{CUSTOMER}", "wa_id": CUSTOMER}],
        "messages": [{"id": ids.wamid(message.pk)}],
    }
    assert told.headers["content-type"] == "application/json; charset=UTF-8"
    assert (message.status, message.body) == ("queued", {"type": "text", "text": {"body": "hello"}})
    assert message.callback_data == "order-7"


def test_a_template_is_told_to_be_accepted(door: Door) -> None:
    assert door.call("POST", PATH, {**TO, **TEMPLATE}).json["messages"][0]["message_status"] == "accepted"


@pytest.mark.parametrize("path", [f"/{NUMBER}/messages", f"/v17.0/{NUMBER}/messages", f"/v99.0/{NUMBER}/messages/"])
def test_any_version_or_none_will_do(door: Door, path: str) -> None:
    assert door.call("POST", path, {**TO, **TEMPLATE}).status == 200


def test_parameters_come_by_form_query_or_multipart_as_well(door: Door, number: OfficialWhatsappCredential) -> None:
    open_window(number)
    form = b"messaging_product=whatsapp&to=%2B14155550123&type=text&text=%7B%22body%22%3A%22by+form%22%7D"
    told = door.call("POST", PATH, body=form, content_type="application/x-www-form-urlencoded")
    assert told.status == 200, told.body
    told = door.call("POST", f"{PATH}?{form.decode()}")
    assert told.status == 200, told.body
    fields = {"messaging_product": "whatsapp", "to": "+14155550123", "text": '{"body": "by parts"}'}
    parts = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    body = f"{parts}--edge--\r\n".encode()
    told = door.call("POST", PATH, body=body, content_type="multipart/form-data; boundary=edge")
    assert told.status == 200, told.body
    assert [message.text for message in Message.objects.filter(direction="out").order_by("id")] == [
        "by form",
        "by form",
        "by parts",
    ]


def test_a_person_is_reached_by_the_id_that_we_gave_them(door: Door, number: OfficialWhatsappCredential) -> None:
    open_window(number)
    contact_id = Message.objects.get().conversation.contact_id
    told = door.call("POST", PATH, {**text(), "to": None, "recipient": ids.user_id(contact_id)})
    assert told.json["contacts"] == [{"input": f"ZZ.SC.{contact_id}", "user_id": f"ZZ.SC.{contact_id}"}]
    assert Message.objects.get(direction="out").conversation.contact_id == contact_id


@pytest.mark.parametrize(
    ("given", "status", "code", "said"),
    [
        ({"to": TO["to"], **TEMPLATE}, 400, 100, "messaging_product"),
        ({"messaging_product": "whatsapp", **TEMPLATE}, 400, 100, "to is required"),
        ({**TO, "to": "12", **TEMPLATE}, 400, 131009, "phone number"),
        ({**TO, "type": "dance", "dance": {}}, 200, 0, ""),
        ({**TO, "type": "text", "text": {}}, 400, 131008, "text"),
        ({**TO, "type": "text", "text": {"body": "hello"}}, 400, 131047, "24 hours"),
        ({**TO, "recipient_type": "group", **TEMPLATE}, 400, 131051, "Groups"),
        ({**TO, **TEMPLATE, "biz_opaque_callback_data": "x" * 513}, 400, 100, "512"),
        ({**TO, "recipient": "ZZ.SC.1", "to": "", **TEMPLATE}, 400, 131009, "recipient"),
    ],
)
def test_what_meta_would_refuse_is_refused_at_once_in_its_words(
    door: Door, number: OfficialWhatsappCredential, given: dict[str, Any], status: int, code: int, said: str
) -> None:
    if given.get("type") == "dance":
        open_window(number)
    told = door.call("POST", PATH, given)
    assert told.status == status, told.body
    if code:
        assert told.error["code"] == code
        assert said in str(told.error)
        assert told.error["type"] == "OAuthException"
        assert told.error["fbtrace_id"]
        assert not Message.objects.filter(direction="out").exists()


def test_characters_that_no_database_keeps_are_left_out(door: Door) -> None:
    form = b"messaging_product=whatsapp&to=%2B14155550123&type=template&biz_opaque_callback_data=a%00b&template="
    form += b"%7B%22name%22%3A%22hello_world%22%2C%22language%22%3A%7B%22code%22%3A%22en_US%22%7D%7D"
    assert door.call("POST", PATH, body=form, content_type="application/x-www-form-urlencoded").status == 200
    assert Message.objects.get().callback_data == "ab"
    assert door.call("POST", PATH, {**TO, **TEMPLATE, "biz_opaque_callback_data": "a\x00b\ud800"}).status == 200
    assert door.call("POST", "/v25.0/3\x00/messages", {**TO, **TEMPLATE}).code == (400, 100)


def test_bytes_that_are_no_json_are_refused_with_a_sentence(door: Door) -> None:
    for body in (b"{", b"[]", b"\xff", b'{"a":' * 300):
        assert door.call("POST", PATH, body=body).code == (400, 100)
    assert door.call("POST", PATH, body=b"x" * (1 << 21)).status == 413


# --- ids of ours -----------------------------------------------------------------------------------------------------


def test_a_quote_by_our_id_reaches_the_provider_by_its_own(door: Door, number: OfficialWhatsappCredential) -> None:
    open_window(number)
    theirs = Message.objects.get()
    door.call("POST", PATH, text(context={"message_id": ids.wamid(theirs.pk)}))
    ours = Message.objects.get(direction="out")
    assert ours.body["context"] == {"message_id": theirs.provider_message_id}
    assert ours.context_id == theirs.provider_message_id


def test_a_reaction_to_what_has_not_left_yet_is_named_at_departure(
    door: Door, number: OfficialWhatsappCredential
) -> None:
    open_window(number)
    first = queued(number)
    door.call("POST", PATH, {**TO, "type": "reaction", "reaction": {"message_id": ids.wamid(first.pk), "emoji": "🙏"}})
    reaction = Message.objects.get(kind="reaction")
    assert reaction.body["reaction"]["message_id"] == ids.wamid(first.pk)

    Message.objects.filter(pk=first.pk).update(status="sent", provider_message_id="wamid.PROVIDER")
    [[due]] = fetch_due([Want(number.pk, 10)])
    assert due.body["reaction"] == {"message_id": "wamid.PROVIDER", "emoji": "🙏"}
    assert Message.objects.get(kind="reaction").context_id == "wamid.PROVIDER"


def test_a_quote_of_what_was_never_sent_leaves_without_it(door: Door, number: OfficialWhatsappCredential) -> None:
    open_window(number)
    first = queued(number)
    door.call("POST", PATH, text(context={"message_id": ids.wamid(first.pk)}))
    Message.objects.filter(pk=first.pk).update(status="failed")
    [[due]] = fetch_due([Want(number.pk, 10)])
    assert due.body == {"type": "text", "text": {"body": "hello"}}


def test_another_accounts_message_is_quoted_by_nobody_else(
    door: Door, number: OfficialWhatsappCredential, other_account: Account
) -> None:
    other = make_number(other_account, phone_number_id="300000000000009")
    open_window(other)
    theirs = Message.objects.get()
    open_window(number)
    told = door.call("POST", PATH, text(context={"message_id": ids.wamid(theirs.pk)}))
    assert "without the quote" in told.headers["x-safarichat-loss"]
    assert "context" not in Message.objects.get(direction="out").body


def test_a_providers_own_id_passes_through(door: Door, number: OfficialWhatsappCredential) -> None:
    open_window(number)
    door.call("POST", PATH, text(context={"message_id": "wamid.BEFOREOURTIME"}))
    assert Message.objects.get(direction="out").body["context"] == {"message_id": "wamid.BEFOREOURTIME"}


def test_what_the_provider_does_not_carry_is_said(door: Door, account: Account) -> None:
    number = make_number(account, api_provider="twilio", phone_number_id="1000000000000077")
    open_window_of(number)
    path = f"/v25.0/{number.phone_number_id}/messages"
    told = door.call("POST", path, text(context={"message_id": "SM1"}))
    assert told.headers["x-safarichat-loss"]
    assert "x-safarichat-loss" not in door.call("POST", path, text()).headers
    reaction = {**TO, "type": "reaction", "reaction": {"message_id": "SM1", "emoji": "🙏"}}
    assert door.call("POST", path, reaction).code == (400, 131051)


def open_window_of(number: OfficialWhatsappCredential) -> None:
    """By hand: what came through another provider's webhook is another test's."""
    queued(number)
    Conversation.objects.filter(credential=number).update(window_closes_at=now() + timedelta(hours=1))


def test_a_file_of_ours_is_named_by_its_id_and_a_strangers_is_not_found(
    door: Door, number: OfficialWhatsappCredential, other_account: Account
) -> None:
    open_window(number)
    own, theirs = kept(number.account_id, PNG, "a.png"), kept(other_account.pk, PNG, "b.png")
    told = door.call("POST", PATH, {**TO, "type": "image", "image": {"id": ids.number(own.pk), "caption": "Roses"}})
    assert told.status == 200, told.body
    assert Message.objects.get(direction="out").body["image"] == {"id": str(own.pk), "caption": "Roses"}
    told = door.call("POST", PATH, {**TO, "type": "image", "image": {"id": ids.number(theirs.pk)}})
    assert told.code == (400, 131009)


def test_a_providers_own_file_passes_through(door: Door, number: OfficialWhatsappCredential) -> None:
    open_window(number)
    door.call("POST", PATH, {**TO, "type": "image", "image": {"id": "8166846181421424"}})
    assert Message.objects.get(direction="out").body["image"] == {"id": "8166846181421424"}


def test_marketing_messages_go_to_the_marketing_endpoint(door: Door) -> None:
    path = f"/v25.0/{NUMBER}/marketing_messages"
    told = door.call("POST", path, {**TO, **TEMPLATE})
    assert told.status == 200
    assert Message.objects.get().body["product_policy"] == "CLOUD_API_FALLBACK"
    assert door.call("POST", path, text()).code == (400, 131055)


def door_account(told: Told) -> int:
    return Message.objects.get(pk=ids.message_id(told.message_id) or 0).account_id


def test_numbers_of_many_accounts_are_served_in_one_batch(door: Door, other_account: Account) -> None:
    make_number(other_account, phone_number_id="300000000000009")
    theirs = make_key(other_account)
    asked: list[tuple[str, str, Any, dict[str, str]]] = [
        ("POST", PATH, {**TO, **TEMPLATE}, {}),
        ("POST", "/v25.0/300000000000009/messages", {**TO, **TEMPLATE}, {"authorization": f"Bearer {theirs}"}),
        ("POST", "/v25.0/300000000000009/messages", {**TO, **TEMPLATE}, {}),
    ]
    own, others, strange = door.at_once(*asked)
    assert own.status == 200
    assert strange.code == (400, 100)
    assert strange.error["error_subcode"] == 33
    assert others.status == 200
    assert set(Message.objects.values_list("account_id", flat=True)) == {door_account(own), door_account(others)}
