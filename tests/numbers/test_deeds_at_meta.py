"""Deeds with a connected number against the sandbox: what the provider then really has, and what the row keeps."""

from collections.abc import Callable
from typing import Any

import pytest

from safarichat.ground import fields
from safarichat.numbers import deeds, pins
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import Done, Later, Refused
from tests.fixtures import Sandbox

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@pytest.fixture
def row(connect: Callable[..., Walked]) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=connect().credential_id)


def do(row: OfficialWhatsappCredential, deed: str, **given: Any) -> Any:
    outcome = deeds.do(row.account_id, row.pk, deed, given)
    row.refresh_from_db()
    return outcome


def at_meta(meta: Sandbox, row: OfficialWhatsappCredential) -> Any:
    return meta.get(f"/_sandbox/numbers/{row.phone_number_id}")


def test_a_profile_and_its_photo_are_written_and_kept(row: OfficialWhatsappCredential) -> None:
    assert isinstance(do(row, "write_profile", profile={"about": "Open 9–5", "vertical": "RETAIL"}), Done)
    assert isinstance(do(row, "write_photo", mime_type="image/png", data=PNG), Done)
    profile = row.provider_config["profile"]
    assert (profile["about"], profile["vertical"]) == ("Open 9–5", "RETAIL")
    assert profile["profile_picture_url"].startswith("https://")


def test_a_new_name_waits_for_its_review_and_is_shown_when_it_is_accepted(
    row: OfficialWhatsappCredential, meta: Sandbox
) -> None:
    before = row.verified_name
    assert isinstance(do(row, "rename", name="Duka la Asha"), Done)
    told = row.provider_config
    assert (row.verified_name, told["new_display_name"]) == (before, "Duka la Asha")
    assert told["new_name_status"] == "PENDING_REVIEW"
    meta.http.patch(f"/_sandbox/numbers/{row.phone_number_id}", json={"name_status": "APPROVED"})
    do(row, "register")
    assert (row.verified_name, row.provider_config["new_display_name"]) == ("Duka la Asha", "")


def test_a_pin_that_a_person_sets_is_sealed_and_never_shown(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    assert isinstance(do(row, "set_pin", pin="246810"), Done)
    assert fields.opened(row, "pin") == "246810"
    assert not pins.is_to_be_shown(row)
    assert isinstance(do(row, "deregister"), Done)
    assert not at_meta(meta, row)["registered"]
    refused = do(row, "register", pin="135791")
    assert isinstance(refused, Refused)
    assert refused.problem.key == "pin_mismatch"
    assert fields.opened(row, "pin") == "246810"
    assert isinstance(do(row, "register"), Done)
    assert at_meta(meta, row)["registered"]


def test_registering_too_often_is_a_wait_of_72_hours(row: OfficialWhatsappCredential) -> None:
    outcomes = [do(row, "register") for _ in range(10)]
    assert isinstance(outcomes[0], Done)
    assert isinstance(outcomes[-1], Later)
    assert (outcomes[-1].problem.key, outcomes[-1].after_s) == ("register_limit", 72 * 3600)


def test_a_number_in_the_phone_app_is_neither_registered_nor_removed(connect: Callable[..., Walked]) -> None:
    row = OfficialWhatsappCredential.objects.get(pk=connect(mode="coexistence").credential_id)
    for deed in ("register", "deregister", "set_pin"):
        outcome = do(row, deed, pin="246810")
        assert isinstance(outcome, Refused)
        assert (outcome.problem.key, outcome.problem.message) == ("not_offered", deeds.BESIDE_THE_APP)


def test_a_verified_number_needs_no_code(row: OfficialWhatsappCredential) -> None:
    outcome = do(row, "request_code", method="sms", language="en_US")
    assert isinstance(outcome, Done)
    assert "already" in outcome.message


def test_a_withdrawn_token_is_noticed_by_the_first_deed(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    meta.http.patch(f"/_sandbox/numbers/{row.phone_number_id}", json={"token": "revoked"})
    assert isinstance(do(row, "read_profile"), Later)
    assert row.status == "reauth_required"
