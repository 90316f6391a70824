"""Files go with their messages, or before them."""

from datetime import UTC, datetime, timedelta

import pytest

from safarichat.ground.tenancy import acting_for
from safarichat.media import clearing, keeping, places
from safarichat.media.clearing import clear
from safarichat.media.models import File
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.workers.tasks import SCHEDULE
from tests.media.files import PNG

pytestmark = pytest.mark.django_db


def kept(account_id: int, *, days: int, used_days: int | None) -> File:
    """Uploaded so many days ago, and last sent so many days ago."""
    with places.spool() as spool:
        spool.write(PNG)
        file = keeping.store(account_id, spool, "photo.png")
    assert isinstance(file, File)
    now = datetime.now(UTC)
    with acting_for(account_id):
        keeping.keep(file, uploaded_by=None, now=now)
    used_at = None if used_days is None else now - timedelta(days=used_days)
    File.objects.filter(pk=file.pk).update(created_at=now - timedelta(days=days), used_at=used_at)
    return file


def left() -> set[int]:
    return set(File.objects.values_list("pk", flat=True))


def test_nothing_goes_unless_the_operator_says_so(number: OfficialWhatsappCredential) -> None:
    kept(number.account_id, days=1000, used_days=999)
    assert clear(file_days=0, message_days=0) == 0
    assert len(left()) == 1


@pytest.mark.parametrize(("file_days", "message_days"), [(30, 0), (0, 30), (30, 90), (90, 30)])
def test_files_go_with_their_messages_or_before_and_what_is_still_in_use_stays(
    number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch, file_days: int, message_days: int
) -> None:
    monkeypatch.setattr(clearing, "CHUNK", 1)
    old, older = (kept(number.account_id, days=days, used_days=31) for days in (60, 31))
    used, unused = (kept(number.account_id, days=60, used_days=days) for days in (3, None))
    inbound = kept(number.account_id, days=60, used_days=None)
    File.objects.filter(pk=inbound.pk).update(origin="inbound")
    assert clear(file_days=file_days, message_days=message_days) == 3
    assert left() == {used.pk, unused.pk}  # of those never sent, others take care
    for gone in (old, older, inbound):
        assert not places.store().has(gone.key)
    assert places.store().has(used.key)


def test_it_is_scheduled(number: OfficialWhatsappCredential, settings: object) -> None:
    settings.SAFARICHAT_KEEP_FILES_DAYS = 30  # type: ignore[attr-defined]  # pytest-django's own
    kept(number.account_id, days=60, used_days=40)
    _when, verb = SCHEDULE["clear_files"]
    assert verb() == 1
