"""A number is verified by a code, protected by a PIN, registered and signed off: from its page, and by programs."""

import json
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safarichat.ground import fields
from safarichat.numbers import registrations
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.registrar import CODE, CODE_WRONG, PIN, Registrar, too_many

pytest_plugins = ["tests.console.fixtures"]
pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
HTML = {"Accept": "text/html"}
BY_SMS = {"method": "sms", "language": "en_US"}


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def post(client: Client, row: OfficialWhatsappCredential, noun: str, given: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/numbers/{row.pk}/{noun}", given, headers=headers or FRAGMENT)


def a_minute_later(row: OfficialWhatsappCredential) -> None:
    """As if everything that is waited for had been begun earlier."""
    row.refresh_from_db()
    kept = row.provider_config["verification"]
    kept["until"] = (timezone.now() - timedelta(seconds=1)).isoformat()
    row.save()


# --- the code --------------------------------------------------------------------------------------------------------


def test_a_code_is_asked_for_and_entered(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    page = client_in.get(f"/numbers/{row.pk}/registration")
    assert "The number is not verified yet." in text(page)
    assert 'name="code"' not in page.content.decode()
    sent = post(client_in, row, "code", {"method": "voice", "language": "sw"})
    assert "A code is on its way" in text(sent)
    assert registrar.asked == [("request_code", {"method": "voice", "language": "sw"})]
    assert 'name="code"' in sent.content.decode()
    done = post(client_in, row, "verification", {"code": f"{CODE[:3]}-{CODE[3:]}"})
    assert "The number is verified" in text(done)
    row.refresh_from_db()
    assert row.provider_config["code_verification_status"] == "VERIFIED"
    assert row.steps["verified"]["state"] == "done"


def test_another_code_is_to_be_waited_for(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    post(client_in, row, "code", BY_SMS)
    too_soon = post(client_in, row, "code", BY_SMS)
    assert "A code was asked for a moment ago." in text(too_soon)
    waited = re.search(r'data-wait="(\d+)"', too_soon.content.decode())
    assert waited is not None
    assert 50 < int(waited[1]) <= 60
    assert len(registrar.asked) == 1
    a_minute_later(row)
    assert "on its way" in text(post(client_in, row, "code", BY_SMS))


def test_the_pause_that_a_provider_asks_for_is_kept_also_by_a_later_page(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    registrar.answer = too_many(3600)
    refused = post(client_in, row, "code", BY_SMS)
    assert "Too many codes. Wait." in text(refused)
    page = client_in.get(f"/numbers/{row.pk}/registration").content.decode()
    waited = re.search(r'data-wait="(\d+)"', page)
    assert waited is not None
    assert 3590 < int(waited[1]) <= 3600


def test_five_wrong_codes_make_a_new_one_necessary(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    post(client_in, row, "code", BY_SMS)
    for left in (4, 3, 2, 1):
        answer = text(post(client_in, row, "verification", {"code": "000000"}))
        assert CODE_WRONG.message in answer
        assert f"{left} more tr" in answer
    post(client_in, row, "verification", {"code": "000000"})
    asked = len(registrar.asked)
    assert "wrong code was entered five times" in text(post(client_in, row, "verification", {"code": CODE}))
    assert len(registrar.asked) == asked
    a_minute_later(row)
    post(client_in, row, "code", BY_SMS)
    assert "The number is verified" in text(post(client_in, row, "verification", {"code": CODE}))


def test_what_is_no_code_is_told_at_its_field_and_not_sent(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    post(client_in, row, "code", BY_SMS)
    assert "A code has four to eight digits." in text(post(client_in, row, "verification", {"code": "12"}))
    assert "is not one of the available choices" in text(post(client_in, row, "code", {**BY_SMS, "method": "pigeon"}))
    assert [name for name, _ in registrar.asked] == ["request_code"]


# --- the PIN ---------------------------------------------------------------------------------------------------------


def test_a_pin_is_set_by_typing_it_twice_and_kept_sealed(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "safarichat")
    assert "The two are not the same." in text(post(client_in, row, "two-step", {"pin": PIN, "again": "111111"}))
    assert "A PIN has six digits." in text(post(client_in, row, "two-step", {"pin": "12345", "again": "12345"}))
    assert registrar.asked == []
    answer = post(client_in, row, "two-step", {"pin": PIN, "again": PIN})
    assert "The PIN is set." in text(answer)
    assert PIN not in answer.content.decode()
    row.refresh_from_db()
    assert fields.opened(row, "pin") == PIN
    assert row.pin_is_theirs
    assert PIN not in json.dumps([row.provider_config, row.error_logs, row.steps, row.health])
    assert f"number {row.pk}: set_pin ended as done" in caplog.text
    assert PIN not in caplog.text


# --- registration ----------------------------------------------------------------------------------------------------


def test_registering_and_signing_off_are_counted(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    assert "The number is registered for sending." in text(post(client_in, row, "registration", {"pin": PIN}))
    signed_off = post(client_in, row, "deregistration", {"confirm": str(row)})
    assert "The number is signed off" in text(signed_off)
    assert "2 times in the last 72 hours" in text(signed_off)
    row.refresh_from_db()
    assert row.provider_config["is_registered"] is False


def test_a_wrong_pin_is_explained_and_counts_for_nothing(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    registrar.pin = "999999"
    answer = text(post(client_in, row, "registration", {"pin": PIN}))
    assert "Another PIN is set. Give it." in answer
    assert "133005" in answer
    assert "0 times in the last 72 hours" in answer
    row.refresh_from_db()
    assert row.pin in (None, "")


def test_the_eleventh_time_within_72_hours_is_not_even_tried(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    now = timezone.now()
    for hours in range(10):
        registrations.count(row, now - timedelta(hours=60 - hours))
    row.save()
    answer = post(client_in, row, "registration", {"pin": PIN})
    assert "ten times within 72 hours" in text(answer)
    assert "The next time is possible:" in text(answer)
    assert registrar.asked == []
    page = client_in.get(f"/numbers/{row.pk}/registration", headers={"Accept": "application/json"}).json()
    assert page["registrations_in_72_hours"] == 10
    refused = post(client_in, row, "registration", {"pin": PIN}, accept="application/json")
    assert refused.status_code == 429
    assert 11 * 3600 < int(refused["Retry-After"]) <= 12 * 3600


def test_what_is_older_than_72_hours_counts_no_more(row: OfficialWhatsappCredential) -> None:
    now = timezone.now()
    for hours in (100, 73, 71, 1):
        registrations.count(row, now - timedelta(hours=hours))
    assert len(registrations.lately(row, now)) == 2


def test_signing_off_needs_the_number_typed_in(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    assert f"Type {row} to confirm." in text(post(client_in, row, "deregistration", {"confirm": "yes"}))
    refused = post(client_in, row, "deregistration", {}, accept="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_confirmed")
    assert registrar.asked == []


def test_a_number_that_is_also_in_the_phone_app_can_do_none_of_it(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    row.provider_config = {"is_on_phone_app": True}
    row.save()
    page = client_in.get(f"/numbers/{row.pk}/registration")
    assert "also in the WhatsApp Business app" in text(page)
    assert "<form" not in page.content.decode().partition('id="verification"')[2].partition("page-foot")[0]
    for noun, given in {
        "code": BY_SMS,
        "verification": {"code": CODE},
        "two-step": {"pin": PIN, "again": PIN},
        "registration": {"pin": PIN},
        "deregistration": {"confirm": str(row)},
    }.items():
        assert "also in the WhatsApp Business app" in text(post(client_in, row, noun, given)), noun
    assert registrar.asked == []


# --- in every way ----------------------------------------------------------------------------------------------------


def test_without_our_script_a_success_leads_back_and_a_mistake_shows_the_page_again(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    wrong = post(client_in, row, "two-step", {"pin": PIN, "again": "111111"}, **HTML)
    assert wrong.status_code == 422
    assert "The two are not the same." in text(wrong)
    assert "Verification" in text(wrong)
    done = post(client_in, row, "two-step", {"pin": PIN, "again": PIN}, **HTML)
    assert (done.status_code, done["Location"]) == (302, f"/numbers/{row.pk}/registration#two-step")
    assert "The PIN is set." in text(client_in.get(done["Location"]))


def test_a_program_gets_the_state_and_errors_as_everywhere(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    path = f"/numbers/{row.pk}"
    sent = client_in.post(f"{path}/code", json.dumps(BY_SMS), content_type="application/json").json()
    assert (sent["ok"], sent["is_verified"], sent["code_tries_left"]) == (True, False, 5)
    assert 50 < sent["code_wait_s"] <= 60
    wrong = client_in.post(f"{path}/verification", json.dumps({"code": "000000"}), content_type="application/json")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "code_wrong")
    bad = client_in.post(f"{path}/two-step", json.dumps({"pin": "12"}), content_type="application/json")
    assert bad.status_code == 422
    assert "A PIN has six digits." in bad.json()["error"]["message"]
    pin = client_in.post(f"{path}/two-step", json.dumps({"pin": PIN}), content_type="application/json")
    assert pin.json()["pin_is_set"] is True


def test_too_many_deeds_in_a_minute_are_held_back(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    given = {"pin": PIN, "again": PIN}
    statuses = [post(client_in, row, "two-step", given, accept="application/json").status_code for _ in range(13)]
    assert statuses == [200] * 12 + [429]


def test_while_it_is_being_connected_nothing_else_is_done(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    row.walking_until = timezone.now() + timedelta(seconds=30)
    row.save()
    busy = text(post(client_in, row, "two-step", {"pin": PIN, "again": PIN}))
    assert "Something else is being done with this number" in busy
    assert registrar.asked == []
