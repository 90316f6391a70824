"""Giving a number up, also half-way."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import disconnecting, recording
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.rows import changing
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox, make_number

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
Connect = Callable[..., Walked]


def row_of(walked: Walked) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def is_subscribed(meta: Sandbox, row: OfficialWhatsappCredential) -> Any:
    return meta.get(f"/_sandbox/numbers/{row.phone_number_id}")["subscribed"]


def test_the_provider_is_told(connect: Connect, account: Account, meta: Sandbox) -> None:
    row = row_of(connect())
    assert is_subscribed(meta, row)
    done = disconnecting.disconnect(account.pk, row.pk)
    assert done is not None
    assert done.status == "disconnected"
    assert not is_subscribed(meta, row)


def test_another_number_of_the_same_account_goes_on_receiving(
    connect: Connect, account: Account, other_account: Account, meta: Sandbox
) -> None:
    row = row_of(connect())
    make_number(other_account, waba_id=row.waba_id)
    disconnecting.disconnect(account.pk, row.pk)
    assert is_subscribed(meta, row)


def test_while_the_provider_is_away_nothing_is_destroyed(connect: Connect, account: Account, meta: Sandbox) -> None:
    row = row_of(connect())
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 30})
    failed = disconnecting.disconnect(account.pk, row.pk)
    assert failed is not None
    assert failed.status != "disconnected"
    assert [step["state"] for step in failed.steps] == ["failed"]
    meta.http.request("DELETE", "/_sandbox/faults")
    row.refresh_from_db()
    assert row.access_token
    done = disconnecting.disconnect(account.pk, row.pk)
    assert done is not None
    assert done.status == "disconnected"


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_that_came_meanwhile_is_not_destroyed(connect: Connect, account: Account, meta: Sandbox) -> None:
    """In another tab, while the provider took its time to answer."""
    walked = connect()
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "latency", "ms": 1500, "for": 30})
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(_disconnect_elsewhere, account.pk, walked.credential_id)
        time.sleep(0.5)
        with changing(walked.credential_id, account.pk) as row:
            recording.seal_secrets(row, {"access_token": "EAAnew"})
        told = late.result()
    assert told is not None
    row = row_of(walked)
    assert (row.status, fields.opened(row, "access_token")) == (walked.status, "EAAnew")
    assert (told.status, told.steps[0]["state"]) == (walked.status, "waiting")


def _disconnect_elsewhere(account_id: int, credential_id: int) -> disconnecting.Disconnected | None:
    try:
        return disconnecting.disconnect(account_id, credential_id)
    finally:
        connection.close()


def test_a_person_can_disconnect_at_any_rate(connect: Connect, account: Account, meta: Sandbox) -> None:
    row = row_of(connect())
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 30})
    done = disconnecting.disconnect(account.pk, row.pk, at_any_rate=True)
    assert done is not None
    row.refresh_from_db()
    assert (row.status, row.access_token) == ("disconnected", "")


def test_a_dead_token_does_not_hold_it_back(connect: Connect, account: Account, meta: Sandbox) -> None:
    row = row_of(connect())
    meta.post("/_sandbox/tokens/revoke", json={"waba_id": row.waba_id})
    done = disconnecting.disconnect(account.pk, row.pk)
    assert done is not None
    assert done.status == "disconnected"
    assert done.steps[0]["state"] == "skipped"


def test_an_attempt_that_never_signed_in_just_ends(account: Account) -> None:
    row = make_number(account, status="pending", waba_id=None, phone_number_id=None)
    row.access_token = ""
    row.save()
    done = disconnecting.disconnect(account.pk, row.pk)
    assert done is not None
    assert [step["step"] for step in done.steps] == ["secrets_destroyed"]


def test_disconnecting_from_a_page_goes_back_to_the_number(connect: Connect, client_in: Client) -> None:
    walked = connect()
    answer = client_in.post(
        "/whatsapp/official/disconnect", {"credential_id": walked.credential_id}, headers={"Accept": "text/html"}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/numbers/{walked.credential_id}")


# --- half done -------------------------------------------------------------------------------------------------------


def away(meta: Sandbox) -> None:
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 60})


def back(meta: Sandbox) -> None:
    meta.http.request("DELETE", "/_sandbox/faults")


def some_minutes_later(row: OfficialWhatsappCredential) -> None:
    row.refresh_from_db()
    earlier = (timezone.now() - timedelta(minutes=6)).isoformat()
    row.provider_config["disconnection"]["at"] = earlier
    row.walking_until = None
    row.save()


def test_what_is_half_done_is_gone_on_with_by_itself(connect: Connect, account: Account, meta: Sandbox) -> None:
    row = row_of(connect())
    away(meta)
    disconnecting.disconnect(account.pk, row.pk, deregister=True)
    row.refresh_from_db()
    assert disconnecting.is_half_done(row)
    assert disconnecting.go_on() == 0, "not again at once"
    back(meta)
    some_minutes_later(row)
    assert disconnecting.go_on() == 1
    row.refresh_from_db()
    assert (row.status, row.access_token) == ("disconnected", "")
    assert not meta.get(f"/_sandbox/numbers/{row.phone_number_id}")["registered"], "as it was wanted at first"
    assert disconnecting.go_on() == 0


def test_a_process_that_dies_in_the_middle_leaves_the_wish_and_what_was_done(
    connect: Connect, account: Account, meta: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = row_of(connect())

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(disconnecting, "_settle", die)
        with pytest.raises(Killed):
            disconnecting.disconnect(account.pk, row.pk, deregister=True)
    row.refresh_from_db()
    assert disconnecting.is_half_done(row)
    assert {step["step"]: step["state"] for step in disconnecting.steps_of(row)} == {
        "deregistered": "done",
        "unsubscribed": "done",
    }
    before = len(meta.get("/_sandbox/requests?limit=500"))
    some_minutes_later(row)
    disconnecting.go_on()
    row.refresh_from_db()
    assert row.status == "disconnected"
    assert len(meta.get("/_sandbox/requests?limit=500")) == before, "nothing is asked for twice"


def test_a_number_that_was_signed_in_again_is_not_disconnected_any_more(
    connect: Connect, account: Account, meta: Sandbox
) -> None:
    row = row_of(connect())
    away(meta)
    disconnecting.disconnect(account.pk, row.pk)
    back(meta)
    connect(row.pk, number=row.phone_number_id, waba=row.waba_id)
    row.refresh_from_db()
    assert not disconnecting.is_half_done(row)
    assert disconnecting.go_on() == 0
    assert row.may_send


def test_a_second_life_ends_at_the_provider_too(connect: Connect, account: Account, meta: Sandbox) -> None:
    row = row_of(connect())
    disconnecting.disconnect(account.pk, row.pk)
    connect(row.pk, number=row.phone_number_id, waba=row.waba_id)
    assert is_subscribed(meta, row)
    done = disconnecting.disconnect(account.pk, row.pk)
    assert done is not None
    assert done.status == "disconnected"
    assert not is_subscribed(meta, row)


def test_a_half_done_disconnection_is_shown_with_its_steps(
    connect: Connect, client_in: Client, account: Account, meta: Sandbox
) -> None:
    row = row_of(connect())
    away(meta)
    disconnecting.disconnect(account.pk, row.pk)
    back(meta)
    page = client_in.get(f"/numbers/{row.pk}").content.decode()
    assert "Disconnecting is not complete" in page
    assert "Go on disconnecting" in page
