"""A number's log of hooks: its account sees its own part of a batch, finds it, and has that understood again."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from safarichat.accounts.models import Account
from safarichat.inbox import browsing, clearing, heard, telling
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.models import FieldSeen, Hook, HookOfNumber
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Message
from safarichat.numbers.logged import Entry, Looked, Place, Wanted
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.platform import OPERATOR
from tests.fixtures import make_number
from tests.inbox.payloads import ANN, WABA_ID, hook, inbound, status, take, value

pytestmark = pytest.mark.django_db
THEIR_WORD = "their-secret-word"


@pytest.fixture
def theirs(other_account: Account) -> OfficialWhatsappCredential:
    return make_number(other_account, phone_number_id="300000000000077", waba_id="200000000000077")


def look(number: OfficialWhatsappCredential, before: Place | None, **wanted: str) -> Looked:
    asked = Wanted(account_id=number.account_id, credential_id=number.pk, **wanted)  # type: ignore[arg-type]  # texts
    return browsing.look(number, asked, before, 51)


def entries(number: OfficialWhatsappCredential, **wanted: str) -> list[Entry]:
    return look(number, None, **wanted).entries


def batch(*bodies: bytes) -> bytes:
    whole = [json.loads(body) for body in bodies]
    return json.dumps({**whole[0], "entry": [entry for each in whole for entry in each["entry"]]}).encode()


def ours_and_theirs(number: OfficialWhatsappCredential, theirs: OfficialWhatsappCredential) -> bytes:
    return batch(
        inbound("wamid.OURS", "ours"),
        inbound("wamid.THEIRS", THEIR_WORD, number=str(theirs.phone_number_id)),
        status("wamid.OURS2", "delivered"),
    )


def test_a_hook_is_found_by_the_number_that_it_is_about(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.1", "first"), status("wamid.2", "delivered"))
    newest, oldest = entries(number)
    assert (newest.kinds, newest.label) == (("statuses",), "delivered")
    assert (oldest.kinds, oldest.label, oldest.is_ok) == (("messages",), f"text {ANN}", True)


def test_of_a_batch_each_account_sees_its_own_part_only(
    number: OfficialWhatsappCredential, theirs: OfficialWhatsappCredential
) -> None:
    take(ours_and_theirs(number, theirs))
    (entry,) = entries(number)
    assert entry.kinds == ("messages", "statuses")
    opened = browsing.open_one(number, entry.id)
    assert opened is not None
    assert opened.own is not None
    assert not opened.own.is_whole
    assert len(opened.own.parts) == 2
    assert THEIR_WORD.encode() not in b"".join(opened.own.parts)
    other = browsing.open_one(theirs, entry.id)
    assert other is not None
    assert other.own is not None
    assert THEIR_WORD.encode() in b"".join(other.own.parts)
    assert b"ours" not in b"".join(other.own.parts)


def test_a_search_finds_nothing_in_anothers_part(
    number: OfficialWhatsappCredential, theirs: OfficialWhatsappCredential
) -> None:
    take(ours_and_theirs(number, theirs))
    assert entries(number, text=THEIR_WORD) == []
    assert entries(number, text=str(theirs.phone_number_id)) == []
    assert len(entries(theirs, text=THEIR_WORD)) == 1
    for word in ("wamid.OURS", "+1 415-555-0123", "delivered", "statuses"):
        assert len(entries(number, text=word)) == 1, word


def test_another_accounts_hook_is_not_found(
    number: OfficialWhatsappCredential, theirs: OfficialWhatsappCredential
) -> None:
    take(inbound(number=str(theirs.phone_number_id)))
    assert entries(number) == []
    assert browsing.open_one(number, Hook.objects.get().pk) is None


def test_text_in_any_writing_is_found(number: OfficialWhatsappCredential) -> None:
    take(inbound(text='Größe ☃ "quoted" and/or'))
    for word in ("Größe", "☃", '"quoted"', "and/or"):
        assert len(entries(number, text=word)) == 1, word
    assert entries(number, text="größer") == []


def test_understanding_again_doubles_nothing_and_touches_nobody_else(
    number: OfficialWhatsappCredential, theirs: OfficialWhatsappCredential
) -> None:
    take(ours_and_theirs(number, theirs))
    Message.objects.filter(credential=theirs).delete()
    (entry,) = entries(number)
    opened = browsing.open_one(number, entry.id)
    assert opened is not None
    assert browsing.understand_again(number, opened) == ""
    assert browsing.understand_again(number, opened) == ""
    assert Message.objects.filter(credential=number, direction="in").count() == 1
    assert not Message.objects.filter(credential=theirs).exists()
    assert len(entries(number)) == 1


def test_what_made_us_stumble_is_marked_and_mended_by_understanding_it_again(
    number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(telling, "take_in", lambda *_: 1 / 0)
        take(inbound())
    (entry,) = entries(number, outcome="failed")
    assert "stumble" in entry.problem
    assert Hook.objects.get().state == Hook.State.SET_ASIDE
    opened = browsing.open_one(number, entry.id)
    assert opened is not None
    assert browsing.understand_again(number, opened) == ""
    assert Message.objects.get().text == "hi"
    assert Hook.objects.get().state == Hook.State.UNDERSTOOD
    assert entries(number, outcome="failed") == []


def test_what_stumbles_again_says_so(number: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch) -> None:
    take(inbound())
    (entry,) = entries(number)
    opened = browsing.open_one(number, entry.id)
    assert opened is not None
    with monkeypatch.context() as broken:
        broken.setattr(telling, "take_in", lambda *_: 1 / 0)
        assert browsing.understand_again(number, opened) == heard.STUMBLED
    assert len(entries(number, outcome="failed")) == 1


def test_what_comes_to_the_operators_own_account_is_in_no_log(number: OfficialWhatsappCredential) -> None:
    number.api_provider = "360dialog"
    number.save()
    channel = {"waba_account": {"external_id": WABA_ID}, "setup_info": {"phone_number": number.phone_number}}
    body = json.dumps({"event": "channel_running", "data": {"channel": channel}}).encode()
    keep([Kept("360dialog", OPERATOR, body)])
    assert understand(10) == 1
    assert Hook.objects.get().state == Hook.State.UNDERSTOOD
    assert not HookOfNumber.objects.exists()


def test_twilios_form_is_found_opened_and_understood_again(account: Account) -> None:
    number = make_number(account, api_provider="twilio", phone_number_id="1000254700000009", waba_id="")
    form = (
        b"MessageSid=SM11111111111111111111111111111111&From=whatsapp%3A%2B14155550123&To=whatsapp%3A%2B254700000009"
        b"&Body=Habari+yako&NumMedia=0&SmsStatus=received&ProfileName=Ann"
    )
    keep([Kept("twilio", "", form)])
    assert understand(10) == 1
    (entry,) = entries(number)
    assert len(entries(number, text="Habari yako")) == len(entries(number, text="+14155550123")) == 1
    opened = browsing.open_one(number, entry.id)
    assert opened is not None
    assert opened.own is not None
    assert opened.own.parts == (form,)
    assert browsing.understand_again(number, opened) == ""
    assert Message.objects.count() == 1


def test_each_field_is_seen_and_a_busy_one_is_not_written_each_time(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.1"))
    first = FieldSeen.objects.get(field="messages").last_at
    take(inbound("wamid.2"), status("wamid.3", "read"))
    assert FieldSeen.objects.get(field="messages").last_at == first
    FieldSeen.objects.update(last_at=first - timedelta(minutes=1))
    take(inbound("wamid.4"))
    assert FieldSeen.objects.get(field="messages").last_at >= first
    take(hook({"event": "FLOW_STATUS_CHANGE"}, field="flows"))
    assert {one.field for one in heard.seen(number.account_id, number.pk)} == {"messages", "statuses", "flows"}


def test_pages_follow_each_other_without_a_gap_or_a_double(number: OfficialWhatsappCredential) -> None:
    take(*(inbound(f"wamid.{each}") for each in range(7)))  # one batch: all came at the same moment
    seen: list[int] = []
    place = None
    while found := look_few(number, place):
        seen += [entry.id for entry in found]
        place = found[-1].place
    assert seen == sorted(HookOfNumber.objects.values_list("hook_id", flat=True), reverse=True)
    assert len(seen) == 7


def look_few(number: OfficialWhatsappCredential, place: Place | None) -> list[Entry]:
    asked = Wanted(account_id=number.account_id, credential_id=number.pk)
    return browsing.look(number, asked, place, 3).entries


def test_what_is_old_is_dropped_and_what_is_not_understood_stays_longer(
    number: OfficialWhatsappCredential,
) -> None:
    take(inbound("wamid.1"), inbound("wamid.2"), inbound("wamid.3"))
    old = datetime.now(UTC) - timedelta(days=8)
    first, second, _ = HookOfNumber.objects.order_by("hook_id").values_list("hook_id", flat=True)
    HookOfNumber.objects.filter(hook_id__in=[first, second]).update(at=old)
    HookOfNumber.objects.filter(hook_id=second).update(reason="It made us stumble.")
    clearing.clear(7)
    assert set(HookOfNumber.objects.values_list("hook_id", flat=True)) == {second, second + 1}


def test_a_number_without_a_metadata_is_told_of_its_accounts_news(number: OfficialWhatsappCredential) -> None:
    news = {"event": "APPROVED", "message_template_id": 1, "message_template_name": "hi"}
    take(hook({**news, "message_template_language": "en"}, field="message_template_status_update"))
    (entry,) = entries(number, kind="message_template_status_update")
    opened = browsing.open_one(number, entry.id)
    assert opened is not None
    assert opened.own is not None
    assert opened.own.is_whole
    assert value()["metadata"]["phone_number_id"] == number.phone_number_id
