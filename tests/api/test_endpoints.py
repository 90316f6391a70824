"""Endpoints and their deliveries through the management API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from safarichat.endpoints.models import Delivery, Endpoint
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.api.program import Program, problem
from tests.inbox.payloads import inbound, take

pytest_plugins = ["tests.api.fixtures"]
pytestmark = pytest.mark.django_db
Make = Callable[..., Program]
URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def chief(program: Make) -> Program:
    return program("admin")


@pytest.fixture
def made(chief: Program) -> dict[str, Any]:
    answer = chief.post("/endpoints", {"url": URL, "name": "Shop", "fields": ["messages"]})
    assert answer.status_code == 201
    shown: dict[str, Any] = answer.json()
    return shown


def test_an_endpoint_is_made_with_a_secret_shown_once(chief: Program, made: dict[str, Any]) -> None:
    assert made["secret"].startswith("whsec_")
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert chief.get("/endpoints").json() == {"data": [shown], "next_cursor": None}
    assert chief.get(f"/endpoints/{made['id']}").json() == shown


def test_an_endpoint_is_changed_paused_resumed_and_removed(chief: Program, made: dict[str, Any]) -> None:
    place = f"/endpoints/{made['id']}"
    changed = chief.ask("PUT", place, {"url": f"{URL}/2", "kinds": ["statuses"]}).json()
    assert (changed["url"], changed["name"], changed["fields"], changed["kinds"]) == (
        f"{URL}/2",
        "",
        None,
        ["statuses"],
    )
    assert chief.post(f"{place}/pause").json()["state"] == "paused"
    assert chief.post(f"{place}/resume").json()["state"] == "active"
    secret = chief.post(f"{place}/secret").json()["secret"]
    assert secret.startswith("whsec_")
    assert secret != made["secret"]
    assert chief.ask("DELETE", place).status_code == 204
    assert problem(chief.get(place)) == (404, "not_found")


@pytest.mark.parametrize(
    ("field", "value"),
    [("url", "ftp://shop.example"), ("url", "http://10.0.0.1/"), ("fields", ["unheard_of"]), ("kinds", ["x"])],
)
def test_what_can_t_be_told_is_refused_with_its_field(chief: Program, field: str, value: Any) -> None:
    answer = chief.post("/endpoints", {"url": URL, field: value})
    assert problem(answer) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Endpoint.objects.exists()


def test_deliveries_are_listed_looked_at_and_made_once_more(
    chief: Program, made: dict[str, Any], number: OfficialWhatsappCredential
) -> None:
    place = f"/endpoints/{made['id']}/deliveries"
    take(inbound("wamid.IN1", "one"), inbound("wamid.IN2", "two"))
    page = chief.get(place, limit=1).json()
    (newest,) = page["data"]
    (older,) = chief.get(place, limit=1, cursor=page["next_cursor"]).json()["data"]
    assert newest["id"] > older["id"]
    whole = chief.get(f"{place}/{newest['id']}").json()
    assert whole["body"]["entry"][0]["changes"][0]["value"]["messages"][0]["text"] == {"body": "two"}

    Delivery.objects.update(state="dead", next_at=None)
    assert chief.get(place, state="dead").json()["data"][0]["id"] == newest["id"]
    since, until = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    for body, count in (
        ({"delivery_ids": [newest["id"]]}, 1),
        ({"failed_since": since.isoformat()}, 1),
        ({"since": since.isoformat(), "until": until.isoformat()}, 2),
    ):
        assert chief.post(f"{place}/replay", body).json() == {"count": count}
    assert problem(chief.post(f"{place}/replay", {})) == (422, "invalid")
    assert problem(chief.post(f"{place}/replay", {"since": "2026-01-01T00:00:00"})) == (422, "invalid")


def test_a_test_event_is_on_its_way(chief: Program, made: dict[str, Any]) -> None:
    delivery_id = chief.post(f"/endpoints/{made['id']}/test").json()["delivery_id"]
    assert Delivery.objects.get().pk == delivery_id
    assert Delivery.objects.get().event.field == "messages"
