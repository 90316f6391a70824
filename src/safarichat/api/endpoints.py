"""Endpoints: where programs are told what happens; made, changed, paused, tried, and given new secrets."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from safarichat.accounts.apikeys import Key
from safarichat.api.asking import inside, need_all_numbers
from safarichat.api.problems import not_found, unusable
from safarichat.api.shapes import Line, RowId, example
from safarichat.endpoints import fields, managing, replaying
from safarichat.endpoints.managing import Unusable, Wanted
from safarichat.endpoints.models import Endpoint as Row
from safarichat.endpoints.posting import guard

router = Router(tags=["Endpoints"])
T = TypeVar("T")


class NewEndpoint(Schema):
    url: str = Field(max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["https://shop.example/whatsapp"])
    name: Line = Field("", max_length=100)
    credential_ids: list[RowId] | None = Field(None, min_length=1, max_length=500, description="Null: every number.")
    fields: list[Line] | None = Field(
        None, min_length=1, max_length=50, description="Null: all of Meta's; ours (`safarichat_…`) only when named."
    )
    kinds: list[Line] | None = Field(None, min_length=1, max_length=10, description="Of `messages`; null: all.")
    verify_token: str = Field("", max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$", description="For Meta's handshake.")


SHOP = {
    "id": 2,
    "url": "https://shop.example/whatsapp",
    "name": "Shop",
    "credential_ids": None,
    "fields": ["messages"],
    "kinds": None,
    "state": "active",
    "problem": "",
    "failing_since": None,
    "delivered_at": "2026-11-02T08:15:30Z",
    "created_at": "2026-11-01T08:15:30Z",
}


class Endpoint(Schema):
    """`state`: active, paused, or off (by us, after days of failure). `problem` is of the last failure."""

    id: int
    url: str
    name: str
    credential_ids: list[int] | None
    fields: list[str] | None
    kinds: list[str] | None
    state: Literal["active", "paused", "off"]
    problem: str
    failing_since: datetime | None
    delivered_at: datetime | None
    created_at: datetime

    model_config = example(SHOP)


class MadeEndpoint(Endpoint):
    """`secret` signs what is sent, and is shown this once."""

    secret: str

    model_config = example(SHOP | {"secret": "whsec_…"})


class Endpoints(Schema):
    data: list[Endpoint]
    next_cursor: str | None = Field(description="Always null: an account has at most twenty.")


class Secret(Schema):
    """The former secret signs as well for a day."""

    secret: str

    model_config = example({"secret": "whsec_…"})


class TestSent(Schema):
    delivery_id: int

    model_config = example({"delivery_id": 77})


def _asking(request: HttpRequest) -> Key:
    return need_all_numbers(request, "admin")


@router.get("", response=Endpoints, summary="List endpoints", operation_id="list_endpoints")
def list_endpoints(request: HttpRequest) -> Any:
    """Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        return {"data": [each.row for each in managing.listed(key.account_id)], "next_cursor": None}


@router.post("", response={201: MadeEndpoint}, summary="Make an endpoint", operation_id="make_endpoint")
def make_endpoint(request: HttpRequest, body: NewEndpoint) -> Any:
    """Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        made = _usable(lambda: managing.make(key.account_id, _wanted(body), guard()))
        row = _found(key, made.id)
        return Status(201, {**_plain(row), "secret": made.secret})


@router.get("/{int:endpoint_id}", response=Endpoint, summary="One endpoint", operation_id="get_endpoint")
def get_endpoint(request: HttpRequest, endpoint_id: RowId) -> Any:
    """Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        return _plain(_found(key, endpoint_id))


@router.put("/{int:endpoint_id}", response=Endpoint, summary="Change an endpoint", operation_id="change_endpoint")
def change_endpoint(request: HttpRequest, endpoint_id: RowId, body: NewEndpoint) -> Any:
    """For what happens from now on. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        _found(key, endpoint_id)
        _usable(lambda: managing.change(key.account_id, endpoint_id, _wanted(body), guard()))
        return _plain(_found(key, endpoint_id))


@router.delete("/{int:endpoint_id}", response={204: None}, summary="Remove an endpoint", operation_id="remove_endpoint")
def remove_endpoint(request: HttpRequest, endpoint_id: RowId) -> Any:
    """With all that it was told, and what it was still to be told. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        _found(key, endpoint_id)
        managing.remove(key.account_id, endpoint_id)
    return Status(204, None)


@router.post("/{int:endpoint_id}/pause", response=Endpoint, summary="Pause an endpoint", operation_id="pause_endpoint")
def pause_endpoint(request: HttpRequest, endpoint_id: RowId) -> Any:
    """What happens meanwhile is kept for seven days. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        managing.pause(key.account_id, endpoint_id)
        return _plain(_found(key, endpoint_id))


@router.post(
    "/{int:endpoint_id}/resume", response=Endpoint, summary="Resume an endpoint", operation_id="resume_endpoint"
)
def resume_endpoint(request: HttpRequest, endpoint_id: RowId) -> Any:
    """Also after we switched it off: what is due goes out. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        managing.resume(key.account_id, endpoint_id)
        return _plain(_found(key, endpoint_id))


@router.post(
    "/{int:endpoint_id}/secret", response={201: Secret}, summary="Give it a new secret", operation_id="rotate_secret"
)
def rotate_secret(request: HttpRequest, endpoint_id: RowId) -> Any:
    """Shown this once. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        secret = managing.rotate(key.account_id, endpoint_id, timezone.now())
    if secret is None:
        raise not_found()
    return Status(201, {"secret": secret})


@router.post(
    "/{int:endpoint_id}/test", response={202: TestSent}, summary="Send a test event", operation_id="test_endpoint"
)
def test_endpoint(request: HttpRequest, endpoint_id: RowId) -> Any:
    """A message that nobody wrote. Needs `admin`, and a key for all numbers."""
    key = _asking(request)
    with inside(key):
        delivery_id = replaying.send_test(key.account_id, endpoint_id, timezone.now())
    if delivery_id is None:
        raise not_found()
    return Status(202, {"delivery_id": delivery_id})


def _wanted(body: NewEndpoint) -> Wanted:
    if unknown := sorted(set(body.fields or ()) - set(fields.ALL)):
        raise unusable("fields", f"There is no field {unknown[0]}.")
    if unknown := sorted(set(body.kinds or ()) - set(fields.KINDS)):
        raise unusable("kinds", f"There is no kind {unknown[0]}.")
    return Wanted(**body.dict())


def _usable(verb: Callable[[], T]) -> T:
    try:
        return verb()
    except Unusable as problem:
        field = "credential_ids" if str(problem) == managing.STRANGE_NUMBER else "url"
        raise unusable(field, str(problem)) from None


def _found(key: Key, endpoint_id: int) -> Row:
    row = managing.find(key.account_id, endpoint_id)
    if row is None:
        raise not_found()
    return row


def _plain(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Endpoint.model_fields}
