"""What may be kept of a call and its answer."""

import json
import time

import pytest

from safarichat.ground.evidence import CUT, MOST_CHARS, evidence, shown
from safarichat.ground.logs import MASK
from safarichat.ground.talks import Call, FilePart, Lost, Reply

TOKEN = "EAAGm0PX4ZCpsBAK9f3b2"
PIN = "580417"


def call(**parts: object) -> Call:
    return Call(**{"name": "try", "method": "POST", "url": "https://graph.example/v25.0/1/register", **parts})  # type: ignore[arg-type]  # parts of a call


def answer(body: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    "asked",
    [
        call(headers={"Authorization": f"Bearer {TOKEN}"}),
        call(headers={"D360-API-KEY": TOKEN}),
        call(query={"access_token": TOKEN, "appsecret_proof": TOKEN}),
        call(url=f"https://graph.example/v25.0/1?input_token={TOKEN}"),
        call(query={"client_secret": TOKEN, "code": TOKEN}),
        call(json={"webhook": {"headers": {"Authorization": TOKEN}}, "tokens": [TOKEN]}),
        call(form={"verify_token": TOKEN, "AuthToken": TOKEN}),
        call(form=[("Password", TOKEN)]),
    ],
)
def test_a_secret_goes_wherever_it_stands_in_a_call(asked: Call) -> None:
    kept = evidence(asked, answer({"said": f"no such token: {TOKEN}"}, 400))
    assert TOKEN not in repr(kept)
    assert MASK in repr(kept)


def test_a_pin_and_a_code_go_by_their_names_and_where_the_answer_repeats_them() -> None:
    kept = evidence(call(json={"messaging_product": "whatsapp", "pin": PIN}), answer({"error": f"{PIN} is wrong"}))
    assert PIN not in repr(kept)
    assert json.loads(kept.request) == {"messaging_product": "whatsapp", "pin": MASK}
    assert "482913" not in repr(evidence(call(form={"VerificationCode": "482913"}), answer({})))
    assert "482913" not in repr(evidence(call(json={"code": "482913"}), answer({})))


def test_what_a_provider_tells_in_its_answer_goes_by_its_name() -> None:
    kept = evidence(call(), answer({"access_token": TOKEN, "auth_token": "x1y2z3", "api_key": "k9k8k7"}))
    assert not [secret for secret in (TOKEN, "x1y2z3", "k9k8k7") if secret in kept.response]


def test_codes_of_errors_ids_and_languages_stay_to_be_searched() -> None:
    body = {"error": {"code": 131030, "fbtrace_id": "AbC"}, "id": "wamid.HBgL", "language": {"code": "en_US"}}
    assert json.loads(evidence(call(), answer(body, 400)).response) == body


def test_a_link_that_is_signed_loses_its_signature() -> None:
    link = "https://lookaside.example/whatsapp_business/attachments/?mid=1&ext=2&hash=ATsecret"
    kept = evidence(call(), answer({"url": link}))
    assert json.loads(kept.response)["url"] == f"https://lookaside.example/whatsapp_business/attachments/?{MASK}"
    fetched = evidence(call(method="GET", url=link, is_download=True), answer(b"", 200))
    assert "ATsecret" not in repr(fetched)
    assert fetched.response == "(kept as a file)"


def test_our_own_addresses_that_open_something_do_not() -> None:
    kept = evidence(call(json={"url": "https://we.example/webhooks/twilio/aB3dE5fG7h?m=sc-1"}), answer({}))
    assert "aB3dE5fG7h" not in kept.request


def test_a_file_is_its_size_and_kind() -> None:
    assert evidence(call(data=b"\x89PNG" * 10), answer({})).request == "(40 bytes)"
    sent = evidence(call(file=FilePart("cat.jpg", "image/jpeg"), form={"type": "image/jpeg"}), answer({}))
    assert sent.request == "type=image/jpeg\nfile=(image/jpeg)"
    assert shown(b"\xff\xd8\xff", "image/jpeg") == "(3 bytes, image/jpeg)"


def test_a_call_without_an_answer_says_why() -> None:
    kept = evidence(call(), Lost("connection refused", may_have_arrived=False))
    assert (kept.status, kept.problem, kept.response) == (0, "connection refused", "")


def test_a_long_answer_is_cut_and_is_still_json() -> None:
    body = {"data": [{"id": number, "text": "x" * 100} for number in range(10_000)]}
    began = time.perf_counter()
    kept = evidence(call(), answer(body))
    assert time.perf_counter() - began < 0.5
    assert len(kept.response) < MOST_CHARS * 2
    listed = json.loads(kept.response)["data"]
    assert listed[-1] == CUT
    assert listed[0] == {"id": 0, "text": "x" * 100}


@pytest.mark.parametrize(
    "body", [b"\x00\xff", b"[" * 5000, b'{"a":"\\u0000\\ud800"}', b"<html>\x00</html>", b"a=b\x00"]
)
def test_whatever_comes_can_be_stored(body: bytes) -> None:
    kept = evidence(call(), Reply(200, {"content-type": "text/html", "x": "\x00"}, body))
    assert "\x00" not in repr(kept).replace("\\x00", "\x00")
    kept.response.encode()
