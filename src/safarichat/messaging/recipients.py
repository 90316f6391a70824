"""Whom an order is for, where it names them by a contact, or by the id that we made up for them (`ground.ids`)."""

from collections.abc import Sequence

from msgspec.structs import replace

from safarichat.contacts.joining import current
from safarichat.ground import ids
from safarichat.messaging.ordering import Order


def as_contacts(accounts: Sequence[int], orders: Sequence[Order]) -> list[Order]:
    """The same orders; a contact that has become one with another is that other."""
    named = [_named(order) for order in orders]
    asked = {(account, one.contact_id) for account, one in zip(accounts, named, strict=True) if one.contact_id}
    now = current(asked) if asked else {}
    return [
        replace(one, contact_id=now.get((account, one.contact_id or 0), one.contact_id)) if one.contact_id else one
        for account, one in zip(accounts, named, strict=True)
    ]


def _named(order: Order) -> Order:
    ours = None if order.to else ids.contact_id(order.recipient)
    return order if ours is None else replace(order, recipient="", contact_id=ours)
