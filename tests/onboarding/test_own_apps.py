"""An app of a person's own: pasted once, shared by its numbers, and never spoilt by a mistake in the form."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from safarichat.accounts.models import Account
from safarichat.ground import fields
from safarichat.numbers import carrying_on, connections, disconnecting, onboarding
from safarichat.numbers.models import Connection, OfficialWhatsappCredential
from safarichat.numbers.onboarding import Brought, Mistyped
from safarichat.numbers.pasting import to_paste
from safarichat.numbers.platform import hook_address, platform_of
from safarichat.numbers.walking import Walked
from tests.doctor.outside import PublicAddress
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import SESSION

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_home(settings: Settings) -> Iterator[None]:
    """Meta reaches our address."""
    address = PublicAddress()
    settings.SAFARICHAT_BASE_URL = address.url
    yield
    address.close()


@pytest.fixture
def app(meta: Sandbox) -> Any:
    return meta.post("/_sandbox/apps")


def paste(of: Account, app: Any, credential_id: int | None = None, **changes: str) -> Walked | Mistyped:
    begun = onboarding.start(of.pk, of.memberships.get().user.pk, SESSION, "meta", "keys", credential_id)
    assert begun is not None
    assert begun.login == {"flow": "form"}
    typed = {name: app[name] for name in ("app_id", "app_secret", "access_token")} | changes
    walked = onboarding.finish(of.pk, begun.state, SESSION, Brought(data=typed))
    assert isinstance(walked, Walked | Mistyped)
    return walked


def pasted(of: Account, app: Any, credential_id: int | None = None, **changes: str) -> OfficialWhatsappCredential:
    walked = paste(of, app, credential_id, **changes)
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def at_meta(meta: Sandbox, row: OfficialWhatsappCredential) -> Any:
    return meta.get(f"/_sandbox/numbers/{row.phone_number_id}")


def test_three_pasted_words_make_a_number_that_delivers_here(account: Account, app: Any, meta: Sandbox) -> None:
    row = pasted(account, app)
    assert row.status == "connected"
    assert row.connection is not None
    address = hook_address("meta", row.connection.key)
    told = at_meta(meta, row)
    assert (told["app_callback"], told["subscribed"], told["registered"]) == (address, True, True)
    assert row.connection.holder == app["app_id"]
    known = connections.opened(row.connection)
    assert (known["META_APP_ID"], known["META_APP_SECRET"]) == (app["app_id"], app["app_secret"])
    assert "app_secret" not in known
    kept = str([row.meta_app_config, row.provider_config, row.error_logs, row.steps])
    for secret in (app["app_secret"], app["access_token"], known["META_WEBHOOK_VERIFY_TOKEN"]):
        assert secret not in kept


def test_what_could_be_pasted_at_meta_is_told(account: Account, app: Any) -> None:
    row = pasted(account, app)
    told = to_paste(row)
    assert told is not None
    assert told.callback_url == platform_of(row).hook_url
    assert told.verify_token == platform_of(row)["META_WEBHOOK_VERIFY_TOKEN"]
    assert told.verify_token not in repr(told)


def test_the_health_page_shows_what_could_be_pasted(account: Account, app: Any, client_in: Client) -> None:
    row = pasted(account, app)
    told = to_paste(row)
    assert told is not None
    page = client_in.get(f"/numbers/{row.pk}/health").content.decode()
    assert told.callback_url in page
    assert told.verify_token in page


def test_an_address_that_meta_can_not_reach_is_a_warning_and_can_be_repaired(
    account: Account, app: Any, settings: Settings
) -> None:
    settings.SAFARICHAT_BASE_URL = "http://127.0.0.1:9"
    row = pasted(account, app)
    assert row.status == "attention"
    assert "webhook address" in row.error_logs[0]["message"]
    assert to_paste(row) is not None


def test_several_numbers_are_chosen_from_and_share_the_app_s_address(account: Account, meta: Sandbox) -> None:
    app = meta.post("/_sandbox/apps", json={"wabas": 2, "numbers": 2})
    rows = []
    for wanted in (app["numbers"][0], app["numbers"][3]):
        walked = paste(account, app)
        assert isinstance(walked, Walked)
        assert walked.outcome == "choice"
        row = OfficialWhatsappCredential.objects.get(pk=walked.credential_id)
        assert len(row.waiting["numbers"]) == 4
        done = carrying_on.carry_on(account.pk, row.pk, choice=wanted["phone_number_id"])
        assert done is not None
        assert done.outcome == "connected"
        rows.append(OfficialWhatsappCredential.objects.get(pk=row.pk))
    assert rows[0].waba_id != rows[1].waba_id
    assert rows[0].connection_id == rows[1].connection_id
    assert Connection.objects.count() == 1
    address = at_meta(meta, rows[0])["app_callback"]
    assert address
    first = disconnecting.disconnect(account.pk, rows[0].pk)
    assert first is not None
    assert {step["step"]: step["state"] for step in first.steps}["unhooked"] == "skipped"
    assert at_meta(meta, rows[1])["app_callback"] == address
    assert disconnecting.disconnect(account.pk, rows[1].pk) is not None
    assert not at_meta(meta, rows[1])["app_callback"]


def test_one_account_of_several_can_be_named(account: Account, meta: Sandbox) -> None:
    app = meta.post("/_sandbox/apps", json={"wabas": 2})
    row = pasted(account, app, waba_id=app["waba_ids"][1])
    assert (row.status, row.waba_id) == ("connected", app["waba_ids"][1])


def test_a_wrong_secret_costs_no_number_of_the_same_app(account: Account, meta: Sandbox) -> None:
    app = meta.post("/_sandbox/apps", json={"numbers": 2})
    first = app["numbers"][0]["phone_number_id"]
    walked = paste(account, app)
    carrying_on.carry_on(account.pk, walked.credential_id, choice=first)
    row = OfficialWhatsappCredential.objects.get(pk=walked.credential_id)
    known = connections.opened(row.connection)
    failed = paste(account, app, app_secret="not-the-secret-of-this-app")
    assert isinstance(failed, Walked)
    assert (failed.outcome, failed.problem) == ("failed", "app_secret_wrong")
    again = OfficialWhatsappCredential.objects.get(pk=row.pk)
    assert again.status == "connected"
    assert connections.opened(again.connection) == known


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"app_secret": "not-the-secret-of-this-app"}, "app_secret_wrong"),
        ({"access_token": "EAA" + "x" * 40}, "token_invalid"),
    ],
)
def test_signing_in_anew_with_a_mistake_leaves_the_number_as_it_was(
    account: Account, app: Any, changes: dict[str, str], problem: str
) -> None:
    row = pasted(account, app)
    known, token = connections.opened(row.connection), fields.opened(row, "access_token")
    failed = paste(account, app, row.pk, **changes)
    assert isinstance(failed, Walked)
    assert (failed.outcome, failed.problem) == ("failed", problem)
    kept = OfficialWhatsappCredential.objects.get(pk=row.pk)
    assert (kept.status, connections.opened(kept.connection)) == ("connected", known)
    assert fields.opened(kept, "access_token") == token


def test_meta_away_while_pasting_loses_nothing(account: Account, app: Any, meta: Sandbox) -> None:
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 60})
    walked = paste(account, app)
    assert isinstance(walked, Walked)
    assert walked.outcome == "wait"
    meta.http.request("DELETE", "/_sandbox/faults")
    OfficialWhatsappCredential.objects.filter(pk=walked.credential_id).update(waiting={"for": "time"})
    done = carrying_on.carry_on(account.pk, walked.credential_id)
    assert done is not None
    assert done.outcome == "connected"


def test_what_can_not_be_an_app_s_is_told_by_field(account: Account, app: Any) -> None:
    assert paste(account, app, app_id="my app", access_token="") == Mistyped(
        ("app_id", "access_token"), OfficialWhatsappCredential.objects.get().pk, "keys"
    )


def test_the_last_number_given_up_takes_the_app_s_secrets_along(account: Account, app: Any, meta: Sandbox) -> None:
    row = pasted(account, app)
    done = disconnecting.disconnect(account.pk, row.pk)
    assert done is not None
    assert done.status == "disconnected"
    assert [(step["step"], step["state"]) for step in done.steps] == [
        ("unsubscribed", "done"), ("unhooked", "done"), ("secrets_destroyed", "done"),
    ]  # fmt: skip
    told = at_meta(meta, row)
    assert (told["subscribed"], told["app_callback"]) == (False, "")
    assert not Connection.objects.exists()
