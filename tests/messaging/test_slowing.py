"""A throttle told afterwards slows the bucket that it belongs to, and no other."""

from datetime import datetime, timedelta

import pytest

from safarichat.messaging.models import Lane, Message, Portfolio
from safarichat.messaging.portfolios import slowed
from safarichat.messaging.slowing import Brake, told
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.twilio.errors import problem_with
from tests.inbox.payloads import status, take
from tests.messaging.ours import now, queued, sent_out

pytestmark = pytest.mark.django_db
OTHER = "14155550199"


def fail(code: int, *, at: datetime | None = None) -> None:
    take(status("wamid.OUT1", "failed", at=int((at or now()).timestamp()), code=code))


def paused_s() -> float:
    until = Lane.objects.get().paused_until
    return (until - now()).total_seconds() if until else 0


@pytest.mark.parametrize(("code", "least", "most"), [(130429, 0, 1), (80007, 58, 60), (131047, 0, 0), (131026, 0, 0)])
def test_the_number_rests_for_as_long_as_its_own_throttle_asks(
    number: OfficialWhatsappCredential, code: int, least: float, most: float
) -> None:
    sent_out(number)
    fail(code)
    assert Message.objects.get().status == "failed"
    assert (Lane.objects.get().paused_until is not None) == bool(most)
    assert least <= max(0, paused_s()) <= most


def test_a_pair_that_had_too_much_waits_and_nobody_else(number: OfficialWhatsappCredential) -> None:
    sent_out(number)
    same, other = queued(number), queued(number, OTHER)
    fail(131056)
    same.refresh_from_db()
    other.refresh_from_db()
    assert same.not_before is not None
    assert 3 < (same.not_before - now()).total_seconds() <= 6
    assert (same.problem or {})["key"] == "pair_rate_limit"
    assert (other.not_before, other.problem, Lane.objects.get().paused_until) == (None, None, None)


def test_a_portfolio_that_had_too_much_writes_to_nobody_new(number: OfficialWhatsappCredential) -> None:
    number.provider_config = {"business_id": "700"}
    number.save(update_fields=["provider_config"])
    sent_out(number)
    fail(131048)
    portfolio = Portfolio.objects.get(key="700")
    assert portfolio.paused_until is not None
    assert slowed(["700"]) == {"700"}
    assert Lane.objects.get().paused_until is None


def test_told_again_or_told_late_it_slows_nothing(number: OfficialWhatsappCredential) -> None:
    sent_out(number)
    at = now()
    fail(80007, at=at)
    Lane.objects.update(paused_until=None)
    fail(80007, at=at)
    fail(80007, at=at - timedelta(minutes=3))
    assert Lane.objects.get().paused_until is None


def test_each_providers_throttles_name_their_rest_and_nothing_else_has_one() -> None:
    assert (problem_with(63018).rests_s, problem_with(63018).scope) == (10, "number")
    assert (problem_with(63017).rests_s, problem_with(63017).scope) == (5, "account")
    assert problem_with(63016).rests_s == problem_with(None).rests_s == 0


def test_what_workers_are_told_reads_as_it_was_written() -> None:
    brake = Brake(credential_id=1, conversation_id=2, scope="number", rests_s=1.5, age_s=0)
    text = '[{"credential_id":1,"conversation_id":2,"scope":"number","rests_s":1.5,"age_s":0.0,"portfolio":""}]'
    assert told(text) == [brake]
