"""Files handed to the provider with a message: uploaded once, told again by the same id, or as a link."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.ground.tenancy import acting_for
from safarichat.media import handing, keeping, links, places, showing
from safarichat.media.keeping import drop_orphans, drop_unused
from safarichat.media.models import File, Upload
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.use import senders
from safarichat.providers import meta
from safarichat.providers.shapes import Later, Refused
from tests.fixtures import make_account
from tests.media.files import PDF, PNG
from tests.media.shelf import number as number
from tests.media.shelf import provider as provider
from tests.sandbox.outside import Meta

pytestmark = pytest.mark.django_db
Hand = Callable[[File], Mapping[str, Any] | Refused | Later]


def kept(account_id: int, data: bytes = PNG, name: str = "photo.png") -> File:
    with places.spool() as spool:
        spool.write(data)
        file = keeping.store(account_id, spool, name)
    assert isinstance(file, File)
    with acting_for(account_id):
        keeping.keep(file, uploaded_by=None, now=datetime.now(UTC))
    return file


@pytest.fixture
def hand(number: OfficialWhatsappCredential) -> Hand:
    def hand(file: File) -> Mapping[str, Any] | Refused | Later:
        name, opened, platform = senders([number.pk])[number.pk]
        body = {"type": file.kind, file.kind: {"id": str(file.pk), "caption": "Look"}}
        return handing.handed_over(number.account_id, body, name, opened, platform)

    return hand


def media_id(handed: Mapping[str, Any] | Refused | Later, kind: str = "image") -> str:
    assert isinstance(handed, Mapping), handed
    return str(handed[kind]["id"])


def test_a_file_is_uploaded_once_and_its_id_used_again(
    number: OfficialWhatsappCredential, hand: Hand, provider: Meta
) -> None:
    first = hand(kept(number.account_id))
    again = hand(kept(number.account_id))  # the same bytes, uploaded by somebody else
    assert media_id(first) == media_id(again)
    assert isinstance(first, Mapping)
    assert first["image"]["caption"] == "Look"
    token = senders([number.pk])[number.pk][1].secrets["access_token"]
    node = provider.call("GET", media_id(first), token).json()
    assert (node["file_size"], node["mime_type"]) == (len(PNG), "image/png")
    assert media_id(hand(kept(number.account_id, PDF, "a.pdf")), "document") != media_id(first)


def test_an_id_that_has_ended_is_not_used(number: OfficialWhatsappCredential, hand: Hand) -> None:
    file = kept(number.account_id)
    first = media_id(hand(file))
    Upload.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert media_id(hand(file)) != first
    assert Upload.objects.count() == 1


def test_a_strangers_file_is_unknown(number: OfficialWhatsappCredential, hand: Hand) -> None:
    theirs = kept(make_account("other@example.com").pk)
    handed = hand(theirs)
    assert isinstance(handed, Refused)
    assert handed.problem.key == "file_unknown"


def test_a_file_whose_bytes_are_gone_is_unknown(number: OfficialWhatsappCredential, hand: Hand) -> None:
    file = kept(number.account_id)
    places.store().drop(file.key)
    assert isinstance(hand(file), Refused)


def test_a_provider_that_stumbles_at_the_upload_is_asked_later(
    number: OfficialWhatsappCredential, hand: Hand, provider: Meta
) -> None:
    file = kept(number.account_id)
    fault = {"kind": "http_status", "code": 502, "path": f"/{number.phone_number_id}/media", "for": 600}
    provider.control("POST", "faults", fault)
    assert isinstance(hand(file), Later)
    provider.control("DELETE", "faults")
    assert media_id(hand(file))


def test_a_provider_that_takes_links_gets_one_for_a_quarter_of_an_hour(
    number: OfficialWhatsappCredential, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meta, "abilities", replace(meta.abilities, takes_links_only=True))
    file = kept(number.account_id)
    handed = hand(file)
    assert isinstance(handed, Mapping)
    token, _, name = handed["image"]["link"].removeprefix("http://testserver/m/").partition("/")
    assert name == "photo.png"
    served = showing.for_link(token)
    assert served is not None
    assert served.key == file.key
    assert links.file_id_of(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    monkeypatch.setattr(links, "LIFE_S", -1)
    assert showing.for_link(token) is None


def test_what_no_message_took_along_is_dropped_after_a_day(number: OfficialWhatsappCredential) -> None:
    unused, used, fresh = (kept(number.account_id) for _ in range(3))
    File.objects.filter(pk__in=(unused.pk, used.pk)).update(created_at=datetime.now(UTC) - timedelta(days=2))
    with acting_for(number.account_id):
        keeping.use(number.account_id, used.pk, datetime.now(UTC))
    assert drop_unused(datetime.now(UTC)) == 1
    assert set(File.objects.values_list("pk", flat=True)) == {used.pk, fresh.pk}
    with pytest.raises(FileNotFoundError):
        next(places.store().chunks(unused.key))
    assert b"".join(places.store().chunks(used.key)) == PNG


def test_what_lies_in_the_store_without_a_row_is_dropped(
    number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "ORPHAN_AFTER", timedelta(seconds=-5))
    orphan, named = kept(number.account_id), kept(number.account_id)
    File.objects.filter(pk=orphan.pk).delete()
    assert drop_orphans() >= 1
    with pytest.raises(FileNotFoundError):
        next(places.store().chunks(orphan.key))
    assert b"".join(places.store().chunks(named.key)) == PNG
