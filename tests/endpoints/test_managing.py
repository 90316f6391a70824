"""An account's endpoints and its second tries are its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from safarichat.accounts.models import Account
from safarichat.endpoints import browsing, clearing, mailing, managing, replaying, watching
from safarichat.endpoints.figures import figures
from safarichat.endpoints.handshaking import NOT_ALLOWED, shake
from safarichat.endpoints.managing import Unusable, Wanted
from safarichat.endpoints.models import Delivery, Endpoint, EndpointEvent
from safarichat.endpoints.posting import guard
from safarichat.endpoints.telling import News, tell
from safarichat.ground.addresses import Guard
from safarichat.ground.tenancy import acting_for
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.endpoints.made import endpoint, told
from tests.fixtures import make_number
from tests.inbox.payloads import inbound, take

pytestmark = pytest.mark.django_db
Number = OfficialWhatsappCredential


def now() -> datetime:
    return datetime.now(UTC)


def test_the_secret_is_sealed_and_shown_once(account: Account) -> None:
    made = endpoint(account)
    row = Endpoint.objects.get()
    assert made.secret.startswith("whsec_")
    assert made.secret not in f"{row.__dict__}{made}"


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "nonsense", "http://10.0.0.1/", "http://localhost/", "http://2130706433/", "https://[::1]/"],
)
def test_an_address_that_leads_into_our_own_network_is_refused(account: Account, url: str) -> None:
    with acting_for(account.pk), pytest.raises(Unusable):
        managing.make(account.pk, Wanted(url=url), Guard())


def test_another_accounts_number_can_not_be_listened_to(account: Account, other_account: Account) -> None:
    theirs = make_number(other_account)
    with acting_for(account.pk), pytest.raises(Unusable):
        managing.make(account.pk, Wanted(url="https://example.com/", credential_ids=[theirs.pk]), Guard())


def test_another_account_finds_nothing(number: Number, account: Account, other_account: Account) -> None:
    made = endpoint(account)
    take(inbound())
    delivery = Delivery.objects.get()
    with acting_for(other_account.pk):
        stranger = other_account.pk
        assert managing.listed(stranger) == []
        assert managing.find(account.pk, made.id) is None
        assert not managing.change(stranger, made.id, Wanted(url="https://example.com/"), Guard())
        assert not managing.pause(account.pk, made.id)
        assert not managing.remove(account.pk, made.id)
        assert managing.rotate(account.pk, made.id, now()) is None
        assert replaying.replay(account.pk, made.id, [delivery.pk]) == 0
        assert replaying.replay_last(account.pk, made.id) is None
        assert replaying.send_test(account.pk, made.id, now()) is None
        assert browsing.deliveries(account.pk, made.id).rows == []
        assert browsing.delivery(account.pk, made.id, delivery.pk) is None
    assert Endpoint.objects.get().state == "active"


def ended(**columns: Any) -> None:
    Delivery.objects.update(next_at=None, **columns)


def test_one_is_replayed_under_its_id(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(inbound())
    before = Delivery.objects.get()
    ended(state="delivered")
    with acting_for(account.pk):
        assert replaying.replay(account.pk, made.id, [before.pk]) == 1
    again = Delivery.objects.get()
    assert (again.state, again.webhook_id) == ("waiting", before.webhook_id)
    assert again.next_at


def test_what_failed_and_what_happened_in_a_time_is_replayed(number: Number, account: Account) -> None:
    made = endpoint(account)
    take(*(inbound(f"wamid.{n}") for n in range(4)))
    rows = list(Delivery.objects.order_by("id"))
    ended(state="delivered")
    Delivery.objects.filter(pk=rows[0].pk).update(state="dead")
    Delivery.objects.filter(pk=rows[1].pk).update(state="dead", created_at=now() - timedelta(days=3))
    with acting_for(account.pk):
        assert replaying.replay_failed(account.pk, made.id, now() - timedelta(days=1)) == 1
        ended()
        assert replaying.replay_between(account.pk, made.id, now() - timedelta(days=4), now() - timedelta(days=2)) == 1


def test_the_last_event_goes_out_again_also_to_one_that_is_new(number: Number, account: Account) -> None:
    endpoint(account)
    take(inbound("wamid.1", "first"), inbound("wamid.2", "last"))
    new = endpoint(account)
    with acting_for(account.pk):
        assert replaying.replay_last(account.pk, new.id)
    [one] = told(new)
    assert one["value"]["messages"][0]["text"]["body"] == "last"


def test_a_test_event_looks_like_a_message(number: Number, account: Account) -> None:
    made = endpoint(account, fields=["account_update"])
    with acting_for(account.pk):
        assert replaying.send_test(account.pk, made.id, now())
    [one] = told(made)
    assert one["value"]["metadata"]["phone_number_id"] == number.phone_number_id
    assert one["value"]["messages"][0]["type"] == "text"


def test_our_own_events_come_to_who_asked_for_them(number: Number, account: Account) -> None:
    silent, asked = endpoint(account), endpoint(account, fields=["safarichat_number"])
    value = {"event": "connected"}
    numbers = (number.pk,)
    tell([News(account_id=account.pk, credential_ids=numbers, field="safarichat_number", value=value, key="1")])
    assert (len(told(silent)), len(told(asked))) == (0, 1)


def test_a_handshake_with_a_private_address_is_refused() -> None:
    shaken = shake("http://127.0.0.1:9/", "x", Guard())
    assert (shaken.is_done, shaken.message) == (False, NOT_ALLOWED)
    assert not shake("http://127.0.0.1:9/", "x", guard()).is_done


def test_owners_hear_once_that_an_endpoint_is_off(account: Account) -> None:
    endpoint(account, "https://example.com/hook", name="The shop")
    Endpoint.objects.update(state="off", problem="HTTP 500")
    assert mailing.tell_owners() == 1
    assert mailing.tell_owners() == 0
    [sent] = mail.outbox
    assert sent.to == ["asha@example.com"]
    assert "The shop" in sent.subject
    assert "HTTP 500" in sent.body


def test_old_deliveries_go_with_their_events_and_what_waits_too_long_is_given_up(
    number: Number, account: Account
) -> None:
    endpoint(account)
    take(inbound("wamid.1"), inbound("wamid.2"), inbound("wamid.3"))
    old, waiting, _young = Delivery.objects.order_by("id")
    ago = now() - timedelta(days=8)
    Delivery.objects.filter(pk=old.pk).update(state="delivered", next_at=None, created_at=ago, until=ago)
    Delivery.objects.filter(pk=waiting.pk).update(created_at=ago, until=now() - timedelta(days=1))
    EndpointEvent.objects.filter(pk__in=[old.event_id, waiting.event_id]).update(at=ago)
    clearing.clear()
    assert [row.state for row in Delivery.objects.order_by("id")] == ["dead", "waiting"]
    assert EndpointEvent.objects.count() == 2


def test_our_own_event_tells_once_that_a_number_stopped_working(number: Number, account: Account) -> None:
    asked = endpoint(account, fields=["safarichat_number"])
    problem = {"code": "token_expired", "message": "The sign-in has expired.", "cure": "Sign in again.", "details": "x"}
    number.status, number.error_logs = "reauth_required", [problem]
    number.save()
    watching.tell_of_numbers()
    watching.tell_of_numbers()
    [one] = told(asked)
    assert one["field"] == "safarichat_number"
    assert (one["value"]["event"], one["value"]["status"]) == ("failed", "reauth_required")
    assert one["value"]["problem"] == {name: problem[name] for name in ("code", "message", "cure")}


def test_figures_tell_what_waits(number: Number, account: Account) -> None:
    endpoint(account)
    take(inbound("wamid.1"), inbound("wamid.2"))
    Delivery.objects.filter(pk=min(Delivery.objects.values_list("pk", flat=True))).update(
        next_at=now() + timedelta(minutes=1)
    )
    found = figures()
    assert (found["deliveries_due"], found["deliveries_to_be_tried_again"], found["endpoints_off"]) == (1, 1, 0)
