"""Every address there is: who gets in, what a form must bring, and that strangers' rows are not found."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from safarichat.accounts.models import Account, User
from safarichat.contacts.models import Contact
from safarichat.messaging.models import Conversation, Message
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.project.asgi import BELOW, EXACT
from tests.catalogue import Garden
from tests.fixtures import PASSWORD
from tests.routes import Route, pages, routes

pytestmark = pytest.mark.django_db

THEIRS = 1_123_456_789

# What who is not logged in may see. Old addresses only lead on to others, which ask.
FOR_EVERYBODY = {
    "accounts/login/",
    "accounts/signup/",
    "accounts/inactive/",
    "accounts/logout/",
    "accounts/confirm-email/",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$",
    "accounts/password/reset/",
    "accounts/password/reset/done/",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    "accounts/password/reset/key/done/",
    "accounts/2fa/webauthn/login/",
    "accounts/invitation/<slug:token>/",
    "data-deletion/<slug:code>",
    "api/docs",
    "api/openapi.json",
}
# What programs post carries a key, and no cookie counts there. Webhooks never reach Django.
WITHOUT_TOKEN = {route.pattern for route in routes() if route.pattern.startswith("api/v1/")}


def named(route: Route) -> str:
    return route.pattern or "/"


@pytest.fixture
def own(account: Account, number: OfficialWhatsappCredential) -> int:
    """The id of a row of each kind, all alike, of the person who is logged in."""
    contact = Contact.objects.create(account=account, name="Wanjiru", phone="254711111111")
    conversation = Conversation.objects.create(id=number.pk, account=account, credential=number, contact=contact)
    Message.objects.create(
        id=number.pk,
        account=account,
        credential=number,
        conversation=conversation,
        direction="in",
        kind="text",
        status="received",
        body={"type": "text", "text": {"body": "Habari"}},
        text="Habari",
    )
    return number.pk


def test_nobody_gets_in_without_logging_in(client: Client) -> None:
    let_in = {
        (route.pattern, method.__name__): answer.status_code
        for route in routes()
        for method in (client.get, client.post)
        if route.pattern not in FOR_EVERYBODY and not _keeps_out(answer := method(route.example()))
    }
    assert let_in == {}


def _keeps_out(answer: Any) -> bool:
    """Old addresses (301, 308) only lead on to others, which ask."""
    if answer.status_code == 302:
        return str(answer.headers["Location"]).startswith(("/accounts/", "/admin/"))
    return answer.status_code in {301, 308, 401, 404, 405}


@pytest.mark.parametrize("who", ["a stranger", "a person"])
def test_no_form_is_taken_without_its_token(account: Account, who: str) -> None:
    client = Client(enforce_csrf_checks=True)
    if who == "a person":
        client.force_login(account.memberships.get().user)
    taken = {route.pattern for route in routes() if client.post(route.example()).status_code != 403}
    assert taken == WITHOUT_TOKEN


def test_another_accounts_rows_are_not_found(client_in: Client) -> None:
    Garden("theirs", THEIRS).plant()
    told = {
        (route.pattern, method.__name__): answer.status_code
        for route in pages()
        for method in (client_in.get, client_in.post)
        if set(route.places) - {"provider"} and route.pattern not in FOR_EVERYBODY
        if (answer := _followed(client_in, method(route.example(THEIRS)))).status_code not in {404, 405}
        or b"theirs" in answer.content
    }
    assert told == {}


def _followed(client: Client, answer: Any) -> Any:
    """A form's address may lead back to its page, which then is not found."""
    location = answer.headers.get("Location", "")
    if location.startswith("/accounts/reauthenticate/"):
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        return client.get(location.partition("next=")[2].replace("%2F", "/"))
    return client.get(location) if location else answer


@pytest.mark.parametrize("route", pages(), ids=named)
def test_no_page_of_ones_own_breaks(client_in: Client, own: int, route: Route) -> None:
    for accept in ("text/html", "application/json"):
        assert client_in.get(route.example(own), headers={"accept": accept}).status_code < 500
        assert client_in.post(route.example(own), headers={"accept": accept}).status_code < 500


@pytest.mark.parametrize("route", [route for route in routes() if route.pattern.startswith("admin/")], ids=named)
def test_no_page_of_the_operators_breaks(client: Client, own: int, route: Route) -> None:
    client.force_login(User.objects.create_superuser("op@example.com", "operator operator"))
    assert client.get(route.example(own)).status_code < 500


def test_no_two_routes_answer_one_address() -> None:
    known = pages()
    twice = {
        route.example(): [named(other) for other in known if other.matches.match(route.example())] for route in known
    }
    assert {path: found for path, found in twice.items() if len(found) != 1} == {}


def test_every_example_is_answered_by_its_own_route() -> None:
    for route in routes():
        assert route.matches.match(route.example()), route
        resolve(route.example())


def test_what_the_edge_answers_is_no_page() -> None:
    for route in routes():
        assert route.example() not in EXACT
        assert not route.example().startswith(tuple(BELOW))
