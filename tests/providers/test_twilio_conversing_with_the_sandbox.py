"""Messages both ways through the pretend Twilio over real HTTP: what we send, and what the handset gets of it."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest

from safarichat.ground.outbound import ask, run_talk
from safarichat.ground.talks import Call
from safarichat.providers import twilio
from safarichat.providers.shapes import Accepted, Later, Received, Refused, Reply, StatusChanged, Unknown
from safarichat.providers.twilio.rest import account_of
from tests.providers.at_twilio import TEXT, AtTwilio, Here
from tests.sandbox.outside import CUSTOMER
from tests.sandbox.twilio_side import Files

PNG, PDF, OGG = b"\x89PNG\r\n\x1a\n" + b"0" * 64, b"%PDF-1.7 " + b"0" * 64, b"OggS" + b"0" * 64
SERVED = {
    "/bread.png": ("image/png", PNG),
    "/bread.webp": ("image/webp", b"RIFF" + b"0" * 64),
    "/bread.mp4": ("video/mp4", b"0" * 64),
    "/hello.ogg": ("audio/ogg", OGG),
    "/menu.pdf": ("application/pdf", PDF),
    "/what.exe": ("application/x-msdownload", b"MZ"),
}
BUTTONS = {"buttons": [{"type": "reply", "reply": {"id": "a/1", "title": "Yes"}}]}
ROWS = [{"id": "r1", "title": "Bread", "description": "Fresh"}, {"id": "r2", "title": "Cake"}]
LIST = {"button": "Open", "sections": [{"title": "Today", "rows": ROWS}]}
LINK = {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://aurora.example.test/p/7?x=1"}}
FLOW = {"name": "flow", "parameters": {"flow_id": "123", "flow_cta": "Begin", "flow_token": "t"}}
HEADER, FOOTER = {"type": "text", "text": "Aurora"}, {"text": "Since 1999"}


@pytest.fixture
def files() -> Iterator[Files]:
    files = Files(SERVED)
    yield files
    files.close()


@pytest.fixture
def open_chat(own: Here) -> Here:
    """A number to which the customer has written, so that anything may be said."""
    own.hear()
    own.wait(Received)
    return own


def interactive(kind: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"text": "Which one?\n\nTell us."}
    return {"type": "interactive", "interactive": {"type": kind, "body": body, "action": action, **more}}


def media(kind: str, link: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, kind: {"link": link, **more}}


def delivered(here: Here, body: dict[str, Any], to: str = CUSTOMER) -> Any:
    """What the handset shows of it, once it was delivered."""
    before = len(here.arrived(to))
    accepted = here.send(body, to)
    assert isinstance(accepted, Accepted), accepted
    here.wait(StatusChanged, status="delivered", provider_message_id=accepted.provider_message_id, opaque="ours-1")
    shown = here.arrived(to)
    assert len(shown) == before + 1
    return shown[-1]


# --- out -------------------------------------------------------------------------------------------------------------


def test_words_and_places_arrive_as_they_were_written(open_chat: Here) -> None:
    words = "Olá ☕ & 1+1=2 %41\nnext line"
    assert delivered(open_chat, {"type": "text", "text": {"body": words}})["text"]["body"] == words
    place = {"latitude": -23.55, "longitude": "-46.63", "name": "Padaria | Aurora"}
    shown = delivered(open_chat, {"type": "location", "location": place})["location"]
    assert (float(shown["latitude"]), float(shown["longitude"]), shown["name"]) == (-23.55, -46.63, "Padaria Aurora")


@pytest.mark.parametrize(("kind", "name", "more"), [
    ("image", "bread.png", {"caption": "Fresh & warm"}),
    ("image", "bread.png", {}),
    ("video", "bread.mp4", {"caption": "Look"}),
    ("audio", "hello.ogg", {}),
    ("document", "menu.pdf", {"filename": "menu.pdf"}),
    ("sticker", "bread.webp", {}),
])  # fmt: skip
def test_files_are_fetched_by_twilio_and_arrive(
    open_chat: Here, files: Files, kind: str, name: str, more: dict[str, Any]
) -> None:
    shown = delivered(open_chat, media(kind, f"{files.url}/{name}", **more))
    assert shown["type"] == kind
    assert shown[kind].get("caption", "") == more.get("caption", "")
    assert shown[kind].get("filename", "") == more.get("filename", "")


def test_buttons_lists_links_and_forms_arrive_as_such(open_chat: Here) -> None:
    shown = delivered(open_chat, interactive("button", BUTTONS))["interactive"]
    assert (shown["type"], shown["body"]["text"]) == ("button", "Which one?\n\nTell us.")
    assert [button["reply"] for button in shown["action"]["buttons"]] == [{"id": "a/1", "title": "Yes"}]
    shown = delivered(open_chat, interactive("button", BUTTONS, header=HEADER, footer=FOOTER))["interactive"]
    assert (shown["header"]["text"], shown["footer"]["text"]) == ("Aurora", "Since 1999")
    shown = delivered(open_chat, interactive("list", LIST))["interactive"]
    rows = [row for section in shown["action"]["sections"] for row in section["rows"]]
    assert [(row["id"], row["title"], row.get("description", "")) for row in rows] == [
        ("r1", "Bread", "Fresh"), ("r2", "Cake", ""),
    ]  # fmt: skip
    for more in ({}, {"header": HEADER, "footer": FOOTER}):
        shown = delivered(open_chat, interactive("cta_url", LINK, **more))["interactive"]
        assert shown["action"]["parameters"] == LINK["parameters"]
    shown = delivered(open_chat, interactive("flow", FLOW))["interactive"]
    assert (shown["type"], shown["action"]["parameters"]["flow_cta"]) == ("flow", "Begin")


def test_messages_alike_share_a_content(open_chat: Here) -> None:
    for title in ("Yes", "Of course"):
        reply = {"type": "reply", "reply": {"id": title, "title": title}}
        shown = delivered(open_chat, interactive("button", {"buttons": [reply]}))["interactive"]
        assert shown["action"]["buttons"][0]["reply"] == {"id": title, "title": title}
    secrets = open_chat.number.secrets
    auth = (secrets["TWILIO_ACCOUNT_SID"], secrets["TWILIO_AUTH_TOKEN"])
    contents = open_chat.at.sandbox.http.get("/twilio/content/v1/Content", auth=auth).json()["contents"]
    assert len(contents) == 1


def approved(own: Here, types: dict[str, Any], friendly: str, name: str, category: str = "UTILITY") -> str:
    """A content of the account, handed in and approved under this name."""
    secrets = own.number.secrets
    auth = (secrets["TWILIO_ACCOUNT_SID"], secrets["TWILIO_AUTH_TOKEN"])
    content = {"friendly_name": friendly, "language": "en", "variables": {"1": "Ana", "2": "A1"}, "types": types}
    base = "/twilio/content/v1/Content"
    sid = str(own.at.sandbox.http.post(base, json=content, auth=auth).json()["sid"])
    asked = {"name": name, "category": category}
    path = f"{base}/{sid}/ApprovalRequests"
    assert own.at.sandbox.http.post(f"{path}/whatsapp", json=asked, auth=auth).status_code == 201
    own.at.control("POST", f"templates/{sid}/review", {"status": "APPROVED"})
    return sid


def test_a_sign_in_code_goes_out_as_the_cloud_api_writes_it(own: Here) -> None:
    types = {"whatsapp/authentication": {"actions": [{"type": "COPY_CODE", "copy_code_text": "Copy"}]}}
    approved(own, types, "Our codes", "login_code", "AUTHENTICATION")
    code = [{"type": "text", "text": "987654"}]
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": code}
    template: dict[str, Any] = {"name": "login_code", "language": {"code": "en"}}
    template |= {"components": [{"type": "body", "parameters": code}, button]}
    body = {"type": "template", "template": template}
    shown = delivered(own, body, "+255712000052")["template"]
    assert shown["components"][0]["parameters"] == code
    other = {**button, "parameters": [{"type": "text", "text": "111111"}]}
    two_codes = {**template, "components": [{"type": "body", "parameters": code}, other]}
    refused = own.send({"type": "template", "template": two_codes}, "+255712000052")
    assert isinstance(refused, Refused)
    assert refused.problem.key == "template_mismatch"


def test_a_template_is_the_one_that_whatsapp_knows_by_the_name(own: Here) -> None:
    """Not one that is only called so at Twilio and was approved under another name."""
    approved(own, {"twilio/text": {"body": "The old words."}}, "welcome", "welcome_old")
    approved(own, {"twilio/text": {"body": "The new words."}}, "Greeting 2", "welcome")
    body = {"type": "template", "template": {"name": "welcome", "language": {"code": "en"}}}
    assert delivered(own, body, "+255712000053")["template"]["name"] == "welcome"


def test_a_template_is_sent_by_its_name_outside_the_window(own: Here) -> None:
    types = {"twilio/quick-reply": {
        "body": "Hello {{1}}, your bread {{2}} is ready for you now.",
        "actions": [{"type": "QUICK_REPLY", "title": "Thanks", "id": "thanks"}]}}  # fmt: skip
    sid = approved(own, types, "bread_ready", "bread_ready")
    values = [{"type": "text", "text": words} for words in ("Zoë", "B2")]
    template: dict[str, Any] = {"name": "bread_ready", "language": {"code": "en"}}
    template["components"] = [{"type": "body", "parameters": values}]
    body = {"type": "template", "template": template}
    shown = delivered(own, body, "+255712000051")["template"]
    assert (shown["name"], shown["components"][0]["parameters"]) == ("bread_ready", values)
    missing = own.send({"type": "template", "template": {**template, "name": "nope"}})
    assert isinstance(missing, Refused)
    assert missing.problem.key == "template_missing"
    own.at.control("POST", f"templates/{sid}/review", {"status": "PAUSED"})
    paused = own.send(body, "+255712000051")
    assert isinstance(paused, Refused)
    assert paused.problem.key == "template_paused"


@pytest.mark.parametrize(("name", "key"), [("gone.png", "media_failed"), ("what.exe", "content_invalid")])
def test_a_file_that_twilio_cannot_use_fails_later(open_chat: Here, files: Files, name: str, key: str) -> None:
    accepted = open_chat.send(media("document", f"{files.url}/{name}"))
    assert isinstance(accepted, Accepted)
    [failed] = open_chat.wait(StatusChanged, status="failed", provider_message_id=accepted.provider_message_id)
    assert failed.problem.key == key


def test_words_outside_the_window_fail_later_with_the_reason(own: Here) -> None:
    accepted = own.send(TEXT, "+255712000052")
    assert isinstance(accepted, Accepted)
    [failed] = own.wait(StatusChanged, status="failed")
    assert (failed.problem.code, failed.problem.key, failed.recipient.wa_id) == (63016, "window_closed", "255712000052")


def test_who_wrote_stop_is_told_apart(open_chat: Here) -> None:
    open_chat.put(stopped=[CUSTOMER])
    refused = open_chat.send(TEXT)
    assert isinstance(refused, Refused)
    assert refused.problem.code == 21610


def test_statuses_come_in_any_order_and_tell_whose_they_are(open_chat: Here) -> None:
    open_chat.at.control("POST", "customers", {"phone": CUSTOMER, "reads": True})
    open_chat.at.fault("status_before_answer")
    accepted = open_chat.send(TEXT)
    open_chat.at.control("DELETE", "faults")
    assert isinstance(accepted, Accepted)
    sid = accepted.provider_message_id
    open_chat.wait(StatusChanged, status="delivered", provider_message_id=sid)
    told = [event for event in open_chat.events() if isinstance(event, StatusChanged)]
    assert {(event.opaque, event.phone_number_id) for event in told} == {("ours-1", open_chat.result.phone_number_id)}


# --- trouble ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "why"), [(401, "credential"), (403, "credential"), (429, "throttled"),
                                           (503, "transient")])  # fmt: skip
def test_errors_of_the_whole_host_are_understood(open_chat: Here, code: int, why: str) -> None:
    open_chat.at.fault("http_status", code=code)
    later = open_chat.send(TEXT)
    assert isinstance(later, Later), later
    assert later.why == why


def test_an_unclear_failure_is_not_repeated(open_chat: Here) -> None:
    open_chat.at.fault("http_status", code=502)
    assert isinstance(open_chat.send(TEXT), Unknown)


def test_a_dropped_reply_is_unknown_and_the_list_settles_it(open_chat: Here) -> None:
    since = int(time.time()) - 60
    open_chat.at.control("POST", "customers", {"phone": CUSTOMER, "reads": False})
    open_chat.at.fault("drop_reply")
    outcome = open_chat.send({"type": "text", "text": {"body": "Only once"}})
    open_chat.at.control("DELETE", "faults")
    assert isinstance(outcome, Unknown), outcome
    assert [each["text"]["body"] for each in open_chat.arrived(CUSTOMER) if "text" in each].count("Only once") == 1
    open_chat.wait(StatusChanged, status="delivered", opaque="ours-1")
    missed = run_talk(twilio.missed(open_chat.number, open_chat.place, since), ask)
    assert [event.status for event in missed if isinstance(event, StatusChanged)] == ["delivered"]


# --- in --------------------------------------------------------------------------------------------------------------

WRITTEN: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "text", "text": {"body": "Olá ☕ 1+1=2 & more"}}, "text", "Olá ☕ 1+1=2 & more"),
    ({"type": "image", "image": {"caption": "Look"}}, "image", "Look"),
    ({"type": "video", "video": {}}, "video", ""),
    ({"type": "audio", "audio": {}}, "audio", ""),
    ({"type": "document", "document": {"filename": "menu.pdf"}}, "document", "menu.pdf"),
    ({"type": "sticker", "sticker": {}}, "sticker", ""),
    ({"type": "location", "location": {"latitude": 1.5, "longitude": 2.5, "name": "Here"}}, "location", "Here"),
    ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "Yes"}}},
     "interactive", "Yes"),
    ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "r1", "title": "Bread"}}},
     "interactive", "Bread"),
    ({"type": "button", "button": {"text": "Thanks", "payload": "thanks"}}, "button", "Thanks"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "kind", "words"), WRITTEN)
def test_what_customers_write_is_read(own: Here, message: dict[str, Any], kind: str, words: str) -> None:
    sid = own.hear(message)
    [received] = own.wait(Received)
    assert (received.provider_message_id, received.kind, received.text) == (sid, kind, words)
    assert (received.sender.wa_id, received.sender.name) == (CUSTOMER[1:], "Ann")
    assert received.phone_number_id == own.result.phone_number_id


def test_a_file_is_fetched_with_the_accounts_sign_in(own: Here) -> None:
    own.hear({"type": "image", "image": {}})
    [received] = own.wait(Received)
    url = received.body["image"]["url"]
    headers = {"authorization": account_of(own.place).authorization}
    assert _asked(url).status == 401
    sent_on = _asked(url, headers)
    assert sent_on.status == 307
    file = _asked(urljoin(url, sent_on.headers["location"]))
    assert (file.status, bool(file.body)) == (200, True)


def _asked(url: str, headers: dict[str, str] | None = None) -> Reply:
    answer = ask(Call(name="fetch", method="GET", url=url, headers=headers or {}))
    assert isinstance(answer, Reply)
    return answer


def test_reading_is_told_by_typing(own: Here) -> None:
    sid = own.hear()
    own.wait(Received)
    assert isinstance(run_talk(twilio.mark_read(own.number, sid, own.place), ask), Accepted)
    refused = run_talk(twilio.mark_read(own.number, f"SM{'0' * 32}", own.place), ask)
    assert isinstance(refused, Refused)


def test_hooks_that_come_twice_late_or_with_more_than_we_know_say_the_same(own: Here) -> None:
    for kind in ("duplicate_webhook", "unknown_keys"):
        own.at.fault(kind)
    sid = own.hear()
    twice = own.wait(Received, 2)
    assert [event.provider_message_id for event in twice] == [sid, sid]
    assert twice[0].text == "Hello"


def test_what_was_lost_on_the_way_is_listed(at_twilio: AtTwilio, own: Here) -> None:
    since = int(time.time()) - 60
    at_twilio.fault("inbound_lost")
    sids = {own.hear({"type": "text", "text": {"body": f"lost {n}"}}) for n in range(10)}
    sids.add(own.hear({"type": "image", "image": {"caption": "Look"}}))
    events = run_talk(twilio.missed(own.number, own.place, since), ask)
    received = [event for event in events if isinstance(event, Received)]
    assert {event.provider_message_id for event in received} == sids
    assert {event.text for event in received} == {*(f"lost {n}" for n in range(10)), "Look"}
    assert not own.events()
    account = own.number.secrets["TWILIO_ACCOUNT_SID"]
    [image] = [event for event in received if event.kind == "image"]
    assert f"/Accounts/{account}/Messages/{image.provider_message_id}/Media/ME" in image.body["image"]["url"]
