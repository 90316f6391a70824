"""Files through the gateway: by ids of ours, for their own account alone."""

import httpx
import pytest
from django.conf import settings

from safarichat.accounts.models import Account
from safarichat.edge import graph
from safarichat.ground import ids
from safarichat.media.models import File
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.gateway.door import NUMBER, Door, Told, make_key
from tests.gateway.door import door as door
from tests.media.files import PDF, PNG, kept

pytestmark = pytest.mark.django_db(transaction=True)

PATH = f"/v25.0/{NUMBER}/media"


def upload(door: Door, data: bytes = PNG, **fields: str) -> Told:
    asked = httpx.Request(
        "POST",
        "http://testserver",
        data={"messaging_product": "whatsapp", "type": "image/png"} | fields,
        files={"file": ("roses.png", data, "image/png")},
    )
    return door.call("POST", PATH, body=asked.read(), content_type=asked.headers["content-type"])


def test_a_file_is_uploaded_looked_at_fetched_and_deleted(door: Door) -> None:
    media_id = upload(door).json["id"]
    file = File.objects.get()
    assert media_id == ids.number(file.pk)
    assert len(media_id) in range(15, 18)
    told = door.call("GET", f"/v25.0/{media_id}").json
    assert told == {
        "messaging_product": "whatsapp",
        "url": f"{settings.SAFARICHAT_BASE_URL}/{media_id}/content",
        "mime_type": "image/png",
        "sha256": file.sha256,
        "file_size": len(PNG),
        "id": media_id,
    }
    fetched = door.call("GET", f"/{media_id}/content")
    assert (fetched.body, fetched.headers["content-type"]) == (PNG, "image/png")
    assert door.call("DELETE", f"/v25.0/{media_id}").json == {"success": True}
    assert door.call("GET", f"/v25.0/{media_id}").error["error_subcode"] == 33
    assert not File.objects.exists()


def test_one_that_a_message_took_along_stays_with_it(door: Door) -> None:
    media_id = upload(door).json["id"]
    File.objects.update(used_at="2026-01-01T00:00:00Z")
    assert door.call("DELETE", f"/v25.0/{media_id}").status == 200
    assert File.objects.exists()


def test_a_document_is_told_as_what_it_is(door: Door) -> None:
    media_id = upload(door, PDF).json["id"]
    assert door.call("GET", f"/v25.0/{media_id}").json["mime_type"] == "application/pdf"


def test_what_is_no_upload_is_refused_with_a_sentence(door: Door) -> None:
    assert (
        upload(door, messaging_product="telegram").error["message"]
        == "(#100) The parameter messaging_product is required."
    )
    assert door.call("POST", PATH, {"messaging_product": "whatsapp"}).code == (400, 100)
    told = door.call("POST", PATH, body=b"--x--", content_type="multipart/form-data; boundary=x")
    assert told.code == (400, 100)
    told = door.call("POST", PATH, body=b"nonsense", content_type="multipart/form-data")
    assert told.code == (400, 100)
    assert not File.objects.exists()


def test_a_stranger_uploads_nothing_and_is_not_listened_to(door: Door) -> None:
    told = door.call("POST", PATH, body=b"x" * 5000, content_type="multipart/form-data; boundary=x", key="")
    assert told.code == (401, 190)
    headers = {"content-length": str(1 << 30)}
    told = door.call("POST", PATH, body=b"x", content_type="multipart/form-data; boundary=x", headers=headers)
    assert told.status == 413


def test_another_accounts_file_does_not_exist(door: Door, other_account: Account) -> None:
    theirs = ids.number(kept(other_account.pk, PNG, "theirs.png").pk)
    for method, path in (("GET", theirs), ("DELETE", theirs), ("GET", f"{theirs}/content")):
        assert door.call(method, f"/{path}").error["error_subcode"] == 33
    assert File.objects.count() == 1


def test_a_customers_file_of_another_number_does_not_exist_for_a_restricted_key(
    door: Door, account: Account, number: OfficialWhatsappCredential
) -> None:
    file = kept(account.pk, PNG, "theirs.png")
    File.objects.update(origin="inbound", credential=number)
    path = f"/{ids.number(file.pk)}"
    assert door.call("GET", path).status == 200
    assert door.call("GET", path, key=make_key(account, credential_ids=[number.pk + 1])).status == 400


def test_a_customers_file_that_is_still_fetched_is_told_so(
    door: Door, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "FETCHED_WITHIN_S", 0.3)
    file = kept(account.pk, PNG, "theirs.png")
    File.objects.update(state="pending")
    assert door.call("GET", f"/{ids.number(file.pk)}").code == (503, 131016)
    File.objects.update(state="expired")
    assert door.call("GET", f"/{ids.number(file.pk)}").code == (400, 131052)


def test_reading_a_file_needs_the_scope(door: Door, account: Account) -> None:
    path = f"/{ids.number(kept(account.pk, PNG, 'a.png').pk)}"
    key = make_key(account, "send")
    assert door.call("GET", path, key=key).code == (403, 200)
    assert door.call("GET", f"{path}/content", key=key).code == (403, 200)
