"""A connect link that was used is told to who asks for it, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.endpoints.watching import LINK, tell_of_links
from safarichat.numbers import visits
from safarichat.numbers.models import ConnectLink, OfficialWhatsappCredential
from tests.endpoints.made import endpoint, told

pytestmark = pytest.mark.django_db


def make_link(number: OfficialWhatsappCredential) -> ConnectLink:
    return ConnectLink.objects.create(
        account_id=number.account_id,
        token_digest="0" * 64,
        name="Asha",
        reference="customer 7",
        providers=["meta"],
        expires_at=timezone.now() + timedelta(days=1),
        credential=number,
    )


def test_a_used_link_is_told_once_to_who_asks_for_it(account: Account, number: OfficialWhatsappCredential) -> None:
    asks, does_not = endpoint(account, fields=["messages", LINK]), endpoint(account)
    link = make_link(number)
    tell_of_links()
    assert told(asks) == []
    now = timezone.now()
    visits.connected(number, now)
    tell_of_links()
    tell_of_links()
    assert told(asks) == [
        {
            "field": LINK,
            "value": {
                "event": "used",
                "timestamp": str(int(now.timestamp())),
                "connect_link_id": link.pk,
                "reference": "customer 7",
                "credential_id": number.pk,
                "metadata": {"display_phone_number": "254700000001", "phone_number_id": "300000000000001"},
            },
        }
    ]
    assert told(does_not) == []


def test_nobody_hears_of_another_accounts_links(
    account: Account, other_account: Account, number: OfficialWhatsappCredential
) -> None:
    theirs = endpoint(other_account, fields=[LINK])
    make_link(number)
    visits.connected(number, timezone.now())
    tell_of_links()
    assert told(theirs) == []
