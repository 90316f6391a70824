"""The description of the management API: whole, true to OpenAPI 3.1, and read without anybody else's server."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def described(client: Client) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_it_says_which_version_and_how_to_log_in(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    (scheme,) = described["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert all(operation["security"] for _name, operation in operations(described))


def test_every_operation_has_a_summary_its_scope_and_every_way_to_fail(described: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _name, operation in operations(described)]
    assert len(set(ids)) == len(ids) > 20
    for name, operation in operations(described):
        assert operation["summary"], name
        assert re.search("Needs\\s`(read|send|numbers|admin)`", operation["description"]), name
        assert {"401", "403", "404", "422", "429"} <= set(operation["responses"]), name
        assert any(status.startswith("2") for status in operation["responses"]), name


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', str(described).replace("'", '"'))):
        place: Any = described
        for part in reference.split("/"):
            place = place[part]


def test_what_is_answered_has_examples_that_fit_their_shape(described: dict[str, Any]) -> None:
    shapes = described["components"]["schemas"]
    with_example = {name for name, shape in shapes.items() if "examples" in shape}
    assert {"Number", "Link", "Conversation", "Message", "Contact", "Progress", "Tested", "Problem"} <= with_example
    for name in with_example:
        (example,) = shapes[name]["examples"]
        assert set(shapes[name].get("required", [])) <= set(example) <= set(shapes[name]["properties"]), name


def test_its_page_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/api/docs")
    html = answer.content.decode()
    places = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(places) >= 3
    assert [place for place in places if not place.startswith("/static/ninja/")] == []
    for place in places:
        with closing(client.get(place)) as file:
            assert file.status_code == 200, place
    assert "'unsafe" not in answer["Content-Security-Policy"]
