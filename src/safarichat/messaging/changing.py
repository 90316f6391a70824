"""Edits, revokes and reactions: rows of their own, kept whole whenever they come. What they make of a message is found
anew each time it is read, so no order of arrival and no repetition can matter.

Who wrote a message may edit or revoke it, and both sides may react. Of edits the newest counts, and of reactions each
side's newest, by the provider's time; where that is the same second, by the provider's id. One that did not reach the
other side changes nothing and stands in the thread by itself, as does one of a message that is not here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from safarichat.ground.sql import JSON, columns, fetch
from safarichat.media.keeping import drop_of_messages

KINDS = frozenset({"edit", "revoke", "reaction"})
SILENT = frozenset({"edit", "revoke"})  # they open no window and wait for no answer

# In SQL, of row m: may it change others; the message that it changes, t; and its place among its like.
CHANGES = "m.kind IN ('edit', 'revoke', 'reaction') AND m.status NOT IN ('failed', 'unconfirmed', 'cancelled')"
OF = (
    "(t.credential_id, t.provider_message_id, t.conversation_id) = (m.credential_id, m.context_id, m.conversation_id)"
    " AND (m.kind = 'reaction' OR m.direction = t.direction)"
)
PLACE = (  # ours have a clock of their own; providers tell whole seconds
    "CASE WHEN {0}.direction = 'out' AND {0}.origin = '' THEN {0}.at ELSE date_trunc('second', {0}.at) END,"
    " coalesce({0}.provider_message_id, '') COLLATE \"C\""
)
STANDS = (  # of a row of messages: it stands in the thread by itself
    "NOT (messages.kind IN ('edit', 'revoke', 'reaction') AND EXISTS ("
    f"SELECT FROM messages m JOIN messages t ON {OF} WHERE m.id = messages.id AND {CHANGES}))"
)
# What a list may show as a conversation's last: everything in the thread, and a reaction that holds.
LAST = f"""
  SELECT c.id, l.id, l.at, l.kind, l.text, l.direction, l.status FROM unnest(%s::bigint[]) c (id)
  CROSS JOIN LATERAL (
    SELECT m.* FROM messages m
    WHERE m.conversation_id = c.id AND (
      NOT ({CHANGES} AND EXISTS (SELECT FROM messages t WHERE {OF}))
      OR m.kind = 'reaction' AND m.text <> '' AND NOT EXISTS (
        SELECT FROM messages n
        WHERE (n.credential_id, n.context_id, n.conversation_id, n.direction, n.kind)
            = (m.credential_id, m.context_id, m.conversation_id, m.direction, 'reaction')
          AND n.status NOT IN ('failed', 'unconfirmed', 'cancelled')
          AND ({PLACE.format("n")}) > ({PLACE.format("m")})))
    ORDER BY m.at DESC, m.id DESC LIMIT 1) l
"""  # noqa: S608 - our own words
# In m a customer says something that waits to be read.
SAID = """
  m.direction = 'in' AND m.origin = '' AND m.kind NOT IN ('edit', 'revoke', 'system')
    AND NOT (m.kind = 'reaction' AND m.text = '')
