"""What can be done with a number at Meta: each deed's calls, its waits, and what it reads back."""

from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.providers import DEEDS, meta
from safarichat.providers.meta.about import ABILITIES
from safarichat.providers.shapes import (
    Answer,
    Connected,
    Done,
    Later,
    NeedsCode,
    Refused,
    Signup,
    Unknown,
)
from tests.conformance.meta.connects import (
    FINISH,
    HAPPY,
    LIVE,
    NUMBER,
    UNVERIFIED,
    numbers,
    refusal,
)
from tests.conformance.meta.subject import PLATFORM, SUBJECT
from tests.conformance.subject import CUT, GONE, Pretend, reply

ONE = replace(SUBJECT.number, secrets={"access_token": "EAADEMOTOKEN", "pin": "123456"})
ON_PHONE = replace(ONE, facts={"is_on_phone_app": True})
YES: list[Answer] = [reply({"success": True})]


def do(deed: str, routes: dict[str, Any] | None = None, **given: Any) -> Any:
    return asked(deed, routes, **given)[0]


def asked(
    deed: str, routes: dict[str, Any] | None = None, number: Any = ONE, platform: Any = PLATFORM, **given: Any
) -> tuple[Any, Pretend]:
    pretend = Pretend(HAPPY, routes or {})
    return pretend.run(meta.deeds[deed](number, platform, given)), pretend


def test_every_deed_is_there_or_has_its_reason() -> None:
    assert set(meta.deeds) | set(ABILITIES.lacks) == set(DEEDS)
    assert not set(meta.deeds) & set(ABILITIES.lacks)


@pytest.mark.parametrize(
    ("deed", "route", "given"),
    [
        ("request_code", "POST 3003001/request_code", {"method": "sms"}),
        ("verify_code", "POST 3003001/verify_code", {"code": "123456"}),
        ("register", "POST 3003001/register", {"pin": "123456"}),
        ("deregister", "POST 3003001/deregister", {}),
        ("set_pin", "POST 3003001", {"pin": "123456"}),
        ("rename", "POST 3003001", {"name": "Acme"}),
        ("read_profile", "GET 3003001/whatsapp_business_profile", {}),
        ("write_profile", "POST 3003001/whatsapp_business_profile", {"profile": {"about": "Hi"}}),
        ("write_photo", "POST 111222333/uploads", {"mime_type": "image/png", "data": b"png"}),
        ("refresh", "GET oauth/access_token", {}),
        ("subscribe", "POST 2002001/subscribed_apps", {}),
        ("set_hook", "POST 3003001", {}),
    ],
)
def test_a_dead_token_a_lost_answer_and_an_outage_are_told_apart(deed: str, route: str, given: dict[str, Any]) -> None:
    dead = {"GET debug_token": [reply({"data": {"is_valid": True, "expires_at": 5}})]} if deed == "refresh" else {}
    unread = {"GET 3003001": [refusal(190, 401)]} if route != "GET 3003001" else {}
    for answer, kind, why in (
        (refusal(190, 401, 463), Later, "credential"),
        (refusal(2, 503), Later, "transient"),
        (GONE, Later, "transient"),
        (CUT, Unknown, ""),
        (refusal(100), Refused, ""),
    ):
        outcome = do(deed, {**dead, **unread, route: [answer]}, **given)
        assert type(outcome) is kind, (deed, answer)
        assert getattr(outcome, "why", "") == why
        assert outcome.problem.message


# --- verification ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"method": "sms", "language": "pt-BR"}, {"code_method": "SMS", "language": "pt_BR"}),
        ({"method": "voice"}, {"code_method": "VOICE", "language": "en_US"}),
        ({"method": "sms", "language": "no such; thing"}, {"code_method": "SMS", "language": "en_US"}),
    ],
)
def test_a_code_is_asked_for_by_sms_or_call_in_a_language(given: dict[str, str], body: dict[str, str]) -> None:
    outcome, pretend = asked("request_code", {"POST 3003001/request_code": YES}, **given)
    assert isinstance(outcome, Done)
    assert pretend.calls[0].json == body


