"""Customers' files: the message first, the file by a job of its own, and what becomes of it when it does not come."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoCaptureOnCommitCallbacks

from safarichat.accounts import throttles
from safarichat.ground.tenancy import acting_for
from safarichat.media import fetching, jobs, places, showing
from safarichat.media.fetching import SPARE_MISSES, WAITS_S, fetch_file
from safarichat.media.models import File
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.dialog360.about import ABILITIES
from tests.media.files import PAGE, PNG, bring, uploaded
from tests.media.shelf import number as number
from tests.media.shelf import provider as provider
from tests.sandbox.outside import Meta

pytestmark = pytest.mark.django_db


def due(file: File) -> None:
    File.objects.filter(pk=file.pk).update(try_at=datetime.now(UTC) - timedelta(seconds=1))


def tried(file: File) -> File:
    fetch_file(file.pk)
    file.refresh_from_db()
    return file


def problem_of(file: File) -> dict[str, str]:
    assert isinstance(file.problem, dict)
    return file.problem


def kept(file: File) -> bytes:
    return b"".join(places.store().chunks(file.key))


def test_the_message_is_there_before_its_file_and_a_job_will_bring_it(
    number: OfficialWhatsappCredential,
    provider: Meta,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        file = bring(number, uploaded(provider, number, PNG), caption="Look")
    assert Message.objects.get().text == "Look"
    assert (file.state, file.key) == ("pending", "")
    job = ProcrastinateJob.objects.get(task_name=jobs.TASK)
    assert (job.args, job.queue_name) == ({"file_id": file.pk}, jobs.QUEUE)


def test_a_file_is_fetched_once_and_is_what_was_sent(number: OfficialWhatsappCredential, provider: Meta) -> None:
    file = tried(bring(number, uploaded(provider, number, PNG)))
    assert (file.state, file.mime_type, file.size) == ("stored", "image/png", len(PNG))
    assert file.sha256 == hashlib.sha256(PNG).hexdigest()
    assert kept(file) == PNG
    assert fetch_file(file.pk) is None


def test_a_message_told_twice_has_one_file(number: OfficialWhatsappCredential, provider: Meta) -> None:
    media_id = uploaded(provider, number, PNG)
    assert bring(number, media_id).pk == bring(number, media_id).pk
    assert File.objects.count() == 1


def test_a_page_that_calls_itself_a_picture_is_not_believed(number: OfficialWhatsappCredential, provider: Meta) -> None:
    file = tried(bring(number, uploaded(provider, number, PAGE)))
    assert (file.state, file.mime_type) == ("stored", "application/octet-stream")
    served = showing.for_account(number.account_id, file.pk)
    assert served is not None
    assert not served.is_shown


def test_a_file_that_the_provider_has_no_more_is_expired_at_once(number: OfficialWhatsappCredential) -> None:
    file = tried(bring(number, "123456789"))
    assert file.state == "expired"
    assert problem_of(file)["key"] == "media_gone"
    with acting_for(number.account_id):
        assert not fetching.again(number.account_id, file.pk)


def test_after_a_week_the_provider_is_not_asked_any_more(number: OfficialWhatsappCredential, provider: Meta) -> None:
    file = bring(number, uploaded(provider, number, PNG))
    File.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert tried(file).state == "expired"


def test_a_provider_that_stumbles_is_asked_again_with_growing_waits_then_by_a_person(
    number: OfficialWhatsappCredential, provider: Meta
) -> None:
    media_id = uploaded(provider, number, PNG)
    file = bring(number, media_id)
    provider.control("POST", "faults", {"kind": "http_status", "code": 500, "path": f"/{media_id}", "for": 600})
    waits = []
    while tried(file).state == "pending":
        assert file.try_at is not None
        waits.append((file.try_at - datetime.now(UTC)).total_seconds())
        due(file)
    assert [round(wait / 10) for wait in waits] == [wait // 10 for wait in WAITS_S]
    assert file.state == "failed"
    assert problem_of(file)["message"]
    provider.control("DELETE", "faults")
    with acting_for(number.account_id):
        assert fetching.again(number.account_id, file.pk)
    assert tried(file).state == "stored"


def test_a_file_without_a_job_is_found(number: OfficialWhatsappCredential, provider: Meta) -> None:
    file = bring(number, uploaded(provider, number, PNG))
    jobs.defer_due()
    assert ProcrastinateJob.objects.filter(task_name=jobs.TASK).count() == 1
    assert tried(file).state == "stored"


def test_a_hash_that_differs_is_doubted_once_and_then_taken(number: OfficialWhatsappCredential, provider: Meta) -> None:
    """What exactly is hashed is not documented, so it may not cost the file."""
    file = tried(bring(number, uploaded(provider, number, PNG), sha256="0" * 64))
    assert (file.state, problem_of(file)["key"]) == ("pending", "media_differs")
    due(file)
    assert tried(file).state == "stored"


def test_too_many_misses_of_a_number_pause_its_fetches_before_the_provider_blocks_them(
    number: OfficialWhatsappCredential, provider: Meta
) -> None:
    most, within_s = ABILITIES.media_misses
    assert (most, within_s) == (20, 3600)
    for _ in range(most - SPARE_MISSES):
        throttles.allow(f"media misses of {number.pk}", limit=1000, per_s=within_s)
    assert throttles.count(f"media misses of {number.pk}", per_s=within_s) == most - SPARE_MISSES
    assert fetching._blocked(number.pk, ABILITIES) is not None
    assert fetching._blocked(number.pk + 1, ABILITIES) is None
