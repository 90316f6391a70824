"""Conversations and their messages: read, and what has not left taken back."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from safarichat.accounts.apikeys import Key
from safarichat.api.asking import inside, need
from safarichat.api.problems import Refusal, not_found
from safarichat.api.shapes import PAGE, Cursor, Limit, Line, RowId, cursor_of, example, place_in
from safarichat.ground import ids
from safarichat.messaging import reading, retrying, thread, timeline
from safarichat.messaging.reading import Listed, Wanted
from safarichat.messaging.thread import Entry
from safarichat.messaging.timeline import Life

router = Router(tags=["Conversations"])
messages = Router(tags=["Messages"])


class Conversation(Schema):
    """What one of your numbers and one contact said to each other. While `window_closes_at` is to come, the contact may
    be written to freely; else only by template."""

    id: int
    contact_id: int
    name: str
    phone: str
    credential_id: int
    last_text: str
    last_at: datetime
    last_direction: str
    last_status: str
    unread_count: int
    window_closes_at: datetime | None

    model_config = example(
        {
            "id": 41,
            "contact_id": 12,
            "name": "Wanjiru",
            "phone": "254711111111",
            "credential_id": 17,
            "last_text": "Habari",
            "last_at": "2026-11-02T08:15:30Z",
            "last_direction": "in",
            "last_status": "received",
            "unread_count": 1,
            "window_closes_at": "2026-11-03T08:15:30Z",
        }
    )


class Conversations(Schema):
    data: list[Conversation]
    next_cursor: str | None


class Message(Schema):
    """`id` is the one of the Cloud API: of its answers, its statuses and its contexts. `body` is a message object of
    the Cloud API without addressing; of a revoked message nothing is left."""

    id: str
    conversation_id: int
    direction: Literal["in", "out"]
    kind: str
    status: str = Field(examples=["delivered"])
    at: datetime
    text: str
    body: dict[str, Any]
    is_revoked: bool
    reactions: list[str]
    loss: list[str] = Field(description="What the provider could not carry.")
    problem: dict[str, Any] | None

    model_config = example(
        {
            "id": "wamid.U2FmYXJpQ2hhdAAAAAAAAAAH",
            "conversation_id": 41,
            "direction": "in",
            "kind": "text",
            "status": "received",
            "at": "2026-11-02T08:15:30Z",
            "text": "Habari",
            "body": {"type": "text", "text": {"body": "Habari"}},
            "is_revoked": False,
            "reactions": [],
            "loss": [],
            "problem": None,
        }
    )


class Messages(Schema):
    data: list[Message]
    next_cursor: str | None


class Moment(Schema):
    status: str
    said_by: Literal["provider", "us", "person"]
    at: datetime
    learnt_at: datetime
    attempt: int = Field(description="The attempt that it belongs to, 0 for none.")
    problem: dict[str, Any] | None


class Timeline(Schema):
    """Everything that is known of one message, in the order in which it was learnt."""

    id: str
    conversation_id: int
    credential_id: int
    direction: Literal["in", "out"]
    status: str
    price: dict[str, Any]
    expires_at: datetime | None
    not_before: datetime | None
    moments: list[Moment]

    model_config = example(
        {
            "id": "wamid.U2FmYXJpQ2hhdAAAAAAAAAAH",
            "conversation_id": 41,
            "credential_id": 17,
            "direction": "out",
            "status": "sent",
            "price": {},
            "expires_at": None,
            "not_before": None,
            "moments": [
                {
                    "status": "queued",
                    "said_by": "us",
                    "at": "2026-11-02T08:15:30Z",
                    "learnt_at": "2026-11-02T08:15:30Z",
                    "attempt": 0,
                    "problem": None,
                }
            ],
        }
    )


class Cancelled(Schema):
    id: str
    status: Literal["cancelled"]

    model_config = example({"id": "wamid.U2FmYXJpQ2hhdAAAAAAAAAAH", "status": "cancelled"})


@router.get("", response=Conversations, summary="List conversations", operation_id="list_conversations")
def list_conversations(
    request: HttpRequest,
    limit: Limit = PAGE,
    cursor: Cursor = "",
    filter: Literal["all", "unread", "open", "closed"] = "all",
    credential_id: RowId | None = None,
    q: Line = "",
) -> Any:
    """The one with the newest message first. `q` looks for a name or phone number. Needs `read`."""
    key = need(request, "read")
    wanted = Wanted(filter=filter, credential_id=credential_id, credential_ids=key.credential_ids, text=q)
    before = place_in(cursor)
    with inside(key):
        found = reading.conversations(key.account_id, wanted, now=timezone.now(), before=before, limit=limit + 1)
    more = cursor_of(*found[limit - 1].place) if len(found) > limit else None
    return {"data": found[:limit], "next_cursor": more}


@router.get(
    "/{int:conversation_id}", response=Conversation, summary="One conversation", operation_id="get_conversation"
)
def get_conversation(request: HttpRequest, conversation_id: RowId) -> Any:
    """Needs `read`."""
    key = need(request, "read")
    with inside(key):
        return _conversation(key, conversation_id)


def _conversation(key: Key, conversation_id: int) -> Listed:
    found = reading.conversation(key.account_id, conversation_id)
    if found is None or not key.may_use(found.credential_id):
        raise not_found()
    return found


@router.get("/{int:conversation_id}/messages", response=Messages, summary="Its messages", operation_id="list_messages")
def list_messages(request: HttpRequest, conversation_id: RowId, limit: Limit = PAGE, cursor: Cursor = "") -> Any:
    """Newest first. Needs `read`."""
    key = need(request, "read")
    before = place_in(cursor)
    with inside(key):
        _conversation(key, conversation_id)
        found = thread.thread(key.account_id, conversation_id, before=before, limit=limit + 1)
    newest_first = found[::-1]
    more = cursor_of(*newest_first[limit - 1].place) if len(found) > limit else None
    return {"data": [_message(one, conversation_id) for one in newest_first[:limit]], "next_cursor": more}


def _message(entry: Entry, conversation_id: int) -> dict[str, Any]:
    return {
        "id": ids.wamid(entry.id),
        "conversation_id": conversation_id,
        "direction": entry.direction,
        "kind": entry.kind,
        "status": entry.status,
        "at": entry.at,
        "text": entry.text,
        "body": dict(entry.body),
        "is_revoked": entry.is_revoked,
        "reactions": list(entry.reactions),
        "loss": list(entry.loss),
        "problem": entry.problem,
    }


# --- one message -----------------------------------------------------------------------------------------------------


@messages.get("/{message_id}", response=Message, summary="One message", operation_id="get_message")
def get_message(request: HttpRequest, message_id: Line) -> Any:
    """By its `wamid`. Needs `read`."""
    key = need(request, "read")
    with inside(key):
        life = _life(key, message_id)
        found = thread.message(key.account_id, life.message_id)
    if found is None:
        raise not_found()
    return _message(found[1], found[0])


def _life(key: Key, wamid: str) -> Life:
    row_id = ids.message_id(wamid)
    life = timeline.life(key.account_id, row_id) if row_id else None
    if life is None or not key.may_use(life.credential_id):
        raise not_found()
    return life


@messages.get("/{message_id}/timeline", response=Timeline, summary="Its timeline", operation_id="get_message_timeline")
def get_timeline(request: HttpRequest, message_id: Line) -> Any:
    """Who said what of it and when: queued, each attempt, each status. Needs `read`."""
    key = need(request, "read")
    with inside(key):
        life = _life(key, message_id)
    return {
        "id": ids.wamid(life.message_id),
        "conversation_id": life.conversation_id,
        "credential_id": life.credential_id,
        "direction": life.direction,
        "status": life.status,
        "price": life.price,
        "expires_at": life.expires_at,
        "not_before": life.not_before,
        "moments": life.moments,
    }


@messages.post("/{message_id}/cancel", response=Cancelled, summary="Take it back", operation_id="cancel_message")
def cancel_message(request: HttpRequest, message_id: Line) -> Any:
    """Only what has not left yet: else 409. Needs `send`."""
    key = need(request, "send")
    with inside(key):
        life = _life(key, message_id)
    if life.status != "cancelled" and not retrying.cancel(key.account_id, life.message_id):
        told = "This message can't be taken back: it has left, or has ended otherwise."
        raise Refusal(409, "too_late", told, "Look at its timeline.")
    return {"id": ids.wamid(life.message_id), "status": "cancelled"}
