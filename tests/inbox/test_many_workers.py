"""Several workers at once understand each hook once, whoever gets which."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from safarichat.contacts.models import Contact
from safarichat.ground.sql import is_passing
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.models import Hook
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.inbox.payloads import AT, inbound, status
from tests.messaging.ours import sent_out

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS, EACH = 15, 20


def test_four_workers_and_the_same_fifteen_customers(number: OfficialWhatsappCredential) -> None:
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
            return sum(iter(understand_some, 0))
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


def understand_some() -> int:
    """As the worker does: what passes is tried again."""
    while True:
        try:
            return understand(7)
        except Exception as error:
            if not is_passing(error):
                raise
