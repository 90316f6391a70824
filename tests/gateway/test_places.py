"""Which addresses are the gateway's."""

import pytest

from safarichat.gateway.calls import place_of
from tests.routes import routes


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/v25.0/123/messages", ("123", "messages")),
        ("/v1.0/123", ("123",)),
        ("/v25.0", ()),
        ("/123/messages", ("123", "messages")),
        ("/upload:abc=", ("upload:abc=",)),
        ("/debug_token", ("debug_token",)),
        ("/oauth/access_token", ("oauth", "access_token")),
        ("/v25.0/app/uploads/", ("app", "uploads")),
    ],
)
def test_paths_of_the_gateway(path: str, parts: tuple[str, ...]) -> None:
    found = place_of(path)
    assert found
    assert found.parts == parts


@pytest.mark.parametrize(
    "path", ["/", "/inbox", "/v25", "/versions/1", "/12abc/messages", "/media/12", "/oauthor", "/m/1"]
)
def test_other_paths(path: str) -> None:
    assert place_of(path) is None


def test_no_page_is_at_an_address_of_the_gateway() -> None:
    assert [route.example() for route in routes() if place_of(route.example())] == []
