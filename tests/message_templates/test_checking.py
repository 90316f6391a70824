"""What the copy knows is refused before it is queued; what it can't know is the provider's to judge."""

from typing import Any

import pytest

from safarichat.accounts.models import Account
from safarichat.messaging.models import Conversation, Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Refused
from tests.fixtures import make_number
from tests.message_templates.copies import make_copy, make_template
from tests.messaging.ours import now

pytestmark = pytest.mark.django_db


def sent(name: str, language: str = "en_US", *components: Any) -> dict[str, Any]:
    more = {"components": list(components)} if components else {}
    return {"type": "template", "template": {"name": name, "language": {"code": language}, **more}}


def body(*values: str) -> dict[str, Any]:
    return {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}


def answer(number: OfficialWhatsappCredential, message: Any, **order: Any) -> Queued | Refused:
    known = {"credential_id": number.pk, "body": message, "to": "14155550123"}
    return queue(number.account_id, [Order(**known | order)], now=now())[0]


def code(found: Queued | Refused) -> int | None:
    return found.problem.code if isinstance(found, Refused) else None


def test_before_the_first_sync_nothing_is_refused(number: OfficialWhatsappCredential) -> None:
    assert isinstance(answer(number, sent("nobody_knows")), Queued)
    make_copy(number, synced_at=None)
    assert isinstance(answer(number, sent("nobody_knows")), Queued)


def test_what_is_not_in_the_copy_does_not_exist_in_that_language(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number), "hello_world")
    assert isinstance(answer(number, sent("hello_world")), Queued)
    assert code(answer(number, sent("hello_world", "sw"))) == 132001
    assert code(answer(number, sent("hello_moon"))) == 132001


@pytest.mark.parametrize(("status", "expected"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)])
def test_what_is_not_approved_is_refused(number: OfficialWhatsappCredential, status: str, expected: int) -> None:
    make_template(make_copy(number), "hello_world", status=status)
    assert code(answer(number, sent("hello_world"))) == expected
    assert not Message.objects.exists()


def test_what_is_gone_does_not_exist(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number), "hello_world", gone_at=now())
    assert code(answer(number, sent("hello_world"))) == 132001


def test_values_are_counted_and_the_field_is_named(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number), "feedback", components=[{"type": "BODY", "text": "Hi {{1}} and {{2}}"}])
    found = answer(number, sent("feedback", "en_US", body("Ann")))
    assert isinstance(found, Refused)
    assert (found.problem.code, found.problem.details) == (132000, "template.components[0].parameters: body: 1 of 2")


def test_a_list_shows_what_the_customer_reads(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number), "feedback", components=[{"type": "BODY", "text": "Hi {{1}} and {{2}}"}])
    assert isinstance(answer(number, sent("feedback", "en_US", body("Ann", "Bo"))), Queued)
    assert Message.objects.get().text == Conversation.objects.get().last_text == "Hi Ann and Bo"


def test_a_sign_in_code_needs_a_phone_number(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number), "hello_world", category="AUTHENTICATION")
    assert code(answer(number, sent("hello_world"), to="", recipient="US.1")) == 131062
    assert isinstance(answer(number, sent("hello_world")), Queued)


def test_another_business_accounts_templates_are_not_this_ones(
    number: OfficialWhatsappCredential, other_account: Account
) -> None:
    make_template(make_copy(number), "hello_world")
    other = make_number(other_account, phone_number_id="3777", waba_id=number.waba_id)
    make_copy(other)
    assert code(answer(other, sent("hello_world"))) == 132001
    elsewhere = make_number(number.account, phone_number_id="3888", waba_id="2888")
    make_copy(elsewhere)
    assert code(answer(elsewhere, sent("hello_world"))) == 132001


def test_one_batch_asks_once_for_all_its_templates(
    number: OfficialWhatsappCredential, django_assert_max_num_queries: Any
) -> None:
    copy = make_copy(number)
    for name in ("one", "two", "three"):
        make_template(copy, name)
    orders = [
        Order(credential_id=number.pk, body=sent(name), to=f"1415555{place:04}")
        for place, name in enumerate(["one", "two", "three", "four"] * 5)
    ]
    found = queue(number.account_id, orders, now=now())
    assert [code(one) for one in found] == [None, None, None, 132001] * 5


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("AUTHENTICATION", Message.Priority.REPLY),
        ("UTILITY", Message.Priority.UTILITY),
        ("MARKETING", Message.Priority.BULK),
    ],
)
def test_a_template_is_as_urgent_as_its_category(
    number: OfficialWhatsappCredential, category: str, expected: int
) -> None:
    make_template(make_copy(number), "hello_world", category=category)
    answer(number, sent("hello_world"))
    assert Message.objects.get().priority == expected


def test_what_was_queued_as_bulk_stays_bulk(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number), "hello_world", category="UTILITY")
    answer(number, sent("hello_world"), priority=Message.Priority.BULK)
    assert Message.objects.get().priority == Message.Priority.BULK
