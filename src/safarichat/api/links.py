"""Connect links: by which a customer connects a number to the account without a login."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from safarichat.api.asking import need_all_numbers, person_of
from safarichat.api.problems import not_found, unusable
from safarichat.api.shapes import PAGE, Cursor, Limit, Line, RowId, cursor_of, example, id_in
from safarichat.numbers import links
from safarichat.numbers.links import Unusable, Wanted
from safarichat.numbers.models import ConnectLink

router = Router(tags=["Connect links"])


class NewLink(Schema):
    name: Line = Field(description="Who invites, as your customer knows you.", examples=["Asha Flowers"])
    title: Line = Field("", description="What stands above; empty for a sentence of ours.")
    color: Line = Field("", description="The line below your name, as #rrggbb.", examples=["#0f766e"])
    logo: str = Field(
        "",
        max_length=300_000,
        description="A PNG or JPEG of at most 200 kB, in base64.",
    )
    providers: list[Line] = Field([], max_length=20, description="Which may be chosen; none for all that are offered.")
    next_url: str = Field(
        "",
        max_length=2000,
        description="Where your customer goes on; `credential_id` or `error`, and `reference`, are appended.",
        examples=["https://shop.example/connected"],
    )
    reference: Line = Field("", description="Your own word for this customer.", examples=["customer-7"])
    valid_for_s: int = Field(7 * 24 * 3600, ge=300, le=90 * 24 * 3600, description="Seconds until it runs out.")


class Link(Schema):
    """`state`: open, begun, used, expired or revoked. `url` is empty when it has ended."""

    id: int
    state: str
    url: str
    name: str
    title: str
    color: str
    has_logo: bool
    providers: list[str]
    next_url: str
    reference: str
    credential_id: int | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    model_config = example(
        {
            "id": 3,
            "state": "open",
            "url": "https://chat.example/connect/uT0…",
            "name": "Asha Flowers",
            "title": "",
            "color": "#0f766e",
            "has_logo": False,
            "providers": ["meta", "360dialog"],
            "next_url": "https://shop.example/connected",
            "reference": "customer-7",
            "credential_id": None,
            "created_at": "2026-11-02T08:15:30Z",
            "expires_at": "2026-11-09T08:15:30Z",
            "used_at": None,
            "revoked_at": None,
        }
    )


class Links(Schema):
    data: list[Link]
    next_cursor: str | None


@router.get("", response=Links, summary="List connect links", operation_id="list_connect_links")
def list_links(request: HttpRequest, limit: Limit = PAGE, cursor: Cursor = "") -> Any:
    """Newest first. Needs `numbers`, and a key for all numbers."""
    key = need_all_numbers(request, "numbers")
    found = links.listed(key.account_id, before=id_in(cursor), limit=limit + 1)
    rows = found[:limit]
    more = cursor_of(rows[-1].pk) if len(found) > limit else None
    return {"data": [_shown(row) for row in rows], "next_cursor": more}


@router.post("", response={201: Link}, summary="Make a connect link", operation_id="make_connect_link")
def make_link(request: HttpRequest, body: NewLink) -> Any:
    """It works once, in one browser. Needs `numbers`, and a key for all numbers."""
    key = need_all_numbers(request, "numbers")
    wanted = Wanted(
        name=body.name,
        title=body.title,
        color=body.color,
        logo=_decoded(body.logo),
        providers=tuple(body.providers),
        next_url=body.next_url,
        reference=body.reference,
        valid_for=timedelta(seconds=body.valid_for_s),
    )
    made = links.make(key.account_id, person_of(key), wanted, timezone.now())
    if isinstance(made, Unusable):
        raise unusable(made.field, made.message)
    return Status(201, _shown(made))


def _decoded(logo: str) -> bytes:
    try:
        return base64.b64decode(logo, validate=True)
    except (binascii.Error, ValueError):
        raise unusable("logo", "Send it in base64.") from None


@router.get("/{int:link_id}", response=Link, summary="One connect link", operation_id="get_connect_link")
def get_link(request: HttpRequest, link_id: RowId) -> Any:
    """Needs `numbers`, and a key for all numbers."""
    key = need_all_numbers(request, "numbers")
    return _found(links.find(key.account_id, link_id))


@router.post(
    "/{int:link_id}/revoke", response=Link, summary="Take a connect link back", operation_id="revoke_connect_link"
)
def revoke_link(request: HttpRequest, link_id: RowId) -> Any:
    """It opens nothing any more; one that was used stays so. Needs `numbers`, and a key for all numbers."""
    key = need_all_numbers(request, "numbers")
    return _found(links.revoke(key.account_id, link_id, timezone.now()))


def _found(link: ConnectLink | None) -> dict[str, Any]:
    if link is None:
        raise not_found()
    return _shown(link)


def _shown(link: ConnectLink) -> dict[str, Any]:
    state = links.state(link, timezone.now())
    return {
        "id": link.pk,
        "state": state,
        "url": links.address(link) if state in ("open", "begun") else "",
        "name": link.name,
        "title": link.title,
        "color": link.color,
        "has_logo": bool(link.logo),
        "providers": link.providers,
        "next_url": link.next_url,
        "reference": link.reference,
        "credential_id": link.credential_id,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "used_at": link.used_at,
        "revoked_at": link.revoked_at,
    }
