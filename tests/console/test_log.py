"""A number's log as a person sees it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.console import providerlog
from safarichat.console.views import log
from safarichat.contacts.models import Contact
from safarichat.ground.talks import Call, Reply
from safarichat.inbox import browsing, telling
from safarichat.inbox.models import Hook, HookOfNumber
from safarichat.messaging.models import Attempt, Conversation, Message
from safarichat.numbers import calls, logged
from safarichat.numbers.models import OfficialWhatsappCredential, ProviderCall
from tests.fixtures import make_number
from tests.inbox.payloads import ANN, inbound, status, take

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def page(number: OfficialWhatsappCredential) -> str:
    return f"/numbers/{number.pk}/log"


@pytest.fixture
def attempt(number: OfficialWhatsappCredential) -> Attempt:
    contact = Contact.objects.create(account=number.account, name="Ann", phone=ANN)
    conversation = Conversation.objects.create(account=number.account, credential=number, contact=contact)
    message = Message.objects.create(
        account=number.account,
        credential=number,
        conversation=conversation,
        direction="out",
        kind="text",
        status="failed",
        body={"type": "text", "text": {"body": "Asante"}},
        text="Asante",
    )
    return Attempt.objects.create(
        account=number.account,
        message=message,
        credential=number,
        number=1,
        lease="00000000-0000-0000-0000-000000000000",
        ended_at=datetime.now(UTC) + timedelta(seconds=1),
        outcome="refused",
        problem={"code": 131026, "message": "It can't be delivered.", "cure": "Ask them.", "trace_id": "TrAcE"},
        provider_message_id=None,
    )


def note(number: OfficialWhatsappCredential, name: str = "read number", status: int = 200) -> ProviderCall:
    call = Call(name=name, method="POST", url="https://graph.example/1", headers={"x-api-key": "k"}, json={"a": "it's"})
    calls.noting(number.account_id, number.pk, "check")(call, Reply(status, {}, b'{"id":"1"}'), datetime.now(UTC))
    return ProviderCall.objects.latest("id")


def shown(answer: object) -> str:
    content: bytes = answer.content  # type: ignore[attr-defined]  # the test client's answer
    return content.decode()


def test_calls_hooks_and_messages_stand_together_newest_first(
    client_in: Client, number: OfficialWhatsappCredential, attempt: Attempt, page: str
) -> None:
    note(number)
    take(inbound())
    text = shown(client_in.get(page, headers={"accept": "text/html"}))
    assert re.findall(r'href="[^"]*/log/(\w+)/\d+"', text) == _by_time(number)
    assert {"calls", "hooks", "sends"} == set(_by_time(number))
    assert "By kind of news" in text


def _by_time(number: OfficialWhatsappCredential) -> list[str]:
    """All of a test happens in one transaction, and that is one moment for the database."""
    call, hook = ProviderCall.objects.get(credential=number), HookOfNumber.objects.get(credential=number)
    moments = [(call.at, "calls"), (hook.at, "hooks"), (Attempt.objects.get(credential=number).started_at, "sends")]
    return [source for _, source in sorted(moments, key=lambda moment: -moment[0].timestamp())]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("side=out", {"read number", "refused"}),
        ("side=in", {"understood"}),
        ("kind=out:send", {"refused"}),
        ("kind=out:check", {"read number"}),
        ("kind=in:messages", {"understood"}),
        ("outcome=failed", {"refused"}),
        ("outcome=ok&side=out", {"read number"}),
        ("q=131026", {"refused"}),
        ("q=wamid.IN1", {"understood"}),
        ("q=graph.example", {"read number"}),
        ("day=2020-01-01", set()),
        ("q=nothing", set()),
        ("kind=in:flows", set()),
    ],
)
def test_a_log_is_narrowed(
    client_in: Client,
    number: OfficialWhatsappCredential,
    attempt: Attempt,
    page: str,
    query: str,
    expected: set[str],
) -> None:
    note(number)
    take(inbound())
    text = shown(client_in.get(f"{page}?{query}", headers=FRAGMENT))
    assert {word for word in ("read number", "refused", "understood") if word in text} == expected
    assert ("Nothing like that" in text) == (not expected)


def test_nonsense_in_the_address_is_no_error(client_in: Client, page: str) -> None:
    for query in ("before=x", "before=1-2-3", "day=2026-99-99", "side=up", "kind=check", "q=%00%ff", "outcome=1"):
        assert client_in.get(f"{page}?{query}").status_code == 200, query
    for since in ("", "x", "2026-13-01", "2026-01-01T00:00:00"):
        assert client_in.get(f"{page}/newer?since={since}").status_code == 200
    for entry in (f"calls/{10**30}", f"hooks/{10**30}", "sends/0", "other/1"):
        assert client_in.get(f"{page}/{entry}").status_code == 404, entry


def test_older_entries_come_page_by_page(
    client_in: Client, number: OfficialWhatsappCredential, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providerlog, "PAGE", 4)
    for each in range(3):
        note(number, f"call {each}")
        take(inbound(f"wamid.{each}a"), inbound(f"wamid.{each}b"), status(f"wamid.{each}c", "read"))
    seen: list[str] = []
    address = page
    while address:
        text = shown(client_in.get(address, headers=FRAGMENT))
        seen += re.findall(r"/log/((?:calls|hooks)/\d+)", text)
        older = re.search(r'href="(\?before=[^"]+)"', text)
        address = f"{page}{older[1]}" if older else ""
    unique = list(dict.fromkeys(seen))
    assert len(unique) == 12
    assert len(seen) == 24  # each stands in an address for htmx and one for who has no script


def test_a_search_says_how_far_it_has_looked_and_goes_on(
    client_in: Client, number: OfficialWhatsappCredential, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in range(6):
        take(inbound(f"wamid.X{each}"))
    for module in (browsing, calls):
        monkeypatch.setattr(module, "LOOK_AT", 2)
    address, found, pages = f"{page}?q=wamid.X0", 0, 0
    while address and pages < 10:
        text = shown(client_in.get(address, headers=FRAGMENT))
        found, pages = found + text.count('class="event"'), pages + 1
        older = re.search(r'href="(\?[^"]*before=[^"]+)"', text)
        assert bool(older) == ("Searched back to" in text)
        address = f"{page}{older[1].replace('&amp;', '&')}" if older else ""
    assert (found, logged.LOOK_AT) == (1, 10_000)
    assert pages > 2


def test_a_call_is_shown_whole_and_can_be_tried_by_hand(
    client_in: Client, number: OfficialWhatsappCredential, page: str
) -> None:
    call = note(number)
    text = shown(client_in.get(f"{page}/calls/{call.pk}"))
    assert "x-api-key: •••" in text
    assert "curl -X POST https://graph.example/1" in text
    assert "it&#x27;&quot;&#x27;&quot;&#x27;s" in text


def test_an_attempt_is_shown_with_its_cause_and_its_message(
    client_in: Client, number: OfficialWhatsappCredential, attempt: Attempt, page: str
) -> None:
    text = shown(client_in.get(f"{page}/sends/{attempt.pk}"))
    told = ("refused", "131026", "It can&#x27;t be delivered.", "TrAcE", "Asante", f"/messages/{attempt.message_id}")
    assert [word for word in told if word not in text] == []
    assert f"{page}?day=" in shown(client_in.get(f"/messages/{attempt.message_id}"))


def test_a_hook_is_shown_with_what_came_of_it(client_in: Client, number: OfficialWhatsappCredential, page: str) -> None:
    take(inbound(), status("wamid.SENT", "delivered"))
    first, second = Hook.objects.order_by("id").values_list("id", flat=True)
    text = shown(client_in.get(f"{page}/hooks/{first}"))
    assert f"/messages/{Message.objects.get().pk}" in text
    assert "&quot;phone_number_id&quot;: &quot;300000000000001&quot;" in text
    assert "of a message that is not here" in shown(client_in.get(f"{page}/hooks/{second}"))
    Hook.objects.all().delete()
    assert "kept no more" in shown(client_in.get(f"{page}/hooks/{first}"))


def test_what_was_not_understood_is_understood_again_by_a_button(
    client_in: Client, number: OfficialWhatsappCredential, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(telling, "take_in", lambda *_: 1 / 0)
        take(inbound())
        address = f"{page}/hooks/{Hook.objects.get().pk}/again"
        assert client_in.post(address).json()["ok"] is False
        assert "stumble" in shown(client_in.post(address, headers=FRAGMENT))
    assert "not understood" in shown(client_in.get(page))
    assert "Understood." in shown(client_in.post(address, headers=FRAGMENT))
    assert client_in.post(address).json() == {"ok": True, "reason": ""}
    assert client_in.post(address, headers={"accept": "text/html"}).status_code == 302
    assert Message.objects.count() == 1


def test_understanding_again_and_searching_have_their_limits(
    client_in: Client, number: OfficialWhatsappCredential, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "REPLAYS_PER_MINUTE", 1)
    monkeypatch.setattr(log, "SEARCHES_PER_MINUTE", 1)
    take(inbound())
    again = f"{page}/hooks/{Hook.objects.get().pk}/again"
    assert [client_in.post(again).status_code for _ in range(2)] == [200, 429]
    assert [client_in.get(f"{page}?q=x").status_code for _ in range(2)] == [200, 429]


def test_nobody_elses_log_is_found(
    client_in: Client, number: OfficialWhatsappCredential, other_account: Account, page: str
) -> None:
    theirs = make_number(other_account, phone_number_id="300000000000077")
    call = note(theirs)
    take(inbound(number="300000000000077"))
    hook = Hook.objects.get().pk
    for number_page in (f"/numbers/{theirs.pk}/log", page):
        for entry in (f"calls/{call.pk}", f"hooks/{hook}"):
            assert client_in.get(f"{number_page}/{entry}").status_code == 404
        assert client_in.post(f"{number_page}/hooks/{hook}/again").status_code == 404
    assert client_in.get(f"/numbers/{theirs.pk}/log").status_code == 404
    assert "event" not in re.findall('class="(event)"', shown(client_in.get(page)))


def test_an_open_log_says_that_something_newer_happened(
    client_in: Client, number: OfficialWhatsappCredential, page: str
) -> None:
    text = shown(client_in.get(page))
    address = re.search(r'data-live-url="([^"]+newer[^"]+)"', text)
    assert address
    assert "newer happened" not in shown(client_in.get(address[1]))
    note(number)
    assert "newer happened" in shown(client_in.get(address[1]))


def test_a_batch_shows_its_own_part_and_says_so(
    client_in: Client, number: OfficialWhatsappCredential, other_account: Account, page: str
) -> None:
    make_number(other_account, phone_number_id="300000000000077", waba_id="200000000000077")
    ours, theirs = json.loads(inbound()), json.loads(inbound("wamid.T", "their word", number="300000000000077"))
    take(json.dumps({**ours, "entry": [*ours["entry"], *theirs["entry"]]}).encode())
    text = shown(client_in.get(f"{page}/hooks/{Hook.objects.get().pk}"))
    assert "their word" not in text
    assert "Part of a batch" in text
