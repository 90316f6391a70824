"""Messages at the pretend Twilio, by Twilio's own helper library and by hand."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.outside import CUSTOMER, Meta
from tests.sandbox.twilio_side import Files, Sender, code_of, refused, until

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def files() -> Iterator[Files]:
    there = {
        "/cat.png": ("image/png", PNG),
        "/price%20list.pdf": ("application/pdf", b"%PDF-1.4"),
        "/page": ("text/html", b"<html>"),
        "/long.mp4": ("video/mp4", b"x" * (16 * 1024 * 1024 + 1)),
    }
    files = Files(there)
    yield files
    files.close()


def curl(sandbox: Meta, sender: Sender, path: str, *options: str) -> str:
    """As Twilio's documentation shows it."""
    address = f"{sandbox.url}/twilio/api/2010-04-01/Accounts/{sender.account_sid}{path}"
    command = ["curl", "--silent", "--noproxy", "*", "-u", f"{sender.account_sid}:{sender.token}", *options, address]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


# --- sending ---------------------------------------------------------------------------------------------------------


def test_a_text_within_the_window_is_queued_and_delivered(sender: Sender) -> None:
    sender.receive()
    message = sender.send(body="Olá ☕ 1+1=2")
    assert (message.status, message.direction, message.body) == ("queued", "outbound-api", "Olá ☕ 1+1=2")
    assert (message.from_, message.to) == (sender.address, f"whatsapp:{CUSTOMER}")
    assert (message.num_media, message.num_segments, message.date_sent, message.error_code) == ("0", "1", None, None)
    assert sender.ends_as(message.sid) == ("delivered", None)
    assert message.fetch().date_sent is not None


def test_curl_sends_and_reads_as_the_documentation_shows(twilio: Meta, sender: Sender) -> None:
    sender.receive()
    to, origin = f"To=whatsapp:{CUSTOMER}", f"From={sender.address}"
    sent = curl(twilio, sender, "/Messages.json", "--data-urlencode", to, "--data-urlencode", origin, "-d", "Body=Hi")
    assert '"status":"queued"' in sent
    listed = curl(twilio, sender, "/Messages.json?PageSize=1")
    assert f'"to":"whatsapp:{CUSTOMER}"' in listed
    wrong = curl(twilio, sender, "/Messages.json", "-u", f"{sender.account_sid}:wrong")
    assert '"code":20003' in wrong
    assert '"status":401' in wrong


def test_outside_the_window_a_text_is_accepted_and_fails_later(sender: Sender) -> None:
    message = sender.send(body="Hello", to="+255712000002")
    assert (message.status, message.error_code) == ("queued", None)
    assert sender.ends_as(message.sid) == ("failed", 63016)
    assert "outside the allowed window" in message.fetch().error_message


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": None}, 21604),
        ({"To": "whatsapp:+12"}, 21211),
        ({"To": "whatsapp:Asha"}, 21211),
        ({"To": "+255712000001"}, 21910),
        ({"From": None}, 21603),
        ({"From": "whatsapp:shop"}, 21212),
        ({"From": "whatsapp:+255799999999"}, 63007),
        ({"From": None, "MessagingServiceSid": "MG" + "0" * 32}, 21701),
        ({"Body": None}, 21602),
        ({"Body": "", "PersistentAction": "geo:1,2|Here"}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": "cat.png"}, 21620),
        ({"MediaUrl": [f"https://files.example.test/{n}.png" for n in range(11)]}, 21623),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
        ({"StatusCallback": "/status"}, 21609),
        ({"StatusCallback": "https://my_host.example.test/status"}, 21609),
        ({"ValidityPeriod": "0"}, 21624),
        ({"ValidityPeriod": "36001"}, 21624),
        ({"ScheduleType": "fixed", "SendAt": "2030-01-01T00:00:00Z"}, 35118),
        ({"SendAt": "2030-01-01T00:00:00Z"}, 35111),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else str(value),
)
def test_what_is_wrong_is_refused_at_once_with_its_code(sender: Sender, fields: dict[str, Any], code: int) -> None:
    assert code_of(sender.post(**fields)) == (400, code)


def test_a_sender_can_not_write_to_itself(sender: Sender) -> None:
    assert code_of(sender.post(To=sender.address)) == (400, 63031)


def test_a_body_of_1600_characters_and_media_of_ten_are_the_most(sender: Sender) -> None:
    assert sender.post(Body="x" * 1600).status_code == 201
    links = [f"https://files.example.test/{n}.png" for n in range(10)]
    assert sender.post(MediaUrl=links).status_code == 201


