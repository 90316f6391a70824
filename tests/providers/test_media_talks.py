"""Files at the three providers: whom the sign-in is shown, and what a missing file is."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence

import pytest

from safarichat.ground.outbound import run_talk
from safarichat.providers import Provider, dialog360, meta
from safarichat.providers.cloud_api.media import hex_digest
from safarichat.providers.files import Fetched, Ref, Uploaded
from safarichat.providers.shapes import (
    Answer,
    Call,
    FilePart,
    Later,
    Lost,
    Number,
    Platform,
    Refused,
    Reply,
)
from safarichat.providers.twilio import media as twilio
from tests.conformance.subject import reply

NUMBER = Number(credential_id=1, phone_number_id="300", waba_id="200", secrets={"access_token": "sesame"})
PLATFORM = Platform(settings={"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "sesame"})
DIGEST = hashlib.sha256(b"x").digest()
LOOKASIDE = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=9&ext=1&hash=ab%2Fc"
NODE = reply({"url": LOOKASIDE, "mime_type": "image/jpeg", "sha256": DIGEST.hex(), "file_size": "1", "id": "9"})
FILE = Reply(200, {"content-type": "image/jpeg"}, b"")
GONE = reply({"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request."}}, 400)
STRANGE = [
    "https://evil.example/x",
    "http://lookaside.fbsbx.com/x",
    "https://lookaside.fbsbx.com.evil.example/",
]
TWILIO = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


class Script:
    """Answers in turn, and keeps what was asked."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers, self.calls = list(answers), list[Call]()

    def __call__(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answers.pop(0)


both = pytest.mark.parametrize(
    ("provider", "host", "header"),
    [
        pytest.param(meta, "https://lookaside.fbsbx.com/", "authorization", id="meta"),
        pytest.param(dialog360, "https://waba-v2.360dialog.io/", "D360-API-KEY", id="360dialog"),
    ],
)


@both
def test_a_file_is_asked_for_by_id_and_fetched_with_the_sign_in(provider: Provider, host: str, header: str) -> None:
    script = Script([NODE, FILE])
    came = run_talk(provider.fetch_media(NUMBER, Ref(id="9"), PLATFORM), script)
    assert came == Fetched(mime_type="image/jpeg", sha256=DIGEST.hex())
    download = script.calls[1]
    assert download.url == LOOKASIDE.replace("https://lookaside.fbsbx.com/", host)
    assert "sesame" in download.headers[header]
    assert download.is_download
    assert "sesame" not in repr(download)


@both
@pytest.mark.parametrize("url", STRANGE)
def test_the_sign_in_goes_to_no_strange_host(provider: Provider, host: str, header: str, url: str) -> None:
    script = Script([reply({"url": url, "mime_type": "image/jpeg", "id": "9"})])
    came = run_talk(provider.fetch_media(NUMBER, Ref(id="9"), PLATFORM), script)
    assert isinstance(came, Refused)
    assert came.problem.key == "media_address_strange"
    assert len(script.calls) == 1


@both
@pytest.mark.parametrize("answers", [[GONE], [NODE, Reply(404, {}, b"")]], ids=["no such id", "address over"])
def test_a_missing_file_is_gone_and_nobody_has_to_sign_in_anew(
    provider: Provider, host: str, header: str, answers: list[Answer]
) -> None:
    came = run_talk(provider.fetch_media(NUMBER, Ref(id="9"), PLATFORM), Script(answers))
    assert isinstance(came, Refused)
    assert came.problem.key == "media_gone"


@both
def test_a_lost_answer_is_only_a_wait(provider: Provider, host: str, header: str) -> None:
    lost = Lost("connection closed", may_have_arrived=True)
    assert isinstance(run_talk(provider.fetch_media(NUMBER, Ref(id="9"), PLATFORM), Script([NODE, lost])), Later)
    assert isinstance(run_talk(provider.upload_media(NUMBER, FilePart("a", "b/c"), PLATFORM), Script([lost])), Later)


@both
def test_an_upload_says_its_type_and_brings_an_id(provider: Provider, host: str, header: str) -> None:
    script = Script([reply({"id": "900"})])
    came = run_talk(provider.upload_media(NUMBER, FilePart("a.png", "image/png"), PLATFORM), script)
    assert isinstance(came, Uploaded)
    assert came.media_id == "900"
    (call,) = script.calls
    assert call.form == {"messaging_product": "whatsapp", "type": "image/png"}
    assert call.file == FilePart("a.png", "image/png")


@pytest.mark.parametrize("told", [DIGEST.hex(), DIGEST.hex().upper(), b64encode(DIGEST).decode()])
def test_a_hash_is_read_in_both_ways(told: str) -> None:
    assert hex_digest(told) == DIGEST.hex()
    assert hex_digest("what?") == ""


# --- Twilio ---


def test_twilios_sign_in_is_not_shown_where_it_leads_on() -> None:
    moved = Reply(307, {"location": "https://media.example/x?sig=1"}, b"")
    file = Reply(200, {"content-type": "application/pdf", "content-disposition": 'inline; filename="a.pdf"'}, b"")
    script = Script([moved, file])
    came = run_talk(twilio.fetch_media(NUMBER, Ref(id=TWILIO, url=TWILIO), PLATFORM), script)
    assert came == Fetched(mime_type="application/pdf", name="a.pdf")
    first, second = script.calls
    assert "authorization" in first.headers
    assert not first.is_strange
    assert second.headers == {}
    assert second.is_strange


def test_twilio_is_not_asked_elsewhere_and_not_led_round_in_circles() -> None:
    assert isinstance(run_talk(twilio.fetch_media(NUMBER, Ref(id="http://10.0.0.1/"), PLATFORM), Script([])), Refused)
    circle = [Reply(302, {"location": TWILIO}, b"")] * 9
    script = Script(circle)
    assert isinstance(run_talk(twilio.fetch_media(NUMBER, Ref(id=TWILIO), PLATFORM), script), Refused | Later)
    assert len(script.calls) == 1 + twilio.MOST_REDIRECTS
