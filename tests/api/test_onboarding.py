"""Connecting a number from a program of one's own: the same code as the wizard's, bound to the key."""

from collections.abc import Callable
from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.api.program import Program, problem
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import Person

pytest_plugins = ["tests.api.fixtures", "tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
Make = Callable[..., Program]


def brought(started: Any, signer: Person, **answers: Any) -> dict[str, Any]:
    came = signer.sign_in(started, **answers)
    return {"state": started["state"], "code": came.code, "event": came.event, "data": came.data}


def test_a_number_is_connected_and_is_the_owner_s(
    program: Make, account: Account, meta: Sandbox, signer: Person
) -> None:
    shop = program("numbers")
    answer = shop.post("/onboardings", {"provider": "facebook"})
    started = answer.json()
    assert (answer.status_code, started["provider"], started["flow"]) == (201, "meta", "sdk")
    body = brought(started, signer)
    told = shop.post("/onboardings/finish", body).json()
    row = OfficialWhatsappCredential.objects.get(pk=told["credential_id"])
    assert (told["outcome"], row.may_send, row.user_id) == ("connected", True, account.memberships.get().user_id)
    assert shop.post("/onboardings/finish", body).json() == told


def test_another_key_does_not_bring_a_sign_in_back(program: Make, meta: Sandbox, signer: Person) -> None:
    started = program("numbers").post("/onboardings", {"provider": "meta"}).json()
    answer = program("numbers").post("/onboardings/finish", brought(started, signer))
    assert problem(answer) == (409, "state_unknown")


def test_a_pin_is_given_when_it_is_asked_for(program: Make, meta: Sandbox, signer: Person) -> None:
    shop = program("numbers")
    started = shop.post("/onboardings", {"provider": "meta"}).json()
    told = shop.post("/onboardings/finish", brought(started, signer, option_pin="123456")).json()
    place = f"/numbers/{told['credential_id']}/continue"
    assert told["outcome"] == "pin"
    assert problem(shop.post(place, {"pin": "12345"})) == (422, "invalid")
    assert problem(shop.post(place, {"code": "1234"})) == (409, "nothing_to_continue")
    assert shop.post(place, {"pin": "123456"}).json()["outcome"] == "connected"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"provider": "telegram"}, (422, "invalid")),
        ({"provider": "meta", "mode": "hosted"}, (422, "invalid")),
        ({"provider": "twilio"}, (409, "not_set_up")),
        ({"provider": "meta", "credential_id": 999_999}, (404, "not_found")),
    ],
)
def test_what_can_t_begin_is_told(program: Make, meta: Sandbox, body: dict[str, Any], told: tuple[int, str]) -> None:
    assert problem(program("numbers").post("/onboardings", body)) == told
