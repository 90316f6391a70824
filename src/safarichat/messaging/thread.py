"""One thread as it is read: its messages with what became of them. Called inside `acting_for`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import CharField, F, Func, Value
from msgspec import Struct

from safarichat.messaging.changing import STANDS, UNTOUCHED, Fate, fates
from safarichat.messaging.models import Message
from safarichat.messaging.reading import PAGE, Place

Body = Mapping[str, object]


class Quoted(Struct, frozen=True):
    """The message that another one answers."""

    kind: str
    text: str
    is_revoked: bool = False


class Former(Struct, frozen=True):
    """What a message said before it was edited, and since when."""

    at: datetime
    text: str


class Entry(Struct, frozen=True):
    """A message as it stands in a thread. `quoted` is what it answers, `reactions` what people put on it, `former` what
    it said before, oldest first; of a revoked one nothing is left to show."""

    id: int
    direction: str
    kind: str
    body: Body
    text: str
    status: str
    at: datetime
    sender_id: int | None
    sender: str
    problem: dict[str, object] | None
    provider_message_id: str
    quoted: Quoted | None = None
    reactions: tuple[str, ...] = ()
    origin: str = ""
    loss: tuple[str, ...] = ()  # sentences on what the provider did not carry
    former: tuple[Former, ...] = ()
    is_revoked: bool = False

    @property
    def place(self) -> Place:
        return self.at, self.id


def thread(account_id: int, conversation_id: int, *, before: Place | None = None, limit: int = PAGE) -> list[Entry]:
    """The newest messages, or those before a place; oldest first, as they are read."""
    rows = Message.objects.filter(account_id=account_id, conversation_id=conversation_id)
    if before:
        rows = rows.extra(where=["(messages.at, messages.id) < (%s, %s)"], params=list(before))
    rows = rows.extra(where=[STANDS])  # noqa: S610 - our own words
    newest_first = rows.annotate(sender=_sender()).order_by("-at", "-id")[:limit]
    found = list(reversed(newest_first))
    quoted = _quoted(found)
    became = fates([row.pk for row in [*found, *quoted.values()]])
    return [_entry(row, quoted.get(row.context_id), became) for row in found]


def message(account_id: int, message_id: int) -> tuple[int, Entry] | None:
    """One message with its conversation's id."""
    row = Message.objects.filter(account_id=account_id, pk=message_id).annotate(sender=_sender()).first()
    return (row.conversation_id, _entry(row, None, fates([row.pk]))) if row else None


def _sender() -> Func:
    """The colleague's name; without one, the part of their address before the @. (The tenant role may read no more.)"""
    before_at = Func(F("sent_by__email"), Value("@"), Value(1), function="split_part", output_field=CharField())
    name = Func(F("sent_by__name"), Value(""), function="nullif", output_field=CharField())
    return Func(name, before_at, Value(""), function="coalesce", output_field=CharField())


def _quoted(rows: Sequence[Message]) -> dict[str, Message]:
    """By the provider's id, the messages that these answer: of their number, since an id is unique there."""
    wanted = {row.context_id for row in rows if row.context_id}
    if not wanted:
        return {}
    found = Message.objects.filter(credential_id=rows[0].credential_id, provider_message_id__in=wanted)
    return {str(row.provider_message_id): row for row in found.only("kind", "text", "provider_message_id")}


def _entry(row: Message, quoted: Message | None, became: Mapping[int, Fate]) -> Entry:
    fate = became.get(row.pk, UNTOUCHED)
    kind, body, text, former = _edited(row, row.body if isinstance(row.body, dict) else {"": row.body}, fate)
    return Entry(
        id=row.pk,
        direction=row.direction,
        kind=kind,
        body={} if fate.is_revoked else body,
        text="" if fate.is_revoked else text,
        status=row.status,
        at=row.at,
        sender_id=row.sent_by_id,
        sender=getattr(row, "sender", "") or "",
        problem=row.problem,
        provider_message_id=row.provider_message_id or "",
        quoted=_quote(quoted, became) if quoted else None,
        reactions=tuple(fate.reactions.values()),
        origin=row.origin,
        loss=tuple(row.loss or ()),
        former=() if fate.is_revoked else former,
        is_revoked=fate.is_revoked,
    )


def _edited(row: Message, body: Body, fate: Fate) -> tuple[str, Body, str, tuple[Former, ...]]:
    """The last edit's words in what was sent: of a picture only the caption is new."""
    kind, text, since = row.kind, row.text, row.at
    former: list[Former] = []
    for edit in fate.edits:
        former.append(Former(since, text))
        text, since = edit.text, edit.at
        new_kind = str(edit.message.get("type") or kind)
        before, after = body.get(kind), edit.message.get(new_kind)
        if new_kind == kind and isinstance(before, dict) and isinstance(after, dict):
            after = {**before, **after}
        kind, body = new_kind, {**body, **edit.message, new_kind: after}
    return kind, body, text, tuple(former)


def _quote(row: Message, became: Mapping[int, Fate]) -> Quoted:
    fate = became.get(row.pk, UNTOUCHED)
    text = fate.edits[-1].text if fate.edits else row.text
    return Quoted(row.kind, "" if fate.is_revoked else text, fate.is_revoked)


def template_language(account_id: int, conversation_id: int) -> str:
    """Of the last template that the customer was sent: the nearest to knowing theirs. Of recent messages only."""
    recent = Message.objects.filter(account_id=account_id, conversation_id=conversation_id).order_by("-at", "-id")
    for kind, direction, body in recent.values_list("kind", "direction", "body")[:PAGE]:
        if (kind, direction) == ("template", "out"):
            return str(body["template"]["language"]["code"])
    return ""
