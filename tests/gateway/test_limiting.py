"""How often a key may ask for what is not hot, and what it is told of that."""

import json
from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.ground import ids
from safarichat.numbers import deeds
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.gateway.door import NUMBER, Door, Told, make_key
from tests.gateway.door import door as door
from tests.gateway.test_media import upload
from tests.messaging.ours import TEMPLATE

pytestmark = pytest.mark.django_db(transaction=True)

WABA = "200000000000001"
MESSAGE = {"messaging_product": "whatsapp", "to": "+14155550123", **TEMPLATE}


def usage(told: Told) -> Any:
    return json.loads(told.headers["x-app-usage"])


def test_headers_tell_how_much_of_the_limit_is_used(door: Door, settings: Any) -> None:
    settings.SAFARICHAT_RATE_LIMIT_API = 4
    for path, used in ((NUMBER, 25), (WABA, 50), ("debug_token?input_token=x", 75)):
        told = door.call("GET", f"/v25.0/{path}")
        assert usage(told) == {"call_count": used, "total_cputime": 0, "total_time": 0}
        of_account = json.loads(told.headers.get("x-business-use-case-usage", "{}"))
        if path in (NUMBER, WABA):
            [found] = of_account[WABA]
            assert (found["call_count"], found["estimated_time_to_regain_access"]) == (used, 0)
        else:
            assert of_account == {}


def test_who_asks_too_often_is_told_when_to_come_again(door: Door, settings: Any, account: Account) -> None:
    settings.SAFARICHAT_RATE_LIMIT_API = 2
    for _ in range(2):
        assert door.call("GET", f"/v25.0/{NUMBER}").status == 200
    told = door.call("GET", f"/v25.0/{NUMBER}")
    assert told.code == (400, 4)
    assert 0 < int(told.headers["retry-after"]) <= 60
    assert usage(told)["call_count"] == 100
    [of_account] = json.loads(told.headers["x-business-use-case-usage"])[WABA]
    assert of_account["estimated_time_to_regain_access"] == 1
    assert door.call("GET", f"/v25.0/{NUMBER}", key=make_key(account)).status == 200


def test_messages_receipts_and_bytes_of_files_are_not_counted(door: Door, settings: Any) -> None:
    settings.SAFARICHAT_RATE_LIMIT_API = 1
    media_id = upload(door).json["id"]
    assert door.call("GET", f"/{media_id}").status == 200
    assert door.call("GET", f"/{media_id}").code == (400, 4)
    assert door.call("GET", f"/{media_id}/content").status == 200
    assert upload(door).status == 200
    told = door.call("POST", f"/v25.0/{NUMBER}/messages", MESSAGE)
    assert told.status == 200
    assert "x-app-usage" not in told.headers
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": ids.wamid(1)}
    assert door.call("POST", f"/v25.0/{NUMBER}/messages", receipt).code == (400, 131009)


@pytest.mark.parametrize(
    ("edge", "given"),
    [
        ("/request_code", {"code_method": "SMS"}),
        ("/verify_code", {"code": "123456"}),
        ("/register", {"pin": "123456"}),
        ("/deregister", {}),
        ("", {"pin": "123456"}),
        ("", {"new_display_name": "Asha"}),
        ("/whatsapp_business_profile", {"about": "Flowers"}),
    ],
)
def test_a_number_is_not_asked_for_more_than_on_its_page(
    door: Door, number: OfficialWhatsappCredential, edge: str, given: dict[str, str]
) -> None:
    for _ in range(deeds.PER_MINUTE):  # as a person may have done on the page
        assert deeds.wait_s(number.pk) == 0
    told = door.call("POST", f"/v25.0/{NUMBER}{edge}", given)
    assert told.code == (400, 4)
    assert 0 < int(told.headers["retry-after"]) <= 60


def test_another_numbers_deeds_do_not_count(door: Door, number: OfficialWhatsappCredential) -> None:
    for _ in range(deeds.PER_MINUTE):
        deeds.wait_s(number.pk + 1)
    assert door.call("POST", f"/v25.0/{NUMBER}/request_code", {}).code == (400, 100)
