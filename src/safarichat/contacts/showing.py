"""What a contact's page shows. Called inside `acting_for`."""

from datetime import datetime

from django.db.models import Q
from msgspec import Struct

from safarichat.contacts.joining import newest
from safarichat.contacts.models import Contact, ContactIdentity, ContactMerge
from safarichat.contacts.searching import matching


class Joined(Struct, frozen=True):
    """A merge of this contact, or, with `undone_at`, of whom it is kept apart from; `other` as a person is told."""

    id: int
    other: str
    other_id: int
    merged_at: datetime
    undone_at: datetime | None
    may_undo: bool


class Card(Struct, frozen=True):
    id: int
    title: str
    name: str
    profile_name: str
    username: str
    phone: str
    user_id: str
    identities: tuple[tuple[str, str], ...]
    merges: tuple[Joined, ...]


def page(account_id: int, *, text: str = "", before: int = 0, limit: int) -> list[Contact]:
    """The contacts met last, or those older than the contact `before`; with `text`, whom it finds."""
    rows = Contact.objects.filter(account_id=account_id)
    if before:
        rows = rows.filter(pk__lt=before)
    if text.strip():
        rows = rows.filter(pk__in=matching(text))
    return list(rows.order_by("-id")[:limit])


def card(account_id: int, contact_id: int) -> Card | None:
    """None for a stranger's."""
    row = Contact.objects.filter(account_id=account_id, pk=contact_id).first()
    if row is None:
        return None
    known = ContactIdentity.objects.filter(account_id=account_id, contact_id=contact_id).order_by("kind", "value")
    return Card(
        id=row.pk,
        title=str(row),
        name=row.name,
        profile_name=row.profile_name,
        username=row.username,
        phone=row.phone,
        user_id=row.user_id,
        identities=tuple(known.values_list("kind", "value")),
        merges=tuple(_merges(account_id, contact_id)),
    )


def _merges(account_id: int, contact_id: int) -> list[Joined]:
    """Newest first. An undone one stands with both."""
    rows = ContactMerge.objects.filter(account_id=account_id).filter(
        Q(contact_id=contact_id) | Q(source_id=contact_id, undone_at__isnull=False)
    )
    next_to_undo = newest(account_id, contact_id)
    return [_joined(row, contact_id, next_to_undo) for row in rows.order_by("-id")]


def _joined(row: ContactMerge, contact_id: int, next_to_undo: int | None) -> Joined:
    is_source = row.source_id == contact_id
    other = row.before if is_source else row.source
    return Joined(
        id=row.pk,
        other=", ".join(filter(None, (_name(other), f"+{other['phone']}" if other["phone"] else other["user_id"]))),
        other_id=row.contact_id if is_source else row.source_id,
        merged_at=row.merged_at,
        undone_at=row.undone_at,
        may_undo=row.pk == next_to_undo,
    )


def _name(row: dict[str, str]) -> str:
    return row["name"] or row["profile_name"] or row["username"]
