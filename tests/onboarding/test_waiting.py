"""A walk that waits for a person: for the code that its number receives, or for a key that is missing."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from safarichat import providers
from safarichat.accounts.models import Account
from safarichat.numbers import carrying_on, connections, onboarding
from safarichat.numbers.models import Connection, OfficialWhatsappCredential
from safarichat.numbers.onboarding import Brought
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import (
    JSON,
    Act,
    Connected,
    ConnectOutcome,
    Facts,
    Field,
    NeedsCode,
    NeedsNumber,
    Platform,
    Problem,
    Progress,
    Signup,
    Talk,
    Way,
)

pytestmark = pytest.mark.django_db
SESSION = "session-of-the-browser"
CODE_SENT = Problem(key="code_sent", message="A code went to the number.", cure="Type it in.")
MAKE_IT_THERE = Problem(key="no_sender", message="Your account has no sender.", cure="Make one, then press Continue.")
FORM = Way(
    mode="keys",
    label="Keys",
    summary="You paste them.",
    flow="form",
    fields=(Field(name="ACCOUNT", label="Account"), Field(name="TOKEN", label="Token", is_secret=True)),
    has_own_hooks=True,
)


class Verifier:
    """A provider whose account gets its number elsewhere, and verifies it by a code."""

    def __init__(self) -> None:
        self.name = "verifier"
        self.facts: Facts = providers.get("meta").facts
        self.abilities = providers.get("meta").abilities.__class__(kinds=frozenset(), ways=(FORM,))
        self.deeds: Mapping[str, Act] = {}
        self.operator_hook = ""
        self.has_number = False
        self.seen: list[Signup] = []

    def missing_settings(self, platform: Platform, mode: str = "") -> list[str]:
        return []

    def login(self, platform: Platform, *, mode: str, state: str) -> Mapping[str, JSON]:
        return {"flow": "form"}

    def trusted_origins(self, platform: Platform) -> tuple[str, ...]:
        return ()

    def holder(self, signup: Signup) -> str:
        return str(signup.data.get("ACCOUNT", ""))

    def connect(self, signup: Signup, platform: Platform) -> Talk[ConnectOutcome]:
        self.seen.append(signup)
        if "signed_in" not in signup.done:
            yield Progress(step="signed_in", secrets={"TOKEN": signup.secrets["TOKEN"]})
        if not self.has_number:
            return NeedsNumber(MAKE_IT_THERE)
        if signup.data.get("code") != "123456":
            return NeedsCode(CODE_SENT)
        return Connected(phone_number_id="77", waba_id="", facts={"display_phone_number": "+254 700 000 077"})


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch) -> Verifier:
    made = Verifier()
    known: dict[str, Any] = providers._PROVIDERS
    monkeypatch.setitem(known, made.name, made)
    return made


@pytest.fixture
def walked(account: Account, verifier: Verifier) -> Walked:
    """Somebody typed the keys of an account that has no number yet."""
    user = account.memberships.get().user
    begun = onboarding.start(account.pk, user.pk, SESSION, verifier.name, "keys")
    assert begun is not None
    typed = {"ACCOUNT": "AC1", "TOKEN": "secret-token"}
    found = onboarding.finish(account.pk, begun.state, SESSION, Brought(data=typed))
    assert isinstance(found, Walked)
    return found


def row_of(walked: Walked) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def test_a_number_that_is_made_elsewhere_is_waited_for(
    client_in: Client, walked: Walked, verifier: Verifier, account: Account
) -> None:
    assert (walked.outcome, row_of(walked).status) == ("number", "pending")
    page = client_in.get(f"/whatsapp/official/{walked.credential_id}/steps").content.decode()
    assert "Your account has no sender." in page
    assert f'action="/whatsapp/official/{walked.credential_id}/continue"' in page
    verifier.has_number = True
    again = carrying_on.carry_on(account.pk, walked.credential_id)
    assert again is not None
    assert again.outcome == "code"
    assert verifier.seen[-1].data == {"ACCOUNT": "AC1"}, "what was typed before is still known"
    assert verifier.seen[-1].secrets["TOKEN"] == "secret-token"


def test_the_code_that_the_number_received_is_asked_for_and_taken(
    client_in: Client, walked: Walked, verifier: Verifier
) -> None:
    path = f"/whatsapp/official/{walked.credential_id}/continue"
    fragment = {"HX-Request": "true"}
    verifier.has_number = True
    page = client_in.post(path, headers=fragment).content.decode()
    assert 'name="code"' in page
    assert row_of(walked).status == "code_required"
    assert "four to eight digits" in client_in.post(path, {"code": "12"}, headers=fragment).content.decode()
    assert 'name="code"' in client_in.post(path, {"code": "999999"}, headers=fragment).content.decode()
    done = client_in.post(path, {"code": "123-456"}, headers=fragment)
    assert "integration-success" in done["HX-Redirect"]
    assert row_of(walked).status == "connected"


def test_a_code_that_nobody_waits_for_is_not_used_up(walked: Walked, verifier: Verifier, account: Account) -> None:
    asked = len(verifier.seen)
    assert carrying_on.carry_on(account.pk, walked.credential_id, code="123456") is None
    assert len(verifier.seen) == asked


def test_a_missing_encryption_key_is_a_sentence_and_no_stumble(walked: Walked, account: Account) -> None:
    Connection.objects.update(secrets="gone.AAAA")
    again = carrying_on.carry_on(account.pk, walked.credential_id)
    assert again is not None
    assert (again.outcome, again.problem) == ("failed", "key_missing")
    assert row_of(walked).error_logs[0]["code"] == "key_missing"


def test_two_numbers_of_one_account_there_share_a_connection(
    walked: Walked, account: Account, verifier: Verifier
) -> None:
    user = account.memberships.get().user
    begun = onboarding.start(account.pk, user.pk, SESSION, verifier.name, "keys")
    assert begun is not None
    typed = {"ACCOUNT": "AC1", "TOKEN": "secret-token"}
    onboarding.finish(account.pk, begun.state, SESSION, Brought(data=typed))
    (connection,) = Connection.objects.all()
    assert OfficialWhatsappCredential.objects.filter(connection=connection).count() == 2
    first = row_of(walked)
    connections.let_go(first)
    first.save()
    assert Connection.objects.count() == 1, "the other one still waits with it"
