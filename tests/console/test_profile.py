"""What customers see of a business is read, checked, changed: at the sandbox's 360dialog, and where it is lacking."""

import json
import re
import struct
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from safarichat.numbers import photos
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.registrar import ADDRESS, Registrar
from tests.fixtures import Sandbox

pytest_plugins = ["tests.onboarding.partner", "tests.console.fixtures"]
pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
HTML = {"Accept": "text/html"}
PROFILE = {
    "about": "Fresh flowers every day",
    "vertical": "RETAIL",
    "description": "We bring them to you.",
    "address": "Moi Avenue 1, Nairobi",
    "email": "hello@example.com",
    "website_1": "https://flowers.example.com",
    "website_2": "",
}


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def post(client: Client, path: str, given: Any) -> Any:
    return client.post(path, json.dumps(given), content_type="application/json").json()


@pytest.fixture
def connected(client_in: Client, partner: Sandbox) -> OfficialWhatsappCredential:
    """A number of 360dialog, by its key."""
    key = partner.post("/_sandbox/numbers", json={"provider": "360dialog"})["api_key"]
    begun = post(client_in, "/whatsapp/official/initialize", {"provider": "360dialog", "mode": "keys"})
    post(client_in, "/whatsapp/official/callback", {"state": begun["state"], "data": {"access_token": key}})
    return OfficialWhatsappCredential.objects.get()


def written(partner: Sandbox) -> list[dict[str, Any]]:
    """The profiles that the provider was asked to write."""
    asked = partner.get("/_sandbox/requests?limit=500")
    bodies = [each for each in asked if each["method"] == "POST" and each["path"].endswith("business_profile")]
    return [json.loads(each["body"]) if isinstance(each["body"], str) else each["body"] for each in bodies]


def test_a_profile_is_changed_and_read_back(
    client_in: Client, connected: OfficialWhatsappCredential, partner: Sandbox
) -> None:
    before = len(written(partner))
    path = f"/numbers/{connected.pk}/profile"
    assert "The profile is changed." in text(client_in.post(path, PROFILE, headers=FRAGMENT))
    (sent,) = written(partner)[before:]
    assert sent["about"] == PROFILE["about"]
    assert sent["websites"] == ["https://flowers.example.com"]
    page = client_in.get(path, headers=HTML).content.decode()
    assert "Moi Avenue 1, Nairobi" in page
    assert '<option value="RETAIL" selected>Shopping and retail</option>' in page
    told = client_in.get(path, headers={"Accept": "application/json"}).json()
    assert told["profile"]["description"] == "We bring them to you."


def test_only_what_was_changed_is_sent(
    client_in: Client, connected: OfficialWhatsappCredential, partner: Sandbox
) -> None:
    path = f"/numbers/{connected.pk}/profile"
    client_in.post(path, PROFILE, headers=FRAGMENT)
    before = len(written(partner))
    assert "Nothing was changed." in text(client_in.post(path, PROFILE, headers=FRAGMENT))
    assert len(written(partner)) == before
    client_in.post(path, PROFILE | {"email": ""}, headers=FRAGMENT)
    (sent,) = written(partner)[before:]
    assert sent == {"messaging_product": "whatsapp", "email": ""}


def test_a_program_sends_only_what_it_wants_to_change(
    client_in: Client, connected: OfficialWhatsappCredential, partner: Sandbox
) -> None:
    path = f"/numbers/{connected.pk}/profile"
    client_in.post(path, PROFILE, headers=FRAGMENT)
    sites = ["https://a.example.com", "https://b.example.com"]
    answer = client_in.post(path, json.dumps({"websites": sites}), content_type="application/json").json()
    assert answer["profile"]["websites"] == sites
    assert answer["profile"]["about"] == PROFILE["about"]
    assert written(partner)[-1] == {"messaging_product": "whatsapp", "websites": sites}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("about", "x" * 140, "at most 139 characters"),
        ("about", "", "can be changed but not emptied"),
        ("description", "x" * 513, "at most 512 characters"),
        ("address", "x" * 257, "at most 256 characters"),
        ("email", "nobody", "valid email address"),
        ("email", f"{'x' * 120}@example.com", "at most 128 characters"),
        ("website_1", f"https://example.com/{'x' * 250}", "at most 256 characters"),
        ("website_2", "not a site", "valid URL"),
        ("vertical", "PIRACY", "not one of the available choices"),
    ],
)
def test_what_is_beyond_the_limits_is_told_at_its_field_and_not_sent(
    client_in: Client, connected: OfficialWhatsappCredential, partner: Sandbox, field: str, value: str, told: str
) -> None:
    before = len(written(partner))
    path = f"/numbers/{connected.pk}/profile"
    answer = client_in.post(path, PROFILE | {field: value}, headers=HTML)
    assert answer.status_code == 422
    assert told in text(answer)
    assert f'id="profile_{field}_error"' in answer.content.decode()
    assert len(written(partner)) == before


def test_what_the_provider_refuses_is_told_and_what_was_typed_stays(
    client_in: Client, connected: OfficialWhatsappCredential, partner: Sandbox
) -> None:
    fault = {"provider": "360dialog", "kind": "http_status", "code": 503, "rate": 1, "for": 30}
    partner.post("/_sandbox/faults", json=fault)
    try:
        answer = client_in.post(f"/numbers/{connected.pk}/profile", PROFILE, headers=FRAGMENT)
    finally:
        partner.http.request("DELETE", "/_sandbox/faults")
    assert 'class="alert alert-warning"' in answer.content.decode()
    assert PROFILE["about"] in answer.content.decode()