def test_too_many_codes_are_a_wait_and_a_verified_number_needs_none() -> None:
    refused = {"POST 3003001/request_code": [refusal(136024, details="Try again in 5 minutes.")]}
    outcome = do("request_code", {**refused, "GET 3003001": [reply(UNVERIFIED)]}, method="sms")
    assert isinstance(outcome, Later)
    assert (outcome.why, outcome.after_s, outcome.problem.key) == ("throttled", 300, "code_request_refused")
    unsaid = {"POST 3003001/request_code": [refusal(136024)], "GET 3003001": [reply(UNVERIFIED)]}
    assert do("request_code", unsaid, method="sms").after_s == 600
    outcome = do("request_code", refused, method="sms")
    assert isinstance(outcome, Done)
    assert outcome.facts["code_verification_status"] == "VERIFIED"


def test_a_code_goes_without_its_dash_and_a_wrong_one_may_be_typed_again() -> None:
    outcome, pretend = asked("verify_code", {"POST 3003001/verify_code": YES}, code="123-456")
    assert isinstance(outcome, Done)
    assert pretend.calls[0].json == {"code": "123456"}
    assert outcome.facts["code_verification_status"] == "VERIFIED"
    outcome = do("verify_code", {"POST 3003001/verify_code": [refusal(136025)]}, code="123457")
    assert (type(outcome), outcome.problem.key) == (Refused, "code_wrong")
    refused, pretend = asked("verify_code", code="12")
    assert (refused.problem.key, pretend.calls) == ("code_invalid", [])


def test_a_right_code_leads_through_onboarding_to_its_end() -> None:
    """The walk that waited for the code goes on with it."""
    waits: dict[str, Any] = {
        "GET 2002001/phone_numbers": [numbers(UNVERIFIED)],
        "GET 3003001": [reply(UNVERIFIED)],
        "POST 3003001/request_code": YES,
    }
    first = Pretend(HAPPY, waits)
    asking = replace(FINISH, data={**FINISH.data, "method": "sms"})
    assert isinstance(first.run(meta.connect(asking, PLATFORM)), NeedsCode)
    signup = Signup(
        done=frozenset(step.step for step in first.steps if step.state == "done"),
        known={name: told for step in first.steps for name, told in step.facts.items()},
        secrets={"access_token": "EAAGNEW"},
        data={"code": "123-456"},
        pin="123456",
    )
    second = Pretend(HAPPY, {"GET 3003001": [reply(UNVERIFIED), reply(LIVE)], "POST 3003001/verify_code": YES})
    assert isinstance(second.run(meta.connect(signup, PLATFORM)), Connected)
    assert second.calls[1].json == {"code": "123456"}


def test_a_number_that_registering_sends_back_is_verified_once_more() -> None:
    known = {"phone_number_id": "3003001", "waba_id": "2002001", "code_verification_status": "VERIFIED"}
    done = frozenset({"signed_in", "exchanged", "inspected", "number_chosen", "verified", "subscribed"})
    signup = Signup(done=done, known=known, secrets={"access_token": "EAAGNEW"}, data={"method": "voice"}, pin="123456")
    pretend = Pretend(HAPPY, {"POST 3003001/request_code": YES})
    assert isinstance(pretend.run(meta.connect(signup, PLATFORM)), NeedsCode)


# --- registration ----------------------------------------------------------------------------------------------------


def test_registering_uses_the_pin_that_is_given_or_the_one_we_have() -> None:
    outcome, pretend = asked("register", pin="654321")
    assert isinstance(outcome, Done)
    assert pretend.calls[0].json == {"messaging_product": "whatsapp", "pin": "654321"}
    assert (outcome.secrets, outcome.facts["is_registered"]) == ({"pin": "654321"}, True)
    outcome, pretend = asked("register")
    assert isinstance(outcome, Done)
    assert (pretend.calls[0].json["pin"], outcome.secrets) == ("123456", {})
    outcome, pretend = asked("register", number=SUBJECT.number)
    assert (outcome.problem.key, pretend.calls) == ("pin_needed", [])


