"""A lane while it is held: files handed over before their messages leave, brakes pulled from outside."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from safarichat.accounts.models import Account
from safarichat.ground import outbound
from safarichat.ground.batching import drop_connection
from safarichat.ground.tenancy import acting_for
from safarichat.inbox.keeping import Kept, keep
from safarichat.media import keeping, places
from safarichat.media.models import File, Upload
from safarichat.messaging.models import Lane, Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.messaging.slowing import Brake
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.workers.lane import MOST_HANDING
from safarichat.workers.lane import Lane as HeldLane
from safarichat.workers.send import Sending
from tests.fixtures import Sandbox
from tests.inbox.payloads import status
from tests.media.files import PNG
from tests.messaging.ours import TEMPLATE, now, open_window, text
from tests.workers.processes import connected, counts, nothing_waits, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def number(settings: Any, sandbox: Sandbox, account: Account) -> OfficialWhatsappCredential:
    return connected(settings, sandbox, account)


def person(index: int) -> str:
    return f"1415555{index:04}"


def kept(account_id: int, data: bytes) -> File:
    with places.spool() as spool:
        spool.write(data)
        file = keeping.store(account_id, spool, "photo.png")
    assert isinstance(file, File)
    with acting_for(account_id):
        keeping.keep(file, uploaded_by=None, now=datetime.now(UTC))
    return file


def send(number: OfficialWhatsappCredential, to: str, body: dict[str, Any], priority: int = 0) -> int:
    open_window(number, to)
    order = Order(credential_id=number.pk, to=to, body=body, priority=priority)
    [found] = queue(number.account_id, [order], now=now())
    assert isinstance(found, Queued), found
    return found.message_id


def picture(file: File) -> dict[str, Any]:
    return {"type": "image", "image": {"id": str(file.pk)}}


def run(
    directory: Path, done: Callable[[], bool], look: Callable[[Sending], None] = lambda _: None, patience_s: float = 30
) -> None:
    """A sending process's heart in this one, until all is done."""
    eyes = ThreadPoolExecutor(1)

    async def live() -> None:
        sending = Sending(directory)
        task = asyncio.get_running_loop().create_task(sending.run())
        until = time.monotonic() + patience_s
        try:
            while not await asyncio.get_running_loop().run_in_executor(eyes, done):
                assert time.monotonic() < until, "not done in time"
                look(sending)
                await asyncio.sleep(0.01)
        finally:
            sending.stop()
            await task
            sending.close()
            await outbound.aclose()

    asyncio.run(live())
    eyes.submit(drop_connection)
    eyes.shutdown()
    with connection.cursor() as cursor:  # of the threads that hand over, which live as long as their process
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


def test_files_are_handed_over_few_at_a_time_and_hold_up_nobody(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    with_files = [
        send(number, person(index), picture(kept(number.account_id, PNG + bytes([index]))))
        for index in range(2 * MOST_HANDING)
    ]
    plain = send(number, person(99), text("no file"), priority=5)
    sandbox.post("/_sandbox/faults", {"kind": "latency", "ms": 400, "path": "/media", "for": 60})
    handing: list[int] = []

    def look(sending: Sending) -> None:
        handing.extend(len(lane._handing) for lane in sending.lanes.values())

    run(tmp_path, nothing_waits, look)
    assert max(handing) == MOST_HANDING
    assert counts() == {"accepted": len(with_files) + 1}
    assert Upload.objects.count() == len(with_files)
    accepted = list(Message.objects.filter(direction="out").order_by("status_at").values_list("pk", flat=True))
    assert accepted.index(plain) < MOST_HANDING


def test_a_message_whose_file_is_gone_fails_with_its_reason_and_never_departs(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    gone, there = kept(number.account_id, PNG), kept(number.account_id, PNG + b"2")
    lost, sent = send(number, person(1), picture(gone)), send(number, person(2), picture(there))
    places.store().drop(gone.key)
    run(tmp_path, nothing_waits)
    message = Message.objects.get(pk=lost)
    assert (message.status, (message.problem or {})["key"]) == ("failed", "file_unknown")
    assert [attempt.outcome for attempt in message.attempts.all()] == ["refused"]
    assert Message.objects.get(pk=sent).status == "accepted"
    assert len(sandbox.get("/_sandbox/messages?provider=meta")) == 1


def test_a_message_whose_file_can_not_be_handed_over_now_waits_and_goes_later(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    waiting = send(number, person(1), picture(kept(number.account_id, PNG)))
    sandbox.post("/_sandbox/faults", {"kind": "http_status", "code": 503, "path": "/media", "for": 60})
    run(tmp_path, lambda: Message.objects.get(pk=waiting).not_before is not None)
    message = Message.objects.get(pk=waiting)
    assert (message.status, [one.outcome for one in message.attempts.all()]) == ("queued", ["later"])
    sandbox.http.delete("/_sandbox/faults")
    Message.objects.filter(pk=waiting).update(not_before=None)
    run(tmp_path, nothing_waits)
    assert Message.objects.get(pk=waiting).status == "accepted"
    assert len(sandbox.get("/_sandbox/messages?provider=meta")) == 1


def test_brakes_told_afterwards_slow_their_own_bucket_in_a_lane_that_is_held(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    number.provider_config["messaging_limit"] = "TIER_UNLIMITED"
    number.save(update_fields=["provider_config"])
    send(number, person(1), text())
    seen: list[HeldLane] = []
    run(tmp_path, nothing_waits, lambda sending: seen.extend(sending.lanes.values()))
    lane, conversation = seen[0], 7
    brake = Brake(credential_id=number.pk, conversation_id=conversation, scope="recipient", rests_s=30, age_s=0)
    began = time.monotonic()
    lane.slow(brake)
    assert lane._pairs.free_at(conversation, began) >= began + 29
    assert (lane.pace.share(began), lane._paused_until, lane._is_rationed) == (1, 0, False)
    lane.slow(Brake(credential_id=1, conversation_id=8, scope="portfolio", rests_s=30, age_s=0, portfolio="x"))
    assert lane._is_rationed
    for _ in range(3):  # of one burst, that had left before the first was heard
        lane.slow(Brake(credential_id=number.pk, conversation_id=8, scope="number", rests_s=1, age_s=2))
    assert 0.5 <= lane.pace.share(time.monotonic()) < 0.55
    assert began < lane._paused_until - 0.9


def test_a_throttle_told_in_a_status_reaches_whoever_holds_the_lane(
    number: OfficialWhatsappCredential, sandbox: Sandbox, tmp_path: Path
) -> None:
    first = send(number, person(1), TEMPLATE)
    with worker(sandbox, tmp_path / "one.log"):
        wait_until(lambda: Message.objects.get(pk=first).status == "accepted", 30)
        message = Message.objects.get(pk=first)
        at = int(now().timestamp())
        failed = status(
            message.provider_message_id or "", "failed", at=at, code=80007, number=number.phone_number_id or ""
        )
        keep([Kept("meta", "", failed)])
        wait_until(lambda: Lane.objects.get().paused_until is not None, 10)
        time.sleep(0.3)
        second = send(number, person(2), TEMPLATE)
        time.sleep(2)
        assert Message.objects.get(pk=second).status == "queued"
        assert Lane.objects.get().lease is not None