def test_what_was_changed_elsewhere_is_read_anew(client_in: Client, connected: OfficialWhatsappCredential) -> None:
    OfficialWhatsappCredential.objects.update(provider_config=connected.provider_config | {"profile": {}})
    assert "was not read from the provider yet" in text(client_in.get(f"/numbers/{connected.pk}/profile", headers=HTML))
    read = client_in.post(f"/numbers/{connected.pk}/profile/reading", headers=FRAGMENT)
    assert "Hey there! I am using WhatsApp." in read.content.decode()


def test_what_a_provider_lacks_is_explained_with_its_reason(
    client_in: Client, connected: OfficialWhatsappCredential
) -> None:
    page = text(client_in.get(f"/numbers/{connected.pk}/profile", headers=HTML))
    assert "The photo is changed in 360dialog's hub." in page.replace("&#x27;", "'")
    assert "The name is changed in 360dialog's hub." in page.replace("&#x27;", "'")
    registration = text(client_in.get(f"/numbers/{connected.pk}/registration", headers=HTML))
    assert "360dialog registers and verifies the number itself" in registration
    refused = client_in.post(
        f"/numbers/{connected.pk}/display-name", json.dumps({"name": "Roses"}), content_type="application/json"
    )
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_offered")


def test_fields_that_a_provider_does_not_let_change_are_shown_and_fixed(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    """Also when somebody sends them all the same."""
    registrar.deeds["write_profile"] = registrar.deeds["write_photo"]
    path = f"/numbers/{row.pk}/profile"
    page = client_in.get(path, headers=HTML).content.decode()
    (email,) = re.findall(r'<input[^>]*name="email"[^>]*>', page)
    (about,) = re.findall(r'<input[^>]*name="about"[^>]*>', page)
    assert ("disabled" in email, "disabled" in about) == (True, False)
    client_in.post(path, PROFILE, headers=FRAGMENT)
    assert registrar.asked == [("write_photo", {"profile": {"about": PROFILE["about"]}})]


# --- the photo -------------------------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress(b"".join(b"\x00" + b"\x20\x80\x60" * width for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """Its head, with a thumbnail's block before the one that tells the size."""
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 40) + b"Exif\x00\x00" + b"\x00" * 34
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 8 + 9, 8, height, width, 3) + b"\x00" * 9
    return b"\xff\xd8" + exif + frame + b"\xff\xd9"


def test_a_pictures_kind_and_size_are_known_from_its_first_bytes() -> None:
    assert photos.look(png(300, 200)) == photos.Picture("image/png", 300, 200)
    assert photos.look(jpeg(640, 480)) == photos.Picture("image/jpeg", 640, 480)
    for nothing in (b"", b"GIF89a" + b"\x00" * 40, png(300, 300)[:20], b"\xff\xd8\xff\xe1\x00", jpeg(9, 9)[:30]):
        assert photos.look(nothing) is None


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"GIF89a" + b"\x00" * 40, "neither a JPEG nor a PNG"),
        (png(300, 200), "300 × 200 pixels. Cut it to a square"),
        (png(100, 100), "it needs 192 × 192 at least"),
        (png(200, 200) + b"\x00" * 3_500_000, "larger than 3.5 MB"),
        (b"", "The submitted file is empty."),
    ],
)
def test_an_unfit_picture_is_told_and_not_sent(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar, data: bytes, told: str
) -> None:
    file = SimpleUploadedFile("photo.png", data, "image/png")
    answer = client_in.post(f"/numbers/{row.pk}/photo", {"photo": file}, headers=FRAGMENT)
    assert told in text(answer)
    assert registrar.asked == []


def test_a_fit_picture_goes_to_the_provider_as_it_is(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    data = png(200, 200)
    file = SimpleUploadedFile("photo.jpg", data, "image/jpeg")  # what a browser says is not believed
    answer = client_in.post(f"/numbers/{row.pk}/photo", {"photo": file}, headers=FRAGMENT)
    assert "The photo is changed." in text(answer)
    assert registrar.asked == [("write_photo", {"mime_type": "image/png", "data": data})]


# --- the name --------------------------------------------------------------------------------------------------------


def test_a_name_that_can_t_be_asked_for_says_why(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    answer = client_in.post(f"/numbers/{row.pk}/display-name", {"name": "Roses"}, headers=FRAGMENT)
    assert ADDRESS in text(answer).replace("&#x27;", "'")


def test_a_name_is_asked_for_and_its_review_is_shown_until_it_is_in_use(
    client_in: Client, row: OfficialWhatsappCredential, registrar: Registrar
) -> None:
    registrar.deeds["rename"] = registrar.deeds["write_photo"]
    path = f"/numbers/{row.pk}/display-name"
    assert "at least 2 characters" in text(client_in.post(path, {"name": "R"}, headers=FRAGMENT))
    assert registrar.asked == []
    client_in.post(path, {"name": "Roses"}, headers=FRAGMENT)
    assert "Asked for Roses · Waiting for review" in text(client_in.get(path, headers=FRAGMENT))
    row.refresh_from_db()
    row.verified_name = "Roses"
    row.save()
    assert "Asked for" not in text(client_in.get(path, headers=FRAGMENT))
