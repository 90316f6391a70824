"""Every address of the management API with another account's ids: nothing of theirs is found, shown or changed."""

from collections.abc import Callable

import pytest

from safarichat.accounts.models import Account
from safarichat.api.app import api
from safarichat.ground import ids
from safarichat.ground.sql import fetch
from tests.api.program import Program
from tests.catalogue import Garden, belonging_to

pytest_plugins = ["tests.api.fixtures"]
pytestmark = pytest.mark.django_db

THEIRS = 1_123_456_789
NAMED = {"message_id": ids.wamid(THEIRS)}
BODIES = {
    "/onboardings": {"provider": "meta", "credential_id": THEIRS},
    "/onboardings/finish": {"state": "theirs-state", "code": "x"},
    "/connect-links": {"name": "Asha"},
    "/keys": {"name": "Shop", "scopes": ["read"], "credential_ids": [THEIRS]},
    "/endpoints": {"url": "https://shop.example/hook", "credential_ids": [THEIRS]},
    "/endpoints/{endpoint_id}": {"url": "https://shop.example/hook"},
    "/endpoints/{endpoint_id}/deliveries/replay": {"delivery_ids": [THEIRS]},
}
# They name no row, or refuse a field that names one.
OTHERWISE = {("post", "/connect-links"): 201, ("post", "/onboardings/finish"): 409, ("post", "/endpoints"): 422}


def operations() -> list[tuple[str, str]]:
    paths = api.get_openapi_schema()["paths"]
    return [(method, path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods]


def filled(path: str) -> str:
    for part in path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, NAMED.get(part.strip("{}"), str(THEIRS)))
    return path


def _theirs() -> dict[str, list[tuple[object, ...]]]:
    tables = [table.name for table in belonging_to("accounts") if table.has("account_id")]
    return {name: fetch(f"SELECT t::text FROM {name} t WHERE account_id = %s", THEIRS) for name in tables}


@pytest.mark.parametrize(("method", "path"), operations())
def test_another_accounts_rows_are_not_found(
    account: Account, program: Callable[..., Program], method: str, path: str
) -> None:
    garden = Garden("theirs", THEIRS).plant()
    assert garden.planted["connect_links"]["id"] == garden.planted["conversations"]["id"] == THEIRS
    before = _theirs()
    shop = program()

    answer = shop.ask(method, filled(path), BODIES.get(path))

    is_list = method == "get" and "{" not in path
    assert answer.status_code == OTHERWISE.get((method, path), 200 if is_list else 404), answer.content
    assert b"theirs" not in answer.content
    assert str(THEIRS).encode() not in answer.content
    assert _theirs() == before


@pytest.mark.parametrize("filter", [{"credential_id": THEIRS}, {"q": "theirs"}])
def test_no_filter_leads_to_anothers_conversations(
    account: Account, program: Callable[..., Program], filter: dict[str, object]
) -> None:
    Garden("theirs", THEIRS).plant()
    assert program().get("/conversations", **filter).json() == {"data": [], "next_cursor": None}
    assert program().get("/contacts", q="theirs").json()["data"] == []
