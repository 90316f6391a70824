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
from safarichat.media.referring import files
from safarichat.messaging.queueing import Order, queue
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.use import senders
from safarichat.providers import meta
from safarichat.providers.shapes import Later, Refused
from tests.fixtures import make_account, make_number
from tests.media.files import JPEG, PDF, PNG, kept
from tests.media.shelf import number as number
from tests.media.shelf import provider as provider
from tests.messaging.ours import now, open_window
from tests.sandbox.outside import Meta

pytestmark = pytest.mark.django_db
Hand = Callable[[File], Mapping[str, Any] | Refused | Later]


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
    assert (handed.problem.key, handed.problem.code, handed.problem.details) == ("file_unknown", 131009, "image.id")


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


def in_a_header(*file_ids: str) -> dict[str, Any]:
    """A template with a picture on top and cards with pictures."""
    top, *cards = [{"type": "header", "parameters": [{"type": "image", "image": {"id": one}}]} for one in file_ids]
    carousel = {"type": "carousel", "cards": [{"card_index": n, "components": [one]} for n, one in enumerate(cards)]}
    return {"type": "template", "template": {"name": "offer", "components": [top, carousel]}}


def test_files_deep_in_a_message_are_handed_over_each_once(number: OfficialWhatsappCredential) -> None:
    name, opened, platform = senders([number.pk])[number.pk]
    picture, other = kept(number.account_id), kept(number.account_id, JPEG, "b.jpg")
    body = in_a_header(str(picture.pk), str(other.pk), str(picture.pk))
    handed = handing.handed_over(number.account_id, body, name, opened, platform)
    assert isinstance(handed, Mapping), handed
    first, second, third = (place.media_id for place in files(handed))
    assert first == third != second
    assert Upload.objects.count() == 2
    assert str(picture.pk) not in str(handed)


def test_files_deep_in_a_message_go_as_links_where_links_are_taken(
    number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meta, "abilities", replace(meta.abilities, takes_links_only=True))
    name, opened, platform = senders([number.pk])[number.pk]
    picture, other = kept(number.account_id), kept(number.account_id, JPEG, "b.jpg")
    handed = handing.handed_over(number.account_id, in_a_header(str(picture.pk), str(other.pk)), name, opened, platform)
    assert isinstance(handed, Mapping), handed
    tokens = [place.link.split("/")[-2] for place in files(handed)]
    assert [links.file_id_of(token) for token in tokens] == [picture.pk, other.pk]
    assert Upload.objects.count() == 0


def test_an_id_that_the_provider_gave_goes_as_it_is(number: OfficialWhatsappCredential, hand: Hand) -> None:
    name, opened, platform = senders([number.pk])[number.pk]
    kept(number.account_id)
    body = in_a_header("912345678901234", "900", "abc")
    assert handing.handed_over(number.account_id, body, name, opened, platform) == body


@pytest.mark.parametrize(
    "link",
    [
        "https://10.0.0.7/a.png",
        "https://[::ffff:192.168.1.1]/a.png",
        "https://2130706433/a.png",
        "https://localhost/a.png",
        "ftp://files.example/a.png",
        "https://",
    ],
)
def test_a_link_to_a_private_place_never_leaves(number: OfficialWhatsappCredential, settings: Any, link: str) -> None:
    settings.SAFARICHAT_ALLOWED_PRIVATE_NETWORKS = []
    name, opened, platform = senders([number.pk])[number.pk]
    body = {"type": "interactive", "interactive": {"header": {"type": "image", "image": {"link": link}}}}
    handed = handing.handed_over(number.account_id, body, name, opened, platform)
    assert isinstance(handed, Refused), handed
    assert (handed.problem.code, handed.problem.details) == (131053, "interactive.header.image.link")


def test_a_public_link_goes_as_it_is(number: OfficialWhatsappCredential) -> None:
    name, opened, platform = senders([number.pk])[number.pk]
    body = {"type": "image", "image": {"link": "https://8.8.8.8/a.png"}}
    assert handing.handed_over(number.account_id, body, name, opened, platform) == body


def test_what_no_message_took_along_is_dropped_after_a_day(number: OfficialWhatsappCredential) -> None:
    unused, used, fresh = (kept(number.account_id) for _ in range(3))
    File.objects.filter(pk__in=(unused.pk, used.pk)).update(created_at=datetime.now(UTC) - timedelta(days=2))
    with acting_for(number.account_id):
        keeping.use(number.account_id, [used.pk], datetime.now(UTC))
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


# --- before a message is queued ---


def refusal(number: OfficialWhatsappCredential, body: dict[str, Any]) -> tuple[int | None, str] | None:
    open_window(number)
    [found] = queue(number.account_id, [Order(credential_id=number.pk, to="14155550123", body=body)], now=now())
    return (found.problem.code, found.problem.details) if isinstance(found, Refused) else None


def test_a_file_that_is_not_the_accounts_own_is_unknown_when_it_is_queued(number: OfficialWhatsappCredential) -> None:
    theirs, fetched = kept(make_account("other@example.com").pk), kept(number.account_id)
    File.objects.filter(pk=fetched.pk).update(state="pending")
    for file in (theirs, fetched):
        assert refusal(number, {"type": "image", "image": {"id": str(file.pk)}}) == (131009, "image.id")
    header = {"type": "image", "image": {"id": str(theirs.pk)}}
    buttons = {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "Yes"}}]}
    content = {"type": "button", "header": header, "body": {"text": "?"}, "action": buttons}
    told = refusal(number, {"type": "interactive", "interactive": content})
    assert told == (131009, "interactive.header.image.id")


def test_an_id_of_the_provider_is_taken_where_providers_have_such_and_else_refused(
    number: OfficialWhatsappCredential,
) -> None:
    kept(number.account_id)
    foreign = {"type": "image", "image": {"id": "912345678901234"}}
    assert refusal(number, foreign) is None
    by_link = make_number(number.account, api_provider="twilio", phone_number_id="15550001111")
    ours = {"type": "image", "image": {"id": str(kept(number.account_id).pk)}}
    answers = queue(
        number.account_id,
        [Order(credential_id=by_link.pk, to="14155550123", body=body) for body in (foreign, ours)],
        now=now(),
    )
    codes = [(found.problem.code, found.problem.details) for found in answers if isinstance(found, Refused)]
    assert codes == [(131009, "image.id"), (131047, "type")]  # ours is good: it is the window that is closed


def test_a_link_into_this_network_is_refused_when_it_is_queued(
    number: OfficialWhatsappCredential, settings: Any
) -> None:
    settings.SAFARICHAT_ALLOWED_PRIVATE_NETWORKS = []
    for link in ("https://169.254.169.254/latest", "https://localhost/a.png"):
        assert refusal(number, {"type": "image", "image": {"link": link}}) == (131053, "image.link")
    assert refusal(number, {"type": "image", "image": {"link": "https://files.example/a.png"}}) is None


def test_what_a_message_takes_along_is_kept_whoever_queued_it(number: OfficialWhatsappCredential) -> None:
    file = kept(number.account_id)
    assert refusal(number, {"type": "image", "image": {"id": str(file.pk)}}) is None
    File.objects.update(created_at=datetime.now(UTC) - timedelta(days=2))
    assert drop_unused(datetime.now(UTC)) == 0
