import json

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from safarichat.console import errors
from safarichat.ground import logs
from safarichat.project import urls as project

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
RAISED: dict[str, Exception] = {
    "400": SuspiciousOperation("odd"),
    "403": PermissionDenied(),
    "413": RequestDataTooBig("much"),
    "500": RuntimeError("secret detail"),
    "503": OperationalError("no route to postgresql://user:password@host"),
}


def fail(request: HttpRequest, status: str) -> HttpResponse:
    if status == "429":
        return errors.too_many(request, 30)
    raise RAISED[status]


urlpatterns = [path("fail/<str:status>", fail), *project.urlpatterns]
handler400, handler403 = project.handler400, project.handler403
handler404, handler500 = project.handler404, project.handler500


@pytest.fixture
def failing(settings: Settings, db: None) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("status", ["400", "403", "404", "413", "429", "500", "503"])
def test_every_error_is_a_page_in_our_look_with_a_cure_and_the_requests_id(failing: Client, status: str) -> None:
    answer = failing.get("/nowhere" if status == "404" else f"/fail/{status}", headers=HTML)
    page = answer.content.decode()
    assert answer.status_code == int(status)
    assert 'class="brand"' in page
    assert answer.headers["X-Request-ID"] in page
    assert "secret detail" not in page
    assert "password" not in page


@pytest.mark.parametrize("status", ["400", "403", "404", "413", "429", "500", "503"])
def test_a_program_gets_the_same_as_json(failing: Client, status: str) -> None:
    address = "/nowhere" if status == "404" else f"/fail/{status}"
    answer = failing.get(address, headers={"Accept": "application/json"})
    error = json.loads(answer.content)["error"]
    assert answer.status_code == int(status)
    assert error["message"]
    assert error["cure"]
    assert error["request_id"] == answer.headers["X-Request-ID"]


def test_too_often_and_away_say_when_to_come_back(failing: Client) -> None:
    assert failing.get("/fail/429").headers["Retry-After"] == "30"
    assert failing.get("/fail/503").headers["Retry-After"] == "5"


def test_two_requests_have_two_ids(client: Client) -> None:
    first, second = (client.get("/nowhere", headers=HTML).headers["X-Request-ID"] for _ in range(2))
    assert first != second
    assert logs.request_id() == ""


def test_the_theme_is_remembered_for_the_person(client_in: Client) -> None:
    assert client_in.post("/theme", {"theme": "dark"}).status_code == 204
    assert 'data-bs-theme="dark"' in client_in.get("/").content.decode()
    client_in.post("/theme", {"theme": "purple"})
    assert 'data-theme="dark"' in client_in.get("/").content.decode()