@pytest.mark.parametrize(
    ("code", "kind", "key", "after_s"),
    [
        (133005, Refused, "pin_mismatch", None),
        (133006, Refused, "number_unverified", None),
        (133008, Later, "pin_too_often", 3600),
        (133009, Later, "pin_too_fast", 60),
        (133015, Later, "recently_deleted", 300),
        (133016, Later, "register_limit", 259200),
    ],
)
def test_what_stops_a_registration_tells_how_long(code: int, kind: type, key: str, after_s: float | None) -> None:
    outcome, pretend = asked("register", {"POST 3003001/register": [refusal(code)]}, pin="654321")
    assert (type(outcome), outcome.problem.key, getattr(outcome, "after_s", None)) == (kind, key, after_s)
    told = {name: value for step in pretend.steps for name, value in step.facts.items()}
    assert told == ({"pin_is_set": True} if code == 133005 else {})


def test_ten_registrations_in_72_hours_are_explained() -> None:
    for deed in ("register", "deregister"):
        outcome = do(deed, {f"POST 3003001/{deed}": [refusal(133016)]})
        assert (outcome.why, outcome.after_s) == ("throttled", 72 * 3600)
        assert "ten times in 72 hours" in outcome.problem.message


@pytest.mark.parametrize("deed", ["register", "deregister", "set_pin"])
def test_a_number_in_the_phone_app_is_left_alone_and_told_why(deed: str) -> None:
    outcome, pretend = asked(deed, number=ON_PHONE, pin="123456")
    assert (outcome.problem.key, pretend.calls) == ("on_phone_app", [])


def test_deregistering_what_is_not_registered_is_done() -> None:
    outcome = do("deregister", {"POST 3003001/deregister": [refusal(133010)], "GET 3003001": [reply(NUMBER)]})
    assert isinstance(outcome, Done)
    assert (outcome.facts["is_registered"], outcome.facts["status"]) == (False, "PENDING")


def test_a_new_pin_is_kept_only_when_meta_took_it() -> None:
    outcome, pretend = asked("set_pin", {"POST 3003001": YES}, pin="654321")
    assert (pretend.calls[0].json, outcome.secrets) == ({"pin": "654321"}, {"pin": "654321"})
    refused, pretend = asked("set_pin", pin="12345a")
    assert (refused.problem.key, pretend.calls) == ("pin_invalid", [])
    assert not do("set_pin", {"POST 3003001": [CUT]}, pin="654321").problem.number_status


# --- name, profile, photo --------------------------------------------------------------------------------------------


def test_a_name_is_asked_for_and_its_review_read_back() -> None:
    asked_for = {**LIVE, "new_display_name": "Acme Two", "new_name_status": "PENDING_REVIEW"}
    outcome, pretend = asked("rename", {"POST 3003001": YES, "GET 3003001": [reply(asked_for)]}, name=" Acme  Two ")
    assert pretend.calls[0].json == {"new_display_name": "Acme Two"}
    assert (outcome.facts["verified_name"], outcome.facts["new_name_status"]) == ("Acme", "PENDING_REVIEW")
    for name in ("A", "x" * 76):
        refused, pretend = asked("rename", name=name)
        assert (refused.problem.key, pretend.calls) == ("name_invalid", [])
    decided = do("rename", {"POST 3003001": YES, "GET 3003001": [reply(LIVE)]}, name="Acme Two")
    assert (decided.facts["new_display_name"], decided.facts["new_name_status"]) == ("", "NONE")


def test_a_profile_is_written_and_read_back() -> None:
    profile = {"about": "Open 9–5", "websites": ["https://a.test"], "vertical": "RETAIL", "email": ""}
    outcome, pretend = asked("write_profile", {"POST 3003001/whatsapp_business_profile": YES}, profile=profile)
    assert pretend.calls[0].json == {"messaging_product": "whatsapp", **profile}
    assert outcome.facts == {"profile": {"about": "Hi"}}


@pytest.mark.parametrize(
    "profile",
    [
        {"about": "x" * 140},
        {"about": ""},
        {"address": "x" * 257},
        {"description": "x" * 513},
        {"email": "x" * 129},
        {"websites": ["a", "b", "c"]},
        {"websites": ["x" * 257]},
        {"websites": "https://a.test"},
        {"vertical": "SHOP"},
        {"colour": "red"},
    ],
)
def test_a_profile_that_meta_would_refuse_is_refused_here_by_name(profile: dict[str, Any]) -> None:
    outcome, pretend = asked("write_profile", profile=profile)
    assert (outcome.problem.key, outcome.problem.details, pretend.calls) == ("profile_invalid", next(iter(profile)), [])


