"""Sign-ins that end are renewed before they do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from safarichat.ground import fields
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.renewing import renew
from safarichat.numbers.walking import Walked
from tests.fixtures import Sandbox

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def row(connect: Callable[..., Walked]) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=connect().credential_id)


def ends_in(row: OfficialWhatsappCredential, days: float) -> None:
    OfficialWhatsappCredential.objects.filter(pk=row.pk).update(token_expiration=timezone.now() + timedelta(days=days))


def test_a_token_that_ends_within_a_fortnight_is_renewed(row: OfficialWhatsappCredential) -> None:
    assert renew() == 0, "sixty days are left"
    ends_in(row, 10)
    token = fields.opened(row, "access_token")
    assert renew() == 1
    row.refresh_from_db()
    assert fields.opened(row, "access_token") != token
    assert row.token_expiration is not None
    assert row.token_expiration > timezone.now() + timedelta(days=50)


def test_it_is_tried_once_a_day(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    ends_in(row, 10)
    status = row.status
    meta.post("/_sandbox/faults", json={"provider": "meta", "kind": "outage", "for": 60})
    assert renew() == 0
    meta.http.request("DELETE", "/_sandbox/faults")
    assert renew() == 0
    row.refresh_from_db()
    assert row.status == status


def test_a_token_that_was_withdrawn_meanwhile_stops_the_number(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    ends_in(row, 10)
    meta.http.patch(f"/_sandbox/numbers/{row.phone_number_id}", json={"token": "revoked"})
    assert renew() == 0
    row.refresh_from_db()
    assert row.status == "reauth_required"
