"""Names that the phone's address book has for people, the newest of each."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import columns, fetch


class Saved(Struct, frozen=True):
    """Without a name: the address book no longer has them."""

    contact_id: int
    name: str
    at: datetime


def save(saved: Sequence[Saved]) -> None:
    """In any order, any number of times. What a colleague has called somebody stays."""
    newest: dict[int, Saved] = {}
    for one in sorted(saved, key=lambda one: (one.at, one.name)):
        newest[one.contact_id] = one
    if newest:
        fetch(
            "UPDATE contacts c SET name = n.name, named_at = n.at"
            " FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) n (id, name, at) WHERE c.id = n.id"
            " AND ((c.named_at IS NULL AND c.name = '') OR (c.named_at, c.name) < (n.at, n.name))",
            *columns([(one.contact_id, one.name[:255], one.at) for _, one in sorted(newest.items())], 3),
        )
