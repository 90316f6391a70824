"""A worker delivers: signed, in order, again when it fails, and each endpoint for itself."""

import base64
import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from safarichat.accounts.models import Account
from safarichat.endpoints import recording
from safarichat.endpoints.managing import pause, resume, rotate
from safarichat.endpoints.models import Delivery, DeliveryTry, Endpoint
from safarichat.ground.tenancy import acting_for
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.endpoints.made import change, deliver, endpoint
from tests.endpoints.program import Program, Request
from tests.inbox.payloads import inbound, take

pytestmark = pytest.mark.django_db(transaction=True)
Number = OfficialWhatsappCredential


@pytest.fixture
def program() -> Iterator[Program]:
    with Program.running() as running:
        yield running


def hub(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def standard(secret: str, request: Request) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def arrived(program: Program) -> list[str]:
    return [change(request.body)["value"]["messages"][0]["text"]["body"] for request in program.requests]


def test_an_event_arrives_signed_in_both_ways(number: Number, account: Account, program: Program) -> None:
    made = endpoint(account, program.url)
    take(inbound("wamid.IN1", "hi"))
    deliver()
    [request] = program.requests
    assert change(request.body)["field"] == "messages"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-hub-signature-256"] == hub(made.secret, request.body)
    assert request.headers["webhook-signature"] == standard(made.secret, request)
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert request.headers["webhook-id"] == Delivery.objects.get().webhook_id
    assert Delivery.objects.get().state == "delivered"


def test_what_was_asked_and_answered_is_kept(number: Number, account: Account, program: Program) -> None:
    endpoint(account, program.url)
    program.answer = lambda _: (201, b"thanks\x00")
    take(inbound())
    deliver()
    row = DeliveryTry.objects.get()
    assert (row.number, row.status, row.response) == (1, 201, "thanks\ufffd")
    assert "x-hub-signature-256: sha256=" in row.request_headers


def test_after_a_failure_it_is_tried_again_under_the_same_id(
    number: Number, account: Account, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "WAITS_S", (0.01,))
    endpoint(account, program.url)
    program.answer = lambda _: (500, b"no") if len(program.requests) < 3 else (200, b"")
    take(inbound())
    deliver(until=lambda: Delivery.objects.filter(state="delivered").exists())
    assert len(program.ids) == 3
    assert len(set(program.ids)) == 1
    assert [row.status for row in DeliveryTry.objects.order_by("id")] == [500, 500, 200]
    assert Endpoint.objects.get().failing_since is None


def test_after_seven_days_it_is_given_up(number: Number, account: Account, program: Program) -> None:
    endpoint(account, program.url)
    program.answer = lambda _: (500, b"")
    take(inbound())
    Delivery.objects.update(until=datetime.now(UTC) + timedelta(seconds=1))
    deliver()
    assert (Delivery.objects.get().state, Delivery.objects.get().next_at) == ("dead", None)


def test_a_redirect_is_not_followed(number: Number, account: Account, program: Program) -> None:
    endpoint(account, program.url)
    program.answer = lambda _: (307, b"")
    program.headers = {"location": f"http://127.0.0.1:{program.port}/elsewhere"}
    take(inbound())
    deliver()
    assert [request.path for request in program.requests] == ["/hook"]
    assert Delivery.objects.get().state == "failed"


def test_a_name_that_leads_into_a_private_network_is_refused(
    number: Number, account: Account, program: Program, settings: pytest.FixtureRequest
) -> None:
    endpoint(account, program.url)
    settings.SAFARICHAT_ALLOWED_PRIVATE_NETWORKS = []  # type: ignore[attr-defined]  # pytest-django's settings
    Endpoint.objects.update(url=f"http://localhost:{program.port}/hook")
    take(inbound())
    deliver()
    assert program.requests == []
    assert DeliveryTry.objects.get().problem == "address not allowed"


def test_messages_of_a_conversation_arrive_in_their_order(number: Number, account: Account, program: Program) -> None:
    endpoint(account, program.url)
    take(*(inbound(f"wamid.{n}", str(n)) for n in range(20)))
    deliver()
    assert arrived(program) == [str(n) for n in range(20)]


def slowly(_: Request) -> tuple[int, bytes]:
    time.sleep(1.5)
    return 200, b""


def test_a_slow_program_holds_up_nobody_else(number: Number, account: Account, program: Program) -> None:
    with Program.running() as slow:
        slow.answer = slowly
        endpoint(account, slow.url), endpoint(account, program.url)
        take(*(inbound(f"wamid.{n}", str(n), wa_id=f"1415555{n:04}") for n in range(30)))
        began = time.monotonic()
        deliver(until=lambda: len(program.requests) == 30)
        assert len(program.requests) == 30
        assert time.monotonic() - began < 10
        assert len(slow.requests) <= 16


def test_one_that_fails_again_and_again_rests(number: Number, account: Account, program: Program) -> None:
    endpoint(account, program.url)
    program.answer = lambda _: (503, b"")
    take(*(inbound(f"wamid.{n}", wa_id=f"1415555{n:04}") for n in range(40)))
    deliver(for_s=1)
    assert len(program.requests) < 20
    row = Endpoint.objects.get()
    assert row.rests_until
    assert row.rests_until > datetime.now(UTC)
    assert row.problem == "HTTP 503"


def test_after_days_of_failure_it_is_switched_off_and_what_is_due_waits_for_it(
    number: Number, account: Account, program: Program
) -> None:
    made = endpoint(account, program.url)
    program.answer = lambda _: (500, b"")
    Endpoint.objects.update(failing_since=datetime.now(UTC) - timedelta(days=4))
    take(inbound())
    deliver()
    assert Endpoint.objects.get().state == "off"
    program.answer = lambda _: (200, b"")
    Delivery.objects.update(next_at=datetime.now(UTC))
    with acting_for(account.pk):
        assert resume(account.pk, made.id)
    deliver(until=lambda: Delivery.objects.filter(state="delivered").exists())
    assert Delivery.objects.get().state == "delivered"


def test_a_paused_one_gets_what_happened_meanwhile(number: Number, account: Account, program: Program) -> None:
    made = endpoint(account, program.url)
    with acting_for(account.pk):
        pause(account.pk, made.id)
    take(inbound("wamid.IN1", "meanwhile"))
    deliver(for_s=0.5)
    assert program.requests == []
    with acting_for(account.pk):
        resume(account.pk, made.id)
    deliver()
    assert arrived(program) == ["meanwhile"]


def test_while_secrets_overlap_a_program_may_know_either(
    number: Number, account: Account, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "WAITS_S", (0.01,))
    made = endpoint(account, program.url)
    with acting_for(account.pk):
        new = rotate(account.pk, made.id, datetime.now(UTC))
    assert new
    for secret in (made.secret, new):
        program.answer = lambda request, secret=secret: (  # type: ignore[misc]  # bound in the loop
            200 if request.headers["x-hub-signature-256"] == hub(secret, request.body) else 401,
            b"",
        )
        take(inbound(f"wamid.{secret}"))
        deliver(until=lambda: not Delivery.objects.exclude(state="delivered").exists())
        assert not Delivery.objects.exclude(state="delivered").exists()
        both = program.requests[-1].headers["webhook-signature"].split(" ")
        assert both == [standard(new, program.requests[-1]), standard(made.secret, program.requests[-1])]


def test_what_a_dead_worker_had_in_the_air_is_delivered_again(
    number: Number, account: Account, program: Program
) -> None:
    endpoint(account, program.url)
    take(inbound())
    ago = datetime.now(UTC) - timedelta(seconds=1)
    Endpoint.objects.update(holder="dead", held_until=ago)
    deliver()
    assert len(program.requests) == 1
