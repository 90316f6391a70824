"""The copy against the pretend provider over real HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.message_templates.models import Copy, MessageTemplate
from safarichat.message_templates.syncing import sync, sync_due
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.sandbox.meta.template_samples import SAMPLES
from tests.fixtures import Sandbox
from tests.message_templates.copies import make_template
from tests.workers.processes import connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def number(settings: Any, sandbox: Sandbox, account: Account) -> OfficialWhatsappCredential:
    return connected(settings, sandbox, account)


def listed() -> set[tuple[str, str, str]]:
    rows = MessageTemplate.objects.filter(gone_at=None)
    return set(rows.values_list("name", "language", "status"))


def test_a_new_number_gets_its_copy_by_itself(number: OfficialWhatsappCredential) -> None:
    assert sync_due() == 1
    assert listed() == {(name, language, status) for name, language, _, status, _, _ in SAMPLES}
    copy = Copy.objects.get()
    assert (copy.waba_id, copy.problem) == (number.waba_id, None)
    assert copy.synced_at is not None
    named = MessageTemplate.objects.get(name="appointment_reminder")
    assert (named.parameter_format, named.components[0]["type"]) == ("NAMED", "BODY")
    assert MessageTemplate.objects.get(name="win_a_prize").rejected_reason == "SCAM"
    assert MessageTemplate.objects.get(name="old_offer").quality == "RED"
    assert sync_due() == 0


def test_several_pages_are_one_list(number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safarichat.providers.cloud_api.templates.listing.PAGE", 4)
    assert sync(number.account_id, number.pk) is None
    assert len(listed()) == len(SAMPLES)


def test_what_is_listed_no_more_is_marked_as_gone_and_may_come_back(number: OfficialWhatsappCredential) -> None:
    sync_due()
    make_template(Copy.objects.get(), "forgotten")
    assert sync(number.account_id, number.pk) is None
    assert MessageTemplate.objects.get(name="forgotten").gone_at is not None
    hello = MessageTemplate.objects.filter(name="hello_world")
    hello.update(gone_at=timezone.now())
    assert sync(number.account_id, number.pk) is None
    assert hello.get().gone_at is None


def test_news_that_came_while_the_list_was_read_are_not_forgotten(number: OfficialWhatsappCredential) -> None:
    sync_due()
    later = int((timezone.now() + timedelta(minutes=1)).timestamp())
    MessageTemplate.objects.filter(name="hello_world").update(
        status="PAUSED", news={"message_template_status_update": later}
    )
    assert sync(number.account_id, number.pk) is None
    assert MessageTemplate.objects.get(name="hello_world").status == "PAUSED"


def test_a_copy_is_read_again_after_hours_or_news(number: OfficialWhatsappCredential) -> None:
    sync_due()
    Copy.objects.update(wanted_at=timezone.now() + timedelta(seconds=1))
    assert sync_due() == 1
    Copy.objects.update(wanted_at=None, tried_at=timezone.now() - timedelta(hours=5))
    assert sync_due() == 1
    assert sync_due() == 0


def test_a_copy_with_a_template_in_review_is_read_again_after_minutes(number: OfficialWhatsappCredential) -> None:
    sync_due()
    Copy.objects.update(tried_at=timezone.now() - timedelta(minutes=11))
    assert sync_due() == 1
    MessageTemplate.objects.filter(status="PENDING").update(status="APPROVED")
    Copy.objects.update(tried_at=timezone.now() - timedelta(minutes=11))
    assert sync_due() == 0


def test_a_list_that_can_not_be_read_keeps_the_copy_and_says_why(
    number: OfficialWhatsappCredential, settings: Any
) -> None:
    sync_due()
    known = listed()
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"META_GRAPH_URL": "http://127.0.0.1:9"}
    problem = sync(number.account_id, number.pk)
    assert problem is not None
    assert listed() == known
    copy = Copy.objects.get()
    assert copy.problem is not None
    assert copy.problem["key"] == problem.key
    assert sync_due() == 0
    Copy.objects.update(tried_at=timezone.now() - timedelta(minutes=6))
    assert sync_due() == 1


def test_a_strangers_number_is_not_synced(number: OfficialWhatsappCredential, other_account: Account) -> None:
    assert sync(other_account.pk, number.pk) is not None
    assert not Copy.objects.exists()
