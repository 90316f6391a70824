"""Who may ask the management API, how often, and how it refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account, ApiKey
from safarichat.api.app import api
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.api.program import Program, problem
from tests.fixtures import make_number

pytest_plugins = ["tests.api.fixtures"]
pytestmark = pytest.mark.django_db
Make = Callable[..., Program]

SCOPES = {
    ("GET", "/numbers"): "read",
    ("GET", "/numbers/1"): "read",
    ("POST", "/numbers/1/test"): "numbers",
    ("POST", "/numbers/1/disconnect"): "numbers",
    ("POST", "/numbers/1/continue"): "numbers",
    ("POST", "/onboardings"): "numbers",
    ("POST", "/onboardings/finish"): "numbers",
    ("GET", "/connect-links"): "numbers",
    ("POST", "/connect-links"): "numbers",
    ("GET", "/connect-links/1"): "numbers",
    ("POST", "/connect-links/1/revoke"): "numbers",
    ("GET", "/conversations"): "read",
    ("GET", "/conversations/1"): "read",
    ("GET", "/conversations/1/messages"): "read",
    ("GET", "/messages/1"): "read",
    ("GET", "/messages/1/timeline"): "read",
    ("POST", "/messages/1/cancel"): "send",
    ("GET", "/contacts"): "read",
    ("GET", "/contacts/1"): "read",
    ("GET", "/keys"): "admin",
    ("POST", "/keys"): "admin",
    ("POST", "/keys/1/revoke"): "admin",
    ("GET", "/endpoints"): "admin",
    ("POST", "/endpoints"): "admin",
    ("GET", "/endpoints/1"): "admin",
    ("PUT", "/endpoints/1"): "admin",
    ("DELETE", "/endpoints/1"): "admin",
    ("POST", "/endpoints/1/pause"): "admin",
    ("POST", "/endpoints/1/resume"): "admin",
    ("POST", "/endpoints/1/secret"): "admin",
    ("POST", "/endpoints/1/test"): "admin",
    ("GET", "/endpoints/1/deliveries"): "admin",
    ("GET", "/endpoints/1/deliveries/1"): "admin",
    ("POST", "/endpoints/1/deliveries/replay"): "admin",
}
BODIES = {
    "/onboardings": {"provider": "meta"},
    "/onboardings/finish": {"state": "x", "code": "y"},
    "/connect-links": {"name": "Asha"},
    "/keys": {"name": "Shop", "scopes": ["read"]},
    "/endpoints": {"url": "https://shop.example/hook"},
    "/endpoints/1": {"url": "https://shop.example/hook"},
}


def ask(program: Program, method: str, path: str) -> Any:
    return program.ask(method, path, BODIES.get(path))


def test_the_table_names_every_operation() -> None:
    described = {
        (method.upper(), path.removeprefix("/api/v1").replace("{", "").replace("}", ""))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    known = {(method, "/".join(part if part != "1" else "" for part in path.split("/"))) for method, path in SCOPES}
    assert {(method, _without_ids(path)) for method, path in described} == known


def _without_ids(path: str) -> str:
    return "/".join("" if part.endswith("_id") else part for part in path.split("/"))


@pytest.mark.parametrize(("method", "path"), SCOPES)
def test_nothing_is_answered_without_the_scope(program: Make, method: str, path: str) -> None:
    others = [scope for scope in apikeys.SCOPES if scope != SCOPES[method, path]]
    assert problem(ask(program(*others), method, path)) == (403, "scope_missing")


@pytest.mark.parametrize("key", ["", "sc_", "sc_" + "x" * 43, "EAAB", "sc_" + "é" * 43])
def test_who_shows_no_key_of_ours_is_unknown(db: None, key: str) -> None:
    answer = Program(key).get("/numbers")
    assert problem(answer) == (401, "unknown_key")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_login_is_no_key(client_in: Client) -> None:
    assert problem(client_in.get("/api/v1/numbers")) == (401, "unknown_key")


def test_a_revoked_and_an_expired_key_open_nothing(program: Make, account: Account) -> None:
    shop = program()
    assert shop.get("/numbers").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert problem(shop.get("/numbers")) == (401, "unknown_key")
    ApiKey.objects.update(expires_at=None)
    apikeys.revoke(account.pk, ApiKey.objects.get().pk, timezone.now())
    assert problem(shop.get("/numbers")) == (401, "unknown_key")


def test_a_key_is_only_good_from_its_addresses(program: Make) -> None:
    assert problem(program(addresses=["203.0.113.0/24"]).get("/numbers")) == (403, "address_not_allowed")
    assert program(addresses=["127.0.0.1"]).get("/numbers").status_code == 200


def test_a_key_is_limited_and_told_what_it_has_left(program: Make, settings: Settings) -> None:
    settings.SAFARICHAT_RATE_LIMIT_API = 2
    shop, other = program(), program()
    first, second, third = (shop.get("/numbers") for _ in range(3))
    assert [first["RateLimit-Remaining"], second["RateLimit-Remaining"]] == ["1", "0"]
    assert (first["RateLimit-Limit"], first["RateLimit-Policy"]) == ("2", "2;w=60")
    assert problem(third) == (429, "too_many")
    assert 0 < int(third["Retry-After"]) <= 60
    assert 0 < int(third["RateLimit-Reset"]) <= 60
    assert other.get("/numbers").status_code == 200


def test_a_key_remembers_when_it_was_used(program: Make) -> None:
    program().get("/numbers")
    assert ApiKey.objects.get().last_used_at is not None


def test_a_key_for_some_numbers_sees_no_others(
    program: Make, account: Account, number: OfficialWhatsappCredential
) -> None:
    other = make_number(account, phone_number_id="300000000000002")
    shop = program(credential_ids=[number.pk])
    assert [row["credential_id"] for row in shop.get("/numbers").json()["data"]] == [number.pk]
    assert problem(shop.get(f"/numbers/{other.pk}")) == (404, "not_found")
    assert problem(shop.post(f"/numbers/{other.pk}/disconnect")) == (404, "not_found")
    for method, path in (("GET", "/contacts"), ("GET", "/keys"), ("POST", "/connect-links"), ("POST", "/onboardings")):
        assert problem(ask(shop, method, path)) == (403, "key_restricted")


def test_what_is_wrong_with_a_body_is_named(program: Make) -> None:
    shop = program()
    answer = shop.post("/keys", {"name": "Shop", "scopes": ["everything"]})
    assert problem(answer) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == ["scopes.0"]
    broken = shop.client.post("/api/v1/keys", "{", content_type="application/json", headers=shop.headers)
    assert problem(broken) == (400, "invalid_json")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/numbers", {"limit": "0"}),
        ("/numbers", {"limit": "101"}),
        ("/numbers", {"cursor": "nonsense"}),
        ("/numbers", {"cursor": "WyIyMDI2IiwgMV0"}),
        ("/conversations", {"cursor": "WzFd"}),
        ("/conversations", {"cursor": "WyIyMDI2LTAxLTAxIiwxXQ"}),
        ("/conversations", {"filter": "some"}),
        ("/conversations", {"q": "a\x00b"}),
        ("/contacts", {"q": "a\x00b"}),
        ("/numbers/99999999999999999999", {}),
        ("/numbers/0", {}),
        ("/endpoints/1/deliveries", {"state": "lost"}),
    ],
)
def test_what_can_t_be_meant_is_refused(program: Make, path: str, query: dict[str, str]) -> None:
    assert problem(program().get(path, **query)) == (422, "invalid")


def test_other_addresses_and_methods_are_told_in_the_same_shape(program: Make) -> None:
    shop = program()
    assert problem(shop.get("/nothing")) == (404, "not_found")
    assert problem(shop.get("/numbers/x")) == (404, "not_found")
    assert problem(Client().get("/api/v2/numbers")) == (404, "not_found")
    answer = shop.ask("DELETE", "/numbers")
    assert problem(answer) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]
    large = shop.client.post(
        "/api/v1/keys", b"x", content_type="application/json", CONTENT_LENGTH="99000000", headers=shop.headers
    )
    assert problem(large) == (413, "too_large")


def test_no_answer_is_kept_on_the_way(program: Make) -> None:
    assert program().get("/keys")["Cache-Control"] == "no-store"