def test_who_wrote_stop_gets_nothing_until_they_write_start(sender: Sender) -> None:
    sender.receive({"type": "text", "text": {"body": "Stop"}})
    assert refused(lambda: sender.send(body="Hello")) == (400, 21610)
    sender.receive({"type": "text", "text": {"body": "START"}})
    assert sender.send(body="Hello").status == "queued"


def test_nobody_on_whatsapp_blocked_and_unwilling_customers_fail_with_codes_of_their_own(
    twilio: Meta, sender: Sender
) -> None:
    for phone, facts, code in (
        ("+255712000011", {"on_whatsapp": False}, 63003),
        ("+255712000012", {"blocked": True}, 63024),
    ):
        twilio.control("POST", "customers", {"phone": phone, **facts})
        assert sender.ends_as(sender.send(to=phone, body="Hello").sid) == ("undelivered", code)


def test_a_place_travels_as_a_persistent_action(twilio: Meta, sender: Sender) -> None:
    sender.receive()
    sid = sender.send(body="We are here", persistent_action=["geo:-23.55,-46.63|Padaria Aurora"]).sid
    told = twilio.control("GET", "messages", params={"provider": "twilio", "to": CUSTOMER})
    place = next(each["body"]["location"] for each in told if each["id"] == sid)
    assert place == {"latitude": -23.55, "longitude": -46.63, "name": "Padaria Aurora"}


def test_our_own_id_in_the_callback_tells_a_message_that_was_sent_twice(twilio: Meta, sender: Sender) -> None:
    before = twilio.control("GET", "stats")["duplicates"]
    for _ in range(2):
        sender.send(body="Hello", status_callback="http://127.0.0.1:9/status?m=77")
    assert twilio.control("GET", "stats")["duplicates"] == before + 1
    assert twilio.control("GET", "messages", params={"provider": "twilio"})[-1]["opaque"] == "m=77"


def test_a_customer_without_a_number_is_reached_by_their_user_id(sender: Sender) -> None:
    sender.receive(sender="BR.13491208655302741918")
    message = sender.send(to="BR.13491208655302741918", body="Oi")
    assert message.to == "whatsapp:BR.13491208655302741918"
    assert sender.ends_as(message.sid) == ("delivered", None)


# --- media -----------------------------------------------------------------------------------------------------------


def test_a_file_is_fetched_and_listed(sender: Sender, files: Files) -> None:
    sender.receive()
    message = sender.send(body="Meow", media_url=[f"{files.url}/cat.png"])
    assert message.sid.startswith("MM")
    assert message.num_media == "1"
    assert sender.ends_as(message.sid) == ("delivered", None)
    assert [each.content_type for each in sender.client.messages(message.sid).media.list()] == ["image/png"]


@pytest.mark.parametrize(
    ("path", "code"), [("/gone.png", 63019), ("/page", 63021), ("/long.mp4", 63034)], ids=["gone", "kind", "size"]
)
def test_a_file_that_can_not_be_had_fails_later(sender: Sender, files: Files, path: str, code: int) -> None:
    sender.receive()
    assert sender.ends_as(sender.send(media_url=[files.url + path]).sid) == ("failed", code)


def test_a_customers_file_is_behind_a_redirect_that_wants_a_password_first(sender: Sender) -> None:
    sid = sender.receive({"type": "image", "image": {"caption": "Look"}})
    media = sender.client.messages(sid).media.list()[0]
    path = f"/Messages/{sid}/Media/{media.sid}"
    assert code_of(sender.api("GET", path, auth=("", ""))) == (401, 20003)
    answer = sender.api("GET", path)
    assert answer.status_code == 307
    bytes_there = sender.sandbox.http.get(answer.headers["location"])
    assert (bytes_there.status_code, bytes_there.headers["content-type"]) == (200, "image/png")
    assert bytes_there.content.startswith(PNG)
    assert sender.sandbox.http.get(answer.headers["location"] + "0").status_code == 403
    assert sender.client.messages(sid).media(media.sid).delete()
    assert code_of(sender.api("GET", path)) == (404, 20404)


# --- lists -----------------------------------------------------------------------------------------------------------


