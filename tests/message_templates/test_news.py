"""Webhooks about templates, in any order and any number of times."""

from itertools import permutations
from typing import Any

import pytest

from safarichat.message_templates.models import Copy, MessageTemplate
from safarichat.message_templates.news import apply
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import TemplateChanged
from tests.message_templates.copies import LONG_AGO, make_copy, make_template

pytestmark = pytest.mark.django_db
START = int(LONG_AGO.timestamp())
STATUS, QUALITY = "message_template_status_update", "message_template_quality_update"


def changed(at: int, field: str = STATUS, **told: Any) -> TemplateChanged:
    known = {"field": field, "event": "", "waba_id": "2", "template_id": "1", "name": "order_update"}
    return TemplateChanged(**{**known, "language": "en-US", "at": START + at, **told})


def tell(number: OfficialWhatsappCredential, *events: TemplateChanged) -> MessageTemplate:
    for event in events:
        apply([(Route(number.pk, number.account_id), event)])
    return MessageTemplate.objects.get(name="order_update")


EVENTS = [
    changed(10, status="PAUSED"),
    changed(20, status="APPROVED"),
    changed(30, status="PAUSED"),
    changed(15, QUALITY, quality="YELLOW"),
    changed(25, QUALITY, quality="RED"),
    changed(5, "template_category_update", category="MARKETING"),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_ends_in_the_newest_state(number: OfficialWhatsappCredential, order: tuple[int, ...]) -> None:
    make_template(make_copy(number))
    shuffled = [EVENTS[place] for place in order] + EVENTS[:2:-1] + EVENTS
    row = tell(number, *shuffled)
    assert (row.status, row.quality, row.category) == ("PAUSED", "RED", "MARKETING")


def test_news_older_than_the_list_tell_nothing(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number))
    assert tell(number, changed(-60, status="PENDING")).status == "APPROVED"


def test_a_warning_changes_no_category_yet(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number))
    warned = changed(5, "template_category_update", category="MARKETING", is_warning=True)
    assert tell(number, warned).category == "UTILITY"


def test_a_rejected_one_is_kept_with_its_reason(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number), status="PENDING")
    row = tell(number, changed(5, status="REJECTED", value={"reason": "INVALID_FORMAT"}))
    assert (row.status, row.rejected_reason, row.gone_at) == ("REJECTED", "INVALID_FORMAT", None)


def test_a_deleted_one_is_marked_as_gone_and_kept(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number))
    assert tell(number, changed(5, status="DELETED")).gone_at is not None


def test_new_words_take_the_place_of_the_old(number: OfficialWhatsappCredential) -> None:
    template = make_template(make_copy(number))
    told = ({"type": "BODY", "text": "Other words"},)
    row = tell(number, changed(5, "message_template_components_update", components=told))
    assert {"type": "BODY", "text": "Other words"} in row.components
    assert len(row.components) == len(template.components)


def test_any_news_make_the_list_be_read_again(number: OfficialWhatsappCredential) -> None:
    make_template(make_copy(number))
    tell(number, changed(5, name="brand_new", status="APPROVED"))
    assert Copy.objects.get().wanted_at is not None


def test_news_of_an_account_without_a_copy_are_no_harm(number: OfficialWhatsappCredential) -> None:
    apply([(Route(number.pk, number.account_id), changed(5, status="PAUSED"))])
    assert not MessageTemplate.objects.exists()
