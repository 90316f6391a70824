"""Contacts: who writes to the account, and what they said about being written to."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from safarichat.api.asking import inside, need_all_numbers
from safarichat.api.problems import not_found
from safarichat.api.shapes import PAGE, Cursor, Limit, Line, RowId, cursor_of, example, id_in
from safarichat.contacts import consent, showing

router = Router(tags=["Contacts"])
WANJIRU = {
    "id": 12,
    "name": "Wanjiru",
    "profile_name": "W. Kamau",
    "username": "",
    "phone": "254711111111",
    "user_id": "KE.13491208655302741918",
}


class Contact(Schema):
    """`name` is what you call them, `profile_name` what they call themselves. `phone` or `user_id` may be empty: a
    person may be known by either alone."""

    id: int
    name: str
    profile_name: str
    username: str
    phone: str
    user_id: str

    model_config = example(WANJIRU)


class Contacts(Schema):
    data: list[Contact]
    next_cursor: str | None


class Said(Schema):
    is_granted: bool
    source: str
    happened_at: datetime


class Whole(Contact):
    """With what counts now of their consent, by purpose (marketing, utility, authentication); unknown where missing."""

    consents: dict[str, Said]

    model_config = example(
        WANJIRU
        | {
            "consents": {
                "marketing": {"is_granted": False, "source": "customer", "happened_at": "2026-11-02T08:15:30Z"}
            }
        }
    )


@router.get("", response=Contacts, summary="List contacts", operation_id="list_contacts")
def list_contacts(request: HttpRequest, limit: Limit = PAGE, cursor: Cursor = "", q: Line = "") -> Any:
    """The one met last first. `q` looks for a name or phone number. Needs `read`, and a key for all numbers."""
    key = need_all_numbers(request, "read")
    before = id_in(cursor)
    with inside(key):
        found = showing.page(key.account_id, text=q, before=before, limit=limit + 1)
    more = cursor_of(found[limit - 1].pk) if len(found) > limit else None
    return {"data": found[:limit], "next_cursor": more}


@router.get("/{int:contact_id}", response=Whole, summary="One contact", operation_id="get_contact")
def get_contact(request: HttpRequest, contact_id: RowId) -> Any:
    """Needs `read`, and a key for all numbers."""
    key = need_all_numbers(request, "read")
    with inside(key):
        card = showing.card(key.account_id, contact_id)
        consents = consent.states(key.account_id, contact_id)
    if card is None:
        raise not_found()
    names = ("id", "name", "profile_name", "username", "phone", "user_id")
    return {**{name: getattr(card, name) for name in names}, "consents": consents}