def test_lists_are_newest_first_and_filtered(sender: Sender) -> None:
    first, second = sender.receive(), sender.receive(sender="+255712000003")
    sent = sender.send(body="Hello").sid
    assert [each.sid for each in sender.client.messages.list()] == [sent, second, first]
    assert [each.sid for each in sender.client.messages.list(from_=f"whatsapp:{CUSTOMER}")] == [first]
    assert [each.sid for each in sender.client.messages.list(to=f"whatsapp:{CUSTOMER}")] == [sent]
    today = datetime.now(UTC)
    assert len(sender.client.messages.list(date_sent_after=today - timedelta(minutes=5))) == 3
    assert sender.client.messages.list(date_sent_before=today - timedelta(minutes=5)) == []
    day = sender.api("GET", "/Messages.json", params={"DateSent": today.strftime("%Y-%m-%d")})
    assert len(day.json()["messages"]) == 3
    later = sender.api("GET", "/Messages.json", params={"DateSent>": (today + timedelta(days=1)).strftime("%Y-%m-%d")})
    assert later.json()["messages"] == []


def test_pages_are_followed_to_the_end_even_while_messages_come_in(sender: Sender) -> None:
    sids = [sender.receive() for _ in range(5)]
    page = sender.client.messages.page(page_size=2)
    seen = [each.sid for each in page]
    sender.receive()
    while page := page.next_page():
        seen += [each.sid for each in page]
    assert seen == sids[::-1]


def test_the_next_page_is_a_relative_address(sender: Sender) -> None:
    for _ in range(3):
        sender.receive()
    told = sender.api("GET", "/Messages.json", params={"PageSize": "2", "To": sender.address}).json()
    assert (told["page"], told["page_size"], told["start"], told["end"]) == (0, 2, 0, 1)
    assert told["next_page_uri"].startswith(f"/2010-04-01/Accounts/{sender.account_sid}/Messages.json?")
    following = sender.rest("GET", f"api{told['next_page_uri']}").json()
    assert (len(following["messages"]), following["next_page_uri"]) == (1, None)


def test_one_account_never_sees_anothers_messages(twilio: Meta, sender: Sender) -> None:
    sid = Sender(twilio).receive()
    assert sender.client.messages.list() == []
    assert refused(lambda: sender.client.messages(sid).fetch()) == (404, 20404)


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_a_message_is_redacted_and_deleted(sender: Sender) -> None:
    message = sender.send(body="My card is 4242")
    assert message.update(body="").body == ""
    assert message.delete()
    assert refused(message.fetch) == (404, 20404)


def test_a_scheduled_message_waits_and_can_be_taken_back(sender: Sender) -> None:
    service = sender.client.messaging.v1.services.create(friendly_name="Later")
    sender.rest("POST", f"messaging/v1/Services/{service.sid}/ChannelSenders", data={"Sid": sender.facts["sender_sid"]})
    soon = datetime.now(UTC) + timedelta(minutes=10)

    def schedule(at: datetime) -> Any:
        return sender.client.messages.create(
            messaging_service_sid=service.sid, to=f"whatsapp:{CUSTOMER}", body="Hi", schedule_type="fixed", send_at=at
        )

    message = schedule(soon)
    assert (message.status, message.from_) == ("scheduled", None)
    assert message.update(status="canceled").status == "canceled"
    assert refused(lambda: message.update(status="canceled")) == (400, 20001)
    assert refused(lambda: schedule(soon - timedelta(minutes=8))) == (400, 35115)
    assert refused(lambda: schedule(soon + timedelta(days=36))) == (400, 35115)


def test_a_message_of_a_service_has_still_to_find_its_sender(sender: Sender) -> None:
    service = sender.client.messaging.v1.services.create(friendly_name="Shop")
    to = f"whatsapp:{CUSTOMER}"
    send = sender.client.messages.create
    assert refused(lambda: send(messaging_service_sid=service.sid, to=to, body="Hi")) == (400, 21703)
    sender.rest("POST", f"messaging/v1/Services/{service.sid}/ChannelSenders", data={"Sid": sender.facts["sender_sid"]})
    message = send(messaging_service_sid=service.sid, to=to, body="Hi")
    assert (message.status, message.from_, message.messaging_service_sid) == ("accepted", None, service.sid)
    assert until(lambda: message.fetch().from_) == sender.address


def test_typing_marks_what_the_customer_wrote_as_read(twilio: Meta, sender: Sender) -> None:
    for path, body in (
        ("messaging/v2/Indicators/Typing.json", {"data": {"channel": "whatsapp", "messageId": ""}}),
        ("messaging/v3/Indicators/Typing.json", {"json": {"channel": "WHATSAPP", "messageId": ""}}),
    ):
        sid = sender.receive()
        next(iter(body.values()))["messageId"] = sid
        assert sender.rest("POST", path, **body).json() == {"success": True}
        assert "Read" in twilio.http.get(f"/phone/{CUSTOMER}/{sender.id}").text
    assert code_of(sender.rest("POST", path, json={"channel": "WHATSAPP", "messageId": "SM" + "0" * 32})) == (
        404,
        20404,
    )
