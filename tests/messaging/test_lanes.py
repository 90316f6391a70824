"""Leases, departures and what came of them, without a network."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from safarichat.messaging import lanes
from safarichat.messaging.climbing import News, climb_all
from safarichat.messaging.models import Attempt, Conversation, Lane, Message
from safarichat.messaging.retrying import cancel, retry
from safarichat.messaging.sending import Departure, Due, Ended, Want, Withheld, depart, fetch_due, record
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Accepted, Later, Outcome, Problem, Refused, Unknown
from tests.inbox.payloads import status, take
from tests.messaging.ours import now, open_window, queued

pytestmark = pytest.mark.django_db
WHY = Problem(key="why", message="Because.")


def leased(holder: str = "me") -> lanes.Leased:
    [one] = lanes.lease(holder, 10)
    return one


def due(lane: lanes.Leased, *busy: int) -> list[Due]:
    return fetch_due([Want(lane.credential_id, 100, busy)])[0]


def departed(lane: lanes.Leased, *messages: Message) -> dict[int, int]:
    return depart([Departure(lane.credential_id, lane.lease, tuple(one.pk for one in messages))])[0]


def run_out(lane: lanes.Leased) -> None:
    Lane.objects.filter(pk=lane.credential_id).update(leased_until=F("leased_until") - timedelta(minutes=1))


def came_of(number: OfficialWhatsappCredential, outcome: Outcome | Withheld) -> Message:
    message = queued(number)
    lane = leased()
    [one] = [found for found in due(lane) if found.id == message.pk]
    attempt = departed(lane, message)[message.pk]
    record([Ended(one, attempt, now(), outcome)])
    message.refresh_from_db()
    return message


def test_a_lane_is_held_by_one(number: OfficialWhatsappCredential) -> None:
    queued(number)
    assert len(lanes.lease("one", 10)) == 1
    assert lanes.lease("two", 10) == []


def test_a_lane_with_nothing_to_send_is_not_taken(number: OfficialWhatsappCredential) -> None:
    message = queued(number)
    Message.objects.filter(pk=message.pk).update(not_before=now() + timedelta(minutes=1))
    assert lanes.lease("me", 10) == []


def test_a_number_that_may_not_send_keeps_its_messages(number: OfficialWhatsappCredential) -> None:
    queued(number)
    number.status = "reauth_required"
    number.save()
    assert lanes.lease("me", 10) == []
    assert Message.objects.get().status == "queued"


def test_two_workers_share_the_lanes(number: OfficialWhatsappCredential) -> None:
    for n in range(5):
        other = OfficialWhatsappCredential.objects.get(pk=number.pk)
        other.pk, other.phone_number_id, other.phone_number = None, f"30000000000010{n}", f"25470000010{n}"
        other.save()
        queued(other)
    assert lanes.share("one") == 5
    assert lanes.share("two") == 3
    assert lanes.share("one") == 3
    lanes.leave("two")
    assert lanes.share("one") == 5


def test_replies_go_before_bulk_and_older_before_newer(number: OfficialWhatsappCredential) -> None:
    bulk = queued(number, "254711000001", priority=9)
    first, second = queued(number, "254711000002"), queued(number, "254711000003")
    assert [one.id for one in due(leased())] == [first.pk, second.pk, bulk.pk]


def test_messages_of_a_conversation_in_hand_wait(number: OfficialWhatsappCredential) -> None:
    first, _ = queued(number), queued(number)
    assert due(leased(), first.conversation_id) == []


def test_an_attempt_is_written_before_anything_leaves(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    assert departed(lane, message) == {message.pk: 1}
    message.refresh_from_db()
    assert (message.status, message.attempt_count) == ("sending", 1)
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.lease, attempt.ended_at) == (1, lane.lease, None)


def test_nothing_departs_twice(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    departed(lane, message)
    assert departed(lane, message) == {}


def test_nothing_departs_under_a_lease_that_has_run_out(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    run_out(lane)
    assert departed(lane, message) == {}
    assert Message.objects.get().status == "queued"


def test_nothing_departs_under_a_lease_that_somebody_else_has_now(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    run_out(lane)
    lanes.recover()
    leased("two")
    assert departed(lane, message) == {}


def test_nothing_departs_that_was_cancelled(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    cancel(number.account_id, message.pk)
    assert departed(lane, message) == {}


def test_a_renewed_lease_holds_and_one_that_ran_out_can_not_be_renewed(number: OfficialWhatsappCredential) -> None:
    queued(number)
    lane = leased()
    assert lanes.renew([lane.lease])[number.pk].may_send
    run_out(lane)
    assert lanes.renew([lane.lease]) == {}


def test_after_a_kill_what_had_begun_is_unconfirmed_and_the_rest_still_queued(
    number: OfficialWhatsappCredential,
) -> None:
    begun, waiting = queued(number, "254711000001"), queued(number, "254711000002")
    lane = leased()
    departed(lane, begun)
    run_out(lane)
    assert lanes.recover() == 1
    begun.refresh_from_db()
    waiting.refresh_from_db()
    assert (begun.status, waiting.status) == ("unconfirmed", "queued")
    assert begun.problem
    assert begun.problem["key"] == "interrupted"
    assert [one.id for one in due(leased("two"))] == [waiting.pk]


def test_a_lane_given_back_leaves_nothing_that_is_neither_queued_nor_ended(
    number: OfficialWhatsappCredential,
) -> None:
    message, lane = queued(number), leased()
    departed(lane, message)  # and the answer to this commit was lost: nothing left
    lanes.release([lane.lease])
    message.refresh_from_db()
    assert message.status == "queued"
    assert Attempt.objects.get().outcome == "not_sent"
    assert len(lanes.lease("two", 10)) == 1


def test_an_answer_that_comes_after_the_takeover_still_counts(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, message)
    run_out(lane)
    lanes.recover()
    record([Ended(one, 1, now(), Accepted(provider_message_id="wamid.1"))])
    message.refresh_from_db()
    assert (message.status, message.provider_message_id) == ("accepted", "wamid.1")


def test_what_the_provider_does_not_carry_is_kept_with_the_message(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, message)
    record([Ended(one, 1, now(), Accepted(provider_message_id="wamid.1", loss=("The file's name is lost.",)))])
    message.refresh_from_db()
    assert message.loss == ["The file's name is lost."]


def test_what_surely_stayed_goes_back_also_after_a_takeover(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, message)
    run_out(lane)
    lanes.recover()
    record([Ended(one, 1, now(), Withheld())])
    message.refresh_from_db()
    assert message.status == "queued"


def test_a_late_refusal_of_an_earlier_attempt_does_not_end_a_persons_retry(
    number: OfficialWhatsappCredential,
) -> None:
    open_window(number)
    message, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, message)
    run_out(lane)
    lanes.recover()
    retry(number.account_id, message.pk, sent_by=None)
    record([Ended(one, 1, now(), Refused(WHY))])
    message.refresh_from_db()
    assert message.status == "queued"


def test_accepted(number: OfficialWhatsappCredential) -> None:
    message = came_of(number, Accepted(provider_message_id="wamid.1", wa_id="14155550123"))
    assert (message.status, message.provider_message_id) == ("accepted", "wamid.1")
    assert Conversation.objects.get().last_status == "accepted"


def test_refused(number: OfficialWhatsappCredential) -> None:
    message = came_of(number, Refused(WHY))
    assert message.status == "failed"
    assert message.problem
    assert message.problem["message"] == "Because."


def test_an_answer_that_was_lost_leaves_it_unconfirmed(number: OfficialWhatsappCredential) -> None:
    assert came_of(number, Unknown(WHY)).status == "unconfirmed"


def test_what_comes_after_a_lost_answer_waits_for_its_fate(number: OfficialWhatsappCredential) -> None:
    first, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, first)
    record([Ended(one, 1, now(), Unknown(WHY))])
    second = queued(number)
    assert due(lane) == []
    climb_all([News(message_id=first.pk, status="delivered", at=now())])
    assert [found.id for found in due(lane)] == [second.pk]


def test_a_fate_that_nobody_tells_holds_nothing_up_for_long(number: OfficialWhatsappCredential) -> None:
    first, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, first)
    record([Ended(one, 1, now() - timedelta(seconds=30), Unknown(WHY))])
    second = queued(number)
    assert [found.id for found in due(lane)] == [second.pk]


def test_later_puts_it_back_with_a_time(number: OfficialWhatsappCredential) -> None:
    message = came_of(number, Later(WHY, "transient", 30))
    assert message.status == "queued"
    assert message.not_before is not None
    assert message.not_before > now() + timedelta(seconds=20)


def test_a_wait_is_as_long_as_said_whatever_a_workers_clock_says(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, message)
    record([Ended(one, 1, now() + timedelta(hours=1), Later(WHY, "transient", 30))])
    message.refresh_from_db()
    assert message.not_before is not None
    assert now() + timedelta(seconds=20) < message.not_before < now() + timedelta(seconds=40)


def test_a_throttled_number_pauses_its_whole_lane(number: OfficialWhatsappCredential) -> None:
    message = came_of(number, Later(WHY, "throttled", 30))
    assert (message.status, message.not_before) == ("queued", None)
    paused_until = Lane.objects.get().paused_until
    assert paused_until is not None
    assert paused_until > now() + timedelta(seconds=20)


def test_a_throttled_recipient_makes_only_their_message_wait(number: OfficialWhatsappCredential) -> None:
    problem = Problem(key="pair", message="Slow.", scope="recipient")
    assert came_of(number, Later(problem, "throttled", 30)).not_before is not None
    assert Lane.objects.get().paused_until is None


def test_a_credential_that_fails_freezes_the_lane_and_keeps_the_message(number: OfficialWhatsappCredential) -> None:
    message = came_of(number, Later(WHY, "credential", 0))
    assert message.status == "queued"
    lane = Lane.objects.get()
    assert lane.frozen_at is not None
    Lane.objects.update(lease=None)
    assert lanes.lease("two", 10) == []
    number.onboarding_completed_at = now()
    number.save()
    assert len(lanes.lease("two", 10)) == 1


def test_tries_are_counted_and_a_persons_retry_begins_anew(number: OfficialWhatsappCredential) -> None:
    open_window(number)
    message, lane = queued(number), leased()

    def again() -> Any:
        Message.objects.filter(status="queued").update(not_before=None)
        [one] = due(lane)
        attempt = departed(lane, message)[message.pk]
        record([Ended(one, attempt, now(), Later(WHY, "transient", 1, tries=2))])
        message.refresh_from_db()
        return message.status

    assert [again(), again()] == ["queued", "failed"]
    retry(number.account_id, message.pk, sent_by=None)
    assert [again(), again()] == ["queued", "failed"]


def test_a_status_before_our_own_record_is_not_taken_back_by_it(number: OfficialWhatsappCredential) -> None:
    message, lane = queued(number), leased()
    [one] = due(lane)
    departed(lane, message)
    take(status("wamid.1", "delivered", opaque=message.opaque))
    record([Ended(one, 1, now(), Unknown(WHY))])
    message.refresh_from_db()
    assert message.status == "delivered"


def test_the_id_under_which_the_provider_knows_the_customer_is_learnt(number: OfficialWhatsappCredential) -> None:
    """Brazil's landline-like series: the key does not join them, the provider's answer does."""
    message = queued(number, "5511941234567")
    lane = leased()
    [one] = due(lane)
    record(
        [
            Ended(
                one, departed(lane, message)[message.pk], now(), Accepted(provider_message_id="w", wa_id="551141234567")
            )
        ]
    )
    open_window(number, "551141234567")
    assert Conversation.objects.count() == 1


def test_a_number_that_an_operator_pauses_is_given_back_and_not_taken(number: OfficialWhatsappCredential) -> None:
    queued(number)
    lane = leased()
    lanes.pause(lane.credential_id, 30)
    assert lanes.renew([lane.lease])[lane.credential_id].may_send
    lanes.pause(lane.credential_id, 3600)
    assert not lanes.renew([lane.lease])[lane.credential_id].may_send
    lanes.release([lane.lease])
    assert lanes.lease("me", 10) == []
