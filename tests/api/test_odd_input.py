"""Whatever a program sends, it is told what is wrong with it: nothing odd is an error of ours."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from safarichat.api.app import api
from tests.api.program import Program

pytest_plugins = ["tests.api.fixtures"]
pytestmark = pytest.mark.django_db

ODD: list[Any] = [None, True, -1, 0, 2**63, 1e400, "", "x" * 5000, "\x00", "\ud800", "%", [], ["\x00"], {}, {"a": {}}]
VALID = {
    "name": "Shop",
    "url": "https://shop.example/hook",
    "scopes": ["read"],
    "provider": "meta",
    "state": "x",
    "code": "1234",
}


def operations() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each with the fields of its body, or else of its query."""
    described = api.get_openapi_schema()
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            shape = described["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], body)
            query = [one["name"] for one in told["parameters"] if one["in"] == "query"]
            yield method, path, tuple(shape.get("properties", {})) or tuple(query)


@pytest.mark.parametrize(("method", "path", "fields"), list(operations()))
def test_odd_values_are_no_error_of_ours(
    program: Callable[..., Program], settings: Any, method: str, path: str, fields: tuple[str, ...]
) -> None:
    settings.SAFARICHAT_RATE_LIMIT_API = 10_000
    settings.WHATSAPP_RATE_LIMIT_ONBOARDING = 10_000
    shop, place = program(), path.replace("{", "").replace("}", "")
    for part in place.split("/"):
        if part.endswith("_id"):
            place = place.replace(part, "999999")
    broken = []
    for field, value in itertools.product(fields, ODD):
        if method == "get":
            said = str(value).encode(errors="surrogatepass")
            answer = shop.client.get(place, {field: said}, headers=shop.headers)
        else:
            sent = json.dumps(VALID | {field: value})
            answer = shop.client.generic(method.upper(), place, sent, "application/json", headers=shop.headers)
        if answer.status_code >= 500 or (answer.status_code >= 400 and "problem" not in answer["Content-Type"]):
            broken.append((field, value, answer.status_code))
    assert broken == []


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"\xff", b"{", b"1e999", b"[" * 5000, b'{"name": NaN}'])
def test_odd_bodies_are_no_error_of_ours(program: Callable[..., Program], body: bytes) -> None:
    shop = program()
    answer = shop.client.generic("POST", "/api/v1/connect-links", body, "application/json", headers=shop.headers)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"
