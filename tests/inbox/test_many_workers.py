"""Several workers at once understand each hook once, whoever gets which."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from queue import SimpleQueue
from threading import Event

import pytest
from django.db import connection, transaction

from safarichat.contacts.models import Contact
from safarichat.ground.sql import is_passing
from safarichat.inbox.keeping import Kept, keep, shard
from safarichat.inbox.models import Hook
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.inbox.payloads import AT, inbound, status, take
from tests.messaging.ours import sent_out

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS, EACH = 15, 20


@pytest.mark.parametrize("apart", [False, True])
def test_four_workers_and_the_same_fifteen_customers(number: OfficialWhatsappCredential, apart: bool) -> None:
    messages = [sent_out(number, f"wamid.OUT{n}") for n in range(CUSTOMERS)]
    bodies = [
        inbound(f"wamid.{n}.{turn}", f"{turn}", at=AT + turn, wa_id=f"2547110000{n:02}", user_id=f"KE.{n}")
        for turn in range(EACH)
        for n in range(CUSTOMERS)
    ]
    bodies += [
        status(f"wamid.OUT{n}", kind, at=AT + place, opaque=message.opaque)
        for place, kind in enumerate(("read", "sent", "delivered"))
        for n, message in enumerate(messages)
    ]
    keep([Kept("meta", "", body) for body in bodies])

    def work(_: int) -> int:
        try:
            return sum(iter(partial(understand_some, apart), 0))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sum(done) == len(bodies) == Hook.objects.filter(state=Hook.State.UNDERSTOOD).count()
    assert Message.objects.filter(direction="in").count() == CUSTOMERS * EACH
    theirs = Conversation.objects.filter(unread_count__gt=0)
    assert set(theirs.values_list("unread_count", "last_text")) == {(EACH, str(EACH - 1))}
    assert set(Message.objects.filter(direction="out").values_list("status", flat=True)) == {"read"}
    assert Contact.objects.count() == CUSTOMERS + 1


def understand_some(apart: bool) -> int:
    """As the worker does: what passes is tried again."""
    while True:
        try:
            return understand(7, apart=apart)
        except Exception as error:
            if not is_passing(error):
                raise


@pytest.fixture
def people(number: OfficialWhatsappCredential) -> list[str]:
    """Twelve customers of one shard. The number has just been heard of: no worker writes that down again."""
    take(inbound("wamid.first", wa_id="254722000000"))
    numbers = (f"2547110{n:05}" for n in range(100_000))
    same = (wa_id for wa_id in numbers if shard(f'"wa_id":"{wa_id}"'.encode()) == 1)
    return list(islice(same, 12))


def test_workers_that_are_behind_do_not_take_the_same_customers(people: list[str]) -> None:
    wrote = [*people, *(f"2547330000{n:02}" for n in range(40))]
    keep([Kept("meta", "", inbound(f"wamid.{n}", wa_id=wa_id)) for n, wa_id in enumerate(wrote)])
    with in_hand(partial(understand, 5, apart=True)) as first:
        assert first == 5
        second = understand(50, apart=True)
        shards = {hook.shard for hook in understood()}
        assert len(shards) == 1
        assert shards != {1}
    assert len(understood()) == 5 + second
    assert {hook.shard for hook in understood()} == {1, *shards}


def test_with_no_shard_left_a_worker_takes_what_nobody_has_in_hand(people: list[str]) -> None:
    keep([Kept("meta", "", inbound(f"wamid.{n}", wa_id=wa_id)) for n, wa_id in enumerate(people)])
    with in_hand(partial(understand, 5, apart=True)):
        assert understand(50, apart=True) == 7
    assert len(understood()) == 12


def understood() -> list[Hook]:
    """But for the very first."""
    return list(Hook.objects.filter(state=Hook.State.UNDERSTOOD).order_by("id")[1:])


@contextmanager
def in_hand(work: Callable[[], int]) -> Iterator[int]:
    """What another worker has done and not yet committed."""
    done, over = SimpleQueue[int](), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                done.put(work())
                over.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        try:
            yield done.get(timeout=20)
        finally:
            over.set()
            holding.result()