BEGIN, SEND = "POST 111222333/uploads", "POST upload:MTph"
UPLOADS: dict[str, Any] = {
    BEGIN: [reply({"id": "upload:MTph?sig=ARb"})],
    SEND: [reply({"h": "4::aW1n"})],
    "POST 3003001/whatsapp_business_profile": YES,
}


def test_a_photo_goes_up_in_pieces_and_its_handle_into_the_profile() -> None:
    outcome, pretend = asked("write_photo", UPLOADS, mime_type="image/png", data=b"\x89PNG..")
    assert isinstance(outcome, Done)
    begin, send, write, _ = pretend.calls
    assert {name: begin.query[name] for name in ("file_name", "file_length", "file_type")} == {
        "file_name": "photo.png",
        "file_length": "6",
        "file_type": "image/png",
    }
    assert (send.query["sig"], send.data) == ("ARb", b"\x89PNG..")
    assert send.headers["authorization"] == "OAuth EAADEMOTOKEN"
    assert send.headers["file_offset"] == "0"
    assert write.json == {"messaging_product": "whatsapp", "profile_picture_handle": "4::aW1n"}


def test_a_photo_that_was_cut_off_goes_on_where_it_stopped() -> None:
    cut = {**UPLOADS, SEND: [CUT, reply({"h": "4::aW1n"})], "GET upload:MTph": [reply({"file_offset": 4})]}
    outcome, pretend = asked("write_photo", cut, mime_type="image/jpeg", data=b"abcdef")
    assert isinstance(outcome, Done)
    [again] = [call for call in pretend.calls if call.headers.get("file_offset") == "4"]
    assert again.data == b"ef"
    lost = {**UPLOADS, SEND: [CUT], "GET upload:MTph": [CUT]}
    assert isinstance(do("write_photo", lost, mime_type="image/jpeg", data=b"abcdef"), Unknown)


@pytest.mark.parametrize(
    ("mime_type", "data"), [("image/gif", b"x"), ("image/png", b""), ("image/png", b"x" * 5_242_881)]
)
def test_a_photo_that_is_none_is_refused_here(mime_type: str, data: bytes) -> None:
    outcome, pretend = asked("write_photo", mime_type=mime_type, data=data)
    assert (outcome.problem.key, pretend.calls) == ("photo_invalid", [])


# --- the token -------------------------------------------------------------------------------------------------------


def inspected(**told: Any) -> Any:
    return reply({"data": {"app_id": "111222333", "is_valid": True, "scopes": [], **told}})


def test_a_token_that_ends_is_exchanged_and_kept_before_it_is_looked_at() -> None:
    routes = {"GET debug_token": [inspected(expires_at=1800000000), inspected(expires_at=1805000000)]}
    outcome, pretend = asked("refresh", routes)
    assert (outcome.secrets, outcome.facts["token_expires_at"]) == ({"access_token": "EAAGNEW"}, 1805000000)
    assert [step.secrets for step in pretend.steps] == [{"access_token": "EAAGNEW"}]
    exchange = pretend.calls[1]
    assert exchange.query["grant_type"] == "fb_exchange_token"
    assert exchange.query["fb_exchange_token"] == "EAADEMOTOKEN"
    assert exchange.query["set_token_expires_in_60_days"] == "true"
    assert "EAADEMOTOKEN" not in repr(exchange) + exchange.url
    kept, _ = asked("refresh", {"GET debug_token": [inspected(expires_at=1800000000), CUT]})
    assert isinstance(kept, Done)


def test_a_token_that_never_ends_is_left_alone() -> None:
    outcome, pretend = asked("refresh", {"GET debug_token": [inspected(expires_at=0)]})
    assert isinstance(outcome, Done)
    assert (outcome.secrets, pretend.asked) == ({}, ("GET debug_token",))
