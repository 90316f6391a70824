"""Somebody removes the app at the provider, or asks for their data to be deleted: done, answered, and shown."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from safarichat import providers
from safarichat.accounts.models import Account
from safarichat.edge import withdrawals
from safarichat.edge.hooks import HooksApp
from safarichat.numbers import connections
from safarichat.numbers.models import DataDeletion, OfficialWhatsappCredential, Onboarding
from safarichat.providers.shapes import Hook, Withdrawal
from tests.edge.test_hooks import call, elsewhere
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = "10150000000000001"
DEAUTHORIZE, DELETE = "/webhooks/meta/deauthorize", "/webhooks/meta/data-deletion"


@pytest.fixture
def app() -> Iterator[HooksApp]:
    made = HooksApp()
    yield made
    made.close()


@pytest.fixture
def theirs(account: Account) -> OfficialWhatsappCredential:
    """A number that this person signed in for, ten minutes ago."""
    row = make_number(account, provider_config={"signed_in_as": PERSON, "session": {"event": "FINISH"}})
    row.onboarding_started_at = timezone.now() - timedelta(minutes=10)
    row.save()
    Onboarding.objects.create(
        account=account, credential=row, state_digest="s", session_digest="d", data={"business_id": "1"}
    )
    return row


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(payload: Any, secret: str = "") -> bytes:
    told = encoded(json.dumps(payload).encode())
    digest = hmac.new((secret or settings.META_APP_SECRET).encode(), told.encode(), hashlib.sha256).digest()
    return urlencode({"signed_request": f"{encoded(digest)}.{told}"}).encode()


def request(person: str = PERSON, *, at: int | None = None) -> dict[str, Any]:
    return {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()) if at is None else at, "user_id": person}


async def post(app: HooksApp, path: str, body: bytes) -> tuple[int, bytes]:
    answer = await call(app, path=path, body=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer
    return answer[:2]


async def now(row: OfficialWhatsappCredential) -> OfficialWhatsappCredential:
    return await asyncio.to_thread(elsewhere, lambda: OfficialWhatsappCredential.objects.get(pk=row.pk))


def test_the_reference_s_request_is_read() -> None:
    vector = (
        "7E7yx5uCNzUDrhLlwc1j8vojCXI5jheUXf-4VPHgBQI.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTc5MDAwMDAwMC"
        "widXNlcl9pZCI6IjEwMTUwMDAwMDAwMDAwMDAxIn0"
    )
    hook = Hook(method="POST", headers={}, query={}, body=f"signed_request={vector}".encode())
    found = providers.get("meta").withdrawn(hook, {"META_APP_SECRET": "demo_app_secret"})
    assert found == Withdrawal(person=PERSON, at=1790000000)


async def test_who_takes_back_their_leave_ends_their_sign_in(app: HooksApp, theirs: OfficialWhatsappCredential) -> None:
    assert await post(app, DEAUTHORIZE, signed(request())) == (200, b"")
    row = await now(theirs)
    assert (row.status, row.access_token, row.pin) == ("reauth_required", "", "")
    assert row.error_logs[0]["code"] == "withdrawn"


async def test_others_sign_ins_stay(app: HooksApp, theirs: OfficialWhatsappCredential) -> None:
    assert (await post(app, DEAUTHORIZE, signed(request("10150000000000002"))))[0] == 200
    assert (await now(theirs)).status == "connected"


async def test_word_that_comes_after_a_newer_sign_in_changes_nothing(
    app: HooksApp, theirs: OfficialWhatsappCredential
) -> None:
    assert (await post(app, DEAUTHORIZE, signed(request(at=int(time.time()) - 3600))))[0] == 200
    assert (await now(theirs)).status == "connected"


async def test_a_number_of_a_person_s_own_app_is_not_the_operator_s_to_end(
    app: HooksApp, theirs: OfficialWhatsappCredential
) -> None:
    def give() -> None:
        connections.give(theirs, "")
        theirs.save()

    await asyncio.to_thread(elsewhere, give)
    assert (await post(app, DEAUTHORIZE, signed(request())))[0] == 200
    assert (await now(theirs)).status == "connected"


@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETE])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"signed_request=",
        b"signed_request=abc",
        b"signed_request=.e30",
        b"signed_request=%C3%A9.e30",
        signed(request(), "another secret"),
        signed({"algorithm": "none", "user_id": PERSON}, ""),
        signed({"algorithm": "HMAC-SHA256"}, ""),
        signed(["nonsense"], ""),
        signed({"algorithm": "HMAC-SHA256", "user_id": {"id": PERSON}}, ""),
    ],
)
async def test_what_the_provider_did_not_say_is_the_same_401(
    app: HooksApp, theirs: OfficialWhatsappCredential, path: str, body: bytes
) -> None:
    assert await post(app, path, body) == (401, b"")
    assert (await now(theirs)).status == "connected"


async def test_one_changed_letter_is_refused(app: HooksApp, theirs: OfficialWhatsappCredential) -> None:
    body = signed(request())
    changed = body[:-1] + (b"A" if body[-1:] != b"A" else b"B")
    assert (await post(app, DEAUTHORIZE, changed))[0] == 401


async def test_who_asks_for_deletion_gets_a_code_and_a_page(
    app: HooksApp, theirs: OfficialWhatsappCredential, client: Client
) -> None:
    body = signed(request())
    status, answer = await post(app, DELETE, body)
    told = json.loads(answer)
    assert (status, set(told)) == (200, {"url", "confirmation_code"})
    assert told["url"] == f"http://testserver/data-deletion/{told['confirmation_code']}"
    row = await now(theirs)
    assert (row.access_token, row.status) == ("", "reauth_required")
    assert "signed_in_as" not in row.provider_config
    assert await asyncio.to_thread(elsewhere, lambda: Onboarding.objects.get().data) == {}
    page = await asyncio.to_thread(elsewhere, lambda: client.get(f"/data-deletion/{told['confirmation_code']}"))
    assert (page.status_code, "1 number was deleted" in page.content.decode()) == (200, True)
    assert PERSON not in page.content.decode()
    assert await post(app, DELETE, body) == (200, answer), "asked again, the answer is the same"


async def test_nothing_of_somebody_unknown_is_deleted_and_said_so(app: HooksApp, client: Client) -> None:
    _, answer = await post(app, DELETE, signed(request("10150000000000009")))
    place = json.loads(answer)["url"].removeprefix("http://testserver")
    page = await asyncio.to_thread(elsewhere, lambda: client.get(place))
    assert "There was nothing here" in page.content.decode()


async def test_a_flood_is_slowed_down(app: HooksApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawals, "PER_MINUTE", 2)
    await asyncio.to_thread(elsewhere, lambda: connection.cursor().execute("DELETE FROM throttles"))
    statuses = [(await post(app, DEAUTHORIZE, signed(request())))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_an_invented_code_is_not_found(client: Client, db: None) -> None:
    assert client.get("/data-deletion/0123456789abcdef").status_code == 404
    assert not DataDeletion.objects.exists()
