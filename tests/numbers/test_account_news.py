"""What Meta tells of business accounts and numbers, from the webhook to what a person sees."""

from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.inbox.models import HookEvent
from safarichat.numbers import history
from safarichat.numbers.health import take_check
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Health
from tests.conformance.cloud_api import hook
from tests.fixtures import make_account, make_number
from tests.inbox.payloads import AT, WABA_ID, take

pytestmark = pytest.mark.django_db


def news(field: str, value: Any, *, at: int = AT, waba: str = WABA_ID) -> bytes:
    return hook(field, value).body.replace(b'"2002001"', f'"{waba}"'.encode()).replace(b"1790000000", str(at).encode())


def fresh(number: OfficialWhatsappCredential) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=number.pk)


RESTRICTED = {"restriction_info": [{"restriction_type": "X"}]}
BEFALLS = [  # the event, what it says beside, the number's status after it, the problem's code
    ("ACCOUNT_RESTRICTION", RESTRICTED, "attention", "account_restricted"),
    ("ACCOUNT_VIOLATION", {"violation_info": {"violation_type": "SPAM"}}, "attention", "policy_violation"),
    ("DISABLED_UPDATE", {"ban_info": {"waba_ban_state": "DISABLE"}}, "suspended", "account_disabled"),
    (
        "DISABLED_UPDATE",
        {"ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        "attention",
        "account_to_be_disabled",
    ),
    ("PARTNER_REMOVED", {}, "reauth_required", "access_withdrawn"),
    ("PARTNER_REMOVED", {"disconnection_info": {"reason": "PRIMARY_INACTIVITY"}}, "reauth_required", "phone_inactive"),
    ("PARTNER_APP_UNINSTALLED", {}, "reauth_required", "access_withdrawn"),
    ("ACCOUNT_OFFBOARDED", {}, "suspended", "off_the_platform"),
    ("ACCOUNT_DELETED", {}, "disconnected", "account_deleted"),
]


@pytest.mark.parametrize(("event", "more", "status", "code"), BEFALLS)
def test_each_number_of_the_account_takes_what_befell_it(
    account: Account, event: str, more: Any, status: str, code: str
) -> None:
    first, second = make_number(account), make_number(account, phone_number_id="3", phone_number="254700000003")
    other = make_number(make_account("other"), phone_number_id="4", phone_number="254700000004", waba_id="5")
    take(news("account_update", {"event": event, **more}))
    for number in (first, second):
        assert fresh(number).status == status
        assert fresh(number).error_logs[0]["code"] == code
        assert [change.value for change in history.newest(number.pk) if change.name == "status"] == [status]
    assert fresh(other).status == "connected"


def test_who_comes_back_by_the_phone_app_may_send_again_without_a_sign_in(number: OfficialWhatsappCredential) -> None:
    take(news("account_update", {"event": "ACCOUNT_OFFBOARDED"}, at=AT))
    assert not fresh(number).may_send
    take(news("account_update", {"event": "ACCOUNT_RECONNECTED"}, at=AT + 9))
    assert fresh(number).may_send
    assert fresh(number).access_token


def test_a_review_that_ends_well_lifts_waiting_and_nothing_else(account: Account) -> None:
    waiting = make_number(account, status="in_review")
    banned = make_number(account, status="suspended", phone_number_id="3", phone_number="254700000003")
    take(news("account_review_update", {"decision": "APPROVED"}))
    assert (fresh(waiting).status, fresh(banned).status) == ("connected", "suspended")


def test_a_limit_of_the_business_reaches_all_its_numbers_and_nobody_elses(account: Account) -> None:
    business = {"business_id": "77"}
    told = make_number(account, meta_app_config=business)
    same = make_number(account, meta_app_config=business, phone_number_id="3", phone_number="254700000003", waba_id="5")
    another = make_number(
        account, meta_app_config={"business_id": "78"}, phone_number_id="4", phone_number="254700000004", waba_id="6"
    )
    stranger = make_number(
        make_account("other"), meta_app_config=business, phone_number_id="5", phone_number="254700000005", waba_id="7"
    )
    take(news("business_capability_update", {"max_daily_conversations_per_business": "TIER_10K"}))
    limits = [fresh(row).provider_config.get("messaging_limit") for row in (told, same, another, stranger)]
    assert limits == ["TIER_10K", "TIER_10K", None, None]
    assert HookEvent.objects.count() == 1  # it was told of one account


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_limit_holds_whichever_field_told_it_and_whenever(
    number: OfficialWhatsappCredential, order: tuple[int, ...]
) -> None:
    display = {"display_phone_number": "254700000001", "event": "ONBOARDING"}
    told = [
        news("business_capability_update", {"max_daily_conversations_per_business": 250}, at=AT),
        news("phone_number_quality_update", {**display, "max_daily_conversations_per_business": "TIER_2K"}, at=AT + 5),
        news("business_capability_update", {"max_daily_conversations_per_business": "TIER_10K"}, at=AT + 9),
    ]
    for place in (*order, *order):
        take(told[place])
    assert fresh(number).provider_config["messaging_limit"] == "TIER_10K"


def test_a_late_restriction_is_not_hidden_by_newer_news_of_another_kind(number: OfficialWhatsappCredential) -> None:
    take(news("account_update", {"event": "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", "country": "KE"}, at=AT + 9))
    take(news("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}}, at=AT))
    assert (fresh(number).status, fresh(number).provider_config["country"]) == ("attention", "KE")


def test_facts_that_are_told_stand_in_the_history(number: OfficialWhatsappCredential) -> None:
    display = {"display_phone_number": "254700000001"}
    take(
        news("account_review_update", {"decision": "APPROVED"}),
        news("business_username_updates", {**display, "username": "@asha.co", "status": "approved"}),
        news("payment_configuration_update", {"configuration_name": "upi", "status": "Needs Testing"}),
        news("account_update", {"event": "VERIFIED_ACCOUNT"}),
        news("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "R_ONE"}]}),
    )
    told = {change.name: change.value for change in history.newest(number.pk)}
    assert (told["account_review_status"], told["username"], told["payments"]) == (
        "APPROVED", "asha.co", "Needs Testing",
    )  # fmt: skip
    assert told["restrictions"] == '["R_ONE"]'
    assert fresh(number).provider_config["is_business_verified"] is True


WELL = Health(status="connected", checks=())


@pytest.mark.parametrize(
    "event",
    [
        {"event": "ACCOUNT_RESTRICTION", **RESTRICTED},
        {"event": "ACCOUNT_VIOLATION"},
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
    ],
)
def test_a_check_that_finds_nothing_does_not_lift_what_only_an_event_told(
    number: OfficialWhatsappCredential, event: Any
) -> None:
    now = int(timezone.now().timestamp())
    take(news("account_update", event, at=now))
    row = fresh(number)
    for _ in range(2):
        take_check(row, WELL)
        row.save()
        assert row.status == "attention"
        assert len(row.health["problems"]) == 1
    take(news("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, at=now + 1))
    row = fresh(number)
    assert row.status == "connected"
    take_check(row, WELL)
    assert (row.status, row.health["problems"]) == ("connected", [])


def test_a_restriction_ends_at_its_own_time(number: OfficialWhatsappCredential) -> None:
    now = int(timezone.now().timestamp())
    over, lasting = ({"restriction_type": "X", "expiration": now + seconds} for seconds in (-5, 500))
    for told, status in (([over], "connected"), ([over, lasting], "attention")):
        now += 1
        take(news("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": told}, at=now))
        row = fresh(number)
        assert row.status == "attention"
        take_check(row, WELL)
        assert row.status == status


def test_a_pin_that_somebody_wants_off_is_told_and_stops_nothing(number: OfficialWhatsappCredential) -> None:
    take(news("security", {"display_phone_number": "254700000001", "event": "PIN_RESET_REQUEST", "requester": "9"}))
    assert fresh(number).status == "connected"
    assert fresh(number).error_logs[0]["code"] == "pin_reset_asked"
