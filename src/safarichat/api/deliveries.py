"""What an endpoint was told and what it answered; made once more on request."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from safarichat.accounts.apikeys import Key
from safarichat.api.asking import inside, need_all_numbers
from safarichat.api.problems import not_found, unusable
from safarichat.api.shapes import PAGE, Cursor, Limit, RowId, cursor_of, example, id_in
from safarichat.endpoints import browsing, envelope, managing, replaying
from safarichat.endpoints.models import Delivery as Row

router = Router(tags=["Deliveries"])
State = Literal["waiting", "delivered", "failed", "dead"]

ONE = {
    "id": 77,
    "webhook_id": "msg_0b6f3e0c5a7d4f1e9a2b8c4d6e8f0a12",
    "field": "messages",
    "kind": "messages",
    "state": "delivered",
    "tries": 1,
    "created_at": "2026-11-02T08:15:30Z",
    "next_at": None,
    "delivered_at": "2026-11-02T08:15:31Z",
}


class Delivery(Schema):
    """One event on its way. `webhook_id` is the same however often it is sent."""

    id: int
    webhook_id: str
    field: str
    kind: str
    state: State
    tries: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None

    model_config = example(ONE)


class Try(Schema):
    number: int
    at: datetime
    ms: int
    status: int = Field(description="0: no answer came, and `problem` says why.")
    request_headers: str
    response_headers: str
    response: str
    problem: str


class WholeDelivery(Delivery):
    """With the body as a handler gets it, and the newest tries."""

    body: dict[str, Any]
    all_tries: list[Try]

    model_config = example(ONE | {"body": {"object": "whatsapp_business_account", "entry": []}, "all_tries": []})


class Deliveries(Schema):
    data: list[Delivery]
    next_cursor: str | None


class Replay(Schema):
    """Which: a few by their ids; what failed since a time; or everything of a time, also what was taken."""

    delivery_ids: list[RowId] | None = Field(None, min_length=1, max_length=1000)
    failed_since: AwareDatetime | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Replayed(Schema):
    count: int

    model_config = example({"count": 12})


def _asking(request: HttpRequest) -> Key:
    return need_all_numbers(request, "admin")


def _check(key: Key, endpoint_id: int) -> None:
    if managing.find(key.account_id, endpoint_id) is None:
        raise not_found()


@router.get(
    "/{int:endpoint_id}/deliveries",
    response=Deliveries,
    summary="List deliveries",
    operation_id="list_deliveries",
)
def list_deliveries(
    request: HttpRequest, endpoint_id: RowId, limit: Limit = PAGE, cursor: Cursor = "", state: State | None = None
) -> Any:
    """Newest first. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    before = id_in(cursor)
    with inside(key):
        _check(key, endpoint_id)
        page = browsing.deliveries(key.account_id, endpoint_id, state=state or "", before=before, most=limit)
    more = cursor_of(page.before) if page.before else None
    return {"data": [_plain(row) for row in page.rows], "next_cursor": more}


@router.get(
    "/{int:endpoint_id}/deliveries/{int:delivery_id}",
    response=WholeDelivery,
    summary="One delivery",
    operation_id="get_delivery",
)
def get_delivery(request: HttpRequest, endpoint_id: RowId, delivery_id: RowId) -> Any:
    """Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        row = browsing.delivery(key.account_id, endpoint_id, delivery_id)
        if row is None:
            raise not_found()
        tries = browsing.tries(key.account_id, delivery_id)
    event = row.event
    body = msgspec.json.decode(envelope.body(event.waba_id, event.field, event.value))
    return {**_plain(row), "body": body, "all_tries": tries}


@router.post(
    "/{int:endpoint_id}/deliveries/replay",
    response=Replayed,
    summary="Deliver once more",
    operation_id="replay_deliveries",
)
def replay(request: HttpRequest, endpoint_id: RowId, body: Replay) -> Any:
    """Under the ids that they had. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        _check(key, endpoint_id)
        return {"count": _replay(key.account_id, endpoint_id, body)}


def _replay(account_id: int, endpoint_id: int, body: Replay) -> int:
    match body:
        case Replay(delivery_ids=list(ids), failed_since=None, since=None, until=None):
            return replaying.replay(account_id, endpoint_id, ids)
        case Replay(delivery_ids=None, failed_since=datetime() as since, since=None, until=None):
            return replaying.replay_failed(account_id, endpoint_id, since)
        case Replay(delivery_ids=None, failed_since=None, since=datetime() as since, until=datetime() as until):
            return replaying.replay_between(account_id, endpoint_id, since, until)
    raise unusable("delivery_ids", "Name deliveries, or failed_since, or since and until.")


def _plain(row: Row) -> dict[str, Any]:
    names = ("webhook_id", "state", "tries", "created_at", "next_at", "delivered_at")
    told = {"id": row.pk, "field": row.event.field, "kind": row.event.kind}
    return told | {name: getattr(row, name) for name in names}
