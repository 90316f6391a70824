"""Templates at Meta and 360dialog: checked, reviewed, listed by pages, changed and deleted as documented."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.outside import Listener, Meta, Number

BODY = {"type": "BODY", "text": "Hi {{1}}, your order is ready.", "example": {"body_text": ["Ann"]}}
KEY = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}


@pytest.fixture
def meta(meta: Meta) -> Meta:
    meta.control("POST", "settings", {"review_ms": 30, "rates": False})
    return meta


@pytest.fixture
def number(meta: Meta, listener: Listener) -> Number:
    meta.register_callback(listener, "messages,message_template_status_update")
    return meta.number()


def wanted(name: str = "order_ready", **changes: Any) -> dict[str, Any]:
    return {"name": name, "language": "en_US", "category": "utility", "components": [BODY]} | changes


def make(number: Number, **changes: Any) -> httpx.Response:
    return number.meta.call("POST", f"{number.waba_id}/message_templates", number.token, json=wanted(**changes))


def delete(number: Number, **named: str) -> httpx.Response:
    return number.meta.call("DELETE", f"{number.waba_id}/message_templates", number.token, params=named)


def news(listener: Listener, event: str) -> Any:
    def find() -> Any:
        told = listener.values("message_template_status_update")
        return next((value for value in told if value["event"] == event), None)

    return listener.wait(find)


def approved(number: Number, listener: Listener, **changes: Any) -> str:
    id = str(make(number, **changes).json()["id"])
    listener.wait(
        lambda: number.meta.call("GET", id, number.token, params={"fields": "status"}).json()["status"] == "APPROVED"
    )
    return id


def refusal(answer: httpx.Response) -> tuple[int, int, int]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode", 0)


def test_a_new_template_waits_is_approved_told_of_and_can_be_sent(number: Number, listener: Listener) -> None:
    made = make(number, components=[{**BODY, "type": "body"}]).json()
    assert made == {"id": made["id"], "status": "PENDING", "category": "UTILITY"}
    send: dict[str, Any] = {"name": "order_ready", "language": {"code": "en_US"}}
    send |= {"components": [{"type": "body", "parameters": [{"type": "text", "text": "Ann"}]}]}
    told = news(listener, "APPROVED")
    assert told["message_template_id"] == int(made["id"])
    assert (told["message_template_name"], told["message_template_language"]) == ("order_ready", "en_US")
    assert number.send({"type": "template", "template": send}).status_code == 200
    node = number.meta.call("GET", made["id"], number.token).json()
    assert node["components"] == [{**BODY, "example": {"body_text": [["Ann"]]}}]


def test_a_template_without_its_example_is_rejected(number: Number, listener: Listener) -> None:
    make(number, components=[{"type": "BODY", "text": "Hi {{1}}, your order is ready."}])
    assert news(listener, "REJECTED")["reason"] == "INVALID_FORMAT"


def test_who_reviews_by_hand_is_asked_first(meta: Meta, number: Number) -> None:
    meta.control("POST", "settings", {"review_ms": 60_000})
    id = make(number).json()["id"]
    meta.control("POST", f"templates/{id}/review", {"status": "REJECTED", "reason": "SCAM"})
    shown = meta.call("GET", id, number.token, params={"fields": "status,rejected_reason"}).json()
    assert shown == {"status": "REJECTED", "rejected_reason": "SCAM", "id": id}


def test_a_review_goes_on_after_a_restart(meta: Meta, number: Number, listener: Listener) -> None:
    meta.control("POST", "settings", {"review_ms": 1500})
    id = make(number).json()["id"]
    meta.stop()
    meta.start()
    assert news(listener, "APPROVED")["message_template_id"] == int(id)


@pytest.mark.parametrize(
    ("changes", "subcode"),
    [
        ({"name": "Order Ready"}, 0),
        ({"language": "English"}, 0),
        ({"category": "SERVICE"}, 0),
        ({"components": []}, 0),
        ({"components": [{"type": "POEM"}]}, 0),
        ({"components": [{"type": "FOOTER", "text": "Bye"}]}, 2388072),
        ({"components": [{**BODY, "text": "x" * 1025}]}, 2388040),
        ({"components": [{**BODY, "text": "{{1}}, hello"}]}, 2388299),
        ({"components": [{**BODY, "text": "Hi {{2}} there"}]}, 2388072),
        ({"components": [{**BODY, "text": "Hi {{1}}, {{2}}, {{3}}."}]}, 2388293),
        ({"components": [BODY, {"type": "HEADER", "format": "TEXT", "text": "{{1}} and {{2}} are here"}]}, 2388047),
        ({"components": [BODY, {"type": "FOOTER", "text": "Bye {{1}}!"}]}, 2388073),
        ({"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open"}]}]}, 0),
        ({"category": "AUTHENTICATION"}, 2388072),
        ({"message_send_ttl_seconds": 10}, 0),
    ],
)
def test_what_meta_refuses_at_once(number: Number, changes: dict[str, Any], subcode: int) -> None:
    assert refusal(make(number, **changes)) == (400, 100, subcode)


def test_quick_replies_stand_together(number: Number) -> None:
    yes, no = ({"type": "QUICK_REPLY", "text": text} for text in ("Yes", "No"))
    link = {"type": "URL", "text": "Open", "url": "https://x.test/{{1}}", "example": ["a"]}
    apart = make(number, components=[BODY, {"type": "BUTTONS", "buttons": [yes, link, no]}])
    assert refusal(apart) == (400, 100, 0)
    assert make(number, components=[BODY, {"type": "BUTTONS", "buttons": [yes, no, link]}]).status_code == 200


def test_a_name_has_each_language_once(number: Number) -> None:
    assert make(number).status_code == 200
    again = make(number)
    assert refusal(again) == (400, 100, 2388024)
    assert again.json()["error"]["error_user_title"]
    assert make(number, language="sw").status_code == 200


def test_a_code_has_metas_own_words(number: Number) -> None:
    parts: list[Any] = [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [KEY]},
    ]
    id = make(number, name="code", category="AUTHENTICATION", components=parts).json()["id"]
    shown = number.meta.call("GET", id, number.token).json()["components"]
    assert shown[0]["text"].startswith("*{{1}}* is your verification code.")
    assert shown[2]["buttons"][0]["url"].startswith("https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE")


def test_an_approved_template_is_edited_once_a_day_and_reviewed_anew(number: Number, listener: Listener) -> None:
    id = approved(number, listener)
    other = {"components": [{**BODY, "text": "Dear {{1}}, your order is ready."}]}
    assert refusal(number.meta.call("POST", id, number.token, json={"category": "MARKETING"})) == (400, 100, 2388039)
    edited = number.meta.call("POST", id, number.token, json=other).json()
    assert edited == {"success": True, "id": id, "name": "order_ready", "category": "UTILITY"}
    assert refusal(number.meta.call("POST", id, number.token, json=other)) == (400, 100, 2388039)
    listener.wait(lambda: len(listener.values("message_template_status_update")) == 2)
    assert refusal(number.meta.call("POST", id, number.token, json=other)) == (400, 100, 2388039)
    shown = number.meta.call("GET", id, number.token).json()
    assert shown["components"][0]["text"].startswith("Dear")
    assert refusal(number.meta.call("POST", id, number.token, json={"name": "another"})) == (400, 100, 0)


def test_a_deleted_name_rests_for_thirty_days(number: Number, listener: Listener) -> None:
    english, swahili = approved(number, listener), approved(number, listener, language="sw")
    assert delete(number, name="order_ready", hsm_id=swahili).json() == {"success": True}
    assert news(listener, "DELETED")["reason"] is None
    assert number.meta.call("GET", english, number.token).status_code == 200
    assert refusal(make(number, language="sw")) == (400, 100, 2388023)
    assert delete(number, name="order_ready").json() == {"success": True}
    assert refusal(make(number, language="de")) == (400, 100, 2388023)
    assert refusal(delete(number, name="order_ready")) == (400, 100, 0)
    assert refusal(delete(number, name="old_offer")) == (400, 100, 0)  # a disabled one stays


def test_a_list_is_filtered_and_read_by_pages_both_ways(number: Number) -> None:
    for place in range(5):
        make(number, name=f"tea_{place}")
    path = f"{number.waba_id}/message_templates"
    asked = {"name": "tea_", "category": "UTILITY", "language": "en_US", "limit": "2", "fields": "name"}
    page = number.meta.call("GET", path, number.token, params=asked).json()
    pages = [[one["name"] for one in page["data"]]]
    assert "previous" not in page["paging"]
    while following := page["paging"].get("next"):
        page = httpx.get(following).json()  # it needs no header: the token stands in it
        pages.append([one["name"] for one in page["data"]])
    assert pages == [["tea_0", "tea_1"], ["tea_2", "tea_3"], ["tea_4"]]
    before = page["paging"]["cursors"]["before"]
    back = number.meta.call("GET", path, number.token, params=asked | {"before": before}).json()
    assert [one["name"] for one in back["data"]] == pages[1]
    nobody = number.meta.call("GET", path, number.token, params={"status": "IN_APPEAL"}).json()
    assert nobody == {"data": []}


def test_somebody_elses_template_does_not_exist(meta: Meta, number: Number) -> None:
    id, stranger = make(number).json()["id"], meta.number()
    for method in ("GET", "POST"):
        assert refusal(meta.call(method, id, stranger.token, json={"category": "UTILITY"})) == (400, 100, 33)


# --- 360dialog -------------------------------------------------------------------------------------------------------


@pytest.fixture
def channel(meta: Meta, listener: Listener) -> Iterator[httpx.Client]:
    """A number's own host at 360dialog, its business account's news going to `listener`."""
    made = meta.control("POST", "numbers", {"provider": "360dialog"})
    key = {"D360-API-KEY": made["api_key"]}
    with httpx.Client(base_url=f"{meta.url}/360dialog/messaging", headers=key) as client:
        assert client.post("/waba_webhook", json={"url": listener.url, "headers": {}}).status_code == 200
        yield client


def test_360dialog_takes_lists_changes_and_deletes_as_graph_does(channel: httpx.Client, listener: Listener) -> None:
    id = channel.post("/message_templates", json=wanted()).json()["id"]
    assert news(listener, "APPROVED")["message_template_id"] == int(id)
    assert channel.get(f"/message_templates/{id}").json()["name"] == channel.get(f"/{id}").json()["name"]
    assert refusal(channel.post("/message_templates", json=wanted())) == (400, 100, 2388024)
    page = channel.get("/message_templates", params={"limit": 1, "status": "APPROVED", "fields": "name"}).json()
    following = httpx.get(page["paging"]["next"], headers=channel.headers).json()
    assert following["data"][0]["id"] not in ("", page["data"][0]["id"])
    assert channel.post(f"/message_templates/{id}", json={"components": [BODY]}).json() == {"success": True}
    assert channel.delete("/message_templates", params={"name": "order_ready"}).json() == {"success": True}
    assert channel.get(f"/message_templates/{id}").status_code == 404


def test_360dialogs_older_paths_have_words_of_their_own(channel: httpx.Client) -> None:
    made = channel.post("/v1/configs/templates", json=wanted())
    told = made.json()
    assert (made.status_code, told["status"], told["rejected_reason"]) == (201, "submitted", None)
    listed = channel.get("/v1/configs/templates", params={"limit": 1000}).json()["waba_templates"]
    assert told["external_id"] in {one["external_id"] for one in listed}
    assert len({one["id"] for one in listed}) == len(listed)
    assert channel.delete("/v1/configs/templates/order_ready").status_code == 200
