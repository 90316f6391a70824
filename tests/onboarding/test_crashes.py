"""A process that dies while a number is signed in anew takes nothing along that worked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.ground import fields, outbound
from safarichat.numbers import carrying_on, onboarding, walking
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.onboarding import Started
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import Progress
from tests.onboarding.signing_in import SESSION, Person

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
Connect = Callable[..., Walked]
Begin = Callable[..., Started]


class Killed(BaseException):
    """kill -9, as far as our own code can tell."""


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The process dies right after it has stored this step; the next walk is whole again."""

    def arrange(step: str) -> None:
        def run(talk: Any, ask: Any, on_step: Any) -> Any:
            def store(progress: Progress) -> None:
                on_step(progress)
                if progress.step == step:
                    monkeypatch.setattr(walking, "run_talk", outbound.run_talk)
                    raise Killed

            return outbound.run_talk(talk, ask, store)

        monkeypatch.setattr(walking, "run_talk", run)

    return arrange


def row_of(walked: Walked) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def same_number(row: OfficialWhatsappCredential) -> dict[str, Any]:
    return {"business": row.meta_app_config["business_id"], "waba": row.waba_id, "number": row.phone_number_id}


def die_signing_in_again(
    row: OfficialWhatsappCredential, begin: Begin, signer: Person, account: Account, **answers: Any
) -> OfficialWhatsappCredential:
    """Afterwards the claim of the dead process has run out."""
    started = begin(row.pk)
    with pytest.raises(Killed):
        onboarding.finish(account.pk, started.state, SESSION, signer.sign_in(started.login, **answers))
    OfficialWhatsappCredential.objects.update(walking_until=timezone.now() - timedelta(seconds=1))
    return OfficialWhatsappCredential.objects.get(pk=row.pk)


def test_a_dead_sign_in_with_another_number_gives_the_old_token_back(
    connect: Connect, begin: Begin, signer: Person, account: Account, killed_at: Callable[[str], None]
) -> None:
    row = row_of(connect())
    killed_at("exchanged")
    dead = die_signing_in_again(row, begin, signer, account)
    assert fields.opened(dead, "access_token") != fields.opened(row, "access_token")
    assert carrying_on.carry_on_stuck() == 1
    kept = OfficialWhatsappCredential.objects.get(pk=row.pk)
    assert fields.opened(kept, "access_token") == fields.opened(row, "access_token")
    assert (kept.status, kept.phone_number_id, kept.before) == (row.status, row.phone_number_id, "")


def test_a_dead_sign_in_with_the_same_number_is_finished(
    connect: Connect, begin: Begin, signer: Person, account: Account, killed_at: Callable[[str], None]
) -> None:
    row = row_of(connect())
    killed_at("inspected")
    dead = die_signing_in_again(row, begin, signer, account, **same_number(row))
    assert carrying_on.carry_on_stuck() == 1
    kept = OfficialWhatsappCredential.objects.get(pk=row.pk)
    assert fields.opened(kept, "access_token") == fields.opened(dead, "access_token")
    assert (kept.may_send, kept.before) == (True, "")


def test_what_worked_outlives_two_dead_sign_ins(
    connect: Connect, begin: Begin, signer: Person, account: Account, killed_at: Callable[[str], None]
) -> None:
    row = row_of(connect())
    for _ in range(2):
        killed_at("exchanged")
        die_signing_in_again(row, begin, signer, account)
    carrying_on.carry_on_stuck()
    kept = OfficialWhatsappCredential.objects.get(pk=row.pk)
    assert fields.opened(kept, "access_token") == fields.opened(row, "access_token")


def test_what_is_put_aside_is_sealed(
    connect: Connect, begin: Begin, signer: Person, account: Account, killed_at: Callable[[str], None]
) -> None:
    row = row_of(connect())
    killed_at("exchanged")
    dead = die_signing_in_again(row, begin, signer, account)
    assert dead.before
    assert fields.opened(row, "access_token") not in dead.before
    assert fields.opened(row, "access_token") in fields.opened(dead, "before")
