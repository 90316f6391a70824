"""Orders to customers who have never been written to: the dearest kind."""

from safarichat.messaging.queueing import Order
from safarichat.numbers.models import OfficialWhatsappCredential

TEMPLATE = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}


def orders_for(number: OfficialWhatsappCredential, count: int, *, first: int = 0) -> list[Order]:
    return [
        Order(credential_id=number.pk, body=TEMPLATE, to=f"+2547{first + place:08}", priority=9)
        for place in range(count)
    ]
