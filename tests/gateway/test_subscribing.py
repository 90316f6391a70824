"""`subscribed_apps`: a program makes an endpoint as it would give Meta an override."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from safarichat.accounts.models import Account
from safarichat.endpoints.models import Endpoint
from safarichat.gateway.subscribing import HANDSHAKES_PER_MINUTE
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.endpoints.made import endpoint
from tests.endpoints.program import Program, Request
from tests.fixtures import make_number
from tests.gateway.door import Door, Told, make_key, opened
from tests.gateway.door import door as door

pytestmark = pytest.mark.django_db(transaction=True)

WABA = "200000000000001"
PATH = f"/v25.0/{WABA}/subscribed_apps"
TOKEN = "our-word"


def answering(request: Request) -> tuple[int, bytes]:
    asked = parse_qs(urlsplit(request.path).query)
    if asked["hub.verify_token"] != [TOKEN]:
        return 403, b"no"
    return 200, asked["hub.challenge"][0].encode()


@pytest.fixture
def shop() -> Iterator[Program]:
    with Program.running() as program:
        program.answer = answering
        yield program


def subscribe(door: Door, url: str, token: str = TOKEN) -> Told:
    return door.call("POST", PATH, {"override_callback_uri": url, "verify_token": token})


def heard(door: Door) -> list[Any]:
    """Besides us."""
    beside: list[Any]
    us, *beside = door.call("GET", PATH).json["data"]
    assert us["whatsapp_business_api_data"]["name"] == "SafariChat"
    assert "override_callback_uri" not in us
    return beside


def test_an_address_becomes_an_endpoint_of_these_numbers(
    door: Door, shop: Program, account: Account, number: OfficialWhatsappCredential
) -> None:
    make_number(account, phone_number_id="300000000000003", waba_id="200000000000003")
    assert subscribe(door, shop.url).json == {"success": True}
    row = Endpoint.objects.get()
    assert (row.account_id, row.url, row.credential_ids) == (account.pk, shop.url, [number.pk])
    assert row.secret
    link = f"{settings.SAFARICHAT_BASE_URL}/developers/endpoints/{row.pk}"
    ours = {"id": str(row.pk), "name": f"127.0.0.1:{shop.port}", "link": link}
    assert heard(door) == [{"whatsapp_business_api_data": ours, "override_callback_uri": shop.url}]


def test_the_same_address_again_changes_what_is_there(
    door: Door, shop: Program, account: Account, number: OfficialWhatsappCredential
) -> None:
    other = make_number(account, phone_number_id="300000000000003", waba_id="200000000000003")
    made = endpoint(account, shop.url, name="Shop", credential_ids=[other.pk], fields=["messages"])
    Endpoint.objects.update(state=Endpoint.State.OFF)
    assert subscribe(door, shop.url).status == 200
    row = Endpoint.objects.get()
    assert (row.pk, row.name, row.fields, row.verify_token) == (made.id, "Shop", ["messages"], TOKEN)
    assert row.credential_ids == sorted([number.pk, other.pk])
    assert row.state == Endpoint.State.ACTIVE


def test_who_does_not_know_the_word_gets_nothing(door: Door, shop: Program) -> None:
    told = subscribe(door, shop.url, "another word")
    assert told.code == (400, 100)
    assert told.error["error_subcode"] == 2200
    assert door.call("POST", PATH, {"override_callback_uri": shop.url}).code == (400, 100)
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/hook", "http://169.254.169.254/latest", "nothing", "file:///etc", "https://a.test/\0"]
)
def test_a_private_address_or_none_is_refused(door: Door, url: str) -> None:
    assert subscribe(door, url).code == (400, 100)
    assert not Endpoint.objects.exists()


def test_nobody_is_tried_without_end(door: Door, shop: Program) -> None:
    for _ in range(HANDSHAKES_PER_MINUTE):
        assert subscribe(door, shop.url, "another word").code == (400, 100)
    told = subscribe(door, shop.url)
    assert told.code == (400, 4)
    assert int(told.headers["retry-after"]) > 0
    assert len(shop.requests) == HANDSHAKES_PER_MINUTE


def test_without_an_address_we_are_subscribed(door: Door) -> None:
    assert door.call("POST", PATH).json == {"success": True}
    assert heard(door) == []


def test_an_endpoint_goes_by_its_address_and_twice_is_no_error(door: Door, shop: Program) -> None:
    subscribe(door, shop.url)
    for _ in range(2):
        assert door.call("DELETE", f"{PATH}?override_callback_uri={shop.url}").json == {"success": True}
        assert not Endpoint.objects.exists()


def test_one_that_has_other_numbers_keeps_them(
    door: Door, shop: Program, account: Account, number: OfficialWhatsappCredential
) -> None:
    other = make_number(account, phone_number_id="300000000000003", waba_id="200000000000003")
    endpoint(account, shop.url, credential_ids=[number.pk, other.pk])
    assert door.call("DELETE", PATH, {"override_callback_uri": shop.url}).status == 200
    assert Endpoint.objects.get().credential_ids == [other.pk]


def test_without_an_address_the_only_one_that_a_program_made_goes(
    door: Door, account: Account, number: OfficialWhatsappCredential
) -> None:
    by_person, for_all = (
        endpoint(account, credential_ids=[number.pk]),
        endpoint(account, "http://127.0.0.1:9/all"),
    )
    Endpoint.objects.filter(pk=by_person.id).update(created_by_id=account.memberships.get().user_id)
    tools = [endpoint(account, f"http://127.0.0.1:9/{n}", credential_ids=[number.pk]) for n in range(2)]
    assert door.call("DELETE", PATH).code == (400, 100)
    assert Endpoint.objects.count() == 4
    Endpoint.objects.filter(pk=tools[0].id).delete()
    assert door.call("DELETE", PATH).status == 200
    assert set(Endpoint.objects.values_list("pk", flat=True)) == {by_person.id, for_all.id}


def test_an_endpoint_of_all_numbers_is_removed_by_a_person(door: Door, account: Account) -> None:
    made = endpoint(account)
    url = Endpoint.objects.get().url
    assert door.call("DELETE", f"{PATH}?override_callback_uri={url}").code == (403, 10)
    assert Endpoint.objects.get().pk == made.id


def test_it_needs_admin_and_another_accounts_endpoints_are_not_there(
    door: Door, shop: Program, account: Account, other_account: Account
) -> None:
    theirs = make_number(other_account, phone_number_id="300000000000009", waba_id="200000000000009")
    endpoint(other_account, shop.url, credential_ids=[theirs.pk])
    lesser = make_key(account, "send", "read", "templates", "numbers")
    for method in ("GET", "POST", "DELETE"):
        assert door.call(method, PATH, key=lesser).code == (403, 200)
    assert heard(door) == []
    assert subscribe(door, shop.url).status == 200
    assert door.call("DELETE", PATH, {"override_callback_uri": shop.url}).status == 200
    assert Endpoint.objects.get().account_id == other_account.pk


def test_a_key_for_some_numbers_has_to_do_with_their_endpoints_alone(
    door: Door, shop: Program, account: Account, number: OfficialWhatsappCredential
) -> None:
    second = make_number(account, phone_number_id="300000000000002")
    endpoint(account, shop.url)
    endpoint(account, shop.url, credential_ids=[number.pk, second.pk])
    with opened(make_key(account, credential_ids=[second.pk])) as restricted:
        assert heard(restricted) == []
        assert subscribe(restricted, shop.url).status == 200
        assert len(heard(restricted)) == 1
        assert restricted.call("DELETE", PATH, {"override_callback_uri": shop.url}).status == 200
    assert [row.credential_ids for row in Endpoint.objects.order_by("id")] == [None, [number.pk, second.pk]]
