"""What the inbox shows: the list of conversations, and what was seen of it. Called inside `acting_for`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from msgspec import Struct

from safarichat.contacts.models import Contact
from safarichat.contacts.searching import matching
from safarichat.ground.notify import announce
from safarichat.messaging.changing import last_kinds
from safarichat.messaging.models import Conversation
from safarichat.numbers.models import OfficialWhatsappCredential

FILTERS = ("all", "unread", "open", "closed")
LONGEST_WINDOW = timedelta(hours=72)  # after a tap on an advertisement; 24 hours otherwise
PAGE = 40

Place = tuple[datetime, int]  # where a page of a list begins: the time and id of the last row before it


class Listed(Struct, frozen=True):
    """A conversation as a row of the list and as the head of its thread."""

    id: int
    contact_id: int
    name: str
    phone: str
    credential_id: int
    number: str
    number_status: str
    last_text: str
    last_kind: str  # of a last message without text
    last_at: datetime
    last_direction: str
    last_status: str
    unread_count: int
    window_closes_at: datetime | None
    last_inbound_id: int | None

    @property
    def place(self) -> Place:
        return self.last_at, self.id

    def is_open(self, now: datetime) -> bool:
        return self.window_closes_at is not None and self.window_closes_at > now


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which conversations to list."""

    filter: str = "all"
    credential_id: int | None = None
    credential_ids: Collection[int] | None = None  # of these numbers alone
    text: str = ""


def conversations(
    account_id: int, wanted: Wanted, *, now: datetime, before: Place | None = None, limit: int = PAGE
) -> list[Listed]:
    """Newest first."""
    rows = _filtered(Conversation.objects.filter(account_id=account_id), wanted, now)
    if before:
        rows = rows.extra(where=["(conversations.last_message_at, conversations.id) < (%s, %s)"], params=list(before))
    return _listed(rows.order_by("-last_message_at", "-id")[:limit])


def conversation(account_id: int, conversation_id: int) -> Listed | None:
    """One of the account's conversations; a stranger's is not found."""
    found = _listed(Conversation.objects.filter(account_id=account_id, pk=conversation_id))
    return found[0] if found else None


def with_contact(account_id: int, contact_id: int) -> list[Listed]:
    """All conversations with a person, one per number of ours; newest first."""
    theirs = Conversation.objects.filter(account_id=account_id, contact_id=contact_id)
    return _listed(theirs.order_by("-last_message_at", "-id"))


def _filtered(rows: QuerySet[Conversation], wanted: Wanted, now: datetime) -> QuerySet[Conversation]:
    match wanted.filter:
        case "unread":
            rows = rows.filter(unread_count__gt=0)
        case "open":  # the second condition says nothing new, but it lets the index end the search
            rows = rows.filter(window_closes_at__gt=now, last_message_at__gt=now - LONGEST_WINDOW)
        case "closed":
            rows = rows.exclude(window_closes_at__gt=now)
    if wanted.credential_id is not None:
        rows = rows.filter(credential_id=wanted.credential_id)
    if wanted.credential_ids is not None:
        rows = rows.filter(credential_id__in=wanted.credential_ids)
    if wanted.text.strip():
        rows = rows.filter(contact_id__in=matching(wanted.text))
    return rows


def _listed(rows: QuerySet[Conversation]) -> list[Listed]:
    found = list(rows.values())
    people = Contact.objects.in_bulk({row["contact_id"] for row in found})
    numbers = _numbers({row["credential_id"] for row in found})
    kinds = last_kinds([row["id"] for row in found if not row["last_text"]])
    return [
        Listed(
            id=row["id"],
            contact_id=row["contact_id"],
            name=str(people[row["contact_id"]]),
            phone=people[row["contact_id"]].phone,
            credential_id=row["credential_id"],
            number=str(numbers[row["credential_id"]]),
            number_status=numbers[row["credential_id"]].status,
            last_text=row["last_text"],
            last_kind=kinds.get(row["id"], ""),
            last_at=row["last_message_at"],
            last_direction=row["last_direction"],
            last_status=row["last_status"],
            unread_count=row["unread_count"],
            window_closes_at=row["window_closes_at"],
            last_inbound_id=row["last_inbound_id"],
        )
        for row in found
    ]


def _numbers(ids: Iterable[int]) -> dict[int, OfficialWhatsappCredential]:
    """Without their secrets, which no page needs."""
    return OfficialWhatsappCredential.objects.only("status", "display_phone_number", "verified_name").in_bulk(list(ids))


def mark_seen(account_id: int, conversation_id: int, *, now: datetime) -> bool:
    """A person has looked at the conversation. True when there was something new in it."""
    unread = Conversation.objects.filter(account_id=account_id, pk=conversation_id, unread_count__gt=0)
    was_new = bool(unread.update(unread_count=0, read_at=now))
    if was_new:
        announce(account_id, "inbox")
    return was_new


def unread_conversations(account_id: int, *, most: int) -> int:
    """How many conversations have something unread; counted no further than `most`."""
    return Conversation.objects.filter(account_id=account_id, unread_count__gt=0)[:most].count()
