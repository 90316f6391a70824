"""Pages of endpoints: made, changed, tried out, and what they were told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from safarichat.accounts.models import Account, Membership
from safarichat.endpoints.models import Delivery, DeliveryTry, Endpoint
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.endpoints.made import endpoint
from tests.endpoints.program import Program
from tests.inbox.payloads import inbound, take

pytestmark = pytest.mark.django_db
Number = OfficialWhatsappCredential
LIST = "/developers/endpoints"


def secret_in(html: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", html)
    return found[0] if found else ""


def test_without_endpoints_the_page_says_what_to_do(client_in: Client) -> None:
    assert "Make an endpoint with the address" in client_in.get(LIST).content.decode()


def test_a_new_endpoint_shows_its_secret_once(client_in: Client, number: Number) -> None:
    form = {
        "url": "https://example.com/hook",
        "name": "Shop",
        "numbers": [str(number.pk)],
        "fields_wanted": ["messages"],
    }
    made = client_in.post(LIST, form)
    assert made.status_code == 201
    assert secret_in(made.content.decode())
    assert made["Cache-Control"] == "no-store"
    row = Endpoint.objects.get()
    assert (row.name, row.credential_ids, row.fields, row.kinds) == ("Shop", [number.pk], ["messages"], None)
    assert not secret_in(client_in.get(f"{LIST}/{row.pk}").content.decode())


def test_an_address_that_we_may_not_call_is_refused_with_a_sentence(client_in: Client) -> None:
    refused = client_in.post(LIST, {"url": "http://10.0.0.1/hook"})
    assert refused.status_code == 400
    assert "may call" in refused.content.decode()
    assert not Endpoint.objects.exists()


def test_it_is_changed_paused_switched_on_and_removed(client_in: Client, account: Account) -> None:
    page = f"{LIST}/{endpoint(account).id}"
    assert client_in.post(page, {"url": "https://example.com/new"}).status_code == 302
    assert Endpoint.objects.get().url == "https://example.com/new"
    client_in.post(f"{page}/pause")
    assert Endpoint.objects.get().state == "paused"
    client_in.post(f"{page}/resume")
    assert Endpoint.objects.get().state == "active"
    assert "To stop for a while" in client_in.get(f"{page}/remove").content.decode()
    client_in.post(f"{page}/remove")
    assert not Endpoint.objects.exists()


def test_a_new_secret_is_shown_beside_how_long_the_old_one_holds(client_in: Client, account: Account) -> None:
    made = endpoint(account)
    html = client_in.post(f"{LIST}/{made.id}/secret").content.decode()
    assert secret_in(html) not in ("", made.secret)
    assert "Both secrets sign until" in html


def test_the_handshake_shows_the_programs_answer(client_in: Client, account: Account) -> None:
    with Program.running() as program:
        program.answer = lambda _: (200, b"who are you?")
        made = endpoint(account, program.url, verify_token="sesame")
        html = client_in.post(f"{LIST}/{made.id}/handshake").content.decode()
    assert "who are you?" in html
    assert "hub.verify_token=sesame" in program.requests[0].path


def test_a_test_event_leads_to_its_page_with_what_a_handler_gets(
    client_in: Client, account: Account, number: Number
) -> None:
    made = endpoint(account)
    answer = client_in.post(f"{LIST}/{made.id}/test")
    html = client_in.get(answer["location"]).content.decode()
    assert "whatsapp_business_account" in html
    assert Delivery.objects.get().webhook_id in html


def test_without_events_there_is_none_to_send_again(client_in: Client, account: Account) -> None:
    made = endpoint(account)
    answer = client_in.post(f"{LIST}/{made.id}/test", {"last": "1"}, follow=True)
    assert "Nothing has happened yet" in answer.content.decode()


def test_the_log_shows_requests_and_answers_and_filters_by_state(
    client_in: Client, account: Account, number: Number
) -> None:
    made = endpoint(account)
    take(inbound("wamid.1"), inbound("wamid.2"))
    dead, _waiting = Delivery.objects.order_by("id")
    Delivery.objects.filter(pk=dead.pk).update(state="dead", next_at=None)
    DeliveryTry.objects.create(
        account=account, delivery=dead, number=1, at=datetime.now(UTC), ms=12, status=500, response="<b>no</b>"
    )
    page = f"{LIST}/{made.id}/deliveries"
    assert client_in.get(page).content.decode().count("list-group-item") == 2
    assert client_in.get(f"{page}?state=dead").content.decode().count("list-group-item") == 1
    html = client_in.get(f"{page}/{dead.pk}").content.decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in html


def test_one_a_range_and_all_that_failed_are_sent_again(client_in: Client, account: Account, number: Number) -> None:
    made = endpoint(account)
    take(inbound("wamid.1"))
    again = f"{LIST}/{made.id}/replay"

    def is_waiting_after(**form: str) -> bool:
        Delivery.objects.update(state="dead", next_at=None)
        assert client_in.post(again, form).status_code == 302
        return Delivery.objects.get().state == "waiting"

    assert is_waiting_after(delivery=str(Delivery.objects.get().pk))
    assert is_waiting_after(failed="1")
    day = timedelta(days=1)
    since, until = ((datetime.now(UTC) + shift).strftime("%Y-%m-%dT%H:%M") for shift in (-day, day))
    assert is_waiting_after(since=since, until=until)
    assert client_in.post(again, {"since": "x", "until": ""}).status_code == 400


def test_who_is_no_owner_may_look_and_not_change(client_in: Client, account: Account) -> None:
    made = endpoint(account)
    Membership.objects.update(role="agent")
    assert client_in.get(f"{LIST}/{made.id}").status_code == 200
    assert client_in.post(LIST, {"url": "https://example.com/"}).status_code == 403
    for deed in ("secret", "pause", "resume", "remove", "handshake"):
        assert client_in.post(f"{LIST}/{made.id}/{deed}").status_code == 403


def test_another_accounts_endpoint_is_not_found(client_in: Client, other_account: Account, number: Number) -> None:
    made = endpoint(other_account)
    for page in ("", "/deliveries", "/deliveries/1", "/deliveries/1/state", "/deliveries/newest", "/remove"):
        assert client_in.get(f"{LIST}/{made.id}{page}").status_code == 404
    for deed in ("", "/secret", "/pause", "/resume", "/remove", "/handshake", "/test"):
        assert client_in.post(f"{LIST}/{made.id}{deed}", {"url": "https://example.com/"}).status_code == 404


def test_the_overview_says_that_an_endpoint_is_off(client_in: Client, account: Account) -> None:
    endpoint(account, name="The shop")
    assert "The shop" not in client_in.get("/").content.decode()
    Endpoint.objects.update(state="off")
    assert "your program The shop any more" in client_in.get("/").content.decode()
