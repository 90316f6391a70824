"""The database itself writes down how a number's standing changes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from safarichat.console import plots
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import history
from safarichat.numbers.models import NumberHistory, OfficialWhatsappCredential
from safarichat.numbers.rows import changing

pytestmark = pytest.mark.django_db


def told(number: OfficialWhatsappCredential) -> list[tuple[str, str]]:
    return [(change.name, change.value) for change in history.newest(number.pk)]


def test_each_change_is_written_once(number: OfficialWhatsappCredential) -> None:
    for rating in ("YELLOW", "YELLOW", "RED"):
        with changing(number.pk) as row:
            row.quality_rating = rating
    assert told(number) == [("quality_rating", "RED"), ("quality_rating", "YELLOW")]


def test_also_what_stands_in_the_providers_facts(number: OfficialWhatsappCredential) -> None:
    with changing(number.pk) as row:
        row.provider_config = {**row.provider_config, "messaging_limit": "TIER_10K", "hook_url": "https://x.test"}
    assert told(number) == [("messaging_limit", "TIER_10K")]


def test_also_when_raw_sql_changes_it(number: OfficialWhatsappCredential) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE official_whatsapp_credentials SET status = 'suspended' WHERE id = %s", [number.pk])
    assert told(number) == [("status", "suspended")]


def test_also_when_a_tenant_changes_it(number: OfficialWhatsappCredential) -> None:
    with changing(number.pk, number.account_id) as row:
        row.quality_rating = "RED"
    with acting_for(number.account_id):
        assert told(number) == [("quality_rating", "RED")]


def test_a_course_begins_with_what_held_before(number: OfficialWhatsappCredential) -> None:
    now = timezone.now()
    for age_days, value in ((40, "GREEN"), (35, "YELLOW"), (10, "RED")):
        NumberHistory.objects.create(
            account_id=number.account_id,
            credential=number,
            name="quality_rating",
            value=value,
            at=now - timedelta(days=age_days),
        )
    course = history.course(number.pk, "quality_rating", now - timedelta(days=30))
    assert [change.value for change in course] == ["YELLOW", "RED"]


def test_old_history_goes_but_what_still_holds_stays(number: OfficialWhatsappCredential) -> None:
    now = timezone.now()
    for age_days, value in ((900, "GREEN"), (800, "YELLOW"), (700, "RED")):
        NumberHistory.objects.create(
            account_id=number.account_id,
            credential=number,
            name="quality_rating",
            value=value,
            at=now - timedelta(days=age_days),
        )
    assert history.forget_old() == 2
    assert told(number) == [("quality_rating", "RED")]


def test_a_plot_steps_from_value_to_value_best_on_top() -> None:
    start = timezone.now()
    drawn = plots.course(
        [(start, "RED"), (start + timedelta(days=1), "GREEN")], ("GREEN", "RED"), start, start + timedelta(days=2)
    )
    assert drawn is not None
    assert [name for name, _ in drawn.levels] == ["GREEN", "RED"]
    assert drawn.path == "M0.0 88.0H300.0V8.0H600"


def test_bars_fill_the_height_with_the_busiest_day() -> None:
    start = timezone.now()
    drawn = plots.bars([(start, 8, 2), (start + timedelta(days=1), 5, 0)], start, 3)
    assert [bar.sent + bar.failed for bar in drawn] == [10, 5, 0]
    assert drawn[0].sent_height + drawn[0].failed_height == pytest.approx(plots.HEIGHT - plots.TOP)
    assert plots.bars([], start, 3) == []
