"""What the inbox shows: the list, one thread, and what was seen. Called inside `acting_for`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, F, Func, QuerySet, Value
from msgspec import Struct

from safarichat.contacts.models import Contact
from safarichat.contacts.searching import matching
from safarichat.ground.notify import announce
from safarichat.messaging.models import Conversation, Message
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
    if wanted.text.strip():
        rows = rows.filter(contact_id__in=matching(wanted.text))
    return rows


def _listed(rows: QuerySet[Conversation]) -> list[Listed]:
    found = list(rows.values())
    people = Contact.objects.in_bulk({row["contact_id"] for row in found})
    numbers = _numbers({row["credential_id"] for row in found})
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


# --- one thread ---


class Entry(Struct, frozen=True):
    """A message as it stands in a thread. `quoted` is what it answers, `reactions` what people put on it."""

    id: int
    direction: str
    kind: str
    body: dict[str, object]
    text: str
    status: str
    at: datetime
    sender_id: int | None
    sender: str
    problem: dict[str, object] | None
    provider_message_id: str
    quoted: str | None = None
    reactions: tuple[str, ...] = ()
    origin: str = ""
    loss: tuple[str, ...] = ()  # sentences on what the provider did not carry

    @property
    def place(self) -> Place:
        return self.at, self.id


def thread(account_id: int, conversation_id: int, *, before: Place | None = None, limit: int = PAGE) -> list[Entry]:
    """The newest messages, or those before a place; oldest first, as they are read."""
    rows = Message.objects.filter(account_id=account_id, conversation_id=conversation_id)
    if before:
        rows = rows.extra(where=["(messages.at, messages.id) < (%s, %s)"], params=list(before))
    newest_first = rows.annotate(sender=_sender()).order_by("-at", "-id")[:limit]
    found = list(reversed(newest_first))
    quoted, reactions = _quoted(found), _reactions(account_id, conversation_id, found)
    return [
        _entry(row, quoted.get(row.context_id), reactions.get(row.provider_message_id or "", ()))
        for row in found
        if not (row.kind == "reaction" and row.context_id in reactions)
    ]


def _sender() -> Func:
    """The colleague's name; without one, the part of their address before the @. (The tenant role may read no more.)"""
    before_at = Func(F("sent_by__email"), Value("@"), Value(1), function="split_part", output_field=CharField())
    name = Func(F("sent_by__name"), Value(""), function="nullif", output_field=CharField())
    return Func(name, before_at, Value(""), function="coalesce", output_field=CharField())


def _quoted(rows: Sequence[Message]) -> dict[str, str]:
    """Provider's id → text of the messages that these answer, by number since an id is unique there."""
    wanted = {row.context_id for row in rows if row.context_id}
    if not wanted:
        return {}
    found = Message.objects.filter(credential_id=rows[0].credential_id, provider_message_id__in=wanted)
    return {str(wamid): text for wamid, text in found.values_list("provider_message_id", "text")}


def _reactions(account_id: int, conversation_id: int, rows: Sequence[Message]) -> dict[str, tuple[str, ...]]:
    """Provider's id of a shown message → the emoji on it: each side's last word, none when taken back."""
    shown = {row.provider_message_id for row in rows if row.provider_message_id}
    if not shown:
        return {}
    said = Message.objects.filter(
        account_id=account_id,
        conversation_id=conversation_id,
        at__gte=rows[0].at,  # a reaction comes after what it is put on; this lets the index skip the rest
        kind="reaction",
        context_id__in=shown,
    )
    last: dict[tuple[str, str], str] = {}
    for target, side, body in said.order_by("at", "id").values_list("context_id", "direction", "body"):
        last[target, side] = str((body.get("reaction") or {}).get("emoji") or "")
    by_target: dict[str, tuple[str, ...]] = {}
    for (target, _), emoji in last.items():
        by_target[target] = (*by_target.get(target, ()), *([emoji] if emoji else []))
    return by_target


def _entry(row: Message, quoted: str | None, reactions: tuple[str, ...]) -> Entry:
    return Entry(
        id=row.pk,
        direction=row.direction,
        kind=row.kind,
        body=row.body if isinstance(row.body, dict) else {"": row.body},
        text=row.text,
        status=row.status,
        at=row.at,
        sender_id=row.sent_by_id,
        sender=getattr(row, "sender", "") or "",
        problem=row.problem,
        provider_message_id=row.provider_message_id or "",
        quoted=quoted,
        reactions=reactions,
        origin=row.origin,
        loss=tuple(row.loss or ()),
    )


def message(account_id: int, message_id: int) -> tuple[int, Entry] | None:
    """One message with its conversation's id."""
    row = Message.objects.filter(account_id=account_id, pk=message_id).annotate(sender=_sender()).first()
    return (row.conversation_id, _entry(row, None, ())) if row else None


def template_language(account_id: int, conversation_id: int) -> str:
    """Of the last template that the customer was sent: the nearest to knowing theirs. Of recent messages only."""
    recent = Message.objects.filter(account_id=account_id, conversation_id=conversation_id).order_by("-at", "-id")
    for kind, direction, body in recent.values_list("kind", "direction", "body")[:PAGE]:
        if (kind, direction) == ("template", "out"):
            return str(body["template"]["language"]["code"])
    return ""


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
