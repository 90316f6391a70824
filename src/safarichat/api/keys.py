"""API keys, made and revoked by a key that may."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from safarichat.accounts import apikeys
from safarichat.accounts.apikeys import TooManyKeys
from safarichat.accounts.models import ApiKey
from safarichat.api.asking import inside, need_all_numbers
from safarichat.api.problems import Refusal, not_found, unusable
from safarichat.api.shapes import PAGE, Cursor, Limit, Line, RowId, cursor_of, example, id_in
from safarichat.numbers import listing

router = Router(tags=["Keys"])
Scope = Literal["send", "read", "templates", "numbers", "admin"]


class NewKey(Schema):
    name: Line = Field(min_length=1, max_length=100, examples=["Shop"])
    scopes: list[Scope] = Field(min_length=1, max_length=5, examples=[["send", "read"]])
    credential_ids: list[RowId] | None = Field(None, min_length=1, max_length=500, description="Null: every number.")
    addresses: list[Line] = Field([], max_length=50, description="Networks it may come from; none: any.")
    expires_at: datetime | None = None


SHOP = {
    "id": 5,
    "name": "Shop",
    "prefix": "sc_uT0xq2L",
    "scopes": ["send", "read"],
    "credential_ids": None,
    "addresses": [],
    "expires_at": None,
    "last_used_at": None,
    "created_at": "2026-11-02T08:15:30Z",
    "revoked_at": None,
}


class Key(Schema):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    credential_ids: list[int] | None
    addresses: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    revoked_at: datetime | None

    model_config = example(SHOP)


class MadeKey(Key):
    """`key` is shown this once."""

    key: str

    model_config = example(SHOP | {"key": "sc_uT0xq2L…"})


class Keys(Schema):
    data: list[Key]
    next_cursor: str | None


@router.get("", response=Keys, summary="List keys", operation_id="list_keys")
def list_keys(request: HttpRequest, limit: Limit = PAGE, cursor: Cursor = "") -> Any:
    """Newest first, those revoked in the last month included. Needs `admin`, and a key for all numbers."""
    key = need_all_numbers(request, "admin")
    before = id_in(cursor)
    with inside(key):
        every = sorted(apikeys.all_of(key.account_id), key=lambda row: -row.pk)
    found = [row for row in every if not before or row.pk < before]
    more = cursor_of(found[limit - 1].pk) if len(found) > limit else None
    return {"data": found[:limit], "next_cursor": more}


@router.post("", response={201: MadeKey}, summary="Make a key", operation_id="make_key")
def make_key(request: HttpRequest, body: NewKey) -> Any:
    """Needs `admin`, and a key for all numbers."""
    key = need_all_numbers(request, "admin")
    if body.expires_at and (body.expires_at.tzinfo is None or body.expires_at <= timezone.now()):
        raise unusable("expires_at", "Write a time to come, with its zone.")
    with inside(key):
        mine = {row.pk for row in listing.all_of(key.account_id)}
        if not set(body.credential_ids or ()) <= mine:
            raise not_found()
        row, shown = _made(key.account_id, body)
    plain = {name: getattr(row, name) for name in Key.model_fields}
    return Status(201, {**plain, "created_at": row.created_at, "key": shown})


def _made(account_id: int, body: NewKey) -> tuple[ApiKey, str]:
    try:
        row, shown = apikeys.make(
            account_id,
            body.name,
            body.scopes,
            credential_ids=body.credential_ids,
            addresses=body.addresses,
            expires_at=body.expires_at,
        )
    except TooManyKeys:
        told = "This account has as many keys as it may have."
        raise Refusal(409, "too_many_keys", told, "Revoke one that is not used any more.") from None
    except ValueError:
        raise unusable("addresses", "Write addresses or networks such as 203.0.113.0/24.") from None
    row.refresh_from_db()
    return row, shown


@router.post("/{int:key_id}/revoke", response={204: None}, summary="Revoke a key", operation_id="revoke_key")
def revoke_key(request: HttpRequest, key_id: RowId) -> Any:
    """It opens nothing any more, within a second. Needs `admin`, and a key for all numbers."""
    key = need_all_numbers(request, "admin")
    with inside(key):
        if not apikeys.revoke(key.account_id, key_id, timezone.now()):
            raise not_found()
    return Status(204, None)
