"""What endpoints were told, and what they answered: pages of it, newest first. Inside `acting_for`."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from safarichat.endpoints import envelope
from safarichat.endpoints.models import Delivery, DeliveryTry, EndpointEvent

PAGE = 50


class Page(Struct, frozen=True):
    """`before`: where the next page begins; 0 when there is none."""

    rows: Sequence[Delivery]
    before: int


def deliveries(account_id: int, endpoint_id: int, *, state: str = "", before: int = 0, most: int = PAGE) -> Page:
    found = Delivery.objects.filter(account_id=account_id, endpoint_id=endpoint_id).select_related("event")
    if state in Delivery.State.values:
        found = found.filter(state=state)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: most + 1])
    return Page(rows[:most], rows[most - 1].pk if len(rows) > most else 0)


def delivery(account_id: int, endpoint_id: int, delivery_id: int) -> Delivery | None:
    found = Delivery.objects.filter(account_id=account_id, endpoint_id=endpoint_id, pk=delivery_id)
    return found.select_related("event", "endpoint").first()


def tries(account_id: int, delivery_id: int) -> list[DeliveryTry]:
    return list(DeliveryTry.objects.filter(account_id=account_id, delivery_id=delivery_id).order_by("-id")[:PAGE])


def shown(event: EndpointEvent) -> str:
    """The body as a handler gets it, but for the spaces."""
    body = envelope.body(event.waba_id, event.field, event.value)
    return msgspec.json.format(body, indent=2).decode()