"""
# How many messages of conversation c came after the business last wrote on its phone.
UNREAD = f"SELECT count(*) FROM messages m WHERE m.conversation_id = c.id AND m.at > c.answered_at AND {SAID}"  # noqa: S608


class Edit(Struct, frozen=True):
    """What a message was changed to. `message` is a Cloud API message object, or nothing we could read."""

    at: datetime
    text: str
    message: Mapping[str, JSON]


class Fate(Struct):
    """What became of a message: edits, oldest first, and the emoji on it by side."""

    edits: list[Edit] = field(default_factory=list)
    is_revoked: bool = False
    reactions: dict[str, str] = field(default_factory=dict)

    def hear(self, kind: str, direction: str, body: JSON, text: str, at: datetime) -> None:
        match kind:
            case "edit":
                inner = body.get("edit", {}).get("message") if isinstance(body.get("edit"), dict) else None
                self.edits.append(Edit(at, text, inner if isinstance(inner, dict) else {}))
            case "revoke":
                self.is_revoked = True
            case "reaction":
                self.reactions.pop(direction, None)
                if text:
                    self.reactions[direction] = text


UNTOUCHED = Fate()


def fates(message_ids: Sequence[int]) -> dict[int, Fate]:
    """Of the messages that something happened to."""
    if not message_ids:
        return {}
    rows = fetch(
        f"SELECT t.id, m.kind, m.direction, m.body, m.text, m.at FROM messages t JOIN messages m ON {OF} AND {CHANGES}"  # noqa: S608 - our own words
        f" WHERE t.id = ANY(%s::bigint[]) ORDER BY {PLACE.format('m')}, m.id",
        list(message_ids),
    )
    found: dict[int, Fate] = {}
    for message_id, *change in rows:
        found.setdefault(message_id, Fate()).hear(*change)
    return found


# --- when something new has come ---


class Fresh(Struct, frozen=True):
    """A row that was just stored."""

    credential_id: int
    provider_message_id: str
    conversation_id: int
    kind: str
    context_id: str


def apply(fresh: Sequence[Fresh]) -> None:
    """In the transaction that stored them, their conversations locked: revoked words are forgotten, and lists show what
    is now the last. Costs one look where nothing changes anything."""
    named = {(one.credential_id, one.context_id if one.kind in KINDS else one.provider_message_id) for one in fresh}
    if not named:
        return
    touched = fetch(
        "SELECT DISTINCT t.id, t.conversation_id, m.kind = 'revoke'"  # noqa: S608 - our own words
        " FROM unnest(%s::bigint[], %s::text[]) w (c, theirs)"
        " JOIN messages t ON (t.credential_id, t.provider_message_id) = (w.c, w.theirs)"
        f" JOIN messages m ON {OF} AND {CHANGES}",
        *columns(sorted(named), 2),
    )
    forget([message_id for message_id, _, is_revoked in touched if is_revoked])
    moved = {conversation_id for _, conversation_id, _ in touched}
    sum_up(moved | {one.conversation_id for one in fresh if one.kind in KINDS})


def settle(conversation_ids: Sequence[int]) -> None:
    """The same for whole conversations, when messages have moved between them; what was read on the phone included."""
    if not conversation_ids:
        return
    rows = fetch(
        f"SELECT t.id FROM messages m JOIN messages t ON {OF}"  # noqa: S608 - our own words
        " WHERE m.conversation_id = ANY(%s::bigint[]) AND m.kind = 'revoke'",
        list(conversation_ids),
    )
    forget([row[0] for row in rows])
    sum_up(set(conversation_ids))
    fetch(
        f"UPDATE conversations c SET unread_count = least(c.unread_count, ({UNREAD}))"  # noqa: S608 - our own words
        " WHERE c.id = ANY(%s::bigint[]) AND c.answered_at IS NOT NULL",
        list(conversation_ids),
    )


def forget(message_ids: Sequence[int]) -> None:
    """Who takes a message back expects it gone: its words, its files, and those of its edits."""
    if not message_ids:
        return
    rows = fetch(
        f"""
        UPDATE messages x SET body = jsonb_build_object('type', x.kind), text = ''
        WHERE x.id = ANY(%s::bigint[]) OR x.id IN (
          SELECT m.id FROM messages t JOIN messages m ON {OF} AND m.kind = 'edit' WHERE t.id = ANY(%s::bigint[]))
        RETURNING x.credential_id, x.provider_message_id
        """,  # noqa: S608 - our own words
        list(message_ids),
        list(message_ids),
    )
    drop_of_messages([(credential_id, theirs) for credential_id, theirs in rows if theirs])


def revoked(named: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of these messages, by number and provider's id, were taken back."""
    if not named:
        return set()
    rows = fetch(
        "SELECT t.credential_id, t.provider_message_id FROM unnest(%s::bigint[], %s::text[]) w (c, theirs)"  # noqa: S608 - our own words
        " JOIN messages t ON (t.credential_id, t.provider_message_id) = (w.c, w.theirs)"
        f" JOIN messages m ON {OF} AND m.kind = 'revoke'",
        *columns(named, 2),
    )
    return set(rows)


def sum_up(conversation_ids: set[int]) -> None:
    """What the list shows of these conversations, from their messages."""
    if not conversation_ids:
        return
    last = fetch(LAST, sorted(conversation_ids))
    became = fates([row[1] for row in last])
    fetch(
        "UPDATE conversations c SET last_message_at = n.at, last_text = n.text, last_direction = n.direction,"
        " last_status = n.status FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])"
        " n (id, at, text, direction, status) WHERE c.id = n.id",
        *columns(
            [
                (conversation_id, at, _words(text, became.get(message_id, UNTOUCHED))[:300], direction, status)
                for conversation_id, message_id, at, _, text, direction, status in last
            ],
            5,
        ),
    )


def last_kinds(conversation_ids: Sequence[int]) -> dict[int, str]:
    """The kind of the last message, for lists that have no words of it: `revoke` when it was taken back."""
    if not conversation_ids:
        return {}
    last = fetch(LAST, list(conversation_ids))
    became = fates([row[1] for row in last])
    return {row[0]: "revoke" if became.get(row[1], UNTOUCHED).is_revoked else row[3] for row in last}


def _words(text: str, fate: Fate) -> str:
    if fate.is_revoked:
        return ""
    return fate.edits[-1].text if fate.edits else text
